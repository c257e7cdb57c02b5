"""Repairs change as little as can be: all plans of tiny instances are tried; larger ones keep every rule."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from matchmaker.planning.changes import differences
from matchmaker.planning.facts import figures, is_possible, unmet_minima
from matchmaker.planning.greedy import greedy
from matchmaker.planning.instance import Instance, Meeting, Pair, Person, Pin, Problem, Table
from matchmaker.planning.reading import read
from matchmaker.planning.repair import keep, repair
from matchmaker.planning.result import Effort
from tests.planning.rules import broken, plans
from tests.support.planning_changes import KINDS, changed
from tests.support.planning_instances import event

EFFORT = Effort(seconds=5.0, workers=1)


@st.composite
def published(draw: st.DrawFn) -> Instance:
    """Three experts, two problems, two slots or three, and a plan of before the hours were what they are."""
    slots = draw(st.integers(2, 3))
    tables = (Table("T"), Table("U", frozenset({"大"})))
    pairs = tuple(
        Pair(expert, problem, draw(st.sampled_from([0.2, 0.6, 0.9])), must=draw(st.integers(0, 9)) == 0)
        for expert in ("A", "B", "C")
        for problem in ("Q", "R")
        if draw(st.integers(0, 3))
    )
    limits = st.sampled_from([None, None, 1])
    least = st.sampled_from([0, 1, 1, 2])
    before = Instance(
        slots,
        tables,
        tuple(Person(each, max_meetings=draw(limits), max_in_a_row=draw(limits)) for each in "ABCXY"),
        (
            Problem("Q", ("X",), draw(least), 2),
            Problem("R", ("Y",), draw(least), 2, draw(st.sampled_from([None, "大"]))),
        ),
        pairs,
        min_score=0.5,
    )
    plan = greedy(before)
    assume(plan)
    away = draw(st.lists(st.tuples(st.sampled_from("ABCXY"), st.integers(0, slots - 1)), max_size=2))
    people = tuple(
        replace(each, unavailable=frozenset(slot for who, slot in away if who == each.id))
        for each in before.people
    )
    closed = draw(st.none() | st.integers(0, slots - 1))
    tables = (
        tables[0],
        replace(tables[1], unavailable=frozenset() if closed is None else frozenset({closed})),
    )
    pinned = (Pin(*pairs[0].key, draw(st.integers(0, slots - 1))),) if draw(st.integers(0, 3)) == 0 else ()
    return replace(before, people=people, tables=tables, pinned=pinned, published=plan or ())


def _cost(instance: Instance, plan: Sequence[Meeting]) -> tuple[float, int, int, int]:
    """Unmet minima, moved, of another time or given up, others."""
    at = {each.key: each for each in plan}
    impossible = [each for each in instance.published if not _could_stay(instance, each)]
    hit = {person for each in impossible for person in instance.attending(each.key)}
    told = differences(instance, instance.published, plan)
    others = {
        person
        for person, changes in told.people.items()
        if person not in hit and any(change.kind != "table" for change in changes)
    }
    later = sum(each.key not in at or at[each.key].slot != each.slot for each in instance.published)
    unmet = sum(unmet_minima(instance, at).values())
    return unmet, figures(instance, plan).moved, later, len(others)


def _could_stay(instance: Instance, meeting: Meeting) -> bool:
    bare = replace(instance, pinned=tuple(pin for pin in instance.pinned if pin.key == meeting.key))
    return is_possible(instance, instance.pair[meeting.key]) and not [
        each for each in broken(bare, [meeting]) if not each.startswith(("maximum", "in a row"))
    ]


def _every(instance: Instance) -> list[list[Meeting]]:
    """Plans of possible pairs (held ones whatever their score)."""
    pairs = tuple(each for each in instance.pairs if is_possible(instance, each) or each.key in instance.held)
    return list(plans(replace(instance, pairs=pairs), is_whole=False))


@given(published())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_changes_less(instance: Instance) -> None:
    assume(len(instance.pairs) <= 5)
    every = _every(instance)
    result = repair(instance, EFFORT)
    stay = keep(instance, EFFORT)
    if not every:
        assert (result.status, stay) == ("infeasible", None)
        return
    assert result.status == "optimal"
    assert broken(instance, result.meetings) == []
    least = min(_cost(instance, each) for each in every)
    assert _cost(instance, result.meetings) == least
    assert (result.bounds["unmet_minima"], result.bounds["moved"]) == least[:2]
    assert stay is not None
    assert len(stay.pins) == len(instance.published) - least[1]


def test_random_changes_to_an_event_keep_every_rule() -> None:
    instance = read(event(20, 14, 6, 9, seed=3))
    plan = greedy(instance)
    assert plan
    chance = random.Random(4)
    for kind in (*KINDS, "must"):
        after = changed(instance, plan, kind, chance)
        for fill in (False, True):
            result = repair(after, EFFORT, fill=fill)
            assert result.status == "optimal", kind
            assert broken(after, result.meetings) == [], kind
            assert result.figures == figures(after, result.meetings)


def test_a_meeting_of_somebody_absent_goes_elsewhere_and_nobody_else_moves() -> None:
    people = tuple(Person(each) for each in "ABXY")
    instance = Instance(
        3,
        (Table("T"), Table("U")),
        (replace(people[0], unavailable=frozenset({0})), *people[1:]),
        (Problem("Q", ("X",)), Problem("R", ("Y",))),
        (Pair("A", "Q", 0.9), Pair("B", "R", 0.9)),
        published=(Meeting("A", "Q", 0, "T"), Meeting("B", "R", 1, "T")),
    )
    result = repair(instance, EFFORT)
    assert Meeting("B", "R", 1, "T") in result.meetings
    assert [(each.expert, each.slot != 0) for each in result.meetings] == [("A", True), ("B", True)]
    told = differences(instance, instance.published, result.meetings)
    assert {person: [each.kind for each in own] for person, own in told.people.items()} == {
        "A": ["moved"],
        "X": ["moved"],
    }
    assert (told.count("moved"), told.count("cancelled")) == (1, 0)


def test_a_lost_meeting_is_replaced_when_asked() -> None:
    instance = Instance(
        1,
        (Table("T"), Table("U")),
        (Person("A", unavailable=frozenset({0})), Person("B"), Person("C"), Person("X")),
        (Problem("Q", ("X",)),),
        (Pair("A", "Q", 0.9), Pair("B", "Q", 0.5), Pair("C", "Q", 0.7)),
        published=(Meeting("A", "Q", 0, "T"),),
    )
    assert repair(instance, EFFORT).meetings == ()
    assert [each.key for each in repair(instance, EFFORT, fill=True).meetings] == [("C", "Q")]


def test_differences_tell_each_person() -> None:
    instance = Instance(
        3,
        (Table("T"), Table("U")),
        tuple(Person(each) for each in "ABCX"),
        (Problem("Q", ("X",)),),
        (Pair("A", "Q", 1.0), Pair("B", "Q", 1.0), Pair("C", "Q", 1.0)),
    )
    before = [Meeting("A", "Q", 0, "T"), Meeting("B", "Q", 1, "T"), Meeting("D", "gone", 2, "U")]
    after = [Meeting("A", "Q", 0, "U"), Meeting("C", "Q", 2, "T")]
    told = differences(instance, before, after)
    assert {person: [(each.kind, each.slot) for each in own] for person, own in told.people.items()} == {
        "A": [("table", 0)],
        "B": [("cancelled", 1)],
        "C": [("added", 2)],
        "D": [("cancelled", 2)],
        "X": [("table", 0), ("cancelled", 1), ("added", 2)],
    }
