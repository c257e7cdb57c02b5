"""Forms of events: what they take, one class a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.services.event_problems import MOST_PRIORITY
from web.schemas.fields import Choice, Picked, Several, Text, WholeNumber, fault
from web.schemas.introductions import Clock
from web.schemas.parsing import Input
from web.schemas.problem_form import Day, Email, Listed, Phone

#: Characters of a theme or a summary.
LONGEST = 5_000


class MaybeNumber(WholeNumber):
    """A whole number, or nothing: None."""

    def __init__(self, *, low: int, high: int) -> None:
        super().__init__(low=low, high=high, allow_none=True, load_default=None)

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """As a number; "" is None."""
        blank = isinstance(value, str) and not value.strip()
        return super().deserialize(None if blank else value, attr, data, **options)


class Link(Text):
    """An address of the web, or nothing."""

    def _checked(self, text: str) -> str:
        text = super()._checked(text)
        if text and not re.fullmatch(r"https?://[^\s<>\"']+", text):
            raise fault(Message("请填以 http:// 或 https:// 开头的网址。"))
        return text


class Factor(Text):
    """A factor between 0.1 and the largest that a priority may be."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **options) or "1"
        wrong = Message("请填 0.1 到 %(most)s 之间的数，平常为 1。", {"most": MOST_PRIORITY})
        if not re.fullmatch(r"\d(?:\.\d{1,2})?", text) or not 0.1 <= float(text) <= MOST_PRIORITY:
            raise fault(wrong)
        return float(text)


def _lines() -> Text:
    return Text(longest=LONGEST, lines=True, load_default="")


class NewEventIn(Input):
    """The few things that a new event needs; the rest has defaults."""

    title = Text(longest=200, empty=False, required=True)
    kind = Choice(taxonomy.EVENT_KINDS, load_default="docking")
    first_day = Day(empty=False, required=True)
    theme = _lines()
    series = Text(longest=100, load_default="")
    venue = Text(longest=200, load_default="")
    hosts = Listed(load_default=list)


class WhatIn(Input):
    """What an event is and where."""

    title = Text(longest=200, empty=False, required=True)
    kind = Choice(taxonomy.EVENT_KINDS, load_default="docking")
    theme = _lines()
    summary = _lines()
    series = Text(longest=100, load_default="")
    fields_ = Several(Choice(taxonomy.FIELDS), load_default=list, data_key="fields", attribute="fields")
    hosts = Listed(load_default=list)
    partners = Listed(load_default=list)
    region = Picked(taxonomy.REGIONS, load_default="")
    venue = Text(longest=200, load_default="")
    address = Text(longest=300, load_default="")
    online_link = Link(longest=300, load_default="")
    contact_name = Text(longest=100, load_default="")
    contact_phone = Phone(longest=50, load_default="")


class RulesIn(Input):
    """Quotas and last days."""

    most_experts = MaybeNumber(low=1, high=5_000)
    most_problems = MaybeNumber(low=1, high=5_000)
    expert_most = MaybeNumber(low=1, high=200)
    problem_least = WholeNumber(low=0, high=50, load_default=1)
    problem_most = MaybeNumber(low=1, high=200)
    most_in_a_row = MaybeNumber(low=1, high=200)
    approves = Choice(("yes", "no"), load_default="yes")
    call_until = Day(load_default=None)
    answer_until = Day(load_default=None)
    prefer_until = Day(load_default=None)


class TimesIn(Input):
    """How long a round is, and the pause after it."""

    slot_minutes = WholeNumber(low=5, high=240, required=True)
    break_minutes = WholeNumber(low=0, high=120, load_default=0)


class SpanIn(Input):
    """One session of the form."""

    day = Day(load_default=None)
    starts = Clock(load_default="")
    ends = Clock(load_default="")
    name = Text(longest=60, load_default="")


class TableIn(Input):
    """One table of the form."""

    id = MaybeNumber(low=1, high=2**31 - 1)
    name = Text(longest=40, load_default="")
    room = Text(longest=100, load_default="")
    kinds = Several(Choice(taxonomy.TABLE_KINDS), load_default=list)
    unavailable = Text(longest=200, load_default="")
    gone = Choice(("1",), load_default="")


class MoreTablesIn(Input):
    """Tables that are added by number."""

    add_count = MaybeNumber(low=1, high=200)
    add_prefix = Text(longest=10, load_default="A")
    add_room = Text(longest=100, load_default="")


class AgendaIn(Input):
    """An item of the agenda."""

    kind = Choice(taxonomy.AGENDA_KINDS, load_default="other")
    title = Text(longest=200, load_default="")
    day = Day(empty=False, required=True)
    starts = Clock(empty=False, required=True)
    ends = Clock(empty=False, required=True)
    room = Text(longest=100, load_default="")
    speaker = Text(longest=200, load_default="")
    note = _lines()
    who = Choice(("all", "some"), load_default="all")
    people = Several(Text(longest=12), most=500, load_default=list)


class StepIn(Input):
    """A step of an event's life."""

    step = Text(longest=20, required=True)
    seen = Text(longest=20, load_default="")
    reason = Text(longest=200, load_default="")


class CopyIn(Input):
    """What a copy is called and when it is."""

    title = Text(longest=200, load_default="")
    first_day = Day(empty=False, required=True)
    with_problems = Choice(("1",), load_default="")


class OutcomeIn(Input):
    """What came of a training, a promotion or a visit, in words."""

    outcome = _lines()


class PersonIn(Input):
    """Somebody at an event."""

    kind = Choice(taxonomy.ATTENDEE_KINDS, load_default="representative")
    name = Text(longest=100, load_default="")
    title = Text(longest=100, load_default="")
    phone = Phone(longest=50, load_default="")
    email = Email(longest=200, load_default="")
    mode = Choice(("onsite", "online"), load_default="onsite")
    online_link = Link(longest=300, load_default="")
    note = Text(longest=1_000, lines=True, load_default="")
    arrives = Clock(load_default="")
    leaves = Clock(load_default="")
    expert = MaybeNumber(low=1, high=2**31 - 1)
    organization = MaybeNumber(low=1, high=2**31 - 1)
    body = Text(longest=200, load_default="")
    problems = Several(Text(longest=12), most=50, load_default=list)


class DecisionIn(Input):
    """Yes or no, and why not."""

    accept = Choice(("yes", "no"), required=True)
    reason = Text(longest=200, load_default="")


class ReasonIn(Input):
    """Why somebody or something is taken out."""

    reason = Text(longest=200, load_default="")


class OfferIn(Input):
    """A problem for an event."""

    problem = WholeNumber(low=1, high=2**31 - 1, required=True)
    people = Several(Text(longest=12), most=50, load_default=list)


class OfferChangeIn(Input):
    """How a problem takes part."""

    least = MaybeNumber(low=0, high=50)
    most = MaybeNumber(low=1, high=200)
    table_kind = Choice(taxonomy.TABLE_KINDS, load_default="")
    priority = Factor(longest=5, load_default=1.0)
    priority_reason = Text(longest=200, load_default="")
    people = Several(Text(longest=12), most=50, load_default=list)


def at(day: Any, clock: str) -> datetime | None:
    """A local moment from a day and a time of day; None without both."""
    return datetime.fromisoformat(f"{day.isoformat()}T{clock}") if day and clock else None


def numbers(texts: list[str]) -> list[int]:
    """Numbers of rows from ticked boxes; what is none is left out."""
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
