"""Whom to invite: every quota kept, every bound true, tiny questions against all possible choices."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.planning.coverage import (
    Candidate,
    Need,
    Question,
    added,
    answer,
    covers,
    greedy,
    largest_body,
    value,
    within,
    worth,
)
from matchmaker.planning.covering import cover

SOLVED = {"seconds": 20.0, "workers": 1}


@st.composite
def questions(draw):
    problems = draw(st.integers(1, 4))
    people = draw(st.integers(0, 6))
    some = st.dictionaries(st.integers(1, problems), st.sampled_from([0.5, 0.7, 0.9]), max_size=problems)
    candidates = tuple(
        Candidate(
            number,
            draw(st.sampled_from(["", "a", "b", "c"])),
            draw(st.sampled_from(["university", "park"])),
            tuple(sorted(draw(some).items())),
        )
        for number in range(1, people + 1)
    )
    ids = st.frozensets(st.integers(1, 6), max_size=2)
    maybe = st.one_of(st.none(), st.integers(0, 3))
    return Question(
        tuple(Need(number, draw(st.sampled_from([0.5, 1.0, 2.0]))) for number in range(1, problems + 1)),
        candidates,
        draw(st.integers(1, 3)),
        draw(ids) & {each.id for each in candidates},
        draw(ids),
        draw(maybe),
        draw(maybe),
        tuple((body, draw(st.integers(0, 2))) for body in draw(st.sets(st.sampled_from(["a", "b"])))),
        tuple((kind, draw(st.integers(0, 2))) for kind in draw(st.sets(st.sampled_from(["park"])))),
    )


def every_choice(question):
    ids = [each.id for each in question.open]
    return chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1))


def rated(question, chosen):
    """The levels, in their order; larger is better."""
    bodies = {question.by_id[one].body for one in [each.id for each in question.open]}
    shares = [
        sum(question.by_id[one].body == body for one in {*chosen, *question.coming})
        for body in bodies
        if body
    ]
    return (
        worth(question, chosen),
        -len(chosen),
        -max(shares, default=0),
        sum(value(question, one) for one in chosen),
    )


@settings(max_examples=60)
@given(questions())
def test_tiny_questions_are_solved_as_well_as_any_choice(question):
    best = max(rated(question, set(one)) for one in every_choice(question) if within(question, one))
    found = cover(question, **SOLVED)
    assert rated(question, found.chosen) == best
    assert within(question, found.chosen)
    assert found.is_proven
    assert (found.worth, found.worth_bound, found.number_bound) == (best[0], best[0], -best[1])


@settings(max_examples=60)
@given(questions())
def test_greedy_keeps_quotas_and_has_nobody_superfluous(question):
    chosen = greedy(question)
    told = answer(question, chosen)
    assert within(question, chosen)
    assert set(chosen) <= {each.id for each in question.open}
    assert all(worth(question, set(chosen) - {one}) < worth(question, chosen) for one in chosen)
    assert told.worth <= told.worth_bound
    assert told.number_bound <= len(chosen)


@settings(max_examples=60)
@given(questions())
def test_reasons_say_what_is_so(question):
    found = answer(question, greedy(question))
    assert sorted(each.expert for each in found.choices) == sorted(found.chosen)
    for each in found.choices:
        fewer = found.chosen - {each.expert}
        lost = {one.problem for one in covers(question, fewer) if one.after < one.target}
        good = {problem for problem, _ in question.by_id[each.expert].good}
        assert set(each.needed_for) == lost & good
        assert set(each.covers) == good
        assert set(each.alone_for) == {one for one in good if len(question.serving[one]) == 1}
    for line in found.covers:
        some = question.serving[line.problem]
        assert (line.available, line.target) == (len(some), min(question.k, len(some)))
        assert line.after == len(set(some) & (found.chosen | question.coming))


CANDIDATES = (
    Candidate(1, "a", "university", ((1, 0.9), (2, 0.8))),
    Candidate(2, "a", "university", ((2, 0.9),)),
    Candidate(3, "b", "institute", ((1, 0.7), (2, 0.6))),
    Candidate(4, "c", "park", ((3, 0.5),)),
)
NEEDS = tuple(Need(number) for number in (1, 2, 3, 4))


def test_a_problem_that_nobody_serves_is_named_and_the_only_one_for_another_too():
    found = cover(Question(NEEDS, CANDIDATES, k=2), **SOLVED)
    assert (found.chosen, found.uncovered, found.is_proven) == ({1, 3, 4}, (4,), True)
    by_expert = {each.expert: each for each in found.choices}
    assert (by_expert[4].alone_for, by_expert[4].needed_for) == ((3,), (3,))
    assert (by_expert[1].alone_for, by_expert[1].needed_for) == ((), (1, 2))
    assert found.choices[0].expert == 1


def test_who_is_coming_counts_and_costs_nothing():
    question = Question(NEEDS, CANDIDATES, k=1, coming=frozenset({1}))
    found = cover(question, **SOLVED)
    assert found.chosen == {4}
    assert [(line.before, line.after) for line in found.covers] == [(1, 1), (1, 1), (0, 1), (0, 0)]


def test_one_left_out_is_replaced():
    question = Question(NEEDS, CANDIDATES, k=1)
    assert cover(question, **SOLVED).chosen == {1, 4}
    assert cover(replace(question, left_out=frozenset({1})), **SOLVED).chosen == {3, 4}


def test_as_few_of_one_body_as_the_same_coverage_allows():
    people = tuple(
        Candidate(number, "a" if number < 4 else "b", "", ((number % 3 + 1, 0.9),)) for number in range(1, 7)
    )
    found = cover(Question(NEEDS[:3], people, k=1), **SOLVED)
    assert (len(found.chosen), found.largest_body) == (3, 2)


@pytest.mark.parametrize(
    ("quota", "chosen"),
    [({"most": 1}, {1}), ({"bodies": (("a", 0),), "k": 1}, {3, 4}), ({"kinds": (("park", 0),), "k": 1}, {1})],
)
def test_quotas_hold(quota, chosen):
    assert cover(replace(Question(NEEDS, CANDIDATES, k=2), **quota), **SOLVED).chosen == chosen


def test_what_a_further_nomination_would_add():
    question = Question(NEEDS, CANDIDATES, k=2)
    assert added(question, {1}) == {3: (1, 2), 2: (2,), 4: (3,)}
    assert added(question, {1, 3}) == {4: (3,)}


def test_without_time_the_greedy_choice_comes_with_its_bound():
    question = Question(NEEDS, CANDIDATES, k=2)
    found = cover(question, seconds=0.0)
    assert (found.method, found.chosen, found.is_proven) == ("greedy", set(greedy(question)), False)
    assert found.number_bound <= len(found.chosen)
    assert largest_body(question, found.chosen) == found.largest_body
