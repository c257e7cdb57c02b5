"""Plans of small random events, looked at by an oracle of its own; tiny ones against all plans there are."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from matchmaker.planning.checking import faults
from matchmaker.planning.facts import figures
from matchmaker.planning.instance import Meeting
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort
from matchmaker.planning.solving import solve
from matchmaker.planning.writing import written
from tests.support import planning_oracle as oracle

SCORES = st.sampled_from([0.0, 0.2, 0.35, 0.5, 0.55, 0.8, 0.93, 1.0])
WISHES = st.sampled_from([None, None, None, "must", "willing", "veto"])
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@st.composite
def events(draw, experts=4, problems=3, slots=4, tables=3, pairs=8, published=True):
    """A legal file; rich in what makes planning hard, small in size."""
    count = draw(st.integers(1, slots))
    times = st.lists(st.integers(0, count - 1), max_size=2, unique=True)
    few = st.one_of(st.none(), st.integers(1, 3))
    people = [
        {
            "id": f"P{number}",
            "body": draw(st.sampled_from(["", "a", "b"])),
            "unavailable": draw(times),
            "min_meetings": draw(st.sampled_from([0, 0, 1])),
            "max_meetings": draw(few),
            "max_in_a_row": draw(st.sampled_from([None, None, 1, 2])),
        }
        for number in range(draw(st.integers(1, experts)))
    ]
    names = [each["id"] for each in people]
    kinds = st.sampled_from([None, None, None, "lab"])
    brought = [
        {
            "id": f"Q{number}",
            "people": draw(st.lists(st.sampled_from(names), max_size=2, unique=True)),
            "min_meetings": draw(st.sampled_from([0, 1, 1])),
            "max_meetings": draw(few),
            "table_kind": draw(kinds),
            "priority": draw(st.sampled_from([1.0, 1.0, 2.0, 0.5])),
        }
        for number in range(draw(st.integers(1, problems)))
    ]
    keys = [(one, other["id"]) for one in names for other in brought]
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=pairs, unique=True))
    sessions = (
        [[0, count - 1]]
        if count < 3 or draw(st.booleans())
        else [[0, count // 2 - 1], [count // 2, count - 1]]
    )
    listed = [
        {
            "expert": one,
            "problem": other,
            "score": draw(SCORES),
            "expert_wish": draw(WISHES),
            "problem_wish": draw(WISHES),
            "must": draw(st.integers(0, 11)) == 0,
            "session": draw(st.one_of(st.none(), st.none(), st.integers(0, len(sessions) - 1))),
        }
        for one, other in chosen
    ]
    rooms = [
        {
            "id": f"T{number}",
            "kinds": draw(st.sampled_from([[], ["lab"]])),
            "unavailable": draw(st.lists(st.integers(0, count - 1), max_size=1)),
        }
        for number in range(draw(st.integers(1, tables)))
    ]
    file = {
        "format": "docking-plan/1",
        "slots": count,
        "sessions": sessions,
        "tables": rooms,
        "people": people,
        "problems": brought,
        "pairs": listed,
        "min_score": draw(st.sampled_from([0.0, 0.3])),
        "weights": {"fairness_price": draw(st.sampled_from([0.0, 0.05, 0.3]))},
    }
    places = st.one_of(st.none(), st.integers(0, count - 1))
    rows = st.one_of(st.none(), st.sampled_from([each["id"] for each in rooms]))
    if draw(st.integers(0, 4)) == 0:
        one, other = draw(st.sampled_from(chosen))
        file["pinned"] = [{"expert": one, "problem": other, "slot": draw(places), "table": draw(rows)}]
    if published and draw(st.integers(0, 3)) == 0:
        before = draw(st.lists(st.sampled_from(chosen), min_size=1, max_size=3, unique=True))
        file["published"] = [
            {
                "expert": one,
                "problem": other,
                "slot": draw(st.integers(0, count - 1)),
                "table": draw(st.sampled_from([each["id"] for each in rooms])),
            }
            for one, other in before
        ]
    return file


def solved(file, seconds=3.0):
    note(json.dumps(file))
    instance = read(file)
    result = solve(instance, Effort(seconds=seconds, seed=1, workers=1))
    return (
        instance,
        result,
        tuple((each.expert, each.problem, each.slot, each.table) for each in result.meetings),
    )


@settings(max_examples=150, suppress_health_check=QUIET)
@given(events(experts=7, problems=6, slots=6, tables=4, pairs=24))
def test_no_plan_breaks_a_rule(file):
    instance, result, plan = solved(file, seconds=0.4)
    event = oracle.Event(file)
    told = written(instance, result)
    assert told["status"] in {"optimal", "feasible", "infeasible", "stopped"}
    if result.figures is None:
        assert (told["meetings"], told["figures"]) == ([], {})
        return
    assert oracle.broken(event, plan) == []
    keys = {each[:2] for each in plan}
    least = oracle.shares(event, keys)
    waits = oracle.waits(event, plan)
    assert told["figures"] == {
        "unmet_minima": pytest.approx(oracle.unmet(event, keys)),
        "score": pytest.approx(sum(map(event.worth, keys))),
        "worst_satisfaction": pytest.approx(least[0]) if least else None,
        "two_bodies": oracle.bodies(event, keys),
        "idle_slots": sum(waits),
        "worst_idle": max(waits),
        "table_changes": oracle.changes(event, plan),
        "moved": len(event.published - set(plan)),
    }
    assert len(told["unmet"]) == len(result.unmet)
    assert bool(told["unmet"]) == (oracle.unmet(event, keys) > 0)


@settings(max_examples=150, suppress_health_check=QUIET)
@given(events(experts=3, problems=2, slots=3, tables=2, pairs=5))
def test_the_levels_are_those_of_all_plans(file):
    _instance, result, plan = solved(file)
    event = oracle.Event(file)
    every = list(oracle.plans(event))
    assert (result.status == "infeasible") == (not every)
    if not every:
        return
    assert oracle.broken(event, plan) == []

    def keys(each):
        return {meeting[:2] for meeting in each}

    def total(each):
        return round(sum(map(event.worth, keys(each))), 9)

    def worst(each):
        return tuple(round(share, 9) for share in oracle.shares(event, keys(each))[:3])

    def moved(each):
        return len(event.published - set(each))

    best = [
        each
        for each in every
        if oracle.unmet(event, keys(each)) == min(oracle.unmet(event, keys(one)) for one in every)
    ]
    assert oracle.unmet(event, keys(plan)) == oracle.unmet(event, keys(best[0]))
    least = min(map(moved, best))
    assert moved(plan) == least
    best = [each for each in best if moved(each) == least]
    price = 1 - event.weights["fairness_price"]
    top = max(map(total, best))
    fair = [each for each in best if total(each) >= price * top - 1e-9]
    if worst(fair[0]):
        assert result.bounds["worst_satisfaction"] >= max(worst(each)[0] for each in fair) - 1e-6
    first = max(map(worst, fair))
    if not event.published:
        assert worst(plan) == first
    # Of a published plan only one of the kept sets is followed: its total may lie below the price of fairness.
    equal = [each for each in (best if event.published else fair) if worst(each) >= worst(plan)]
    assert result.bounds["score"] >= max(map(total, equal)) - 1e-6
    if not event.published:
        assert total(plan) == max(map(total, equal))
    equal = [each for each in equal if total(each) == total(plan)]
    many = max(oracle.bodies(event, keys(each)) for each in equal)
    if not event.published:
        assert oracle.bodies(event, keys(plan)) == many
    equal = [each for each in equal if oracle.bodies(event, keys(each)) == oracle.bodies(event, keys(plan))]
    idle = min(sum(oracle.waits(event, each)) for each in equal)
    assert result.bounds["idle_slots"] <= idle <= sum(oracle.waits(event, plan))
    if result.status == "optimal":
        last = min(
            (sum(waits), max(waits), oracle.changes(event, each))
            for each in equal
            for waits in [oracle.waits(event, each)]
        )
        waits = oracle.waits(event, plan)
        assert (sum(waits), max(waits), oracle.changes(event, plan)) == last


@settings(max_examples=60, suppress_health_check=QUIET)
@given(events(experts=4, problems=3, slots=4, tables=2, pairs=8), st.randoms())
def test_the_checker_finds_what_the_oracle_finds(file, dice):
    """Plans at random, most of them broken."""
    instance, event = read(file), oracle.Event(file)
    keys = dice.sample(sorted(event.pairs), dice.randint(0, min(4, len(event.pairs))))
    plan = tuple((*key, dice.randrange(event.slots), dice.choice(sorted(event.tables))) for key in keys)
    found = faults(instance, [Meeting(*each) for each in plan])
    assert bool(found) == bool(oracle.broken(event, plan))
    assert figures(instance, [Meeting(*each) for each in plan]).idle_slots == sum(oracle.waits(event, plan))
