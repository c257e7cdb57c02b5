"""Messages 消息: written in the transaction of what they tell of; inbox, e-mails and calls are rows."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import selectinload

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Delivery, Outbox, Problem, SecretLink, now
from matchmaker.models.base import Findable
from matchmaker.notifications.kinds import CHANNELS, DELIVERY_STATES, GROUPS, KINDS, RESULTS, group_of
from matchmaker.notifications.words import short_text, worded
from matchmaker.permissions import OFFICE, Actor, audiences_of, require
from matchmaker.services.paging import Page, paged
from matchmaker.services.recipients import (
    Recipient,
    account,
    office,
    recipients_for_body,
    recipients_for_expert,
    recipients_for_problem,
)
from matchmaker.storage.queries import load
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = [
    "CHANNELS", "DELIVERY_STATES", "GROUPS", "KINDS", "RESULTS", "Recipient", "account", "get",
    "group_of", "inbox", "office", "outbox", "read", "read_all", "recipients_for_body",
    "recipients_for_expert", "recipients_for_problem", "settle", "short_text", "tell", "unread",
]  # fmt: skip

#: What an object is called to whoever may not read its title.
_HIDDEN = {
    "problem": Message("一项未公开的难题"),
    "expert": Message("一位专家"),
    "organization": Message("一家单位"),
}
_SOMETHING = Message("一项内容")


def tell(
    uow: UnitOfWork,
    actor: Actor,
    recipients: Iterable[Recipient],
    kind: str,
    subject: str,
    values: Mapping[str, object] | None = None,
    *,
    link: SecretLink | None = None,
) -> list[Outbox]:
    """Writes one message for each recipient, with its e-mails and its place on the call list.

    Whoever did it himself is not told. ``values`` are what the kind's templates name; none may hold contacts
    or the text of something that a recipient may not read. ``link`` is a secret link by which he answers;
    one link belongs to one recipient.
    """
    rule = KINDS[kind]
    row = load(uow.session, [subject]).get(subject)
    told: list[Outbox] = []
    for recipient in recipients:
        if recipient.account is not None and recipient.account == actor.account and not rule.must:
            continue
        known = {**_of_subject(subject, row, recipient), "name": recipient.name, **(values or {})}
        words = worded(kind, recipient.language, known)
        message = Outbox(
            kind=kind,
            subject=subject,
            audience=recipient.audience,
            organization_id=recipient.organization,
            recipient=recipient.name[:100],
            phone=recipient.phone[:50],
            language=recipient.language,
            title=words.title,
            text=words.text,
            short=words.short,
            link=words.link,
            secret_link_id=link.id if link else None,
            actor=actor.name[:100],
            sender_id=actor.account,
            behalf=actor.behalf[:200],
            deliveries=_deliveries(recipient, kind),
        )
        uow.session.add(message)
        told.append(message)
    uow.session.flush()
    for message in told:
        for delivery in message.deliveries:
            if delivery.channel == "mail":
                uow.enqueue("mail", f"delivery:{delivery.id}")
    return told


def settle(
    uow: UnitOfWork, subject: str, kinds: Iterable[str] | None = None, link: SecretLink | None = None
) -> None:
    """What messages on this subject asked has been answered: nobody is called for it any more.

    With ``link`` only those that led to it: others were asked the same and have not answered.
    """
    where = [Outbox.subject == subject, Outbox.answered_at.is_(None)]
    if kinds is not None:
        where.append(Outbox.kind.in_(list(kinds)))
    if link is not None:
        where.append(Outbox.secret_link_id == link.id)
    uow.session.execute(update(Outbox).where(*where).values(answered_at=now()))


def unread(uow: UnitOfWork, actor: Actor) -> int:
    """Messages in the inbox that were not opened: one small statement, for every page."""
    return (
        uow.session.scalar(
            select(func.count()).select_from(Outbox).where(_mine(actor), Outbox.read_at.is_(None))
        )
        or 0
    )


def inbox(uow: UnitOfWork, actor: Actor, *, only_unread: bool = False, page: int = 1) -> Page[Outbox]:
    """The actor's messages, newest first."""
    statement = select(Outbox).where(_mine(actor)).order_by(Outbox.id.desc())
    if only_unread:
        statement = statement.where(Outbox.read_at.is_(None))
    return paged(uow.session, statement, page)


def get(uow: UnitOfWork, actor: Actor, number: int) -> Outbox:
    """One message of the inbox; another's is NotFound."""
    found = uow.session.scalar(select(Outbox).where(Outbox.id == number, _mine(actor)))
    if found is None:
        raise NotFound(
            Message("没有这条消息，或者它不是发给您的。"), hint=Message("请从“消息”页面打开自己的消息。")
        )
    return found


def read(uow: UnitOfWork, actor: Actor, number: int, at: datetime) -> Outbox:
    """One message, opened now."""
    message = get(uow, actor, number)
    message.read_at = message.read_at or at
    return message


def read_all(uow: UnitOfWork, actor: Actor, at: datetime) -> None:
    """Everything in the inbox counts as read."""
    uow.session.execute(update(Outbox).where(_mine(actor), Outbox.read_at.is_(None)).values(read_at=at))


def outbox(uow: UnitOfWork, actor: Actor, *, state: str = "", kind: str = "", page: int = 1) -> Page[Outbox]:
    """Every outgoing message with its channels, newest first; ``state`` is that of any of its deliveries."""
    require(actor, "message:outbox")
    statement = select(Outbox).options(selectinload(Outbox.deliveries)).order_by(Outbox.id.desc())
    if state:
        statement = statement.where(Outbox.deliveries.any(Delivery.state == state))
    if kind:
        statement = statement.where(Outbox.kind == kind)
    return paged(uow.session, statement, page)


def _mine(actor: Actor) -> ColumnElement[bool]:
    own = []
    if actor.account is not None:
        own.append(f"account:{actor.account}")
    if OFFICE in audiences_of(actor):
        own.append(OFFICE)
    return Outbox.audience.in_(own)


def _of_subject(subject: str, row: Any, recipient: Recipient) -> dict[str, object]:
    """What templates may say of the subject: its title only to whoever may read it, else its number."""
    kind, _, number = subject.partition(":")
    called: object = _HIDDEN.get(kind, _SOMETHING)
    if isinstance(row, Findable):
        shown = getattr(row, "title", None) or getattr(row, "name", "")
        if recipient.may_read(row):
            called = str(shown)[:120]
        elif isinstance(row, Problem) and row.number:
            called = row.number
    return {"object": called, "number": number}


def _deliveries(recipient: Recipient, kind: str) -> list[Delivery]:
    """An e-mail for each address, and a call; that of an account is listed only if he does not react."""
    rule = KINDS[kind]
    made = [
        Delivery(channel="mail", who=who, address=address, mail_id=secrets.token_hex(16))
        for who, address in recipient.mailed_to
    ]
    if rule.calls and not recipient.inbox:
        made.append(Delivery(channel="call", who=recipient.audience))
    return made
