"""The thread of an introduction: both sides and the broker write plain text, each sees what is new to him."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Introduction, IntroductionNote, IntroductionSeen
from matchmaker.permissions import Actor, require
from matchmaker.services import introduction_messages
from matchmaker.services.introduction_records import MOST_WORDS, held, on_behalf, refuse_late
from matchmaker.services.introductions import reader_of, sides_of
from matchmaker.storage.unit_of_work import UnitOfWork

BROKER = "broker"


def write(
    uow: UnitOfWork, actor: Actor, number: int, text: str, *, now: datetime, side: str = ""
) -> IntroductionNote:
    """Adds an entry; the others are told that there is one, not what it says.

    ``side`` says for whom office or broker write what they heard on the telephone; "" for themselves.
    """
    row = held(uow, actor, number)
    refuse_late(row, "write")
    require(actor, "introduction:write", row)
    words = text.strip()
    if not words or len(words) > MOST_WORDS:
        message = Message("请写 1 到 %(most)s 个字。", {"most": MOST_WORDS})
        raise InvalidInput(Message("留言没有保存。"), fields={"text": message})
    own = sides_of(actor, row)
    chosen = own[0] if own else (side if side in {"demand", "supply"} else BROKER)
    who = on_behalf(actor, row, chosen) if chosen != BROKER else actor
    note = IntroductionNote(
        introduction_id=row.id, at=now, side=chosen, actor=who.name[:100], account_id=who.account,
        behalf=who.behalf[:200], text=words,
    )  # fmt: skip
    uow.session.add(note)
    row.stepped_at = now
    uow.session.flush()
    uow.record(who, "introduction:write", f"introduction:{row.id}", note=note.id)
    introduction_messages.written(uow, who, row, chosen if chosen != BROKER else "")
    return note


def thread(uow: UnitOfWork, introduction: Introduction) -> Sequence[IntroductionNote]:
    """The entries, oldest first; the caller has read the introduction by its number."""
    statement = select(IntroductionNote).where(IntroductionNote.introduction_id == introduction.id)
    return uow.session.scalars(statement.order_by(IntroductionNote.id)).all()


def newest(uow: UnitOfWork, introduction: Introduction) -> int:
    """Number of the newest entry, 0 for none."""
    wanted = IntroductionNote.introduction_id == introduction.id
    return uow.session.scalar(select(func.max(IntroductionNote.id)).where(wanted)) or 0


def seen(uow: UnitOfWork, actor: Actor, introduction: Introduction, newest: int) -> int:
    """Remembers how far the actor has read; gives how far he had read before."""
    reader = reader_of(actor)
    if not reader or not newest:
        return newest
    place = (introduction.id, reader)
    row = uow.session.get(IntroductionSeen, place)
    if row is None:
        uow.alone(f"seen:{introduction.id}:{reader}")
        row = uow.session.get(IntroductionSeen, place, populate_existing=True)
    if row is None:
        row = IntroductionSeen(introduction_id=introduction.id, reader=reader, note_id=0)
        uow.session.add(row)
    before, row.note_id = row.note_id, max(row.note_id, newest)
    return before
