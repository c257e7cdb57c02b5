"""What only the Elasticsearch engine does: writes to both indices, tombstones, leases, points in time, shards."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from indexer import elasticsearch_lease
from indexer.document import Document
from indexer.elasticsearch_mapping import MARK
from indexer.elasticsearch_pages import Place
from indexer.engine import EngineBusy, IndexBroken
from indexer.factory import Server, open_elasticsearch
from indexer.query import Filter, QueryError, WordQuery
from indexer.text import words
from tests.support import elasticsearch

DIMENSION = 16
ANYTHING = Filter(None)
ALPHA = WordQuery({"alpha": 1.0})


@pytest.fixture
def server(elasticsearch_url, elasticsearch_index):
    return Server(tuple(elasticsearch_url.split(",")), elasticsearch_index)


@pytest.fixture
def engine(server):
    made = opened(server)
    yield made
    made.close()


def opened(server, **options):
    return open_elasticsearch(server, "test/1", DIMENSION, **({"lock_wait": 0.3} | options))


def vectors(count, seed=1):
    values = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def doc(key, version=1, **values):
    return Document(id=key, kind=key.partition(":")[0], version=version, **({"title": "alpha"} | values))


def ask(server, path, method="GET", body=None):
    """Past the engine and its client."""
    return (
        elasticsearch.ask(server.urls[0] + path, method=method) if body is None else _sent(server, path, body)
    )


def _sent(server, path, body):
    import urllib.request

    request = urllib.request.Request(
        server.urls[0] + path,
        method="PUT",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_what_is_written_during_a_rebuild_is_in_the_new_index_too(engine, server):
    engine.write([doc("p:1"), doc("p:2"), doc("p:3")])
    other = opened(server)
    with engine.rebuild() as rebuild:
        other.write([doc("p:2", 2, title="beta"), doc("p:9")])
        other.delete({"p:3": 2})
        report = rebuild.write([doc("p:1"), doc("p:2"), doc("p:3")])
        assert (report.written, report.stale) == (1, ["p:2", "p:3"])
        rebuild.switch()
    engine.refresh()
    assert list(engine.versions()) == [("p:1", 1), ("p:2", 2), ("p:9", 1)]
    assert engine.get(["p:2"])["p:2"].title == "beta"
    other.close()


def test_a_rebuild_for_another_model_gets_none_of_the_live_writes(engine, server):
    engine.write([doc("p:1")])
    coming = open_elasticsearch(server, "test/2", 3, is_rebuilding=True, lock_wait=0.3)
    with coming.rebuild() as rebuild:
        assert engine.write([doc("p:2", vector=vectors(1)[0])]).written == 1
        rebuild.write([doc("p:1")])
        rebuild.switch()
    assert list(coming.versions()) == [("p:1", 1)]
    coming.close()


def test_a_dropped_rebuild_leaves_nothing_and_is_written_to_no_more(engine, server):
    engine.write([doc("p:1")])
    with engine.rebuild():
        pass
    assert engine.write([doc("p:2")]).written == 1
    assert set(ask(server, f"/{server.name}.*")) == {f"{server.name}.g000001", f"{server.name}.meta"}


def test_the_switch_leaves_one_live_alias_and_the_old_index_until_pruned(engine, server):
    for _ in range(2):
        with engine.rebuild() as rebuild:
            rebuild.write([doc("p:1")])
            rebuild.switch()
    table = ask(server, f"/{server.name}.g*/_alias")
    assert [list(entry["aliases"]) != [] for _name, entry in sorted(table.items())] == [False, False, True]
    engine.prune()
    assert set(ask(server, f"/{server.name}.g*")) == {engine.health().generation}


def test_a_rebuild_ends_in_one_segment(engine, server):
    with engine.rebuild() as rebuild:
        for start in range(0, 600, 100):
            rebuild.write([doc(f"p:{start + n}", vector=one) for n, one in enumerate(vectors(100, start))])
        rebuild.switch()
    (segments,) = (each for each in ask(server, f"/_cat/segments/{engine.health().generation}?format=json"))
    assert segments["docs.count"] == "600"


def test_a_tombstone_keeps_older_versions_away_and_is_met_by_no_question(engine):
    engine.write([doc("p:1", 3, vector=vectors(1)[0])])
    engine.delete({"p:1": 4, "p:7": 9})
    engine.refresh()
    assert engine.write([doc("p:1", 3), doc("p:7", 8)]).stale == ["p:1", "p:7"]
    assert (engine.count(ANYTHING), engine.facets(ANYTHING, "kind"), engine.get(["p:1"])) == (0, {}, {})
    assert (engine.search(ALPHA, ANYTHING).hits, engine.nearest(vectors(1)[0], ANYTHING)) == ((), ())
    assert (engine.vectors(["p:1"]), list(engine.versions())) == ({}, [])
    assert engine.health().garbage_rows >= 2


def test_part_of_a_batch_that_the_server_refuses_is_told_and_the_rest_is_written(engine):
    report = engine.write([doc("p:1"), doc("p:2", fields=("x" * 40_000,)), doc("p:3")])
    assert (report.written, list(report.failed)) == (2, ["p:2"])
    assert "failed to parse field [fields]" in report.failed["p:2"]


def test_long_ids_in_any_script_are_kept_apart(engine):
    keys = ["p:" + "轴" * 300 + end for end in "ab"]
    assert engine.write([doc(key) for key in keys]).written == 2
    engine.refresh()
    assert sorted(engine.get(keys)) == keys
    assert [key for key, _version in engine.versions()] == keys
    assert engine.delete({keys[0]: 2}).deleted == 1


def test_the_mark_of_an_empty_text_is_no_word():
    assert words(MARK) == []


def test_pages_after_the_second_do_not_move_while_documents_come(engine):
    engine.write([doc(f"p:{n:02d}") for n in range(10)])
    engine.refresh()
    first = engine.search(ALPHA, ANYTHING, 3)
    second = engine.search(ALPHA, ANYTHING, 3, first.after)
    engine.write([doc(f"p:{n:02d}a", title="alpha alpha") for n in range(10)])
    engine.delete({"p:07": 2})
    engine.refresh()
    third = engine.search(ALPHA, ANYTHING, 3, second.after)
    assert [hit.id for page in (first, second, third) for hit in page.hits] == [
        f"p:{n:02d}" for n in range(9)
    ]


def test_a_point_in_time_that_has_ended_is_begun_anew(engine):
    engine.write([doc(f"p:{n}") for n in range(9)])
    engine.refresh()
    page = engine.search(ALPHA, ANYTHING, 3)
    page = engine.search(ALPHA, ANYTHING, 3, page.after)
    ended = Place.of(page.after.rpartition("-")[0]).pit
    assert len(ended) > 20
    engine._client.close_point_in_time(id=ended)
    assert [hit.id for hit in engine.search(ALPHA, ANYTHING, 3, page.after).hits] == ["p:6", "p:7", "p:8"]


@pytest.mark.parametrize("text", ["", "e30=", "WzFd", "!!", "bnVsbA=="])
def test_a_place_that_was_not_made_here_is_refused(text):
    with pytest.raises(QueryError, match="first"):
        Place.of(text)


def test_a_holder_on_another_host_is_waited_for_until_its_lease_ends(engine, server, monkeypatch):
    def held(seconds):
        _sent(
            server,
            f"/{server.name}.meta/_doc/rebuild?refresh=true",
            {"owner": "elsewhere/1/x", "until": time.time() + seconds},
        )

    held(60)
    with pytest.raises(EngineBusy, match="elsewhere"), engine.rebuild():
        pass
    with pytest.raises(EngineBusy):
        engine.prune()
    held(-1)
    with engine.rebuild() as rebuild:
        rebuild.switch()


def test_a_lease_is_renewed_while_it_is_held(engine, server, monkeypatch):
    monkeypatch.setattr(elasticsearch_lease, "LEASE", 0.4)
    with engine.rebuild() as rebuild:
        time.sleep(1.0)
        until = ask(server, f"/{server.name}.meta/_doc/rebuild")["_source"]["until"]
        assert until > time.time()
        rebuild.switch()
    assert ask(server, f"/{server.name}.meta/_doc/rebuild")["_source"]["until"] == 0.0


def test_many_openers_of_nothing_make_one_index(server):
    found, barrier = [], threading.Barrier(6)

    def open_one():
        barrier.wait()
        made = opened(server)
        found.append(made.generation)
        made.close()

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [f"{server.name}.g000001"] * 6


def test_a_lost_small_index_is_made_again(engine, server):
    ask(server, f"/{server.name}.meta", "DELETE")
    again = opened(server)
    assert again.count(ANYTHING) == 0
    again.close()
    ask(server, f"/{server.name}.g000001", "DELETE")
    with pytest.raises(IndexBroken, match="rebuild"):
        opened(server)


@pytest.mark.parametrize("count", [3000])
def test_the_nearest_of_many_are_found(engine, count):
    matrix = vectors(count)
    with engine.rebuild() as rebuild:
        for start in range(0, count, 500):
            some = matrix[start : start + 500]
            rebuild.write([doc(f"p:{start + n}", vector=one) for n, one in enumerate(some)])
        rebuild.switch()
    found = 0
    for asked in vectors(40, seed=2):
        cosines = matrix @ asked
        best = {f"p:{row}" for row in np.argsort(-cosines)[:10]}
        hits = engine.nearest(asked, ANYTHING, 10)
        found += len(best & {hit.id for hit in hits})
        assert [hit.score for hit in hits] == pytest.approx(
            [float(cosines[int(hit.id[2:])]) for hit in hits], abs=1e-5
        )
    assert found >= 0.95 * 400


def test_several_shards_answer_as_one(server):
    one, three = opened(server), opened(replace(server, name=server.name + "-three", shards=3))
    titles = ["alpha", "alpha beta", "beta beta gamma", "gamma alpha alpha", "delta"]
    some = [doc(f"p:{n:02d}", title=titles[n % 5], vector=v) for n, v in enumerate(vectors(60))]
    query = WordQuery({"alpha": 1.0, "gamma": 2.0, "beta": 0.5})

    def pages(engine):
        engine.write(some)
        engine.refresh()
        seen, after = [], None
        while True:
            page = engine.search(query, ANYTHING, 7, after, total=True)
            seen.append(([hit.id for hit in page.hits], page.total))
            after = page.after
            if after is None:
                return seen

    assert pages(three) == pages(one)
    nearest = [[hit.id for hit in engine.nearest(vectors(1, 9)[0], ANYTHING, 20)] for engine in (one, three)]
    assert nearest[0] == nearest[1]
    assert three.facets(ANYTHING, "kind", query) == one.facets(ANYTHING, "kind", query)
    one.close()
    three.drop()
