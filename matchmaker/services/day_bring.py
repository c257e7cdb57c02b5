"""A file of a day comes to a machine that knows the event: what happened elsewhere is taken in.

Entries are joined by their marks, so that the same file twice is once; contradictions become entries of their
own that stay on the list until somebody has looked at them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.messages import Message
from matchmaker.models import (
    Attendee,
    DayCopy,
    DayEntry,
    Event,
    EventProblem,
    EventProblemPerson,
    EventTable,
    Meeting,
    Organization,
    OutcomeCard,
    Problem,
)
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, day_copies, day_entries, day_files, events, outcomes, posting
from matchmaker.services.day_conflicts import by_subject, course_word, listed, place_word, presence_word
from matchmaker.services.day_files import CARD, FORMAT, Keys, baseline, key_of, moment, values
from matchmaker.services.events import touched
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass
class Report:
    """What bringing a file did.

    Attributes:
        event: number of the event here; is_new: it was made as a copy.
        lines: kind of change → how many; renumbered: name → badge numbers before and after.
    """

    event: int
    is_new: bool = False
    lines: dict[str, int] = field(default_factory=dict)
    renumbered: dict[str, tuple[int, int]] = field(default_factory=dict)
    conflicts: list[DayEntry] = field(default_factory=list)

    def count(self, what: str) -> None:
        """One more of a kind."""
        self.lines[what] = self.lines.get(what, 0) + 1


def bring(uow: UnitOfWork, actor: Actor, data: Any, *, house: str, at: datetime) -> Report:
    """Takes a file in.

    Raises:
        InvalidInput: it is none of ours, or damaged; nothing of it is kept.
        Conflict: this machine holds other things and is not the one that the file comes from.
    """
    require(actor, "event:checkin")
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise InvalidInput(
            Message("这不是会议当天的文件（%(format)s）。", {"format": FORMAT}),
            hint=Message("请使用 matchmaker event take 生成的文件。"),
        )
    try:
        number = _number_here(uow, data, house)
        if number is None:
            return _carried(uow, actor, data)
        return _Merge(uow, actor, data, number, at).run()
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InvalidInput(
            Message("文件已损坏或被改动过：%(fault)s。", {"fault": f"{type(fault).__name__} {fault}"[:120]}),
            hint=Message("请重新生成文件；没有保存任何内容。"),
        ) from fault


def _number_here(uow: UnitOfWork, data: Mapping[str, Any], house: str) -> int | None:
    """The event's number on this machine; None when it is to be made as a copy."""
    if data["house"] == house:
        return int(data["number"])
    copy = uow.session.scalar(
        select(DayCopy).where(DayCopy.house == data["house"], DayCopy.number == int(data["number"]))
    )
    if copy is not None:
        return copy.event_id
    held = sum(
        uow.session.scalar(select(func.count()).select_from(table)) or 0
        for table in (Event, Organization, Problem, Attendee)
    )
    if held:
        raise Conflict(
            Message("这台机器上已有别的数据，不能作为活动的随身副本。"),
            hint=Message("请用一个空的安装文件夹：matchmaker --home 文件夹 event bring 文件。"),
        )
    return None


def _carried(uow: UnitOfWork, actor: Actor, data: Mapping[str, Any]) -> Report:
    """An empty machine becomes a copy, with what had happened when the file was made."""
    number = day_copies.settle(uow, data)
    report = _Merge(uow, actor, data, number, moment(data["taken_at"])).entries_only()
    report.is_new = True
    uow.record(actor, "event:carried", f"event:{number}", house=data["house"])
    return report


class _Merge:
    """One file into one event that is here."""

    def __init__(
        self, uow: UnitOfWork, actor: Actor, data: Mapping[str, Any], number: int, at: datetime
    ) -> None:
        self._uow = uow
        self._actor = actor
        self._data = data
        self._at = at
        self._event = events.get(uow, actor, number, to_change=True)
        self._copy = day_files.copy_of(uow, number)
        self._keys = Keys(uow, self._event, self._copy)
        self._base = self._last_common()
        self._report = Report(number)
        self._placed: list[Meeting] = []

    def run(self) -> Report:
        """People, problems, plan, cards, then what happened."""
        day_entries.refuse_closed(self._event)
        for each in self._data["people"]:
            if each["badge"] not in self._keys.people:
                self._person(each)
        for each in self._data["offers"]:
            if each["key"] not in self._keys.problems:
                self._offer(each)
        for each in self._data["tables"]:
            table = self._keys.tables.get(each["name"])
            if table is not None and each["is_closed"] and not table.is_closed and self._data["is_copy"]:
                table.is_closed = True
                self._report.count("tables")
        for each in self._data["meetings"]:
            self._meeting(each)
        for row in self._placed:
            self._refuse_silence(row)
        report = self.entries_only()
        self._remember()
        self._uow.record(self._actor, "event:brought", f"event:{report.event}", **report.lines)
        touched(self._event)
        return report

    def _last_common(self) -> Mapping[str, Any]:
        """Plan and cards as both machines knew them: when this copy was brought last, else when taken."""
        if not self._data["is_copy"]:
            return self._copy.baseline["meetings"] if self._copy else {}
        record = day_files.record_of(self._uow, self._event.id)
        brought = record.baseline.get("brought", {}) if record else {}
        found: Mapping[str, Any] = brought.get(self._data["copy"]) or self._data["baseline"]["meetings"]
        return found

    def _remember(self) -> None:
        """From here on, only what changes after this file counts as a change."""
        now = baseline(self._data)
        if self._copy is not None:
            self._copy.baseline = {**self._copy.baseline, "meetings": now}
            return
        record = day_files.record_of(self._uow, self._event.id)
        if record is None:
            record = DayCopy(
                event_id=self._event.id, house=self._data["house"], number=self._event.id, taken_at=self._at
            )
            self._uow.session.add(record)
        known = (record.baseline or {}).get("brought", {})
        record.baseline = {"brought": {**known, str(self._data["copy"]): now}}

    def entries_only(self) -> Report:
        """Joins the journals and lets every row that they speak of follow."""
        self._keys = Keys(self._uow, self._event, self._copy)
        session = self._uow.session
        ours = session.scalars(select(DayEntry).where(DayEntry.event_id == self._event.id)).all()
        theirs = {str(each["mark"]): each for each in self._data["entries"]}
        known = {each.mark for each in ours}
        fresh = [self._entry(each) for mark, each in theirs.items() if mark not in known]
        missing = [each for each in ours if each.mark not in theirs and each.kind != "conflict"]
        before = by_subject(ours)
        session.add_all(fresh)
        session.flush()
        for _each in fresh:
            self._report.count("entries")
        apart = set(by_subject(missing))
        for key, rows in by_subject(fresh).items():
            after = [*before.get(key, []), *rows]
            self._follow(key)
            if key in apart:
                brought = [each for each in after if each.mark in theirs]
                self._compare(key, before.get(key, []), brought, after)
        return self._report

    def _person(self, given: Mapping[str, Any]) -> None:
        """Somebody who walked in at the other machine."""
        body = self._body(given["body"], "expert")
        row = attending.add(
            self._uow, self._event, name=str(given["name"])[:100], kind=str(given["kind"]),
            state=str(given["state"]), source=str(given["source"]), organization_id=body.id if body else None,
            phone=str(given.get("phone", "")),
        )  # fmt: skip
        wanted = int(given["badge_number"])
        row.badge = str(given["badge"])[:32]
        taken = self._uow.session.scalar(
            select(func.count())
            .select_from(Attendee)
            .where(Attendee.event_id == self._event.id, Attendee.badge_number == wanted)
        )
        if not taken:
            row.badge_number = wanted
        elif row.badge_number != wanted:
            self._report.renumbered[row.name] = (wanted, row.badge_number)
        self._uow.session.flush()
        self._keys.people[row.badge] = row.id
        self._report.count("people")

    def _offer(self, given: Mapping[str, Any]) -> None:
        """A problem that somebody walked in with."""
        problem = posting.create(
            self._uow,
            self._actor,
            {"title": str(given["problem"]["title"])[:200], "organization": given["body"]},
        )
        row = EventProblem(event_id=self._event.id, problem_id=problem.id, state="accepted")
        self._uow.session.add(row)
        self._uow.session.flush()
        for badge in given["people"]:
            self._uow.session.add(
                EventProblemPerson(event_problem_id=row.id, attendee_id=self._keys.people[badge])
            )
        self._uow.session.flush()
        self._keys.problems[given["key"]] = row.id
        self._report.count("problems")

    def _meeting(self, given: Mapping[str, Any]) -> None:
        attendee, offer = self._keys.people[given["who"]], self._keys.problems[given["offer"]]
        row = self._uow.session.scalar(
            select(Meeting).where(Meeting.attendee_id == attendee, Meeting.event_problem_id == offer)
        )
        base = self._base.get(key_of(given), {})
        table = self._keys.tables.get(given["table"])
        if row is None:
            row = Meeting(
                event_id=self._event.id, attendee_id=attendee, event_problem_id=offer,
                slot=int(given["slot"]), state="cancelled" if given["is_cancelled"] else "planned",
                sequence=int(given["sequence"]), source=str(given["source"]),
                table_id=table.id if table else None,
            )  # fmt: skip
            self._uow.session.add(row)
            self._uow.session.flush()
            self._report.count("meetings")
            self._placed.append(row)
        elif int(given["sequence"]) > int(base.get("sequence", -1)):
            self._moved(row, given, base, table)
        self._cards(row, given, base.get("cards", {}))

    def _moved(
        self, row: Meeting, given: Mapping[str, Any], base: Mapping[str, Any], table: EventTable | None
    ) -> None:
        place = (int(given["slot"]), table.id if table else None, bool(given["is_cancelled"]))
        ours = (row.slot, row.table_id, row.state == "cancelled")
        if place == ours:
            return
        if row.sequence > int(base.get("sequence", -1)):
            words = (place_word(ours), place_word(place), place_word(ours))
            self._conflict("place", [str(ours), str(place)], words, meeting=row)
            return
        row.slot, row.table_id, _gone = place
        row.state = (
            "cancelled" if given["is_cancelled"] else "planned" if row.state == "cancelled" else row.state
        )
        row.sequence, row.source = max(row.sequence + 1, int(given["sequence"])), str(given["source"])
        self._uow.session.flush()
        self._report.count("moved")
        self._placed.append(row)

    def _refuse_silence(self, row: Meeting) -> None:
        """Two machines may have given one table or one person away twice in a slot."""
        if row.state == "cancelled":
            return
        others = self._uow.session.scalars(
            select(Meeting).where(
                Meeting.event_id == self._event.id, Meeting.slot == row.slot, Meeting.id != row.id,
                Meeting.state.in_(("planned", "called", "held")),
                ((Meeting.table_id == row.table_id) & Meeting.table_id.is_not(None))
                | (Meeting.attendee_id == row.attendee_id)
                | (Meeting.event_problem_id == row.event_problem_id),
            )
        ).all()  # fmt: skip
        for other in others:
            words = (f"{other.id}", f"{row.id}", f"{other.id}, {row.id}")
            self._conflict("place", [str(other.id), str(row.id)], words, meeting=row)

    def _cards(self, row: Meeting, given: Mapping[str, Any], base: Mapping[str, str]) -> None:
        ours = {each.side: each for each in row.cards}
        changed = False
        for card in given["cards"]:
            columns = values({name: card[name] for name in CARD})
            held = ours.get(card["side"])
            if held is None:
                row.cards.append(OutcomeCard(**columns))
                changed = True
                continue
            now, theirs = day_files.digest(day_files.card_columns(held)), day_files.digest(card)
            if now == theirs or theirs == base.get(card["side"]):
                continue
            if now == base.get(card["side"]):
                for name, value in columns.items():
                    setattr(held, name, value)
                held.revision += 1
                changed = True
            else:
                kept, brought = (str(held.result or held.attended), str(card["result"] or card["attended"]))
                told = {name: card[name] for name in CARD}
                self._conflict("card", [now, theirs], (kept, brought, kept), meeting=row, card=told)
        if changed:
            self._report.count("cards")
            self._uow.session.flush()
            outcomes.refresh(self._uow, self._actor, row, at=self._at)

    def _entry(self, given: Mapping[str, Any]) -> DayEntry:
        if given["kind"] not in day_entries.KINDS:
            raise ValueError(given["kind"])
        meeting = None
        if given["meeting"]:
            who, offer = given["meeting"]
            meeting = self._uow.session.scalar(
                select(Meeting.id).where(
                    Meeting.attendee_id == self._keys.people[who],
                    Meeting.event_problem_id == self._keys.problems[offer],
                )
            )
        return DayEntry(
            event_id=self._event.id, mark=str(given["mark"])[:32], kind=given["kind"],
            at=moment(given["at"]), entered_at=moment(given["entered_at"]),
            entered_by=str(given["entered_by"])[:100], source="file",
            attendee_id=self._keys.people[given["who"]] if given["who"] else None, meeting_id=meeting,
            facts=dict(given["facts"]),
        )  # fmt: skip

    def _follow(self, key: tuple[str, int]) -> None:
        kind, number = key
        if kind == "attendee":
            day_entries.follow_person(self._uow, self._uow.session.get_one(Attendee, number))
        elif kind == "meeting":
            day_entries.follow_meeting(self._uow, self._event, self._uow.session.get_one(Meeting, number))

    def _compare(
        self, key: tuple[str, int], ours: list[DayEntry], theirs: list[DayEntry], both: list[DayEntry]
    ) -> None:
        """Both machines spoke of the same: where they end differently, somebody should look."""
        kind, number = key
        say: Callable[[list[DayEntry]], str] = presence_word if kind == "attendee" else course_word
        if say(ours) == say(theirs):
            return
        row: Any = self._uow.session.get_one(Attendee if kind == "attendee" else Meeting, number)
        marks = [each.mark for each in (*ours, *theirs)]
        words = (say(ours), say(theirs), say(both))
        if kind == "attendee":
            self._conflict("presence", marks, words, attendee=row)
        else:
            self._conflict("course", marks, words, meeting=row)

    def _conflict(self, what: str, marks: list[str], words: tuple[str, str, str], **about: Any) -> None:
        row = listed(self._uow, self._actor, self._event, what, marks, words, at=self._at, **about)
        if row is not None:
            self._report.conflicts.append(row)

    def _body(self, name: str, kind: str) -> Organization | None:
        if not name:
            return None
        exact = self._uow.session.scalars(
            select(Organization).where(Organization.name == name).limit(2)
        ).all()
        if len(exact) == 1:
            return exact[0]
        return organizations_by_name(self._uow.session, kind, [name])[0][name]
