"""A node of three is killed while jobs are indexed and people search: nothing is lost, and errors are bounded."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import update

from indexer.document import PUBLIC
from indexer.engine import EngineUnavailable
from indexer.query import Filter, WordQuery
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.jobs.queue import counts, enqueue_many
from matchmaker.jobs.worker import Worker
from matchmaker.models import Base, Job, now
from tests.support import elasticsearch
from tests.support.embedder import HashEmbedder
from tests.support.samples import publication, store

EVERYBODY = Filter(audiences=frozenset({PUBLIC}))
#: There before the fault: what a search finds must be these, all of them and no other.
OLD, NEW, LATER = 60, 800, 40
SEARCHERS, PAUSE = 3, 0.1
TIMEOUT = 5
#: One attempt on each host, and the pauses between them.
BOUND = 3 * TIMEOUT + 2


class Interrupted(HashEmbedder):
    """Something happens once, while a text is embedded: what stood before it is written, the rest is not."""

    def __init__(self):
        super().__init__()
        self.at, self.act = "", lambda: None

    def encode(self, texts, use, progress=None):
        if self.at and any(self.at in text for text in texts):
            self.at = ""
            self.act()
        return super().encode(texts, use, progress)


@pytest.fixture(scope="module")
def nodes():
    with elasticsearch.cluster(3) as started:
        yield started


@pytest.fixture
def embedder():
    return Interrupted()


@pytest.fixture
def app(nodes, tmp_path, embedder):
    settings = Settings(
        home=tmp_path / "home",
        engine="elasticsearch",
        elasticsearch_url=nodes.url,
        elasticsearch_index="killed",
        elasticsearch_timeout=TIMEOUT,
        elasticsearch_shards=2,
    )
    made = build(settings, embedder=embedder)
    Base.metadata.create_all(made.database.engine)
    yield made
    made.index.drop()
    made.close()


def add(app, count, word):
    """Rows with their jobs, as an import leaves them."""
    rows = [publication(f"{word} 第{i}篇", abstract=f"{word} 研究之{i}") for i in range(count)]
    ids = [f"publication:{number}" for number in store(app, *rows)]
    with app.unit_of_work() as uow:
        enqueue_many(uow.session, "index", [(each, {}) for each in ids])
    return ids


@contextmanager
def working(app):
    """A worker beside the test; jobs that wait for an outage's end are due at once."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(app, stop).run, kwargs={"pause": 0.05})
    thread.start()
    try:
        yield
        deadline = time.monotonic() + 60
        while waiting(app) and time.monotonic() < deadline:
            with app.unit_of_work() as uow:
                uow.session.execute(
                    update(Job).where(Job.kind == "index", Job.state == "queued").values(run_after=now())
                )
            time.sleep(0.2)
    finally:
        stop.set()
        thread.join()
    assert waiting(app) == {}


def waiting(app):
    with app.reading() as uow:
        return counts(uow.session).get("index", {})


class Searchers:
    """People who search all the time; what each answer was, or the fault, and how long it took."""

    def __init__(self, app, old):
        self.app, self.old = app, old
        self.answers, self.faults, self.waits = Counter(), Counter(), []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._search) for _ in range(SEARCHERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_fault):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _search(self):
        vector = HashEmbedder().encode(["纽扣 研究之1"], "query")[0]
        some = Filter(EVERYBODY.audiences, ids=tuple(sorted(self.old)[:10]))
        while not self._stop.wait(PAUSE):
            self._one("words", self._words)
            self._one(
                "vectors",
                lambda: {hit.id for hit in self.app.index.nearest(vector, some, 20)} == set(some.ids),
            )

    def _words(self):
        page = self.app.index.search(WordQuery({"纽扣": 1.0}), EVERYBODY, 100, total=True)
        return page.total == OLD and {hit.id for hit in page.hits} == self.old

    def _one(self, kind, question):
        began = time.monotonic()
        try:
            self.answers[kind, question()] += 1
        except EngineUnavailable:
            self.faults[kind] += 1
        except Exception as fault:
            self.faults[f"{type(fault).__name__}: {fault}"] += 1
        self.waits.append(time.monotonic() - began)


def test_a_node_killed_while_indexing_and_searching(app, nodes, embedder):
    old = set(add(app, OLD, "纽扣"))
    Worker(app).drain()
    nodes.wait_for("green")
    victim = holder_of_a_primary(nodes, app.index.generation)
    witness = next(number for number in range(3) if number != victim)

    embedder.at, embedder.act = f"镀层 第{NEW // 2}篇", lambda: nodes.kill(victim)
    with Searchers(app, old) as searchers:
        with working(app):
            add(app, NEW, "镀层")
        assert embedder.at == ""  # it was killed
        assert sync.compare(app).total == 0
        nodes.revive(victim)
        nodes.wait_for("green", witness)
        with working(app):
            add(app, LATER, "电机")
    told = f"{dict(searchers.answers)}, faults {dict(searchers.faults)}, longest {max(searchers.waits):.2f} s"
    print(told)
    assert set(searchers.answers) == {("words", True), ("vectors", True)}, told
    assert set(searchers.faults) <= {"words", "vectors"}, told
    assert max(searchers.waits) < BOUND, told
    drift = sync.compare(app)
    assert (drift.total, drift.in_index) == (0, {"publication": OLD + NEW + LATER})


def holder_of_a_primary(nodes, index):
    shards = elasticsearch.ask(f"{nodes.urls[0]}/_cat/shards/{index}?format=json")
    name = next(each["node"] for each in shards if each["prirep"] == "p")
    return int(name.removeprefix("node-")) - 1
