"""While the index is away, from the start or in the middle: every page reads, search goes on, writes wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from indexer.query import Filter
from matchmaker.bootstrap import Application
from matchmaker.circuit import FIRST_PAUSE
from matchmaker.indexing import sync
from matchmaker.jobs import queue
from matchmaker.jobs.worker import Worker
from matchmaker.models import Job, Patent, now
from matchmaker.permissions import SYSTEM
from matchmaker.services import index_health
from tests.support.outage import REASON, Line, Time, put_on_a_line
from tests.support.samples import store
from tests.support.site import SECRET, County, fill, open_site, organizer_of

PAGES = (
    "/", "/problems", "/problems.csv", "/experts", "/experts.csv", "/institutes", "/search", "/search?q=镀层",
    "/search?kind=problem", "/match", "/healthz", "/readyz", "/api/v1/problems", "/api/v1/experts",
    "/api/v1/organizations", "/api/v1/search?q=镀层", "/api/v1/search?kind=problem", "/api/v1/health",
    "/api/v1/docs", "/api/v1/openapi.json",
)  # fmt: skip
#: Pages of one object with what waits for the index, by kind.
OBJECTS = {
    "problem": "/problems", "expert": "/experts", "organization": "/institutes",
    "achievement": "/achievements", "publication": "/publications", "patent": "/patents",
}  # fmt: skip
PEOPLE = ("/imports", "/health/index", "/styleguide", "/api/v1/index/health")
MISSING = "负责检索和匹配的索引暂时连不上。"
IN_DATABASE = "以下是直接在数据库中按字面查到的"


@pytest.fixture
def far(app: Application, county: County) -> tuple[Line, Time]:
    return put_on_a_line(app)


@pytest.fixture
def line(far: tuple[Line, Time]) -> Line:
    return far[0]


@pytest.fixture
def time(far: tuple[Line, Time]) -> Time:
    return far[1]


def addresses(county: County) -> list[str]:
    shown = [f"{path}/{county.open[kind]}" for kind, path in OBJECTS.items()]
    api = [
        f"/api/v1/{name}s/{county.open[name]}"
        for name in ("problem", "expert", "organization", "achievement", "publication", "patent")
    ]
    return [*PAGES, *shown, *api]


def test_every_reading_page_works_while_the_index_is_away(
    client: FlaskClient, organizer: FlaskClient, county: County, line: Line
) -> None:
    line.cut()
    every = addresses(county)
    assert {address: client.get(address).status_code for address in every} == dict.fromkeys(every, 200)
    every += PEOPLE
    assert {address: organizer.get(address).status_code for address in every} == dict.fromkeys(every, 200)
    assert line.refused == 1  # the first; nobody after it waited


@pytest.mark.parametrize("address", ["/search?q=镀层", "/search?kind=problem", "/problems/1", "/experts/1",
                                     "/publications/1", "/api/v1/search?q=镀层", "/readyz"])  # fmt: skip
def test_it_may_go_away_at_any_moment(
    app: Application, client: FlaskClient, line: Line, time: Time, address: str
) -> None:
    for after in range(100):
        line.cut(after)
        assert (after, client.get(address).status_code) == (after, 200)
        if not line.refused:
            break
        line.mend()
        app.forget_index()  # so that it is opened again, over the same line
        time.now += FIRST_PAUSE
        client.get("/readyz")  # its probe finds the index again
        assert client.get("/readyz").json["degraded"] is False
        app.forget_index()
        line.refused = 0
    assert 0 < after < 99


def test_the_page_of_an_object_says_what_is_missing_and_has_it_again_later(
    client: FlaskClient, county: County, line: Line, time: Time
) -> None:
    pages = [f"{OBJECTS[kind]}/{county.open[kind]}" for kind in OBJECTS if kind != "organization"]
    line.cut()
    for page in pages:
        text = client.get(page).text
        assert (page, text.count(MISSING), text.count('<div class="notice attention" role="status">')) == (
            page,
            1,
            1,
        )
        assert "数据没有丢失" in text
    line.mend()
    time.now += FIRST_PAUSE
    client.get("/readyz")
    assert [page for page in pages if MISSING in client.get(page).text] == []
    assert "林一鸣" in client.get(f"/problems/{county.open['problem']}").text


def test_search_goes_on_in_the_database_and_comes_back(
    client: FlaskClient, county: County, line: Line, time: Time
) -> None:
    line.cut()
    page = client.get("/search?q=镀层&by=meaning").text
    assert IN_DATABASE in page
    assert "<mark>镀层</mark>" in page
    assert SECRET not in page
    found = client.get("/api/v1/search?q=镀层&kind=problem&lang=en").json
    assert found["fallback"] is True
    assert found["notice"].startswith("The index is not available")
    assert sorted(hit["id"] for hit in found["items"]) == [
        f"problem:{number}" for number in sorted((county.open["problem"], county.anonymous))
    ]
    line.mend()
    time.now += FIRST_PAUSE
    client.get("/search?q=镀层")
    back = client.get("/api/v1/search?q=镀层&kind=problem").json
    assert (back["fallback"], back["notice"]) == (False, "")
    assert IN_DATABASE not in client.get("/search?q=镀层").text


def test_pages_that_follow_each_other_survive_the_change(
    app: Application, client: FlaskClient, line: Line, time: Time
) -> None:
    store(app, *(Patent(title=f"镀层 {number}", abstract="镀层") for number in range(6)))
    sync.rebuild(app)
    asked = {"q": "镀层", "kind": "patent", "limit": 2}

    def ask(after: str) -> dict[str, Any]:
        return client.get("/api/v1/search", query_string={**asked, "after": after}).json

    by_index = ask("")
    line.cut()
    first = ask(by_index["after"])
    assert (first["fallback"], len(first["items"])) == (True, 2)
    second = ask(first["after"])
    assert {hit["id"] for hit in first["items"]} & {hit["id"] for hit in second["items"]} == set()
    line.mend()
    time.now += FIRST_PAUSE
    client.get("/readyz")
    again = ask(second["after"])
    assert (again["fallback"], again["notice"]) == (False, "索引已恢复，结果从第一页重新列出。")
    assert again["items"] == by_index["items"]


def test_a_match_that_cannot_be_made_says_when_to_ask_again(
    client: FlaskClient, county: County, line: Line
) -> None:
    line.cut()
    for answer in (
        client.get(f"/api/v1/problems/{county.open['problem']}/matches"),
        client.get(f"/api/v1/experts/{county.open['expert']}/matches"),
        client.get(f"/api/v1/publications/{county.open['publication']}/experts"),
        client.post("/api/v1/match", json={"title": "", "text": "镀层在盐雾中变色"}),
    ):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert (answer.json["error"]["code"], answer.json["error"]["message"]) == ("unavailable", MISSING)
    page = client.post("/match", data={"title": "", "text": "镀层在盐雾中变色"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "镀层在盐雾中变色" in page.text
    assert MISSING in page.text
    hidden = county.hidden["problem"]
    assert client.get(f"/api/v1/problems/{hidden}/matches").status_code == 404


def test_probes_and_health_tell_it_and_the_host_stays_in_service(
    app: Application, client: FlaskClient, organizer: FlaskClient, line: Line
) -> None:
    line.cut()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"ready": True, "degraded": True, "parts": {"database": True, "index": False, "model": True}},
    )
    with app.unit_of_work() as uow:
        uow.enqueue("index", "problem:1")
        uow.enqueue("index", "problem:2")
    page = organizer.get("/health/index").text
    assert "索引没有应答，自 " in page
    assert REASON in page
    assert "2 项，最早的一项来自 " in page
    told = organizer.get("/api/v1/index/health").json
    assert (told["state"], told["message"], told["engine"], told["waiting"]) == (
        "unavailable", REASON, "embedded", 2,
    )  # fmt: skip
    assert told["since"].endswith("Z")
    assert told["waiting_since"].endswith("Z")


def make_due(app: Application) -> None:
    with app.unit_of_work() as uow:
        uow.session.execute(update(Job).where(Job.state == "queued").values(run_after=now()))


def waiting(app: Application) -> dict[str, dict[str, int]]:
    with app.reading() as uow:
        return queue.counts(uow.session)


def test_writes_are_kept_however_long_and_arrive_when_it_is_back(any_app: Application) -> None:
    county = fill(any_app)
    line, time = put_on_a_line(any_app)
    organizer = organizer_of(open_site(any_app))
    line.cut()
    rows = "\n".join(f"N{number},难题 {number} 的镀层起泡,需要一种新的镀液" for number in range(30))
    data = {"file": (BytesIO(f"编号,名称,需求内容\n{rows}\n".encode()), "problems.csv"), "kind": "problem"}
    answer = organizer.post("/api/v1/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 202, answer.json
    with any_app.unit_of_work() as uow:  # and one that was there changes
        row = uow.session.get_one(Patent, county.open["patent"])
        row.title, row.index_version = "改了名的镀液", 2
        uow.enqueue("index", f"patent:{row.id}")
    worker = Worker(any_app)
    for _ in range(3 * queue.MOST_ATTEMPTS):
        worker.drain()
        make_due(any_app)
        time.now += 3600
    told = organizer.get(f"/api/v1/imports/{answer.json['id']}").json
    assert (told["state"], told["created"]) == ("done", 30)
    assert waiting(any_app) == {"index": {"queued": 31}}
    assert "N7" in organizer.get("/problems?q=N7").text
    assert IN_DATABASE in organizer.get("/search?q=改了名的镀液").text
    line.mend()
    time.now += 3600
    worker.drain()  # its probe finds the index
    make_due(any_app)
    worker.drain()
    assert (waiting(any_app), sync.compare(any_app).total) == ({}, 0)
    assert any_app.index.count(Filter(None, kinds=("problem",))) == 33
    assert IN_DATABASE not in organizer.get("/search?q=改了名的镀液").text


def test_it_goes_away_in_the_middle_of_a_batch_and_nothing_is_lost(
    app: Application, county: County, line: Line, time: Time
) -> None:
    needed = 0
    for after in range(50):
        number = store(app, Patent(title=f"镀液 {after}", abstract="镀层"))[0]
        with app.unit_of_work() as uow:
            uow.enqueue("index", f"patent:{number}")
        line.cut(after)
        Worker(app).drain()
        needed = after
        is_done = waiting(app) == {}
        line.mend()
        if is_done:
            break
        make_due(app)
        time.now += FIRST_PAUSE
        Worker(app).drain()
        Worker(app).drain()
        assert (after, waiting(app), sync.compare(app).total) == (after, {}, 0)
    assert 0 < needed < 49


def test_opening_is_waited_for_once_by_all_who_come_together(
    app: Application, site: Flask, county: County, line: Line
) -> None:
    line.cut()
    app.forget_index()
    together = Barrier(8)

    def ask(_number: int) -> int:
        together.wait()
        return site.test_client().get("/search?q=镀层").status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [200] * 8
    assert line.refused == 1


def test_the_command_line_tells_it(app: Application, far: tuple[Line, Time]) -> None:
    """Through the same services: a state, the engine's name, what waits."""
    far[0].cut()
    state = index_health.of_index(app)
    with app.reading() as uow:
        books = index_health.of_database(uow, SYSTEM)
    assert (state.state, state.engine, str(state.message)) == ("unavailable", "embedded", REASON)
    assert (books.waiting, books.waiting_since) == (0, None)
    assert state.since is not None
