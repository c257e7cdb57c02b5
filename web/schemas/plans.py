"""Forms of planning: rules and weights, a run, a pin, a meeting to be moved, what happened on the day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matchmaker.messages import Message
from matchmaker.services.repairing import WHATS
from web.schemas.fields import Choice, Several, Text, WholeNumber, fault
from web.schemas.parsing import Input

#: Meetings of a person or a problem that a form takes.
MOST = 100


class Real(Text):
    """A number between two bounds, written with a point; "" is None."""

    def __init__(self, *, low: float, high: float, **options: Any) -> None:
        super().__init__(longest=20, **options)
        self.low = low
        self.high = high

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        text = super()._deserialize(str(value), attr, data, **options)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise fault(Message("应为数字，例如 1.3。")) from None
        if not (math.isfinite(number) and self.low <= number <= self.high):
            raise fault(Message("应在 %(low)s 到 %(high)s 之间。", {"low": self.low, "high": self.high}))
        return number


class Count(WholeNumber):
    """A whole number, or nothing: no limit."""

    def __init__(self, *, low: int = 0, high: int = MOST, **options: Any) -> None:
        super().__init__(low=low, high=high, load_default=None, **options)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """As a whole number, with "" meaning that there is no limit."""
        return None if value == "" else super().deserialize(value, attr, data, **options)


class RulesIn(Input):
    """Rules and weights, and how long to look."""

    must = Real(low=1, high=3, load_default=None)
    willing = Real(low=1, high=3, load_default=None)
    fairness_price = Real(low=0, high=100, load_default=None)
    min_score = Real(low=0, high=1, load_default=None)
    problem_least = WholeNumber(low=0, high=MOST, load_default=0)
    problem_most = Count(low=1)
    expert_most = Count(low=1)
    most_in_a_row = Count(low=1)
    seconds = WholeNumber(low=1, high=600, load_default=15)
    seed = WholeNumber(low=0, high=1_000_000, load_default=1)
    keeps = Choice(("1",), load_default="")
    note = Text(longest=300, load_default="")


class NoteIn(Input):
    """A remark on a run."""

    note = Text(longest=300, load_default="")


class PublishIn(Input):
    """The plan that whoever publishes was shown."""

    base = Text(longest=64, load_default="")


class PairIn(Input):
    """A pair of a run, as "attendee:3|problem:5"."""

    pair = Text(longest=60, required=True, empty=False)
    action = Choice(("pin", "release", "must", "free"), required=True)


class MoveIn(Input):
    """A meeting and where it is to be."""

    pair = Text(longest=60, load_default="")
    slot = Count(high=999)
    table = Text(longest=40, load_default="")


class HappenedIn(MoveIn):
    """What happened."""

    what = Choice(tuple(WHATS), required=True)
    person = Text(longest=40, load_default="")
    slots = Several(Text(longest=4), most=999, load_default=list)
    expert = Text(longest=40, load_default="")
    problem = Text(longest=40, load_default="")
    fills = Choice(("1",), load_default="")


class AnswerIn(Input):
    """One's own word on a meeting."""

    answer = Choice(("confirm", "object", "settle"), required=True)
    words = Text(longest=500, lines=True, load_default="")
    side = Choice(("demand", "supply"), load_default="")
