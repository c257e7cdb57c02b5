"""Secret links: issued to one person for one question, found by their token, revoked, counted when guessed.

A token is made from the row and the installation's secret, so that neither database nor backup holds one.
Whoever shows a link (a page of the office, the worker that mails it) makes it with ``path``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from matchmaker.errors import NotFound, TooMany
from matchmaker.messages import Message
from matchmaker.models import LinkMiss, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services.recipients import Recipient
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days that a link holds unless whoever issues it says otherwise.
DAYS = 14
#: Wrong tokens from one address within WINDOW; an office with many people sits behind one address.
MOST_MISSES = 60
WINDOW = timedelta(minutes=10)
_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{43})")
_MOST_NUMBER = 2**31 - 1
_ROW = "answer-row"
#: Purpose → beginning of its address, where it is not a question.
_PLACES = {"event_page": "/m/"}


def issue(
    uow: UnitOfWork, actor: Actor, purpose: str, subject: str, recipient: Recipient, days: int = DAYS
) -> SecretLink:
    """A link by which one recipient answers; an open one for the same question and person is used again.

    ``purpose`` is a key of ``services.answers``. The caller has checked that the actor may ask this.
    """
    until = now() + timedelta(days=days)
    known = uow.session.scalar(
        select(SecretLink).where(
            SecretLink.purpose == purpose,
            SecretLink.subject == subject,
            SecretLink.recipient == recipient.name[:100],
            SecretLink.phone == recipient.phone[:50],
            SecretLink.answered_at.is_(None),
            SecretLink.revoked_at.is_(None),
            SecretLink.closed_at.is_(None),
            SecretLink.expires_at > now(),
        )
    )
    if known is not None:
        known.expires_at = max(known.expires_at, until)
        return known
    link = SecretLink(
        purpose=purpose,
        subject=subject,
        nonce=secrets.token_hex(16),
        recipient=recipient.name[:100],
        phone=recipient.phone[:50],
        account_id=recipient.account,
        organization_id=recipient.organization,
        created_by=actor.name[:100],
        expires_at=until,
    )
    uow.session.add(link)
    uow.session.flush()
    uow.record(actor, "link:issued", subject, purpose=purpose, recipient=link.recipient, link=link.id)
    return link


def token(secret: bytes, link: SecretLink) -> str:
    """The number of the row and 256 bits that only this installation can make."""
    return f"{link.id}.{_code(secret, link.id, link.nonce)}"


def path(secret: bytes, link: SecretLink) -> str:
    """Where the link leads on this site."""
    return f"{_PLACES.get(link.purpose, '/l/')}{token(secret, link)}"


def row_token(secret: bytes, link: SecretLink) -> str:
    """What a row of a file carries: nobody can make one for another row, and it opens no page."""
    return f"{link.id}.{_code(secret, link.id, link.nonce, _ROW)}"


def of_row(secret: bytes, links: Mapping[int, SecretLink], given: str) -> SecretLink | None:
    """The link of a row's token among some; None for a token that is not ours, or of another file."""
    parts = _TOKEN.fullmatch(given)
    link = links.get(int(parts[1])) if parts else None
    if link is None or parts is None:
        return None
    return link if hmac.compare_digest(_code(secret, link.id, link.nonce, _ROW), parts[2]) else None


def find(uow: UnitOfWork, secret: bytes, given: str, *, to_answer: bool = False) -> SecretLink:
    """The link of a token; NotFound for any other text. ``to_answer`` locks it against a second answer."""
    parts = _TOKEN.fullmatch(given)
    number = int(parts[1]) if parts else 0
    link = None
    if 0 < number <= _MOST_NUMBER:
        link = uow.session.get(SecretLink, number, with_for_update=to_answer or None)
    code = _code(secret, number, link.nonce if link else "")
    if link is None or parts is None or not hmac.compare_digest(code, parts[2]):
        raise NotFound(
            Message("这个链接不完整或无效。"),
            hint=Message("请重新复制完整的链接；仍打不开时请致电发给您链接的人。"),
        )
    return link


def standing(link: SecretLink, at: datetime) -> str:
    """One of open, revoked, closed and expired; an answer may be changed while the link is open."""
    if link.revoked_at is not None:
        return "revoked"
    if link.closed_at is not None:
        return "closed"
    return "expired" if link.expires_at <= at else "open"


def revoke(uow: UnitOfWork, actor: Actor, link: SecretLink) -> None:
    """The link opens nothing any more."""
    if link.revoked_at is None:
        link.revoked_at = now()
        uow.record(actor, "link:revoked", link.subject, purpose=link.purpose, link=link.id)


def close(uow: UnitOfWork, purpose: str, subject: str) -> None:
    """The question is decided otherwise: its links say so and take no answer any more."""
    for link in of_subject(uow, purpose, subject):
        link.closed_at = link.closed_at or now()


def of_subject(uow: UnitOfWork, purpose: str, subject: str) -> Sequence[SecretLink]:
    """Links of one question, the oldest first."""
    statement = select(SecretLink).where(SecretLink.purpose == purpose, SecretLink.subject == subject)
    return uow.session.scalars(statement.order_by(SecretLink.id)).all()


def refuse_guessing(uow: UnitOfWork, address: str, at: datetime) -> None:
    """Raises TooMany for an address with many wrong tokens in a short time."""
    row = uow.session.get(LinkMiss, _digest(address))
    if row is not None and row.count >= MOST_MISSES and row.since + WINDOW > at:
        seconds = max(int((row.since + WINDOW - at).total_seconds()), 1)
        raise TooMany(
            Message("打不开的链接试得太多，请 %(seconds)s 秒后再试。", {"seconds": seconds}),
            seconds=seconds,
            hint=Message("请重新复制完整的链接，或致电发给您链接的人。"),
        )


def missed(uow: UnitOfWork, address: str, at: datetime) -> None:
    """Counts a wrong token; two first ones at the same time are two."""
    uow.alone("link-miss")
    row = uow.session.get(LinkMiss, _digest(address), with_for_update=True)
    if row is None:
        uow.session.add(LinkMiss(address=_digest(address), since=at, count=1))
    elif row.since + WINDOW <= at:
        row.since, row.count = at, 1
    else:
        row.count += 1


def _code(secret: bytes, number: int, nonce: str, use: str = "secret-link") -> str:
    made = hmac.digest(secret, f"{use}:{number}:{nonce}".encode(), "sha256")
    return urlsafe_b64encode(made).decode().rstrip("=")


def _digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()
