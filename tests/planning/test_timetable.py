"""Timetables keep every rule, say honest bounds, and are best possible where all can be tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.planning.facts import figures, idle
from matchmaker.planning.frame import frame
from matchmaker.planning.instance import Instance, Meeting, Pair, Person, Pin, Problem, Table
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort
from matchmaker.planning.timetable import Timetable, solve
from matchmaker.planning.waiting import least_waiting
from tests.planning.rules import broken, plans
from tests.support.planning_house import FAMILY, House, house

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "planning"
QUICK = Effort(seconds=10.0, workers=1)
KINDS: tuple[str | None, ...] = (None, "大", "小")


@st.composite
def tiny(draw: st.DrawFn) -> Instance:
    """Up to five given pairs, four slots, three tables; hours, kinds, sessions, runs, pins."""
    slots = draw(st.integers(2, 4))
    some = st.frozensets(st.integers(0, slots - 1), max_size=1)
    tables = tuple(
        Table(
            f"T{at}",
            draw(st.sampled_from([frozenset(), frozenset({"大"}), frozenset({"大", "小"})])),
            draw(some),
        )
        for at in range(draw(st.integers(1, 3)))
    )
    limit = st.sampled_from([None, None, 1, 2])
    people = tuple(Person(f"P{at}", unavailable=draw(some), max_in_a_row=draw(limit)) for at in range(4))
    sessions = draw(st.sampled_from([(), ((0, 0), (1, slots - 1))]))
    problems = tuple(
        Problem(
            f"Q{at}",
            tuple(draw(st.lists(st.sampled_from(["P2", "P3"]), max_size=2, unique=True))),
            table_kind=draw(st.sampled_from(KINDS)),
        )
        for at in range(3)
    )
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(["P0", "P1"]), st.sampled_from(["Q0", "Q1", "Q2"])),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    session = st.sampled_from([None, None, None, len(sessions) - 1 if sessions else None])
    pairs = tuple(Pair(*key, 1.0, must=True, session=draw(session)) for key in keys)
    pins = tuple(
        Pin(*key, draw(st.none() | st.integers(0, slots - 1)), draw(st.none() | st.just("T0")))
        for key in keys[: draw(st.integers(0, 1))]
    )
    return Instance(
        slots, tables, people, problems, pairs, sessions=sessions, pinned=pins, objective="timetable"
    )


@given(tiny())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_tiny_one_is_best_possible(instance: Instance) -> None:
    every = list(plans(instance, is_whole=True)) if len(instance.pairs) <= 4 or instance.slots < 4 else None
    found = solve(instance, [each.key for each in instance.pairs], QUICK)
    if found is None:
        assert every is None or every == []
        return
    assert found.meetings is not None
    assert broken(instance, list(found.meetings)) == []
    _is_honest(instance, found)
    if every is not None:
        least = min(figures(instance, each).idle_slots for each in every)
        assert found.idle == least
        assert found.idle_bound <= least
        told = [figures(instance, each) for each in every]
        alike = [
            each.table_changes
            for each in told
            if (each.idle_slots, each.worst_idle) == (least, found.worst_idle)
        ]
        assert found.changes_bound <= min(alike)
        assert found.worst_idle_bound <= min(each.worst_idle for each in told if each.idle_slots == least)


def _brief(questions: int) -> Effort:
    """An effort that ends by itself, however slow the machine is."""
    asked = []

    def is_enough() -> bool:
        asked.append(1)
        return len(asked) > questions

    return Effort(seconds=120.0, workers=1, stopped=is_enough)


def _is_honest(instance: Instance, found: Timetable) -> None:
    """Figures are those of the meetings, bounds do not lie above them, "optimal" means that they meet."""
    meetings = found.meetings or ()
    told = figures(instance, meetings)
    values = found.idle, found.worst_idle, found.changes
    bounds = found.idle_bound, found.worst_idle_bound, found.changes_bound
    assert values == (told.idle_slots, told.worst_idle, told.table_changes)
    assert all(bound <= value for bound, value in zip(bounds, values, strict=True))
    assert (found.status == "optimal") == (bounds == values)


@pytest.mark.parametrize("name", ["full house", "full house, two sides", "tight, away", "two halves, tight"])
def test_houses_are_placed(name: str) -> None:
    instance = house(FAMILY[name], 7)
    found = solve(instance, [each.key for each in instance.pairs], _brief(200))
    assert found is not None
    assert found.meetings is not None
    assert len(found.meetings) == len(instance.pairs)
    assert broken(instance, found.meetings) == []
    _is_honest(instance, found)


@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/data/planning")
@pytest.mark.parametrize("name", ["tic-12", "forum-13"])
def test_real_events_wait_for_nobody(name: str) -> None:
    instance = read((REAL / f"{name}.json").read_bytes())
    found = solve(instance, [each.key for each in instance.pairs], Effort(seconds=20.0))
    assert found is not None
    assert found.meetings is not None
    assert broken(instance, found.meetings) == []
    assert (found.idle, found.idle_bound, found.worst_idle) == (0, 0, 0)


def test_counting_people_bounds_what_they_wait() -> None:
    """Three who all meet each other at one table: whoever meets first and last waits between."""
    pairs = [("A", "AB"), ("A", "AC"), ("B", "BC")]
    instance = Instance(
        3,
        (Table("T"),),
        tuple(Person(each) for each in "ABC"),
        tuple(Problem(problem, (problem[1],)) for _, problem in pairs),
        tuple(Pair(*each, 1.0, must=True) for each in pairs),
        objective="timetable",
    )
    bound = least_waiting(frame(instance, pairs, {}), 100, 5.0, 1)
    found = solve(instance, pairs, QUICK)
    assert found is not None
    assert (bound, found.idle, found.status) == (1, 1, "optimal")


def _star(count: int, **limits: int) -> Instance:
    """One expert who meets everybody."""
    return Instance(
        5,
        (Table("T"),),
        (Person("E", **limits), *(Person(f"R{at}") for at in range(count))),  # type: ignore[arg-type]
        tuple(Problem(f"Q{at}", (f"R{at}",)) for at in range(count)),
        tuple(Pair("E", f"Q{at}", 1.0, must=True) for at in range(count)),
        objective="timetable",
    )


def test_a_break_after_the_longest_run_is_idle() -> None:
    instance = _star(3, max_in_a_row=1)
    found = solve(instance, [each.key for each in instance.pairs], QUICK)
    assert found is not None
    assert sorted(each.slot for each in found.meetings or ()) == [0, 2, 4]
    assert (found.idle, found.changes) == (2, 0)


def test_more_meetings_than_slots_are_impossible() -> None:
    instance = _star(6)
    assert solve(instance, [each.key for each in instance.pairs], QUICK) is None


def test_what_only_a_proof_can_tell_is_impossible_too() -> None:
    """Three people who all meet each other need three slots; two are there for everybody."""
    pairs = [("A", "AB"), ("A", "AC"), ("B", "BC")]
    instance = Instance(
        3,
        (Table("T"), Table("U")),
        tuple(Person(each, unavailable=frozenset({at})) for at, each in enumerate("ABC")),
        tuple(Problem(problem, (problem[1],)) for _, problem in pairs),
        tuple(Pair(*each, 1.0, must=True) for each in pairs),
    )
    assert solve(instance, pairs, QUICK) is not None
    away = replace(
        instance, people=tuple(replace(each, unavailable=frozenset({0})) for each in instance.people)
    )
    assert solve(away, pairs, QUICK) is None


def test_tables_of_overlapping_kinds_are_shared_out() -> None:
    """Each kind alone has enough tables, two kinds together do not: both cannot lie in one slot."""
    kinds: Mapping[str, frozenset[str]] = {"T": frozenset({"a", "b"}), "U": frozenset({"c"})}
    instance = Instance(
        2,
        tuple(Table(name, fit) for name, fit in kinds.items()),
        tuple(Person(each) for each in "ABCD"),
        (Problem("Q", ("C",), table_kind="a"), Problem("R", ("D",), table_kind="b")),
        (Pair("A", "Q", 1.0, must=True), Pair("B", "R", 1.0, must=True)),
    )
    found = solve(instance, [("A", "Q"), ("B", "R")], QUICK)
    assert found is not None
    assert {each.table for each in found.meetings or ()} == {"T"}
    assert {each.slot for each in found.meetings or ()} == {0, 1}


def test_places_given_besides_are_kept() -> None:
    instance = _star(3)
    fixed = {("E", "Q0"): (4, "T"), ("E", "Q1"): (None, "T")}
    found = solve(instance, [each.key for each in instance.pairs], QUICK, fixed=fixed)
    assert found is not None
    assert Meeting("E", "Q0", 4, "T") in (found.meetings or ())
    assert sorted(each.slot for each in found.meetings or ()) == [2, 3, 4]


def test_the_same_seed_gives_the_same_timetable() -> None:
    instance = house(House(12, 24, 6, 6), 3)
    keys = [each.key for each in instance.pairs]
    once, again = (solve(instance, keys, Effort(seconds=20.0, seed=5, workers=1)) for _ in range(2))
    assert once == again
    assert once is not None
    assert once.meetings is not None


def test_a_stop_ends_with_what_is_there() -> None:
    instance = house(FAMILY["full house"], 1)
    found = solve(instance, [each.key for each in instance.pairs], _brief(20))
    assert found is not None
    assert found.status in {"stopped", "feasible"}


def test_waiting_is_told_person_by_person() -> None:
    instance = _star(2)
    assert idle(instance, "E", [0, 3]) == 2
