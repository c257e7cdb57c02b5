"""Clauses 19, 20, 23 and 24: rebuilding, other models, broken indexes, what is denied."""

from __future__ import annotations

import pytest
from contract_samples import ANYTHING, FINGERPRINT, doc, found, near, query, vector

from indexer.engine import EngineBusy, EngineError, IndexBroken, IndexMismatch


def fill(engine) -> None:
    engine.write([doc(f"p:{n}", title="alpha", vector=vector(n)) for n in range(3)])
    engine.refresh()


def assert_as_filled(engine) -> None:
    assert found(engine, "alpha") == ["p:0", "p:1", "p:2"]
    assert sorted(near(engine, 1)) == ["p:0", "p:1", "p:2"]
    assert list(engine.versions()) == [("p:0", 1), ("p:1", 1), ("p:2", 1)]
    assert engine.facets(ANYTHING, "kind") == {"p": 3}


def test_clause_19_a_rebuild_is_unseen_until_the_switch(engine, place):
    fill(engine)
    other = place.open()
    before = engine.health().generation
    with engine.rebuild() as rebuild:
        report = rebuild.write(
            [doc("n:1", title="alpha", vector=vector(9)), doc("n:2", title="beta"), doc("bad", date="x")]
        )
        assert (report.written, list(report.failed)) == (2, ["bad"])
        assert rebuild.delete({"n:2": 1}).deleted == 1
        rebuild.refresh()
        assert_as_filled(engine)
        assert_as_filled(other)
        rebuild.switch()
        for reader in (engine, other):
            assert (found(reader, "alpha"), near(reader, 1)) == (["n:1"], ["n:1"])
            assert list(reader.versions()) == [("n:1", 1)]
    assert engine.health().generation != before
    assert engine.generation == engine.health().generation
    engine.write([doc("n:2", 2, title="alpha")])
    engine.refresh()
    assert found(other, "alpha") == ["n:1", "n:2"]


def test_clause_19_a_dropped_rebuild_leaves_the_live_index(engine, place):
    fill(engine)
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="alpha")])
    assert_as_filled(engine)
    engine.close()
    assert_as_filled(place.open())


def test_clause_19_a_failed_rebuild_leaves_the_live_index(engine):
    fill(engine)

    def fail() -> None:
        with engine.rebuild() as rebuild:
            rebuild.write([doc("n:1", title="alpha")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert_as_filled(engine)
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="alpha")])
        rebuild.switch()
    assert found(engine, "alpha") == ["n:1"]


def test_clause_19_the_live_index_is_written_during_a_rebuild(engine):
    fill(engine)
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="beta")])
        engine.write([doc("p:9", title="alpha")])
        engine.refresh()
        assert found(engine, "alpha") == ["p:0", "p:1", "p:2", "p:9"]


def test_clause_19_an_ended_rebuild_takes_nothing_more(engine):
    with engine.rebuild() as rebuild:
        rebuild.switch()
        with pytest.raises(EngineError):
            rebuild.write([doc("n:1")])
    with pytest.raises(EngineError):
        rebuild.switch()
    assert engine.count(ANYTHING) == 0


def test_clause_19_the_old_index_is_kept_until_pruned(engine):
    fill(engine)
    for word in ("beta", "gamma"):
        with engine.rebuild() as rebuild:
            rebuild.write([doc("n:1", title=word)])
            rebuild.switch()
    engine.prune()
    assert found(engine, "gamma") == ["n:1"]
    engine.prune()
    engine.write([doc("n:2", title="gamma")])
    engine.refresh()
    assert found(engine, "gamma") == ["n:1", "n:2"]


def test_clause_19_a_second_rebuild_and_a_prune_wait_in_vain(engine, place):
    fill(engine)
    other = place.open()
    with engine.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="alpha")])
        with pytest.raises(EngineBusy), other.rebuild():
            pass
        with pytest.raises(EngineBusy):
            other.prune()
        rebuild.switch()
    assert found(other, "alpha") == ["n:1"]


def test_clause_19_readers_survive_switch_and_prune_in_the_middle(engine, place):
    fill(engine)
    other = place.open()
    page = other.search(query("alpha"), ANYTHING, 2)
    with engine.rebuild() as rebuild:
        rebuild.write([doc(f"p:{n}", 2, title="alpha", vector=vector(n)) for n in range(3)])
        rebuild.switch()
    engine.prune()
    assert [hit.id for hit in other.search(query("alpha"), ANYTHING, 2, page.after).hits] == ["p:2"]
    assert sorted(other.get(["p:0"])) == ["p:0"]


@pytest.mark.parametrize(
    "change", [{"fingerprint": "test-model/2"}, {"dimension": 9}], ids=["fingerprint", "dimension"]
)
def test_clause_20_another_model_does_not_fit(engine, place, change):
    fill(engine)
    with pytest.raises(IndexMismatch, match="matchmaker index rebuild"):
        place.open(**change)
    assert_as_filled(engine)


def test_clause_20_a_rebuild_with_another_model_takes_its_place(engine, place):
    fill(engine)
    new = place.open(fingerprint="test-model/2", is_rebuilding=True)
    with pytest.raises(IndexMismatch):
        new.count(ANYTHING)
    with new.rebuild() as rebuild:
        rebuild.write([doc("n:1", title="alpha")])
        assert_as_filled(engine)
        rebuild.switch()
    assert found(new, "alpha") == ["n:1"]
    with pytest.raises(IndexMismatch):
        engine.count(ANYTHING)


def ask_everything(place) -> None:
    engine = place.open()
    engine.search(query("alpha"), ANYTHING)
    engine.nearest(vector(1), ANYTHING)
    engine.get(["p:1"])
    engine.write([doc("p:9", title="alpha")])


def test_clause_23_a_lost_or_broken_index_says_how_to_rebuild_it(place, subtests):
    for name in place.damages():
        with subtests.test(name):
            place.drop()
            engine = place.open()
            fill(engine)
            engine.close()
            place.damages()[name]()
            with pytest.raises(IndexBroken, match="matchmaker index rebuild"):
                ask_everything(place)


def test_clause_23_a_rebuild_repairs_whatever_broke(place, subtests):
    for name in place.damages():
        with subtests.test(name):
            place.drop()
            engine = place.open()
            fill(engine)
            engine.close()
            place.damages()[name]()
            repairing = place.open(is_rebuilding=True)
            with repairing.rebuild() as rebuild:
                rebuild.write([doc(f"p:{n}", title="alpha", vector=vector(n)) for n in range(3)])
                rebuild.switch()
            repairing.prune()
            assert_as_filled(repairing)
            repairing.close()
            assert_as_filled(place.open())


def test_clause_23_an_index_that_vanishes_under_a_reader_is_broken(engine, place):
    fill(engine)
    place.open().drop()
    with pytest.raises(IndexBroken, match="matchmaker index rebuild"):
        engine.search(query("alpha"), ANYTHING)


def test_clause_24_the_embedded_engine_denies_nothing_but_a_second_writer(engine):
    can = engine.capabilities
    assert can.visible_after <= 2.0
    assert can.lock_wait >= 0
    if can.name == "embedded":
        assert (can.exact_vectors, can.exact_totals, can.several_writers) == (True, True, False)


def test_a_closed_engine_says_so_and_closes_twice(engine, place):
    fill(engine)
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.count(ANYTHING)
    assert_as_filled(place.open(fingerprint=FINGERPRINT))
