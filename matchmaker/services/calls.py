"""The call list 电话清单: who is to be called, because he has no account or did not react."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Delivery, Outbox, SecretLink, Territory
from matchmaker.notifications.kinds import KINDS, RESULTS
from matchmaker.permissions import Actor, require
from matchmaker.services.paging import Page, paged
from matchmaker.storage.unit_of_work import UnitOfWork

_ASKING = tuple(name for name, kind in KINDS.items() if kind.asks)
#: Days until somebody who was not reached comes back on the list.
AGAIN_DAYS = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call.

    Attributes:
        result: one of ``RESULTS``.
        back_on: the day to call again, for "later".
    """

    result: str
    note: str = ""
    back_on: date | None = None


def listing(
    uow: UnitOfWork, actor: Actor, at: datetime, after_days: int, *, page: int = 1, size: int = 20
) -> Page[Delivery]:
    """Calls that are due, the oldest first, of those whom the actor answers for."""
    require(actor, "call:read")
    statement = (
        select(Delivery)
        .join(Delivery.message)
        .options(contains_eager(Delivery.message))
        .where(_due(at, after_days), _within_reach(actor))
        .order_by(Delivery.id)
    )
    found = paged(uow.session, statement, page, size)
    links = [row.message.secret_link_id for row in found.rows if row.message.secret_link_id]
    uow.session.scalars(select(SecretLink).where(SecretLink.id.in_(links))).all()  # in one statement
    return found


def waiting(uow: UnitOfWork, actor: Actor, at: datetime, after_days: int) -> int:
    """How many calls are due, for a work list."""
    require(actor, "call:read")
    statement = select(func.count()).select_from(Delivery).join(Delivery.message)
    return uow.session.scalar(statement.where(_due(at, after_days), _within_reach(actor))) or 0


def looked_at(uow: UnitOfWork, actor: Actor, numbers: list[int]) -> None:
    """The numbers of these people were shown: a line for each in the log."""
    for number in numbers:
        uow.looked_at(actor, "call:number", f"outbox:{number}")


def register(uow: UnitOfWork, actor: Actor, number: int, outcome: Outcome, at: datetime) -> Delivery:
    """Writes down what came of a call; whoever was not reached comes back on the list."""
    statement = select(Delivery).join(Delivery.message).options(contains_eager(Delivery.message))
    row = uow.session.scalar(
        statement.where(Delivery.id == number, Delivery.channel == "call", _within_reach(actor))
    )
    if row is None:
        raise NotFound(Message("电话清单中没有这一行，或者不归您处理。"), hint=Message("请刷新电话清单。"))
    require(actor, "call:handle")
    _check(outcome, at)
    if row.state == "handled" and row.result == outcome.result:
        return row
    is_done = RESULTS[outcome.result][1]
    row.result, row.note = outcome.result, outcome.note
    row.handled_by, row.handled_id, row.attempts = actor.name[:100], actor.account, row.attempts + 1
    row.state = "handled" if is_done else "waiting"
    row.due_at = None if is_done else _again(outcome, at)
    row.sent_at = at
    if outcome.result == "answered":
        row.message.answered_at = row.message.answered_at or at
    behalf = actor.acting_for(row.message.recipient)
    uow.record(behalf, "call:handled", f"outbox:{row.message_id}", result=outcome.result, note=outcome.note)
    return row


def _check(outcome: Outcome, at: datetime) -> None:
    if outcome.result not in RESULTS:
        raise InvalidInput(
            Message("请选择电话结果。"),
            fields={"result": Message("请选择：已通知到、已答复、未接通、约定再打或号码有误。")},
        )
    if outcome.result == "later" and (outcome.back_on is None or outcome.back_on < at.date()):
        raise InvalidInput(
            Message("请填写再打的日期。"), fields={"back_on": Message("请填写今天或以后的日期。")}
        )


def _again(outcome: Outcome, at: datetime) -> datetime:
    if outcome.result == "later" and outcome.back_on is not None:
        return datetime.combine(outcome.back_on, time()) - timedelta(hours=12)  # that day in every time zone
    return at + timedelta(days=AGAIN_DAYS)


def _due(at: datetime, after_days: int) -> ColumnElement[bool]:
    """Not handled, not answered; somebody with an account only when he has had time to react."""
    unheard = or_(Outbox.kind.in_(_ASKING), Outbox.read_at.is_(None))
    patience = or_(Outbox.audience == "", Outbox.created_at <= at - timedelta(days=after_days))
    return and_(
        Delivery.channel == "call",
        Delivery.state == "waiting",
        or_(Delivery.due_at.is_(None), Delivery.due_at <= at),
        Outbox.answered_at.is_(None),
        unheard,
        patience,
    )


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    """The office calls everybody, a liaison the people of his bodies and of the firms of his town."""
    if actor.is_office:
        return Outbox.id.is_not(None)
    numbers = list(actor.liaison_of)
    towns = select(Territory.organization_id).where(Territory.town_id.in_(numbers))
    return or_(Outbox.organization_id.in_(numbers), Outbox.organization_id.in_(towns))
