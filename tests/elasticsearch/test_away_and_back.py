"""The only node is killed and revived: pages read, search goes on, and what was changed meanwhile arrives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.jobs.queue import counts
from matchmaker.jobs.worker import Worker
from matchmaker.models import Base, Job, now
from tests.support import elasticsearch
from tests.support.elasticsearch import Cluster
from tests.support.embedder import HashEmbedder
from tests.support.site import County, fill, open_site, organizer_of

#: The longest pause of the circuit, and what a node needs to be itself again.
PATIENCE = 90
IN_DATABASE = "以下是直接在数据库中按字面查到的"


@pytest.fixture(scope="module")
def node() -> Iterator[Cluster]:
    with elasticsearch.cluster(1) as started:
        yield started


@pytest.fixture
def app(node: Cluster, tmp_path: Path) -> Iterator[Application]:
    settings = Settings(
        home=tmp_path / "home",
        engine="elasticsearch",
        elasticsearch_url=node.url,
        elasticsearch_timeout=5,
        elasticsearch_replicas=0,
    )
    made = build(settings, embedder=HashEmbedder())
    Base.metadata.create_all(made.database.engine)
    yield made
    made.index.drop()
    made.close()


def until(wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < end, "it did not come back"
        time.sleep(0.5)


def waiting(app: Application) -> dict[str, dict[str, int]]:
    with app.reading() as uow:
        return counts(uow.session)


def import_rows(organizer: FlaskClient, count: int) -> None:
    rows = "\n".join(f"N{number},难题 {number} 的镀层起泡,需要一种新的镀液" for number in range(count))
    file = (BytesIO(f"编号,名称,需求内容\n{rows}\n".encode()), "problems.csv")
    answer = organizer.post(
        "/api/v1/imports", data={"file": file, "kind": "problem"}, content_type="multipart/form-data"
    )
    assert answer.status_code == 202, answer.json


def worked_off(app: Application) -> bool:
    with app.unit_of_work() as uow:  # the half minute between two tries need not pass
        uow.session.execute(update(Job).where(Job.state == "queued").values(run_after=now()))
    Worker(app).drain()
    return waiting(app) == {}


def pages(county: County) -> list[str]:
    return ["/", "/problems", "/experts", "/search?q=镀层", "/readyz", f"/problems/{county.open['problem']}",
            f"/experts/{county.open['expert']}", f"/publications/{county.open['publication']}"]  # fmt: skip


def test_a_server_that_is_killed_is_missed_by_nobody_and_gets_everything_when_it_is_back(
    app: Application, node: Cluster
) -> None:
    county = fill(app)
    organizer = organizer_of(open_site(app))
    assert IN_DATABASE not in organizer.get("/search?q=镀层").text
    before = len(list(app.index.versions()))
    node.kill(0)

    organizer.get("/search?q=镀层")  # meets the outage
    begun = time.monotonic()
    every = pages(county)
    assert {page: organizer.get(page).status_code for page in every} == dict.fromkeys(every, 200)
    assert time.monotonic() - begun < len(every)  # nobody waits for time-outs again
    assert IN_DATABASE in organizer.get("/search?q=镀层").text
    assert organizer.get("/readyz").json["degraded"] is True
    assert "索引没有应答，自 " in organizer.get("/health/index").text

    import_rows(organizer, 30)
    for _ in range(3):
        assert worked_off(app) is False
    assert waiting(app) == {"index": {"queued": 30}}

    node.revive(0)
    until(lambda: not organizer.get("/readyz").json["degraded"])
    until(lambda: worked_off(app))
    assert sync.compare(app).total == 0
    assert len(list(app.index.versions())) == before + 30
    assert IN_DATABASE not in organizer.get("/search?q=镀层").text
