"""Figures locked with a time stamp; later changes stand beside them as corrections, with who made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from matchmaker.errors import Conflict
from matchmaker.lifecycle import EVENT_TO
from matchmaker.messages import Message
from matchmaker.models import Agreement, Event, FigureLock, History
from matchmaker.permissions import Actor, require
from matchmaker.services import event_figures
from matchmaker.services.event_figures import UNLOCKED, Figure, Value, newest_lock
from matchmaker.services.event_records import Records
from matchmaker.services.outcomes import facts_of
from matchmaker.storage.unit_of_work import UnitOfWork

#: Lines of history that one correction tells.
MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that is another one now than when it was locked.

    Attributes:
        added, removed: records that count now and did not then, and the other way round.
        changes: what was done since to the records in question, the oldest first.
    """

    figure: Figure
    locked: Value
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: Sequence[History] = ()


def lock(
    uow: UnitOfWork, actor: Actor, event: Event, *, at: datetime, today: date, note: str = ""
) -> FigureLock:
    """Keeps the figures as they are now; contradictions should be settled before, but need not."""
    require(actor, "event:lock", event)
    if newest_lock(uow, event) is not None:
        raise Conflict(
            Message("这场活动的数据已经锁定。"),
            hint=Message("之后的更改会作为更正列出，不会覆盖锁定的数据。"),
        )
    found = event_figures.of_event(uow, event, today)
    kept = {name: figure.plain() for name, figure in found.items() if figure.section not in UNLOCKED}
    row = FigureLock(
        event_id=event.id, locked_at=at, locked_by=actor.name[:100], note=note[:2000], figures=kept
    )
    uow.session.add(row)
    event.state = EVENT_TO["lock"]
    uow.session.flush()
    uow.record(actor, "event:lock", f"event:{event.id}", lock=row.id, note=row.note)
    return row


def open_points(records: Records) -> list[Message]:
    """What somebody should look at before he locks."""
    return [fact.text for fact in facts_of(records.meetings) if not fact.is_good]


def corrections(uow: UnitOfWork, kept: FigureLock, present: Mapping[str, Figure]) -> list[Correction]:
    """Every figure whose value or records are others now, with what was done since the lock."""
    found = []
    for name, figure in present.items():
        told = kept.figures.get(name)
        if told is None:
            continue
        then, current = tuple(told["records"]), figure.records
        if told["value"] == figure.value and set(then) == set(current):
            continue
        added = tuple(each for each in current if each not in then)
        removed = tuple(each for each in then if each not in current)
        found.append(Correction(figure, told["value"], added, removed))
    if not found:
        return []
    done = _since(uow, kept.locked_at, {each for one in found for each in _subjects(one)})
    meetings = _meetings_of(uow, {each for one in found for each in _subjects(one)})
    lines = _since(uow, kept.locked_at, set(meetings.values()))
    return [
        Correction(one.figure, one.locked, one.added, one.removed, _changes(one, done, lines, meetings))
        for one in found
    ]


def locked_figures(kept: FigureLock, present: Mapping[str, Figure]) -> dict[str, Figure]:
    """The figures as they were locked; those that are looked at later, as they are."""
    found = {}
    for name, figure in present.items():
        told: dict[str, Any] | None = kept.figures.get(name)
        found[name] = figure if told is None else Figure(
            name, figure.title, told["value"], told["unit"], tuple(told["records"]), figure.section
        )  # fmt: skip
    return found


def _subjects(one: Correction) -> set[str]:
    """Records that differ; where only the value does, all of them."""
    return set(one.added + one.removed) or set(one.figure.records)


def _since(uow: UnitOfWork, moment: datetime, subjects: set[str]) -> dict[str, list[History]]:
    found: dict[str, list[History]] = {}
    wanted = sorted(subjects)
    for start in range(0, len(wanted), 500):
        statement = select(History).where(
            History.subject.in_(wanted[start : start + 500]), History.at > moment
        )
        for row in uow.session.scalars(statement.order_by(History.id)):
            found.setdefault(row.subject, []).append(row)
    return found


def _meetings_of(uow: UnitOfWork, subjects: set[str]) -> dict[str, str]:
    """Agreement → the meeting that it came from, whose cards tell why it changed."""
    numbers = [int(each[10:]) for each in subjects if each.startswith("agreement:")]
    rows = uow.session.execute(
        select(Agreement.id, Agreement.meeting_id).where(
            Agreement.id.in_(numbers), Agreement.meeting_id.is_not(None)
        )
    )
    return {f"agreement:{number}": f"meeting:{meeting}" for number, meeting in rows}


def _changes(
    one: Correction,
    done: Mapping[str, list[History]],
    lines: Mapping[str, list[History]],
    of: Mapping[str, str],
) -> list[History]:
    rows = [row for subject in _subjects(one) for row in done.get(subject, [])]
    rows += [row for subject in _subjects(one) for row in lines.get(of.get(subject, ""), [])]
    return sorted({row.id: row for row in rows}.values(), key=lambda row: row.id)[:MOST_LINES]
