"""Clauses 11 to 13 and 16: vectors, filters, audiences, look-ups by id."""

from __future__ import annotations

import numpy as np
import pytest
from contract_samples import ANYTHING, DIMENSION, EVERYBODY, doc, found, near, query, unit, vector

from indexer.query import Filter, QueryError


def test_clause_11_nearest_are_those_of_greatest_cosine(engine):
    engine.write([doc(f"p:{n:02d}", vector=vector(n)) for n in range(40)] + [doc("p:none", title="x")])
    engine.refresh()
    asked = vector(99)
    cosines = {f"p:{n:02d}": float(vector(n).astype(float) @ asked.astype(float)) for n in range(40)}
    wanted = sorted(cosines, key=lambda key: -cosines[key])

    hits = engine.nearest(asked, EVERYBODY, 12)
    assert [hit.id for hit in hits] == wanted[:12]
    assert [hit.score for hit in hits] == pytest.approx([cosines[key] for key in wanted[:12]], abs=1e-5)
    assert [hit.id for hit in engine.nearest(asked, EVERYBODY, 100)] == wanted


def test_clause_11_equal_cosines_are_ordered_by_id(engine):
    keys = [f"p:{(7 * n) % 30:02d}" for n in range(30)]
    engine.write([doc(key, vector=unit(1)) for key in keys] + [doc("q:1", vector=unit(0, 1))])
    engine.refresh()
    assert [hit.id for hit in engine.nearest(unit(1, 1), EVERYBODY, 5)] == sorted(keys)[:5]


@pytest.mark.parametrize(
    "bad", [np.ones(3), np.full(DIMENSION, np.nan), np.ones((1, DIMENSION))], ids=["short", "nan", "matrix"]
)
def test_clause_11_a_vector_of_another_form_raises(engine, bad):
    with pytest.raises(QueryError):
        engine.nearest(bad.astype(np.float32), EVERYBODY)
    with pytest.raises(QueryError):
        engine.scores(bad.astype(np.float32), ["p:1"])


FILTERS = {
    "kinds": (Filter(None, kinds=("p",)), ["p:1", "p:2"]),
    "two kinds": (Filter(None, kinds=("p", "e")), ["e:1", "p:1", "p:2"]),
    "no kind": (Filter(None, kinds=()), []),
    "unknown kind": (Filter(None, kinds=("zz", "\ud800")), []),
    "fields": (Filter(None, fields=("F1",)), ["p:1", "p:2"]),
    "two fields": (Filter(None, fields=("F2", "F3")), ["e:1", "p:2"]),
    "regions": (Filter(None, regions=("R1",)), ["e:1", "p:1"]),
    "bodies": (Filter(None, bodies=("B1",)), ["p:2"]),
    "people": (Filter(None, people=("e:7",)), ["p:1", "p:2"]),
    "ids": (Filter(None, ids=("p:1", "e:1", "nobody", "\ud800")), ["e:1", "p:1"]),
    "no ids": (Filter(None, ids=()), []),
    "excluded": (Filter(None, excluded=("p:1", "nobody")), ["e:1", "n:1", "p:2"]),
    "since": (Filter(None, since="2024-05-02"), ["p:2"]),
    "since itself": (Filter(None, since="2024-05-01"), ["p:1", "p:2"]),
    "until": (Filter(None, until="2024-05-01"), ["e:1", "p:1"]),
    "between": (Filter(None, since="2024-01-01", until="2024-12-31"), ["p:1"]),
    "and": (Filter(None, kinds=("p",), regions=("R1",)), ["p:1"]),
    "and without match": (Filter(None, kinds=("e",), fields=("F1",)), []),
    "all together": (
        Filter(
            frozenset({"public"}),
            ("p",),
            ("F1",),
            ("R2",),
            ("B1",),
            ("e:7",),
            ("p:2",),
            ("x",),
            "2024-01-01",
            "2026-01-01",
        ),
        ["p:2"],
    ),
}


@pytest.fixture
def filled(engine):
    engine.write(
        [
            doc(
                "p:1",
                title="alpha",
                fields=("F1",),
                regions=("R1",),
                people=("e:7",),
                date="2024-05-01",
                vector=vector(1),
            ),
            doc(
                "p:2",
                title="alpha",
                fields=("F1", "F2"),
                regions=("R2",),
                bodies=("B1", "B2"),
                people=("e:6", "e:7"),
                date="2025-01-01",
                vector=vector(2),
            ),
            doc(
                "e:1",
                title="alpha",
                fields=("F3",),
                regions=("R1", "R2"),
                date="2023-12-31",
                vector=vector(3),
            ),
            doc("n:1", title="alpha", vector=vector(4)),
        ]
    )
    engine.refresh()
    return engine


@pytest.mark.parametrize(("where", "wanted"), FILTERS.values(), ids=FILTERS)
def test_clause_12_filters_hold_in_every_question_alike(filled, where, wanted):
    assert sorted(found(filled, "alpha", where=where)) == wanted
    assert sorted(near(filled, 9, where)) == wanted
    assert filled.count(where) == len(wanted)
    assert filled.search(query("alpha"), where, 0).total == len(wanted)
    kinds = {key: sum(one.startswith(key) for one in wanted) for key in sorted({one[0] for one in wanted})}
    assert filled.facets(where, "kind") == kinds
    assert filled.facets(where, "kind", query("alpha")) == kinds


def test_clause_12_filters_are_applied_before_the_cut(engine):
    engine.write([doc(f"p:{n:03d}", title="alpha", vector=unit(1, n / 1e6)) for n in range(120)])
    engine.write([doc("e:1", title="alpha filler filler", vector=unit(-1))])
    engine.refresh()
    where = Filter(None, kinds=("e",))
    assert [hit.id for hit in engine.search(query("alpha"), where, 1).hits] == ["e:1"]
    assert [hit.id for hit in engine.nearest(unit(1), where, 1)] == ["e:1"]


def test_clause_12_facets_count_each_document_once_by_value(filled):
    assert filled.facets(ANYTHING, "field") == {"F1": 2, "F2": 1, "F3": 1}
    assert filled.facets(ANYTHING, "region") == {"R1": 2, "R2": 2}
    assert filled.facets(ANYTHING, "body") == {"B1": 1, "B2": 1}
    assert filled.facets(Filter(None, kinds=("p",)), "field", query("alpha")) == {"F1": 2, "F2": 1}
    assert filled.facets(ANYTHING, "field", query("nowhere")) == {}


def test_clause_12_an_unknown_facet_and_a_date_that_is_none_raise(filled):
    with pytest.raises(QueryError, match="kind, field, region, body"):
        filled.facets(ANYTHING, "colour")
    with pytest.raises(QueryError, match="YYYY-MM-DD"):
        filled.count(Filter(None, since="yesterday"))


AUDIENCES = {
    "nobody": (frozenset(), []),
    "public": ({"public"}, ["p:all"]),
    "one": ({"public", "org:1"}, ["p:1", "p:12", "p:all"]),
    "two": ({"public", "org:2"}, ["p:12", "p:all"]),
    "rival": ({"public", "org:1", "org:3"}, ["p:1", "p:all"]),
    "stranger": ({"org:9"}, []),
    "unchecked": (None, ["p:1", "p:12", "p:all", "p:nobody"]),
}


@pytest.mark.parametrize(("audiences", "wanted"), AUDIENCES.values(), ids=AUDIENCES)
def test_clause_13_found_iff_readers_meet_and_hidden_does_not(engine, audiences, wanted):
    readers = {"p:all": {"public"}, "p:1": {"org:1"}, "p:12": {"org:1", "org:2"}, "p:nobody": set()}
    hidden = {"p:12": {"org:3", "org:4"}}
    engine.write(
        [
            doc(
                key,
                title="alpha",
                vector=vector(n),
                readers=frozenset(who),
                hidden_from=frozenset(hidden.get(key, ())),
            )
            for n, (key, who) in enumerate(readers.items())
        ]
    )
    engine.refresh()
    where = Filter(None if audiences is None else frozenset(audiences))

    assert sorted(found(engine, "alpha", where=where)) == wanted
    assert sorted(near(engine, 5, where)) == wanted
    assert engine.count(where) == len(wanted)
    assert sum(engine.facets(where, "kind").values()) == len(wanted)
    assert sum(engine.facets(where, "kind", query("alpha")).values()) == len(wanted)


def test_clause_16_look_ups_leave_unknown_ids_out(engine):
    engine.write(
        [
            doc("p:1", title="a1", vector=vector(1)),
            doc("p:2", title="a2"),
            doc("p:3", vector=vector(3), readers=frozenset()),
        ]
    )
    engine.refresh()
    asked = ["p:3", "nobody", "p:2", "p:1", "p:1", "\ud800", ""]

    assert sorted(engine.get(asked)) == ["p:1", "p:2", "p:3"]
    assert sorted(engine.vectors(asked)) == ["p:1", "p:3"]
    scores = engine.scores(vector(9), asked)
    assert scores == {
        key: pytest.approx(float(vector(n) @ vector(9)), abs=1e-5) for key, n in (("p:3", 3), ("p:1", 1))
    }


def test_clause_16_any_number_of_ids(engine):
    engine.write([doc(f"p:{n}", vector=vector(n)) for n in range(300)])
    engine.refresh()
    ids = [f"p:{n}" for n in range(5000)]
    assert (len(engine.get(ids)), len(engine.vectors(ids)), len(engine.scores(vector(1), ids))) == (
        300,
        300,
        300,
    )
    assert (engine.get([]), engine.vectors([]), engine.scores(vector(1), [])) == ({}, {}, {})
