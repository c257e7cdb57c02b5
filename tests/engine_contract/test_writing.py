"""Clauses 1 to 6 and 18: what is written, replaced, deleted, refused."""

from __future__ import annotations

import time
from dataclasses import fields

import numpy as np
import pytest
from contract_samples import ANYTHING, EVERYBODY, doc, found, near, query, unit, vector

from indexer.document import StoredDocument
from indexer.query import Page
from indexer.text import words


def test_clause_01_a_fresh_index_answers_every_query_with_nothing(engine):
    assert engine.search(query("轴承"), EVERYBODY, total=True) == Page((), 0, None)
    assert engine.nearest(vector(1), EVERYBODY) == ()
    assert engine.scores(vector(1), ["p:1"]) == {}
    assert engine.vectors(["p:1"]) == {}
    assert engine.get(["p:1"]) == {}
    assert engine.count(ANYTHING) == 0
    assert engine.facets(ANYTHING, "kind") == {}
    assert engine.frequencies(["轴承"]) == {"轴承": 0}
    assert list(engine.versions()) == []
    assert dict(engine.health().documents) == {}


def test_clause_02_a_written_document_is_found_by_words_vector_and_id(engine):
    report = engine.write(
        [doc("p:1", title="轴承故障", keywords=("诊断",), body="振动信号", vector=vector(1))]
    )
    engine.refresh()

    assert (report.written, report.stale, report.failed) == (1, [], {})
    for word in ("轴承", "故障", "诊断", "振动", "信号"):
        assert found(engine, word) == ["p:1"]
    assert near(engine, 1) == ["p:1"]
    assert engine.get(["p:1"])["p:1"].title == "轴承故障"


def test_clause_02_every_field_comes_back_as_it_was_given(engine):
    written = doc(
        "p:1",
        7,
        kind="problem",
        title="轴承 故障",
        keywords=("诊断 方法", "AI"),
        body="第一行\n第二行",
        people=("expert:2", "expert:1"),
        bodies=("org:9",),
        fields=("F2", "F1"),
        regions=("110000",),
        date="2024-05-06",
        display={"姓名": "张", "n": 3, "x": 1.5, "none": None},
    )
    engine.write([written])
    stored = engine.get(["p:1"])["p:1"]

    for name in (field.name for field in fields(StoredDocument) if field.name != "words"):
        assert getattr(stored, name) == getattr(written, name), name
    texts = (written.title, "\n".join(written.keywords), written.body)
    assert stored.words == tuple(tuple(words(text)) for text in texts)


def test_clause_02_another_engine_on_the_same_index_sees_it_in_time(engine, place):
    other = place.open()
    assert found(other, "轴承") == []
    engine.write([doc("p:1", title="轴承", vector=vector(1))])
    deadline = time.monotonic() + engine.capabilities.visible_after
    while not found(other, "轴承") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (found(other, "轴承"), near(other, 1)) == (["p:1"], ["p:1"])


def test_clause_03_writing_again_replaces_the_whole_document(engine):
    engine.write([doc("p:1", 1, title="轴承", fields=("F1",), people=("e:1",), vector=vector(1)), doc("p:2")])
    engine.write([doc("p:1", 2, kind="x", title="电池", readers=frozenset({"org:1"}))])
    engine.refresh()

    assert found(engine, "轴承", where=ANYTHING) == []
    assert found(engine, "电池", where=ANYTHING) == ["p:1"]
    assert found(engine, "电池") == []
    assert near(engine, 1, ANYTHING) == []
    assert engine.facets(ANYTHING, "field") == {}
    assert engine.facets(ANYTHING, "kind") == {"p": 1, "x": 1}
    assert engine.get(["p:1"])["p:1"].people == ()
    assert list(engine.versions()) == [("p:1", 2), ("p:2", 1)]


@pytest.mark.parametrize("vectors", [(1, 1), (1, 2), (1, None), (None, 1)])
def test_clause_03_the_vector_is_replaced_too(engine, vectors):
    old, new = (None if seed is None else vector(seed) for seed in vectors)
    engine.write([doc("p:1", 1, vector=old)])
    engine.write([doc("p:1", 2, vector=new)])
    engine.refresh()

    kept = engine.vectors(["p:1"])
    assert list(kept) == ([] if new is None else ["p:1"])
    if new is not None:
        np.testing.assert_array_equal(kept["p:1"], new)


def test_clause_04_an_older_version_is_left_out_as_stale(engine):
    engine.write([doc("p:1", 5, title="新")])
    report = engine.write([doc("p:1", 4, title="旧"), doc("p:2", 1, title="另")])

    assert (report.written, report.stale) == (1, ["p:1"])
    assert engine.get(["p:1"])["p:1"].title == "新"


def test_clause_04_an_equal_version_is_written_again(engine):
    engine.write([doc("p:1", 5, title="轴承")])
    report = engine.write([doc("p:1", 5, title="电池")])
    engine.refresh()

    assert (report.written, report.stale) == (1, [])
    assert (found(engine, "轴承"), found(engine, "电池")) == ([], ["p:1"])


def test_clause_04_within_a_batch_the_greatest_version_stays(engine):
    report = engine.write([doc("p:1", v, title=f"轴承 word{v}") for v in (2, 3, 1, 3)])
    engine.refresh()

    assert (report.written, report.stale) == (3, ["p:1"])
    assert found(engine, "轴承") == ["p:1"]
    assert list(engine.versions()) == [("p:1", 3)]


def test_clause_04_an_older_version_does_not_come_back_after_a_deletion(engine):
    engine.write([doc("p:1", 5, title="轴承")])
    engine.delete({"p:1": 6})
    assert engine.write([doc("p:1", 5, title="轴承")]).stale == ["p:1"]
    assert engine.write([doc("p:1", 6, title="轴承")]).written == 1
    engine.refresh()
    assert found(engine, "轴承") == ["p:1"]


def test_clause_04_an_older_deletion_is_stale(engine):
    engine.write([doc("p:1", 5, title="轴承")])
    report = engine.delete({"p:1": 4})
    engine.refresh()

    assert (report.deleted, report.stale) == (0, ["p:1"])
    assert found(engine, "轴承") == ["p:1"]


def test_clause_05_delete_removes_by_id_and_unknown_ids_are_no_error(engine):
    engine.write([doc(f"p:{n}", title="轴承", vector=vector(n)) for n in range(3)])
    report = engine.delete({"p:1": 1, "p:9": 3})
    engine.refresh()

    assert (report.deleted, report.stale, report.failed) == (1, [], {})
    assert found(engine, "轴承") == ["p:0", "p:2"]
    assert sorted(near(engine, 1)) == ["p:0", "p:2"]
    assert sorted(engine.get(["p:0", "p:1", "p:2"])) == ["p:0", "p:2"]
    assert engine.count(ANYTHING) == 2
    assert engine.facets(ANYTHING, "kind") == {"p": 2}
    assert engine.frequencies(["轴承"]) == {"轴承": 2}
    assert list(engine.versions()) == [("p:0", 1), ("p:2", 1)]


def test_clause_05_a_deletion_of_an_unknown_id_keeps_older_writes_away(engine):
    engine.delete({"p:1": 3})
    assert engine.write([doc("p:1", 2)]).stale == ["p:1"]


def test_clause_05_deleting_everything_leaves_an_empty_index(engine):
    engine.write([doc(f"p:{n}", title="轴承", vector=vector(n)) for n in range(3)])
    engine.delete({f"p:{n}": 2 for n in range(3)})
    engine.refresh()

    assert engine.search(query("轴承"), ANYTHING, total=True) == Page((), 0, None)
    assert (near(engine, 1), engine.count(ANYTHING), list(engine.versions())) == ([], 0, [])


BAD = {
    "dimension": {"vector": np.ones(3, dtype=np.float32) / np.sqrt(3)},
    "not a number": {"vector": np.full(8, np.nan, dtype=np.float32)},
    "infinite": {"vector": np.full(8, np.inf, dtype=np.float32)},
    "not unit": {"vector": np.full(8, 2.0, dtype=np.float32)},
    "title": {"title": "a\ud800"},
    "body": {"body": "a\udfff"},
    "keyword": {"keywords": ("\ud800",)},
    "reader": {"readers": frozenset({"\ud800"})},
    "display": {"display": {"x": "\ud800"}},
    "display number": {"display": {"x": float("nan")}},
    "date": {"date": "yesterday"},
    "version": {"version": -1},
}


@pytest.mark.parametrize("values", BAD.values(), ids=BAD)
def test_clause_06_a_bad_document_is_reported_and_the_others_are_written(engine, values):
    report = engine.write([doc("p:1", title="轴承"), doc("p:2", **values), doc("p:3", title="轴承")])
    engine.refresh()

    assert (report.written, list(report.failed)) == (2, ["p:2"])
    assert len(report.failed["p:2"]) > 10
    assert found(engine, "轴承") == ["p:1", "p:3"]


@pytest.mark.parametrize("key", ["", "p:\ud800", "p:" + "x" * 5000])
def test_clause_06_a_bad_id_is_reported(engine, key):
    report = engine.write([doc(key, kind="p"), doc("p:1")])
    assert (report.written, list(report.failed)) == (1, [key])
    assert list(engine.versions()) == [("p:1", 1)]


def test_clause_06_strange_texts_are_no_fault(engine):
    strange = [
        "\x00\x01轴承\x1f",
        "轴承 " + "x" * 100_000,
        "轴承\u202e\ufeff",
        "轴承 AND (",
        "轴承\n\n",
        "𠀀轴承😀",
    ]
    report = engine.write([doc(f"p:{n}", title=text, body=text) for n, text in enumerate(strange)])
    engine.refresh()

    assert (report.written, report.failed) == (len(strange), {})
    assert sorted(found(engine, "轴承")) == [f"p:{n}" for n in range(len(strange))]


def test_clause_18_versions_come_in_id_order(engine):
    engine.write([doc(key, n) for n, key in enumerate(["p:b", "p:10", "p:2", "e:1", "p:é", "p:轴"])])
    engine.delete({"p:2": 9})
    assert list(engine.versions()) == [("e:1", 3), ("p:10", 1), ("p:b", 0), ("p:é", 4), ("p:轴", 5)]


def test_clause_18_versions_are_as_of_the_call(engine):
    engine.write([doc("p:1"), doc("p:2")])
    yielding = engine.versions()
    engine.delete({"p:2": 2})
    assert list(yielding) == [("p:1", 1), ("p:2", 1)]


def test_health_counts_live_documents(engine):
    engine.write([doc("p:1", vector=unit(1)), doc("p:2", vector=unit(0, 1)), doc("e:1")])
    engine.write([doc("p:1", 2, vector=unit(0, 0, 1))])
    engine.refresh()
    health = engine.health()

    assert dict(health.documents) == {"e": 1, "p": 2}
    assert (health.state, health.dimension, health.fingerprint) == ("ok", 8, "test-model/1")
    assert (health.garbage_rows in (0, 1), health.engine) == (True, engine.capabilities.name)
