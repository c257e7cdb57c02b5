"""单位: the list with its counts, one body with what stands behind it."""

from __future__ import annotations

from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.models import Achievement, Expert, Organization, Problem
from tests.support.samples import store
from tests.support.site import CONTACTS, FIRM, SECRET, County, counted


def test_the_list(client: FlaskClient, organizer: FlaskClient, county: County) -> None:
    page = client.get("/institutes").text
    assert f'href="/institutes/{county.open["organization"]}"' in page
    assert SECRET not in page
    assert SECRET in organizer.get("/institutes").text


def test_the_kind_narrows(client: FlaskClient, county: County) -> None:
    page = client.get("/institutes?kind=enterprise").text
    assert (FIRM in page, "临江大学" in page) == (True, False)
    assert "临江大学" in client.get("/institutes?kind=nonsense&q=临江").text
    empty = client.get("/institutes?q=没有这样的").text
    assert "没有符合条件的单位" in empty
    assert "清除全部条件" in empty


def test_an_empty_list_offers_the_step_that_fills_it(client: FlaskClient, organizer: FlaskClient) -> None:
    assert "还没有单位" in client.get("/institutes").text
    assert 'href="/imports"' in organizer.get("/institutes").text


def test_one_body(client: FlaskClient, county: County) -> None:
    page = client.get(f"/institutes/{county.open['organization']}").text
    for text in (
        "林一鸣",
        "无氰电镀工艺",
        "最强的领域是新材料及其应用：1 位专家，1 项成果",
        "<svg",
        "浙江省",
    ):
        assert text in page
    assert [contact for contact in (*CONTACTS, SECRET) if contact in page] == []


def test_the_body_behind_an_anonymous_problem_is_told_only_to_the_office(
    client: FlaskClient, organizer: FlaskClient, county: County
) -> None:
    found = organizer.get(f"/api/v1/problems/{county.anonymous}").json["organization"]["id"]
    address = f"/institutes/{found.partition(':')[2]}"
    page = client.get(address).text
    assert ("匿名的镀层难题" in page, "这家单位还没有专家、成果或难题" in page) == (False, True)
    assert "匿名的镀层难题" in organizer.get(address).text


def test_hidden_is_not_there(client: FlaskClient, organizer: FlaskClient, county: County) -> None:
    address = f"/institutes/{county.hidden['organization']}"
    page = client.get(address)
    assert (page.status_code, SECRET in page.text) == (404, False)
    assert organizer.get(address).status_code == 200


def test_a_fixed_number_of_statements(app: Application, client: FlaskClient) -> None:
    def add(start: int, count: int) -> int:
        stored = []
        for number in range(start, start + count):
            body = Organization(name=f"单位{number}", kind="university")
            rows = (
                body,
                Expert(name=f"人{number}", organization=body, fields=["energy"]),
                Achievement(title=f"成果{number}", organization=body),
                Problem(title=f"题{number}", organization=body),
            )
            stored.append(store(app, *rows)[0])
        return stored[0]

    def statements(address: str) -> int:
        with counted(app) as ran:
            assert client.get(address).status_code == 200
        return len(ran)

    only = add(0, 1)
    one, body = statements("/institutes"), statements(f"/institutes/{only}")
    add(1, 49)
    with app.unit_of_work() as uow:
        uow.session.add_all(
            [
                *(
                    Expert(name=f"同事{number}", organization_id=only, directions=["电镀"])
                    for number in range(60)
                ),
                *(Achievement(title=f"成果之{number}", organization_id=only) for number in range(60)),
            ]
        )
    assert client.get("/institutes").text.count("row-link") == 50
    assert (statements("/institutes"), statements(f"/institutes/{only}")) == (one, body)
    assert one <= 6
    assert body <= 10
    assert "全部 61 位专家" in client.get(f"/institutes/{only}").text
