"""Many read while much is written, on each engine: nobody sees a fault, nothing is lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from indexer.document import PUBLIC
from indexer.query import Filter, WordQuery
from matchmaker.bootstrap import build
from matchmaker.indexing import sync
from matchmaker.jobs.queue import enqueue_many
from matchmaker.jobs.worker import Worker
from matchmaker.models import Base, Publication
from tests.support import elasticsearch
from tests.support.embedder import HashEmbedder
from tests.support.samples import publication, store

EVERYBODY = Filter(audiences=frozenset({PUBLIC}))
READERS, BEFORE, ROUNDS, EACH = 8, 50, 6, 50


@pytest.fixture(params=["elasticsearch", "embedded"])
def filled(request, settings):
    """An installation with some papers in its index; gives it and their ids."""
    if request.param == "embedded":
        yield from _filled(settings)
        return
    url = request.getfixturevalue("elasticsearch_url")
    with elasticsearch.prefix(url) as name:
        yield from _filled(
            replace(settings, engine="elasticsearch", elasticsearch_url=url, elasticsearch_index=name)
        )


def _filled(settings):
    app = build(settings, embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    papers = [publication(f"镀层 第{number}篇") for number in range(BEFORE)]
    store(app, *papers)
    sync.rebuild(app)
    yield app, {f"publication:{paper.id}" for paper in papers}
    app.close()


def test_readers_beside_a_writer_see_no_fault_and_nothing_is_lost(filled):
    app, before = filled
    vector = app.embedder.encode(["镀层"], "query")[0]
    stop, faults, rounds = threading.Event(), [], []

    def read():
        number = 0
        try:
            while not stop.is_set():
                hits = {hit.id for hit in app.index.search(WordQuery({"镀层": 1.0}), EVERYBODY, 1000).hits}
                near = {hit.id for hit in app.index.nearest(vector, EVERYBODY, 1000)}
                assert before <= hits, before - hits
                assert before <= near, before - near
                assert set(app.index.get(sorted(before))) == before
                number += 1
        except Exception as fault:
            faults.append(fault)
        rounds.append(number)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number in range(ROUNDS):
        write(app, number)
        Worker(app).drain()
    stop.set()
    for reader in readers:
        reader.join()
    assert (faults, len(rounds), min(rounds) > 0) == ([], READERS, True)
    drift = sync.compare(app)
    assert (drift.total, drift.in_index) == (0, {"publication": BEFORE + ROUNDS * EACH})


def write(app, number):
    """New papers, and a change of every old one; jobs as an import leaves them."""
    rows = [publication(f"镀层 第{number}批 第{each}篇") for each in range(EACH)]
    ids = store(app, *rows) or [row.id for row in rows]
    with app.unit_of_work() as uow:
        old = uow.session.query(Publication).order_by(Publication.id).limit(BEFORE).all()
        for paper in old:
            paper.abstract, paper.index_version = f"改于第{number}批", paper.index_version + 1
        subjects = [f"publication:{each}" for each in (*ids, *(paper.id for paper in old))]
        enqueue_many(uow.session, "index", [(subject, {}) for subject in subjects])
