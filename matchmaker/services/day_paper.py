"""补录: what was written on paper while the network was gone, held against what is known already.

Nothing is overwritten unless the paper is said to be right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Attendee, Meeting
from matchmaker.notifications.quiet import local
from matchmaker.permissions import Actor
from matchmaker.services import calling, day_entries
from matchmaker.services.calling import When, held
from matchmaker.services.day_entries import COURSE, SIDES, note
from matchmaker.services.day_moves import person_of
from matchmaker.services.day_state import Day
from matchmaker.storage.unit_of_work import UnitOfWork

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：.]?([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of paper about a meeting; times as they were written."""

    began: str = ""
    ended: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What was typed.

    Attributes:
        day: of the arrivals; those of meetings follow from their slots.
        arrivals: attendee → time; meetings: meeting → line.
        right: names of fields where the paper is right although something else is known.
    """

    day: date
    arrivals: Mapping[int, str] = field(default_factory=dict)
    meetings: Mapping[int, Line] = field(default_factory=dict)
    right: frozenset[str] = frozenset()


def enter(uow: UnitOfWork, actor: Actor, number: int, paper: Paper, when: When) -> int:
    """Writes what is new, whole or not at all; the number of entries.

    Raises:
        InvalidInput: with one entry in ``fields`` for each time that cannot be read and each contradiction.
    """
    day = held(uow, actor, number, when)
    desk = _Desk(uow, actor, day, paper)
    for attendee, text in paper.arrivals.items():
        desk.arrival(person_of(day, attendee), text)
    for meeting, line in paper.meetings.items():
        desk.meeting(calling.of_day(day, meeting), line)
    if desk.faults:
        raise InvalidInput(
            Message("有 %(n)s 处要核对，还没有保存。", {"n": len(desk.faults)}),
            hint=Message("与已有记录不一致的，核对后勾选“以纸质为准”，或清空这一格。"),
            fields=desk.faults,
        )
    for verb in desk.wanted:
        verb()
    return len(desk.wanted)


def known(day: Day, moment: datetime | None) -> str:
    """A stored moment as it stands on paper."""
    return f"{local(moment, day.timezone):%H:%M}" if moment else ""


class _Desk:
    """Collects faults first, then what is to be written."""

    def __init__(self, uow: UnitOfWork, actor: Actor, day: Day, paper: Paper) -> None:
        self._uow = uow
        self._actor = actor
        self._day = day
        self._paper = paper
        self.faults: dict[str, Message] = {}
        self.wanted: list[_Write] = []

    def arrival(self, person: Attendee, text: str) -> None:
        at = self._moment(f"arrived-{person.id}", text, self._paper.day)
        if at is None:
            return
        entries = [
            each
            for each in day_entries.standing(day_entries.of_person(self._uow, person))
            if each.kind in day_entries.PRESENCE
        ]
        if self._is_new(f"arrived-{person.id}", at, known(self._day, person.arrived_at)):
            self._want("here", at, [each.mark for each in entries if each.kind == "here"], person=person)

    def meeting(self, row: Meeting, line: Line) -> None:
        on = self._day.slots[row.slot].starts.date() if row.slot in self._day.slots else self._paper.day
        entries = day_entries.standing(day_entries.of_meeting(self._uow, row))
        for kind, text, moment in (("began", line.began, row.began_at), ("ended", line.ended, row.ended_at)):
            name = f"{kind}-{row.id}"
            at = self._moment(name, text, on)
            if at is None:
                continue
            if line.missing:
                self.faults[name] = Message("同一场不能既开始又未到，请留一项。")
            elif row.state == "missed" and name not in self._paper.right:
                self.faults[name] = Message(
                    "现有记录为未到（%(side)s）。", {"side": SIDES[row.missing or "both"]}
                )
            elif self._is_new(name, at, known(self._day, moment)):
                marks = [each.mark for each in entries if each.kind in (kind, "missed")]
                self._want(kind, at, marks, meeting=row)
        if line.missing:
            self._missing(row, line.missing, on, [each.mark for each in entries if each.kind in COURSE])

    def _missing(self, row: Meeting, side: str, on: date, marks: Sequence[str]) -> None:
        name = f"missing-{row.id}"
        if side not in SIDES:
            self.faults[name] = Message("请选择哪一方未到。")
        elif row.state == "held" and name not in self._paper.right:
            self.faults[name] = Message(
                "现有记录为 %(time)s 开始。", {"time": known(self._day, row.began_at) or "—"}
            )
        elif row.state == "missed" and row.missing not in ("", side) and name not in self._paper.right:
            self.faults[name] = Message("现有记录为未到（%(side)s）。", {"side": SIDES[row.missing]})
        elif (row.state, row.missing) != ("missed", side):
            starts = self._day.slots[row.slot].starts if row.slot in self._day.slots else None
            at = self._day.moment(starts or datetime.combine(on, time(12)))
            self._want("missed", at, marks, meeting=row, side=side)

    def _moment(self, name: str, text: str, on: date) -> datetime | None:
        if not text.strip():
            return None
        found = _CLOCK.fullmatch(text.strip())
        if found is None:
            self.faults[name] = Message("请写成 14:30 这样的时间。")
            return None
        return self._day.moment(datetime.combine(on, time(int(found[1]), int(found[2]))))

    def _is_new(self, name: str, at: datetime, held_now: str) -> bool:
        """False for what is known to the minute; a contradiction is a fault until the paper is said right."""
        told = known(self._day, at)
        if told == held_now:
            return False
        if held_now and name not in self._paper.right:
            self.faults[name] = Message("现有记录为 %(time)s。", {"time": held_now})
            return False
        return True

    def _want(
        self,
        kind: str,
        at: datetime,
        marks: Sequence[str],
        *,
        person: Attendee | None = None,
        meeting: Meeting | None = None,
        side: str = "",
    ) -> None:
        self.wanted.append(
            _Write(self._uow, self._actor, self._day, kind, at, tuple(marks), person, meeting, side)
        )


@dataclass(frozen=True, slots=True)
class _Write:
    """One entry of paper, after what it corrects is taken back."""

    uow: UnitOfWork
    actor: Actor
    day: Day
    kind: str
    at: datetime
    marks: tuple[str, ...]
    person: Attendee | None
    meeting: Meeting | None
    side: str

    def __call__(self) -> None:
        facts: dict[str, Any] = {"side": self.side} if self.side else {}
        if self.marks:
            self._note("undo", {"marks": list(self.marks)})
        self._note(self.kind, facts)

    def _note(self, kind: str, facts: dict[str, Any]) -> None:
        note(
            self.uow, self.actor, self.day.event, kind, at=self.at, source="paper", attendee=self.person,
            meeting=self.meeting, **facts,
        )  # fmt: skip
