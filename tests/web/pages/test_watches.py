"""Watches on their pages: saved from the search, shown, paused, removed."""

from __future__ import annotations

import pytest

from matchmaker.indexing import sync
from matchmaker.jobs.worker import Worker
from matchmaker.models import Watch, WatchHit, now
from tests.support.accounts import account, log_in
from tests.support.samples import expert, organization, problem, store
from tests.support.site import counted


@pytest.fixture
def member(app, site):
    return log_in(site, account(app, "enterprise", store(app, organization("某厂", kind="enterprise"))[0]))


def test_a_search_is_saved_from_its_page_and_tells_what_is_new(app, site, member):
    store(app, problem())
    sync.rebuild(app)
    page = member.get("/search?q=镀层&kind=problem&by=words&field=materials").text
    assert "保存此搜索" in page
    assert "保存此搜索" not in site.test_client().get("/search?q=镀层").text
    asked = {"q": "镀层", "kind": "problem", "by": "words"}
    assert member.post("/watches/search", data=asked).status_code == 303
    assert "镀层" in member.get("/watches").text
    Worker(app).drain(seconds=20)
    assert "还没有新结果" in member.get("/watches/1").text
    store(app, problem("新的镀层难题"))
    sync.rebuild(app)
    with app.unit_of_work() as uow:
        uow.enqueue("watch", "new")
    Worker(app).drain(seconds=20)
    assert "“镀层”有新结果：新的镀层难题" in member.get("/messages").text
    assert "新的镀层难题" in member.get("/watches/1").text


def test_what_fits_is_offered_to_whom_it_belongs(app, site, member):
    (number,) = store(app, expert())
    person = log_in(site, account(app, "expert", expert=number))
    assert f'value="expert:{number}"' in person.get("/watches").text
    assert person.post("/watches/fit", data={"subject": f"expert:{number}"}).status_code == 303
    assert f'value="expert:{number}"' not in person.get("/watches").text
    assert member.post("/watches/fit", data={"subject": f"expert:{number}"}).status_code == 404
    assert member.post("/watches/fit", data={}).status_code == 422


def test_a_watch_is_paused_resumed_removed_by_its_owner_only(app, site, member):
    member.post("/watches/search", data={"q": "镀层"})
    other = log_in(site, account(app, "enterprise"))
    for address in ("/watches/1", "/watches/1/pause", "/watches/1/remove"):
        answer = other.get(address) if address == "/watches/1" else other.post(address)
        assert answer.status_code == 404
    member.post("/watches/1/pause", data={"paused": "1"})
    assert "已暂停" in member.get("/watches").text
    member.post("/watches/1/pause", data={"paused": "0"})
    assert "有效" in member.get("/watches").text
    member.post("/watches/1/remove")
    assert "还没有订阅" in member.get("/watches").text


def test_what_is_no_longer_readable_is_no_longer_named(app, member):
    (number,) = store(app, problem("绝密词条", readers=" office "))
    member.post("/watches/search", data={"q": "镀层"})
    store(app, WatchHit(watch_id=1, target=f"problem:{number}", found_at=now(), told_at=now()))
    page = member.get("/watches/1").text
    assert "（已不公开）" in page
    assert "绝密词条" not in page


def test_lists_cost_the_same_with_one_and_with_fifty_rows(app, member):
    found = {"/watches": [], "/watches/1": []}
    for count in (1, 49):
        numbers = store(app, *(problem(f"难题{count}-{number}") for number in range(count)))
        store(
            app,
            *(
                Watch(account_id=1, kind="answers", subject=f"problem:{number}", title="x")
                for number in numbers
            ),
        )
        store(
            app,
            *(
                WatchHit(watch_id=1, target=f"problem:{number}", found_at=now(), told_at=now())
                for number in numbers
            ),
        )
        for address, counts in found.items():
            member.get(address)
            with counted(app) as statements:
                assert member.get(address).status_code == 200
            counts.append(len([one for one in statements if one.startswith("SELECT")]))
    for address, counts in found.items():
        assert counts[0] == counts[1] <= 12, address
