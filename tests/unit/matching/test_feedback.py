"""Refused pairs: what keeps them apart, what brings them back, and the sentence that tells it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker import taxonomy
from matchmaker.matching import feedback
from matchmaker.matching.feedback import REOPENED_BY, Refusal, first_day, watched
from matchmaker.models import Expert, Problem

ON, TODAY = date(2026, 5, 4), date(2026, 6, 1)


def refusal(reason: str = "price", then: str = "a", now: str = "a", again: date | None = None) -> Refusal:
    name = taxonomy.DECLINE_REASONS.label(reason)
    return Refusal(
        "expert:1", reason, name, ON, {"problem.budget_fen": then}, {"problem.budget_fen": now}, again
    )


def test_every_code_says_what_reopens_it():
    assert set(REOPENED_BY) == set(taxonomy.DECLINE_REASONS)


@pytest.mark.parametrize("reason", sorted(REOPENED_BY))
def test_the_fields_that_a_reason_names_exist(reason):
    rule = REOPENED_BY[reason]
    assert [name for name in rule.problem if not hasattr(Problem, name)] == []
    assert [name for name in rule.expert if not hasattr(Expert, name)] == []
    assert rule.problem or rule.expert or rule.days


def test_a_pair_stays_apart_until_what_the_reason_names_has_changed():
    assert [refusal(now=now).holds(TODAY) for now in ("a", "b")] == [True, False]


def test_time_alone_reopens_where_it_may():
    waiting = refusal("busy", again=date(2026, 6, 1))
    assert [waiting.holds(day) for day in (date(2026, 5, 31), date(2026, 6, 1))] == [True, False]
    assert first_day("price", ON) is None
    assert first_day("busy", ON) == date(2026, 8, 2)
    assert first_day("price", ON, date(2027, 1, 1)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (refusal(), "曾婉拒：价格谈不拢（2026-05），预算未变"),
        (refusal(now="b"), "曾婉拒：价格谈不拢（2026-05），预算已有变化"),
        (refusal(again=date(2026, 5, 20)), "曾婉拒：价格谈不拢（2026-05），约定的时间已过"),
        (
            Refusal("expert:1", "busy", "目前没有时间", ON, {}, {}, date(2026, 9, 1)),
            "曾婉拒：目前没有时间（2026-05），2026-09-01 前不再推荐",
        ),
    ],
)
def test_the_quiet_line(found, told):
    assert str(feedback.sentence(found, TODAY)) == told


def test_the_newest_refusal_of_a_pair_decides():
    old = Refusal("expert:1", "price", "价格", ON, {"x": "1"}, {"x": "1"})
    new = Refusal("expert:1", "price", "价格", TODAY, {"x": "1"}, {"x": "2"})
    (one,) = feedback.heeded([new, old], TODAY)
    assert (one.target, one.held) == ("expert:1", False)


def test_a_code_of_the_office_counts_as_other():
    problem = dict.fromkeys(REOPENED_BY["other"].problem, 1)
    expert = dict.fromkeys(REOPENED_BY["other"].expert, 1)
    assert watched("own-code", problem, expert) == watched("other", problem, expert)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_a_fingerprint_is_of_the_value_alone(value):
    assert feedback.fingerprint(value) == feedback.fingerprint(value)
    assert feedback.fingerprint([value]) != feedback.fingerprint([value, value])
