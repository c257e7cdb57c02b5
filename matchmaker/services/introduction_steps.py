"""Steps of an introduction: answered, taken back, met, led to an intention, closed, led back, lapsed.

Each step looks at the row while it holds it, so that of two answers at once the second is told of the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaker import taxonomy
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.jobs.queue import schedule
from matchmaker.lifecycle import INTRODUCTION_BACK, INTRODUCTION_OPEN
from matchmaker.matching.feedback import first_day
from matchmaker.messages import Message
from matchmaker.models import Introduction
from matchmaker.permissions import Actor, require
from matchmaker.services import attachments, intentions, introduction_messages, refusals
from matchmaker.services.introduction_records import (
    LAPSE,
    MARGIN,
    REASONS,
    SIDES,
    held,
    move,
    note_step,
    on_behalf,
    refuse_late,
    refuse_second,
    shortened,
)
from matchmaker.services.introductions import sides_of
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: States of a problem in which nobody is introduced to it any more, asked or not.
_OVER = frozenset({"solved", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an introduction is declined or closed.

    Attributes:
        reason: a code of ``taxonomy.DECLINE_REASONS``.
        words: for the other side, after the office had a look.
        again_from: from this day the pair may be proposed anew; None leaves it to the reason.
    """

    reason: str
    words: str = ""
    again_from: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where the two meet; the moment in UTC without a zone."""

    at: datetime | None
    place: str = ""
    note: str = ""


def accept(uow: UnitOfWork, actor: Actor, number: int, *, now: datetime) -> Introduction:
    """The asked side agrees: contacts are shown to both, and the attachments for those introduced."""
    row, who = _for_side(uow, actor, number, "introduction:answer", answers=True, step="accept")
    if row.problem.state in _OVER:
        raise Conflict(Message("这项难题已解决或已撤下，不必再答复。"), hint=Message("有疑问请联系组织者。"))
    if refusals.kept_apart(row.problem, row.expert):
        raise Conflict(
            Message("这位专家和这项难题之间有回避关系，不能引荐。"),
            hint=Message("回避单位和对其隐藏的单位由各方设定；有疑问请联系组织者。"),
        )
    move(row, "accept")
    row.answered_at = now
    attachments.grant(uow, index_id(row.problem), row.sides["supply"])
    note_step(uow, who, row, "accept", row.asked_side, now)
    introduction_messages.accepted(uow, who, row)
    return row


def decline(uow: UnitOfWork, actor: Actor, number: int, refused: Refused, *, now: datetime) -> Introduction:
    """The asked side refuses, with a coded reason: the other one learns it in time."""
    row, who = _for_side(uow, actor, number, "introduction:answer", answers=True, step="decline")
    _check(refused)
    move(row, "decline")
    row.answered_at = now
    _refuse(uow, row, row.asked_side, refused, now)
    note_step(uow, who, row, "decline", row.asked_side, now, reason=refused.reason)
    introduction_messages.refused(uow, who, row)
    return row


def recall(uow: UnitOfWork, actor: Actor, number: int, *, now: datetime) -> Introduction:
    """The asker takes it back before it was answered."""
    row, who = _for_side(uow, actor, number, "introduction:recall", answers=False, step="recall")
    move(row, "recall")
    note_step(uow, who, row, "recall", row.asked_by, now)
    introduction_messages.recalled(uow, who, row)
    return row


def meet(uow: UnitOfWork, actor: Actor, number: int, meeting: Meeting, *, now: datetime) -> Introduction:
    """A meeting is agreed on or was held; each is kept as a step, the newest stands in front."""
    row, who, side = _for_either(uow, actor, number, "introduction:meet", "meet")
    move(row, "meet")
    row.meeting_at, row.meeting_place = meeting.at, meeting.place.strip()[:200]
    row.meeting_note = shortened(meeting.note)
    told = meeting.at.isoformat(timespec="minutes") if meeting.at else ""
    facts = {"at": told, "place": row.meeting_place, "note": row.meeting_note}
    note_step(uow, who, row, "meet", side, now, **facts)
    introduction_messages.met(uow, who, row, side)
    return row


def intend(uow: UnitOfWork, actor: Actor, number: int, note: str, *, now: datetime) -> Introduction:
    """Both want to go on together."""
    row, who, side = _for_either(uow, actor, number, "introduction:intend", "intend")
    move(row, "intend")
    note_step(uow, who, row, "intend", side, now, note=shortened(note))
    introduction_messages.intended(uow, who, row, side)
    intentions.of_introduction(uow, who, row, shortened(note), now.date())
    return row


def close(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    refused: Refused,
    *,
    now: datetime,
    side: str = "",
) -> Introduction:
    """It ends without an intention, with a coded reason; ``side`` says whose, where the actor has none."""
    row, who, own = _for_either(uow, actor, number, "introduction:close", "close")
    _check(refused)
    move(row, "close")
    _withdraw(uow, row)
    refusing = own or (side if side in SIDES else "demand")
    _refuse(uow, row, refusing, refused, now)
    note_step(uow, who, row, "close", own, now, reason=refused.reason)
    introduction_messages.refused(uow, who, row)
    return row


def back(uow: UnitOfWork, actor: Actor, number: int, why: str, *, now: datetime) -> Introduction:
    """One state back, with the reason for it; what had been refused is open again and told anew."""
    row = held(uow, actor, number)
    require(actor, "introduction:back", row)
    if not why.strip():
        message = Message("请写明退回的原因。")
        raise InvalidInput(message, fields={"why": message})
    uow.alone(f"introduction:{row.problem_id}:{row.expert_id}")
    before = row.state
    if before == "intention":
        intentions.not_of_introduction(uow, actor, row)
    if before not in INTRODUCTION_OPEN:
        refuse_second(uow, row.problem_id, row.expert_id)
    row.state, row.is_open = INTRODUCTION_BACK[before], True
    kept = {name: getattr(row, name) for name in ("reason", "words", "refused_by") if getattr(row, name)}
    row.reason = row.words = row.refused_by = ""
    row.softened = row.refused_on = row.tell_by = row.told_at = row.again_from = None
    row.watched = {}
    if row.state == "asked":
        time = (row.answer_by or now) - row.asked_at
        row.asked_at, row.answered_at, row.answer_by = now, None, now + time
        schedule(uow.session, LAPSE, f"introduction:{row.id}", row.answer_by)
    else:
        attachments.grant(uow, index_id(row.problem), row.sides["supply"])
    note_step(uow, actor, row, "back", "", now, before=before, why=shortened(why), **kept)
    if row.state == "asked":
        introduction_messages.asked(uow, actor, row)
    return row


def assign(
    uow: UnitOfWork, actor: Actor, number: int, account: int | None, name: str, *, now: datetime
) -> Introduction:
    """Says which broker follows it; None and "" for nobody. Brokers take one for themselves."""
    row = held(uow, actor, number)
    takes = account is not None and account == actor.account
    require(actor, "introduction:take" if takes and not actor.is_office else "introduction:assign", row)
    if takes and not actor.is_office and row.follower_id not in (None, account):
        raise Conflict(
            Message("已由%(name)s跟进。", {"name": row.follower}),
            hint=Message("需要更换跟进人时请联系组织者。"),
        )
    row.follower_id, row.follower = account, name[:100] if account is not None else ""
    note_step(uow, actor, row, "assign", "", now, follower=row.follower)
    return row


def lapse(uow: UnitOfWork, actor: Actor, row: Introduction, *, now: datetime) -> None:
    """Nobody answered in time: the asker, the broker and the office learn it at once."""
    move(row, "lapse")
    note_step(uow, actor, row, "lapse", "", now)
    introduction_messages.lapsed(uow, actor, row)


def _for_side(
    uow: UnitOfWork, actor: Actor, number: int, action: str, *, answers: bool, step: str
) -> tuple[Introduction, Actor]:
    """The row and the actor as he acts for the side that may take this step."""
    row = held(uow, actor, number)
    side = row.asked_side if answers else row.asked_by
    refuse_late(row, step)
    require(actor, action, row.as_side(side))
    return row, on_behalf(actor, row, side)


def _for_either(
    uow: UnitOfWork, actor: Actor, number: int, action: str, step: str
) -> tuple[Introduction, Actor, str]:
    """The row, the actor, and his side ("" for broker and office)."""
    row = held(uow, actor, number)
    refuse_late(row, step)
    require(actor, action, row)
    sides = sides_of(actor, row)
    return row, actor, sides[0] if len(sides) == 1 else ""


def _check(refused: Refused) -> None:
    fields: dict[str, Message] = {}
    if refused.reason not in taxonomy.DECLINE_REASONS:
        fields["reason"] = Message("请选择一个原因。")
    elif refused.reason == "other" and not refused.words.strip():
        fields["words"] = Message("选择“其他”时请说明原因。")
    if fields:
        raise InvalidInput(Message("请说明原因，对方才知道是否还有可能。"), fields=fields)


def _refuse(
    uow: UnitOfWork,
    row: Introduction,
    side: str,
    refused: Refused,
    now: datetime,
) -> None:
    """Keeps the reason for the other side and for the ranking."""
    row.refused_by, row.refused_on = side, now.date()
    row.reason, row.words = refused.reason, shortened(refused.words)
    row.tell_by, row.told_at, row.softened = now + timedelta(days=row.reason_days), None, None
    row.again_from = first_day(refused.reason, now.date(), refused.again_from)
    row.watched = refusals.watched_of(refused.reason, row.problem, row.expert)
    schedule(uow.session, REASONS, f"introduction:{row.id}", row.tell_by - MARGIN)


def _withdraw(uow: UnitOfWork, row: Introduction) -> None:
    """Takes the attachments back, except from those who read them through another introduction."""
    subject = index_id(row.problem)
    attachments.withdraw(uow, subject, row.sides["supply"] - _introduced(uow, subject))


def _introduced(uow: UnitOfWork, subject: str) -> set[str]:
    """Audiences of the experts' sides that a problem is introduced to at present."""
    kind, _, number = subject.partition(":")
    if kind != "problem":
        return set()
    connected = select(Introduction).where(
        Introduction.problem_id == int(number), Introduction.state.in_(("accepted", "meeting", "intention"))
    )
    return {audience for row in uow.session.scalars(connected) for audience in row.sides["supply"]}


attachments.INTRODUCED.append(_introduced)
