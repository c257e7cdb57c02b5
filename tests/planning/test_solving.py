"""The chain as a whole: the figures asked of it, ending when told, proposals when no plan exists."""

from __future__ import annotations

import pytest

from matchmaker.planning.checking import faults
from matchmaker.planning.facts import figures
from matchmaker.planning.greedy import greedy
from matchmaker.planning.reading import read
from matchmaker.planning.relaxations import CHANGES, _changes, described, sentence
from matchmaker.planning.result import Effort, Relaxation
from matchmaker.planning.solving import solve
from matchmaker.planning.writing import written
from tests.support.planning_instances import event


def people(*ids, **changes):
    return [{"id": each} | changes.get(each, {}) for each in ids]


def duel(**changes):
    """Two experts who must meet the same firm; room for both unless a change takes it."""
    return {
        "format": "docking-plan/1",
        "slots": 2,
        "tables": 1,
        "people": people("E1", "E2", "R1"),
        "problems": [{"id": "Q1", "people": ["R1"]}],
        "pairs": [{"expert": each, "problem": "Q1", "score": 0.5, "must": True} for each in ("E1", "E2")],
    } | changes


def changes_of(file):
    return [described(each) for each in solve(read(file), Effort(seconds=10, workers=1)).relaxations]


def test_a_small_event_is_planned_to_its_bounds():
    instance = read(event(14, 10, 6, 6, candidates=6, bodies=6, seed=2))
    result = solve(instance, Effort(seconds=30, workers=1))
    told, bounds = result.figures, result.bounds
    assert faults(instance, result.meetings) == []
    assert (told.unmet_minima, told.idle_slots) == (bounds["unmet_minima"], bounds["idle_slots"]) == (0, 0)
    assert told.score == pytest.approx(bounds["score"])
    assert told.worst_satisfaction == pytest.approx(bounds["worst_satisfaction"])
    simple = figures(instance, greedy(instance, minima=False))
    assert told.worst_satisfaction > simple.worst_satisfaction


def test_a_search_that_is_stopped_at_once_still_gives_a_plan():
    instance = read(event(seed=3))
    result = solve(instance, Effort(seconds=300, workers=1, stopped=lambda: True))
    assert (result.status, faults(instance, result.meetings)) == ("feasible", [])
    assert result.seconds < 30
    assert result.bounds["worst_satisfaction"] >= result.figures.worst_satisfaction


def test_what_is_published_stays_where_it_can():
    file = event(14, 10, 6, 6, candidates=6, bodies=6, seed=2)
    first = written(read(file), solve(read(file), Effort(seconds=20, workers=1)))
    lost = first["meetings"][0]
    file["published"] = first["meetings"]
    file["pairs"] = [
        each
        for each in file["pairs"]
        if (each["expert"], each["problem"]) != (lost["expert"], lost["problem"])
    ]
    instance = read(file)
    result = solve(instance, Effort(seconds=20, workers=1))
    assert (faults(instance, result.meetings), result.figures.moved) == ([], 1)


def test_problems_of_a_kind_sit_at_tables_of_that_kind():
    file = event(14, 10, 6, 6, candidates=6, bodies=6, seed=2)
    file["tables"] = [{"id": "lab", "kinds": ["lab"]}, *({"id": f"T{each}"} for each in range(5))]
    for each in file["problems"][:4]:
        each["table_kind"] = "lab"
    instance = read(file)
    result = solve(instance, Effort(seconds=5, workers=1))
    held = [each for each in result.meetings if instance.problem[each.problem].table_kind]
    assert (faults(instance, result.meetings), {each.table for each in held}) == ([], {"lab"})


def test_changes_are_told_small_ones_first():
    assert changes_of(duel(people=people("E1", "E2", "R1", R1={"unavailable": [0]}))) == [
        "R1 is available in slot 0 too",
        "one slot more at the end of session 0",
        "the meeting of E1 and Q1 is no longer held in every plan",
        "the meeting of E2 and Q1 is no longer held in every plan",
    ]


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"people": people("E1", "E2", "R1", R1={"max_meetings": 1})}, "R1 up to 2 meetings"),
        ({"people": people("E1", "E2", "R1", R1={"max_in_a_row": 1})}, "R1 up to 2 meetings in a row"),
        ({"problems": [{"id": "Q1", "people": ["R1"], "max_meetings": 1}]}, "Q1 up to 2 meetings"),
        ({"problems": [{"id": "Q1", "people": []}], "slots": 1}, "one more table (-) in slot 0"),
        (
            {"pinned": [{"expert": each, "problem": "Q1", "slot": 0} for each in ("E1", "E2")]},
            "free the slot and table of the pinned meeting of E1 and Q1",
        ),
        (
            {"pairs": [{"expert": "E1", "problem": "Q1", "score": 1, "must": True, "expert_wish": "veto"}]},
            "lift the veto on E1 and Q1",
        ),
        (
            {"people": people("E1", "E2", "R1", R1={"unavailable": [0, 1]})},
            "R1 is available in slot 0 too + R1 is available in slot 1 too",
        ),
    ],
)
def test_the_smallest_change_comes_first(changes, first):
    assert changes_of(duel(**changes))[0] == first


def test_a_plan_exists_after_each_change_that_is_told():
    file = event(14, 10, 4, 6, candidates=6, bodies=6, seed=5)
    for each in file["pairs"]:
        if each["expert"] in {"E1", "E2", "E3"}:
            each["must"] = True
    instance = read(file)
    told = solve(instance, Effort(seconds=10, workers=1)).relaxations
    assert told
    by_name = {
        (each.code, tuple(each.values.items())): each.instance
        for each in _changes(instance, sorted(instance.held))
    }
    singles = [each for each in told if "+" not in each.change]
    for each in singles:
        changed = by_name[each.change, tuple(each.values.items())]
        result = solve(changed, Effort(seconds=2, workers=1))
        assert faults(changed, result.meetings) == []
        assert result.meetings


def test_every_change_has_both_sentences():
    values = dict.fromkeys(("expert", "problem", "person", "slot", "kind", "most", "session"), 1)
    for code in CHANGES:
        one = Relaxation(code, values, {})
        assert described(one)
        assert [str(each) for each in sentence(one)] != [""]
