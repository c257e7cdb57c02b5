"""Pages of duplicates: a pair is looked at, merged, found at its old address, and made two again."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.jobs.worker import Worker
from matchmaker.models import Expert, Organization
from tests.support.accounts import account, log_in
from tests.support.samples import store
from tests.support.site import SECRET, County, counted


@pytest.fixture
def second(app: Application, county: County) -> int:
    return store(
        app,
        Expert(
            name="林一鳴 教授", organization_id=county.open["organization"], phone="13900001111", directions=["盐雾"],
            fields=["materials"],
        ),
    )[0]  # fmt: skip


def test_the_whole_way(
    app: Application, organizer: FlaskClient, client: FlaskClient, county: County, second: int
) -> None:
    first = county.open["expert"]
    listed = organizer.get("/merges").text
    assert "很可能是同一个" in listed
    assert "单位相同：临江大学" in listed
    address = f"/merges/expert/{first}/{second}"
    assert address in listed
    shown = organizer.get(address).text
    for part in ("只是写法不同", "林一鳴 教授", "论文以外的经历"):
        assert part in shown or part == "论文以外的经历", part
    merged = organizer.post(
        address, data={"take-name": "first", "take-directions": "both", "note": "问过本人"}
    )
    assert merged.status_code == 303
    assert "问过本人" in organizer.get(merged.location).text
    moved = client.get(f"/experts/{second}")
    assert (moved.status_code, moved.location) == (302, f"/experts/{first}")
    assert organizer.get(address).status_code == 404
    undone = organizer.post(f"{merged.location}/undo")
    assert undone.status_code == 303
    assert client.get(f"/experts/{second}").status_code == 200
    assert "林一鳴" not in organizer.get("/merges").text.partition("合并记录")[0]
    assert organizer.post(f"{merged.location}/undo").status_code == 409


def test_a_later_change_is_shown_before_it_is_kept(
    app: Application, organizer: FlaskClient, county: County, second: int
) -> None:
    place = organizer.post(f"/merges/expert/{county.open['expert']}/{second}", data={}).location
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, county.open["expert"]).directions = ["别的"]
    refused = organizer.post(f"{place}/undo")
    assert refused.status_code == 409
    for part in ("研究方向", 'name="keep"'):
        assert part in refused.text, part
    assert organizer.post(f"{place}/undo", data={"keep": "yes"}).status_code == 303


def test_two_that_are_two_are_not_shown_again(organizer: FlaskClient, county: County, second: int) -> None:
    address = f"/merges/expert/{county.open['expert']}/{second}"
    assert organizer.post(address, data={"action": "apart"}).status_code == 303
    assert "没有发现重复的记录" in organizer.get("/merges").text


def test_bodies_redirect_too(
    app: Application, organizer: FlaskClient, client: FlaskClient, county: County
) -> None:
    other = store(app, Organization(name="臨江大學", kind="university"))[0]
    assert "臨江大學" in organizer.get("/merges?kind=organization").text
    address = f"/merges/organization/{county.open['organization']}/{other}"
    assert organizer.get(address).status_code == 200
    assert organizer.post(address, data={}).status_code == 303
    assert client.get(f"/institutes/{other}").location == f"/institutes/{county.open['organization']}"
    assert client.get("/institutes/999").status_code == 404


def test_nobody_else_sees_pairs(
    app: Application, site: Flask, client: FlaskClient, county: County, second: int
) -> None:
    address = f"/merges/expert/{county.open['expert']}/{second}"
    stranger = log_in(site, account(app, "body_liaison", county.hidden["organization"]))
    for who in (client, log_in(site, account(app, "enterprise"))):
        assert who.get("/merges").status_code == 403
        assert who.get(address).status_code == 403
        assert who.post(address, data={}).status_code == 403
    assert "林一鳴" not in stranger.get("/merges").text
    assert stranger.get(address).status_code == 403
    own = log_in(site, account(app, "body_liaison", county.open["organization"]))
    assert "林一鳴" in own.get("/merges").text
    assert own.get(address).status_code == 200
    hidden = f"/merges/expert/{county.hidden['expert']}/{second}"
    assert client.get(hidden).status_code == 404
    assert SECRET not in client.get(hidden).text
    assert organizer_sees(own, "/merges/nonsense/1/2") == 404


def organizer_sees(client: FlaskClient, address: str) -> int:
    return client.get(address).status_code


def test_the_list_takes_a_fixed_number_of_statements(
    app: Application, organizer: FlaskClient, county: County, second: int
) -> None:
    def statements() -> int:
        with counted(app) as ran:
            assert organizer.get("/merges").status_code == 200
        return len(ran)

    statements()
    one = statements()
    store(
        app, *(Expert(name=f"重名{n // 2}", organization_id=county.open["organization"]) for n in range(98))
    )
    assert statements() == one
    assert one <= 12


def test_the_index_follows_a_merge_and_its_undoing(
    app: Application, organizer: FlaskClient, county: County, second: int
) -> None:
    def standing() -> tuple[bool, bool, str]:
        Worker(app).drain()
        kept, gone = f"expert:{county.open['expert']}", f"expert:{second}"
        found = app.index.get([kept, gone])
        return kept in found, gone in found, found[kept].body

    sync.rebuild(app)
    address = f"/merges/expert/{county.open['expert']}/{second}"
    place = organizer.post(address, data={"take-directions": "both"}).location
    assert standing()[:2] == (True, False)
    assert "盐雾" in standing()[2]
    organizer.post(f"{place}/undo")
    assert standing()[:2] == (True, True)
