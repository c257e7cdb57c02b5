"""Index and database brought to agree, on the real embedded index: updates, rebuild, comparison, damage."""

from __future__ import annotations

import shutil
import signal
from threading import Semaphore

import numpy as np
import pytest

from indexer.document import PUBLIC
from indexer.engine import EngineError, IndexBroken, IndexMismatch
from indexer.query import Filter
from matchmaker.bootstrap import build
from matchmaker.indexing import sync
from matchmaker.indexing.documents import drafts
from matchmaker.models import Problem
from tests.support.embedder import HashEmbedder
from tests.support.processes import installed, python
from tests.support.samples import expert, organization, problem, publication, store

EVERYBODY = Filter(audiences=frozenset({PUBLIC}))


@pytest.fixture
def filled(app):
    """An installation with one of several kinds, all in the index."""
    person = expert(organization=organization())
    store(
        app,
        person,
        publication("镀层", [person]),
        publication("腐蚀", [person]),
        problem(),
        problem(state="draft"),
    )
    sync.rebuild(app)
    return app


def versions(app):
    return dict(app.index.versions())


ALL = {"organization:1": 1, "expert:1": 1, "publication:1": 1, "publication:2": 1, "problem:1": 1}


def test_a_rebuild_brings_in_everything_that_may_stand_there(filled):
    assert versions(filled) == ALL
    assert sync.compare(filled) == sync.Drift(
        in_database={
            "organization": 1,
            "problem": 1,
            "publication": 2,
            "patent": 0,
            "achievement": 0,
            "attachment": 0,
            "expert": 1,
        },
        in_index={"organization": 1, "problem": 1, "publication": 2, "expert": 1},
    )


def test_progress_of_a_rebuild_ends_at_its_total(filled):
    told = []
    sync.rebuild(filled, lambda done, total: told.append((done, total)))
    assert told == [(1, 5), (2, 5), (4, 5), (5, 5)]


def test_a_rebuild_reads_the_next_batch_while_the_index_takes_one(filled, monkeypatch):
    monkeypatch.setattr(sync, "BATCH", 1)
    reads, told = Semaphore(0), []

    def seen(session, ids):
        reads.release()
        return drafts(session, ids)

    def written(done, total):
        if done == 1:
            told.append([reads.acquire(timeout=20) for _batch in ("first", "second")])

    monkeypatch.setattr(sync, "drafts", seen)
    sync.rebuild(filled, written)
    assert (told, versions(filled)) == ([[True, True]], ALL)


def test_a_rebuild_that_stops_while_writing_reads_no_further(filled, monkeypatch):
    monkeypatch.setattr(sync, "BATCH", 1)
    before, reads = filled.index.generation, []

    def seen(session, ids):
        reads.extend(ids)
        return drafts(session, ids)

    def stopped(done, total):
        raise KeyboardInterrupt

    monkeypatch.setattr(sync, "drafts", seen)
    with pytest.raises(KeyboardInterrupt):
        sync.rebuild(filled, stopped)
    assert reads == ["organization:1", "problem:1"]
    assert filled.index.generation == before


def test_a_second_rebuild_asks_the_model_for_nothing(filled, embedder):
    embedder.calls.clear()
    sync.rebuild(filled)
    assert embedder.calls == []


def test_an_experts_vector_is_the_mean_of_his_texts(filled, embedder):
    with filled.reading() as uow:
        texts = drafts(uow.session, ["expert:1"])["expert:1"].texts
    mean = embedder.encode(texts, "passage").mean(axis=0)
    found = filled.index.vectors(["expert:1"])["expert:1"]
    np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-6)


def test_a_text_that_several_documents_share_is_embedded_once(app, embedder):
    store(app, *(publication("同题", abstract="同文") for _ in range(5)))
    sync.rebuild(app)
    assert [len(call) for call in embedder.calls] == [1]


def test_a_row_without_any_text_has_no_vector(app):
    store(app, expert("无名", profile=""))
    assert sync.sync(app, ["expert:1"]).written == 1
    assert app.index.vectors(["expert:1"]) == {}


def test_what_was_withdrawn_leaves_the_index_and_comes_back(filled):
    for state, expected in (("withdrawn", {}), ("published", {"problem:1": 3})):
        with filled.unit_of_work() as uow:
            row = uow.session.get_one(Problem, 1)
            row.state, row.index_version = state, row.index_version + 1
        sync.sync(filled, ["problem:1"])
        assert {name: at for name, at in versions(filled).items() if name.startswith("problem")} == expected


def test_an_older_state_never_overwrites_a_newer_one(filled):
    with filled.unit_of_work() as uow:
        uow.session.get_one(Problem, 1).index_version = 7
    sync.sync(filled, ["problem:1"])
    with filled.unit_of_work() as uow:  # as a restored backup would
        uow.session.get_one(Problem, 1).index_version = 3
    assert sync.sync(filled, ["problem:1"]).stale == ["problem:1"]
    assert versions(filled)["problem:1"] == 7


def test_every_disagreement_is_found_and_repaired(filled):
    from matchmaker.jobs.worker import Worker

    store(filled, problem("新"))
    with filled.unit_of_work() as uow:
        uow.session.get_one(Problem, 1).index_version = 2
        uow.session.execute(Problem.__table__.delete().where(Problem.id == 2))
    filled.index.delete({"publication:2": 2})
    store(filled, organization("乙"))
    with filled.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Problem, 3))
    sync.sync(filled, ["problem:1"])
    with filled.unit_of_work() as uow:
        uow.session.get_one(Problem, 1).index_version = 3
    drift = sync.compare(filled)
    assert (drift.missing, drift.outdated, drift.surplus) == (
        ["organization:2", "publication:2"],
        ["problem:1"],
        [],
    )
    with filled.unit_of_work() as uow:
        assert sync.repair(uow, drift) == 3
    Worker(filled).drain()
    assert sync.compare(filled).outdated == []
    assert versions(filled)["problem:1"] == 3


def test_what_the_database_no_longer_has_is_surplus(filled):
    with filled.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Problem, 1))
    assert sync.compare(filled).surplus == ["problem:1"]


def test_what_changes_during_a_rebuild_is_not_lost(filled):
    """Its job may have gone to the old index, which the switch throws away."""

    def meanwhile(done, _total):
        if done == 5:
            with filled.unit_of_work() as uow:
                row = uow.session.get_one(Problem, 1)
                row.title, row.index_version = "改名", row.index_version + 1
            sync.sync(filled, ["problem:1"])

    sync.rebuild(filled, meanwhile)
    assert filled.index.get(["problem:1"])["problem:1"].title == "改名"
    assert sync.compare(filled).total == 0


def test_readers_of_the_same_process_go_on_through_a_rebuild(filled):
    live = filled.index
    seen = []
    sync.rebuild(filled, lambda _done, _total: seen.append(live.count(EVERYBODY)))
    assert seen == [5, 5, 5, 5]
    assert (filled.index is live, live.count(EVERYBODY)) == (True, 5)


def test_a_rebuild_that_is_ended_leaves_the_live_index(filled):
    before = filled.index.health().generation

    def ended():
        raise KeyboardInterrupt

    store(filled, problem("新"))
    with pytest.raises(KeyboardInterrupt):
        sync.rebuild(filled, alive=ended)
    assert (versions(filled), filled.index.health().generation) == (ALL, before)


def test_a_deleted_index_is_made_again(filled):
    filled.forget_index()
    shutil.rmtree(filled.settings.index_folder)
    assert versions(filled) == {}
    sync.rebuild(filled)
    assert versions(filled) == ALL


def test_a_half_written_index_says_so_and_is_made_again(filled):
    (filled.settings.index_folder / "manifest.json").write_bytes(b"")
    with pytest.raises(IndexBroken, match="rebuild"):
        versions(filled)
    sync.rebuild(filled)
    assert versions(filled) == ALL


def test_an_index_of_another_model_is_refused_and_made_again(filled):
    class Other(HashEmbedder):
        fingerprint = "test-hash/2"
        dimension = 48

    filled.forget_index()
    other = build(filled.settings, embedder=Other())
    with pytest.raises(IndexMismatch):
        _ = other.index
    sync.rebuild(other)
    assert versions(other) == ALL
    other.close()
    with pytest.raises(EngineError):
        _ = filled.index


KILLED = """
import sys, time
from pathlib import Path
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from tests.support.embedder import HashEmbedder

def pause(done, total):
    print("working", flush=True)
    time.sleep(60)

sync.rebuild(build(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]), embedder=HashEmbedder()), pause)
"""


def test_a_rebuild_killed_in_the_middle_leaves_the_old_index_and_the_next_one_works(filled):
    process = python(KILLED, *installed(filled))
    assert process.stdout.readline() == "working\n", process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert versions(filled) == ALL
    sync.rebuild(filled)
    assert versions(filled) == ALL
    folders = [path.name for path in filled.settings.index_folder.iterdir() if path.is_dir()]
    assert folders == [filled.index.health().generation]
