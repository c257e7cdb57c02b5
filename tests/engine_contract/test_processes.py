"""Clauses 2, 19, 21 and 22 between processes: readers, writers, kills."""

from __future__ import annotations

import json
import subprocess
import threading
import time

import pytest
from contract_samples import ANYTHING, EVERYBODY, doc, found, near, query, run, vector

from indexer.engine import EngineBusy
from indexer.text import words


def assert_stores_agree(engine) -> int:
    """Words, vectors and versions name the same documents of the same versions; gives their number."""
    engine.refresh()
    versions = dict(engine.versions())
    stored = engine.get(list(versions))
    assert {key: one.version for key, one in stored.items()} == versions
    assert set(engine.vectors(list(versions))) == set(versions)
    assert engine.count(ANYTHING) == len(versions)
    hits = engine.search(query("alpha"), ANYTHING, 2000, total=True)
    assert {hit.id for hit in hits.hits} == set(versions)
    assert hits.total == len(versions)
    assert engine.frequencies(["alpha"])["alpha"] == len(versions)
    for one in stored.values():
        assert one.words[0] == tuple(words(one.title))
        assert one.title.split()[1] == f"v{one.version}"
    for version in set(versions.values()):
        wanted = {key for key, value in versions.items() if value == version}
        assert {hit.id for hit in engine.search(query(f"v{version}"), ANYTHING, 2000).hits} == wanted
    assert engine.health().state == "ok"
    return len(versions)


def killed_after(place, body: str, seconds: float) -> None:
    """Runs a script that prints a line when it begins, and kills it some time later."""
    process = subprocess.Popen(place.script(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n", process.stderr and process.stderr.read()
    time.sleep(seconds)
    process.kill()
    process.communicate()


ENDLESS = """
    print("begun", flush=True)
    for version in range(2, 10**6):
        engine.write([doc(f"p:{n}", version, title=f"alpha v{version}", vector=vector(n + version)) for n in range(40)])
        engine.delete({f"p:{version % 40}": version})
"""


def test_clause_21_deletions_that_a_killed_writer_left_stop_no_other(engine, place):
    """Tantivy names them by a count of operations, so that the next writer comes to the same name."""
    if engine.capabilities.name != "embedded":
        pytest.skip(reason="this engine keeps no such files of ours")
    engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(40)])
    for managed in place.home.rglob(".managed.json"):
        segments = {path.stem for path in managed.parent.glob("*.store")}
        left = [f"{segment}.{count}.del" for segment in segments for count in range(400)]
        known = json.loads(managed.read_text("utf-8"))
        fresh = [name for name in left if not (managed.parent / name).exists()]
        for name in fresh:
            (managed.parent / name).write_bytes(b"")
        managed.write_text(json.dumps(sorted({*known, *fresh})), "utf-8")
    engine.close()
    fresh_engine = place.open()
    assert fresh_engine.delete({"p:3": 2}).failed == {}
    assert assert_stores_agree(fresh_engine) == 39
    fresh_engine.close()


@pytest.mark.parametrize("seconds", [0.02, 0.11, 0.19, 0.27, 0.35, 0.5])
def test_clause_21_a_killed_writer_leaves_agreeing_stores(engine, place, seconds):
    engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(40)])
    killed_after(place, ENDLESS, seconds)

    fresh = place.open()
    assert assert_stores_agree(fresh) >= 39
    assert assert_stores_agree(engine) >= 39
    fresh.write([doc("p:new", 1, title="alpha v1", vector=vector(77))])
    assert assert_stores_agree(fresh) >= 40


BETWEEN = """
    import os, signal
    import indexer.lexical_store as store
    def die(*_values, **_named):
        os.kill(os.getpid(), signal.SIGKILL)
    store.LexicalWriter.{method} = die
    {act}
"""
ACTS = {
    "write": 'engine.write([doc("p:1", 2, title="alpha v2", vector=vector(5)), doc("p:9", 1, title="alpha v1", vector=vector(6))])',
    "delete": 'engine.delete({"p:1": 2})',
}


@pytest.mark.parametrize("method", ["put", "commit", "close"])
@pytest.mark.parametrize("act", ACTS)
def test_clause_21_a_writer_killed_between_the_stores_is_caught_up_with(engine, place, act, method):
    if engine.capabilities.name != "embedded":
        pytest.skip(reason="this engine has one store")
    engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(3)])
    assert run(place.script(BETWEEN.format(method=method, act=ACTS[act]))).returncode == -9

    written = {"p:0": 1, "p:1": 2, "p:2": 1, "p:9": 1}
    fresh = place.open()
    assert_stores_agree(fresh)
    assert dict(fresh.versions()) == (written if act == "write" else {"p:0": 1, "p:2": 1})
    assert_stores_agree(engine)


def test_clause_21_a_reader_that_stays_sees_nothing_torn_after_the_kill(engine, place):
    if engine.capabilities.name != "embedded":
        pytest.skip(reason="this engine has one store")
    engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(3)])
    before = (found(engine, "alpha"), sorted(near(engine, 1)))
    run(place.script(BETWEEN.format(method="put", act=ACTS["delete"])))
    assert (found(engine, "alpha"), sorted(near(engine, 1))) == before
    engine.write([])
    assert engine.write([doc("p:9", 1, title="alpha v1", vector=vector(9))]).written == 1
    assert_stores_agree(engine)


def test_clause_19_a_killed_rebuild_leaves_the_live_index(engine, place):
    engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(40)])
    body = """
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="alpha v1", vector=vector(1))])
        print("begun", flush=True)
        for n in range(10**6):
            rebuild.write([doc(f"n:{n}", title="alpha v1", vector=vector(1))])
    """
    killed_after(place, body, 0.2)
    assert assert_stores_agree(place.open()) == 40
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:7", 1, title="alpha v1", vector=vector(1))])
        rebuild.switch()
    assert assert_stores_agree(engine) == 1
    if engine.capabilities.name == "embedded":
        assert sorted(path.name for path in place.home.glob("g*")) == ["g000001", "g000003"]


def test_clause_22_a_second_writer_is_told_that_another_is_writing(engine, place):
    if engine.capabilities.several_writers:
        pytest.skip(reason="this engine takes several writers")
    body = """
    with engine._pen():
        print("begun", flush=True)
        import time
        time.sleep(60)
    """
    process = subprocess.Popen(place.script(body), stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    try:
        begin = time.monotonic()
        with pytest.raises(EngineBusy, match="writing"):
            engine.write([doc("p:1")])
        assert engine.capabilities.lock_wait <= time.monotonic() - begin < engine.capabilities.lock_wait + 5
        with pytest.raises(EngineBusy):
            engine.delete({"p:1": 1})
        assert engine.count(ANYTHING) == 0
    finally:
        process.kill()
        process.communicate()
    assert engine.write([doc("p:1")]).written == 1


WRITER = """
    for n in range(10):
        while True:
            try:
                engine.write([doc(f"{name}:{{n}}", 1, title="alpha v1", vector=vector(n))])
                break
            except EngineBusy:
                continue
"""


def test_clause_22_two_writing_processes_lose_nothing(engine, place):
    writers = [subprocess.Popen(place.script(WRITER.format(name=name))) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert assert_stores_agree(engine) == 20


READER = """
    import time
    last = 0
    end = time.monotonic() + 20
    print("begun", flush=True)
    while last < 12:
        hits = engine.search(query("alpha"), EVERYBODY, 100).hits
        near_ones = engine.nearest(vector(1), EVERYBODY, 100)
        assert len(hits) >= last, (len(hits), last)
        assert len(near_ones) >= len(hits), (len(near_ones), len(hits))
        last = len(hits)
        assert time.monotonic() < end, last
    engine.close()
"""


def test_clause_22_processes_read_while_one_writes(engine, place):
    readers = [
        subprocess.Popen(place.script(READER), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"begun\n"
    for n in range(12):
        engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n))])
    for reader in readers:
        _out, faults = reader.communicate(timeout=60)
        assert (reader.returncode, faults) == (0, b"")


SWITCHED = """
    print("begun", flush=True)
    import time
    end = time.monotonic() + 20
    while engine.count(Filter(None, kinds=("end",))) == 0:
        hits = engine.search(query("alpha"), EVERYBODY, 100).hits
        assert len(hits) == 5, len(hits)
        assert len(engine.nearest(vector(1), EVERYBODY, 5)) == 5
        assert time.monotonic() < end
    engine.close()
"""


def test_clause_19_processes_read_through_switch_and_prune(engine, place):
    def rebuilt(kind: str) -> None:
        with engine.rebuild() as rebuild:
            rebuild.write([doc(f"{kind}:{n}", 1, title="alpha v1", vector=vector(n)) for n in range(5)])
            rebuild.switch()
        engine.prune()

    rebuilt("p")
    command = place.script(SWITCHED)
    readers = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"begun\n"
    for kind in ("q", "r", "s", "end"):
        rebuilt(kind)
    for reader in readers:
        _out, faults = reader.communicate(timeout=60)
        assert (reader.returncode, faults) == (0, b"")


def test_clause_22_threads_read_while_one_writes(engine):
    faults: list[BaseException] = []
    ended = threading.Event()

    def read() -> None:
        try:
            last = 0
            while not ended.is_set():
                number = len(engine.search(query("alpha"), EVERYBODY, 100).hits)
                assert number >= last
                last = number
                assert len(engine.nearest(vector(1), EVERYBODY, 100)) >= number
                engine.get([f"p:{n}" for n in range(20)])
                engine.facets(ANYTHING, "kind")
                engine.scores(vector(2), ["p:1", "p:2"])
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for n in range(12):
            engine.write([doc(f"p:{n}", 1, title="alpha v1", vector=vector(n))])
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert faults == []
    assert assert_stores_agree(engine) == 12


def test_clause_22_threads_of_one_process_write_in_turn(place):
    engine = place.open(lock_wait=30.0)
    threads = [
        threading.Thread(
            target=lambda name=name: [
                engine.write([doc(f"{name}:{n}", 1, title="alpha v1", vector=vector(n))]) for n in range(4)
            ]
        )
        for name in "abc"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert assert_stores_agree(engine) == 12
