"""Replies 回执: comes, does not come, sends somebody else; by page, secret link, file or telephone alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select

from matchmaker import lifecycle
from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, EventPair, Expert, Meeting
from matchmaker.permissions import Actor, require
from matchmaker.services import attending, events, inviting, messages
from matchmaker.services.answers import invalid
from matchmaker.storage.unit_of_work import UnitOfWork

#: Answer → how it is named; “online” comes by video.
ANSWERS: dict[str, Message] = {
    "come": Message("参加（到现场）"),
    "online": Message("参加（线上）"),
    "decline": Message("不能参加"),
    "standin": Message("请他人代替"),
}
#: Part of each day in which somebody is there.
PARTS: dict[str, Message] = {
    "all": Message("全程"),
    "morning": Message("只有上午"),
    "afternoon": Message("只有下午"),
}
#: Meetings that somebody may want at most, letters of a note.
MOST_MEETINGS, LONGEST = 50, 500
#: Attendee states from which an answer may still be given or changed.
_ANSWERING = frozenset({"nominated", "invited", "accepted", "declined"})
_NOON = time(12, 30)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        part: of PARTS; "" leaves the hours as they are.
        name, title, phone: of who comes instead.
    """

    answer: str
    part: str = ""
    most: int | None = None
    reason: str = ""
    name: str = ""
    title: str = ""
    phone: str = ""
    note: str = ""


def answer(uow: UnitOfWork, actor: Actor, event: int, number: int, reply: Reply, *, at: datetime) -> Attendee:
    """Somebody answers for himself, for those of his body, or the office for anybody."""
    held = events.get(uow, actor, event, to_change=True)
    row = inviting.of_event(uow, actor, held, number)
    require(actor, "attendee:answer", row)
    who = actor.acting_for(row.name) if actor.account is not None and not _is_own(actor, row) else actor
    return give(uow, who, row, reply, at=at)


def _is_own(actor: Actor, row: Attendee) -> bool:
    return (actor.expert is not None and actor.expert == row.expert_id) or actor.account == row.account_id


def give(uow: UnitOfWork, actor: Actor, row: Attendee, reply: Reply, *, at: datetime) -> Attendee:
    """Takes an answer; the caller holds the event and has checked the right. Who comes in the end.

    Raises:
        InvalidInput: a decline without a reason, a stand-in without name or telephone.
        Conflict: nothing may be answered any more.
    """
    over = closed(row)
    if over is not None:
        raise Conflict(over, hint=Message("如需更改，请致电办公室。"))
    _refuse_faults(reply)
    if reply.answer == "standin":
        return _stand_in(uow, actor, row, reply, at)
    _note(uow, row, reply)
    state = "declined" if reply.answer == "decline" else "accepted"
    if state != row.state:
        attending.move(uow, actor, row, state, at=at, reason=reply.reason, mode=row.mode)
        _tell_office(uow, actor, row, ANSWERS[reply.answer], reply.reason)
    else:
        row.answered_at, row.reason = at, reply.reason[:200]
        uow.record(actor, "attendee:answered", f"attendee:{row.id}", event=row.event_id, mode=row.mode)
    messages.settle(uow, f"attendee:{row.id}", [inviting.ASKED, inviting.AGAIN])
    return row


def closed(row: Attendee) -> Message | None:
    """Why an invitation takes no answer any more; None while it does."""
    if row.event.state == "cancelled":
        return Message("活动已取消，不需要再回复。")
    if row.event.state not in lifecycle.EVENT_GATHERING | {"frozen"}:
        return Message("活动已经开始或结束，不需要再回复。")
    if row.state not in _ANSWERING:
        return Message("这份邀请已经收回，不需要再回复。")
    return None


def _refuse_faults(reply: Reply) -> None:
    faults: dict[str, Message] = {}
    if reply.answer not in ANSWERS:
        faults["answer"] = Message("请选择能否参加。")
    if reply.answer == "decline" and not reply.reason.strip():
        faults["reason"] = Message("不能参加时请简单写明原因，便于组织者另请他人。")
    if reply.answer == "standin":
        if not reply.name.strip():
            faults["name"] = Message("请填写代替您的人的姓名。")
        if not reply.phone.strip():
            faults["phone"] = Message("请填写代替您的人的手机，便于联系。")
    if faults:
        raise invalid(faults)


def _note(uow: UnitOfWork, row: Attendee, reply: Reply) -> None:
    """Hours, maximum and note of somebody who comes."""
    if reply.answer == "decline":
        return
    row.mode = "online" if reply.answer == "online" else "onsite"
    if reply.most is not None:
        row.most = reply.most
    if reply.note:
        row.note = reply.note
    if reply.part:
        row.unavailable = _away(uow.session.get_one(Event, row.event_id), reply.part)


def _away(event: Event, part: str) -> list[int]:
    if part == "morning":
        return [slot.position for slot in event.slots if slot.ends.time() > _NOON]
    if part == "afternoon":
        return [slot.position for slot in event.slots if slot.starts.time() < _NOON]
    return []


def _stand_in(uow: UnitOfWork, actor: Actor, row: Attendee, reply: Reply, at: datetime) -> Attendee:
    """Somebody of the same body comes instead, with the problems and hours of whom he replaces."""
    event = uow.session.get_one(Event, row.event_id)
    person = _of_body(uow, row, reply.name.strip())
    made = _known(uow, event, person)
    if made is not None and made.state in {"accepted", "registered"}:
        fault = Message("“%(name)s”已经参加这场活动，请另请一位。", {"name": made.name})
        raise invalid({"name": fault})
    facts = {
        "title": reply.title or (person.position if person else ""),
        "phone": reply.phone,
        "source": "standin",
        "replaces_id": row.id,
    }
    if made is None:
        made = attending.add(
            uow, event, name=reply.name.strip()[:100], kind="expert", state="nominated",
            expert_id=person.id if person else None, organization_id=row.organization_id,
            email=person.email if person else "", **facts,
        )  # fmt: skip
    else:
        for name, value in facts.items():
            setattr(made, name, value)
    made.mode, made.online_link = row.mode, row.online_link
    made.unavailable, made.arrives, made.leaves = list(row.unavailable), row.arrives, row.leaves
    made.least, made.most, made.most_in_a_row = row.least, row.most, row.most_in_a_row
    _note(
        uow,
        made,
        Reply("come" if row.mode == "onsite" else "online", reply.part, reply.most, note=reply.note),
    )
    _inherit(uow, row, made)
    attending.move(uow, actor, made, "accepted", at=at, replaces=row.id)
    reason = Message("由他人代替")  # without a name: what is held about the two is erased apart
    attending.move(uow, actor, row, "declined", at=at, reason=str(reason), replaced_by=made.id)
    inviting.end_question(uow, row)
    _tell_office(uow, actor, row, ANSWERS["standin"], reason)
    return made


def _of_body(uow: UnitOfWork, row: Attendee, name: str) -> Expert | None:
    """The profile of a colleague by his name; None where there is none or several."""
    if row.organization_id is None:
        return None
    found = uow.session.scalars(
        select(Expert).where(Expert.organization_id == row.organization_id, Expert.name == name).limit(2)
    ).all()
    return found[0] if len(found) == 1 and found[0].id != row.expert_id else None


def _known(uow: UnitOfWork, event: Event, person: Expert | None) -> Attendee | None:
    if person is None:
        return None
    return uow.session.scalar(
        select(Attendee).where(Attendee.event_id == event.id, Attendee.expert_id == person.id)
    )


def _inherit(uow: UnitOfWork, row: Attendee, made: Attendee) -> None:
    """The pairs of whom he replaces, without anybody's wishes: those were for another person."""
    known = set(
        uow.session.scalars(select(EventPair.event_problem_id).where(EventPair.attendee_id == made.id))
    )
    for pair in uow.session.scalars(select(EventPair).where(EventPair.attendee_id == row.id)).all():
        if pair.event_problem_id not in known:
            uow.session.add(
                EventPair(
                    event_id=pair.event_id, attendee_id=made.id, event_problem_id=pair.event_problem_id,
                    score=pair.score, band=pair.band, barred=pair.barred, scored_at=pair.scored_at,
                )
            )  # fmt: skip
    uow.session.flush()


def _tell_office(uow: UnitOfWork, actor: Actor, row: Attendee, what: Message, why: Message | str) -> None:
    """The office, with how many published meetings the answer touches."""
    meetings = len(
        uow.session.scalars(
            select(Meeting.id).where(Meeting.attendee_id == row.id, Meeting.state != "cancelled")
        ).all()
    )
    touched = meetings if row.state != "accepted" else 0
    values = {
        "person": row.name,
        "event": row.event.title,
        "event_number": row.event_id,
        "answer": what,
        "why": why or Message("（没有补充说明）"),
        "meetings": Message("已公布的 %(n)s 场洽谈需要调整。", {"n": touched}) if touched else "",
    }
    if not actor.is_office:
        messages.tell(uow, actor, messages.office(uow), "event:replied", f"attendee:{row.id}", values)
