"""Times of an event, pure: sessions become slots, a number becomes tables, a day becomes deadlines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: Most slots and tables of one event: what a plan and a sheet of paper can hold.
MOST_SLOTS = 200
MOST_TABLES = 300
#: Part of tables beyond meetings ÷ slots, for what goes wrong on the day.
SPARE = (0.10, 0.20)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of meetings as somebody typed it: local moments."""

    starts: datetime
    ends: datetime
    name: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One round of meetings; ``position`` counts over the whole event, ``session`` over the spans."""

    position: int
    session: int
    starts: datetime
    ends: datetime


def slots_of(spans: Sequence[Span], minutes: int, pause: int) -> list[Slot]:
    """The rounds that fit into the sessions, a pause between two of the same session."""
    found: list[Slot] = []
    for session, span in enumerate(spans):
        starts = span.starts
        while starts + timedelta(minutes=minutes) <= span.ends:
            ends = starts + timedelta(minutes=minutes)
            found.append(Slot(len(found), session, starts, ends))
            starts = ends + timedelta(minutes=pause)
    return found


def tables_for(meetings: int, slots: int) -> tuple[int, int]:
    """How many tables are sensible: meetings ÷ slots and 10 to 20 % more."""
    if meetings <= 0 or slots <= 0:
        return 0, 0
    least = meetings / slots
    return math.ceil(least * (1 + SPARE[0])), math.ceil(least * (1 + SPARE[1]))


def names_of(count: int, prefix: str) -> list[str]:
    """A01 … A16; so many digits as the largest needs, two at least."""
    digits = max(2, len(str(count)))
    return [f"{prefix}{number:0{digits}}" for number in range(1, count + 1)]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Last days before an event: problems and registration, replies, wishes."""

    call_until: date
    answer_until: date
    prefer_until: date


def deadlines(first_day: date, today: date) -> Deadlines:
    """As an office does it: 5 weeks, 3 weeks and 10 days before; not before tomorrow, not after the day."""

    def before(days: int) -> date:
        return min(max(first_day - timedelta(days=days), today + timedelta(days=1)), first_day)

    return Deadlines(before(35), before(21), before(10))


def days_of(spans: Iterable[Span]) -> tuple[date, date] | None:
    """First and last day on which something is."""
    every = list(spans)
    if not every:
        return None
    return min(each.starts for each in every).date(), max(each.ends for each in every).date()
