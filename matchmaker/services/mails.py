"""E-mails of messages: which may go out now, as letters; what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.config import Settings
from matchmaker.errors import NotFound
from matchmaker.jobs.queue import schedule
from matchmaker.messages import Message
from matchmaker.models import Delivery, Outbox, SecretLink
from matchmaker.notifications.languages import translator
from matchmaker.notifications.mailer import Letter
from matchmaker.notifications.quiet import local_day
from matchmaker.notifications.stopping import stop_token
from matchmaker.permissions import Actor, require
from matchmaker.services import wishes
from matchmaker.services.secret_links import path
from matchmaker.storage.unit_of_work import UnitOfWork

#: Attempts after which a letter that the server puts off is left for a person.
MOST_ATTEMPTS = 6
#: Minutes between two attempts for one letter.
PAUSES = (1, 5, 15, 60, 240)
#: Letters of one digest.
MOST_IN_DIGEST = 50
#: Marks of a letter in hand: who finds the second one knows that two workers died while sending it.
_SENDING, _AGAIN = "sending", "sending again"
_OPEN = ("waiting", "held")
_FOOT = Message("这封邮件由 %(site)s 自动发出，请勿直接回复。")
_STOP = Message("不想再收到此类邮件：%(link)s")
_DIGEST = Message("今日消息 %(count)s 条")


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that may go out now, the deliveries that it settles, and whose daily letter it is."""

    letter: Letter
    deliveries: tuple[int, ...]
    digest_of: str = ""


def drop(uow: UnitOfWork, number: int) -> None:
    """There is no e-mail here: the channel is absent, and the row with it."""
    row = uow.session.get(Delivery, number)
    if row is not None and row.state in _OPEN:
        uow.session.delete(row)


def prepare(settings: Settings, secret: bytes, number: int, at: datetime, uow: UnitOfWork) -> Ready | None:
    """The letter of a delivery; None when it has gone, is not wanted or must wait (then it is planned)."""
    row = _open_row(uow, number)
    if row is None:
        return None
    wanted = wishes.of(uow, row.who)
    if not wanted.wants(row.message.kind):
        row.state, row.due_at = "stopped", None
        return None
    if wanted.is_digest:
        row.state, row.due_at = "held", wanted.earliest(at, settings.timezone)
        schedule(uow.session, "digest", row.who, row.due_at)
        return None
    due = max(wanted.earliest(at, settings.timezone), row.due_at or at)
    if due > at:
        row.state, row.due_at = "held", due
        schedule(uow.session, "mail", f"delivery:{row.id}", due)
        return None
    if not _begun(row):
        return None
    return Ready(_letter(uow, settings, secret, row, at), (row.id,))


def prepare_digest(
    settings: Settings, secret: bytes, who: str, at: datetime, uow: UnitOfWork
) -> Ready | None:
    """One letter of all that waited for it."""
    wanted = wishes.of(uow, who)
    due = wanted.earliest(at, settings.timezone)
    rows = list(_held(uow, who))
    if not rows:
        return None
    if due > at:
        schedule(uow.session, "digest", who, due)
        return None
    rows = [row for row in rows if _begun(row)]
    if not rows:
        return None
    for row in rows:
        row.mail_id = rows[0].mail_id
    return Ready(_digest(uow, settings, secret, rows, at), tuple(row.id for row in rows), who)


def sent(uow: UnitOfWork, ready: Ready, at: datetime, timezone: str) -> None:
    """The server has taken it."""
    for row in _rows(uow, ready.deliveries):
        row.state, row.sent_at, row.due_at, row.error = "sent", at, None, ""
    if ready.digest_of:
        wishes.digest_sent(uow, ready.digest_of, local_day(at, timezone))


def failed(uow: UnitOfWork, numbers: Sequence[int], reason: str) -> None:
    """Nobody need try it again; the address is to be looked at."""
    for row in _rows(uow, numbers):
        row.state, row.due_at, row.error = "failed", None, reason


def deferred(uow: UnitOfWork, numbers: Sequence[int], reason: str, at: datetime) -> None:
    """The server wants it later: tried again with growing pauses, then left for a person."""
    for row in _rows(uow, numbers):
        row.error = reason
        if row.attempts >= MOST_ATTEMPTS:
            row.state, row.due_at = "failed", None
        else:
            pause = timedelta(minutes=PAUSES[min(row.attempts, len(PAUSES)) - 1])
            row.state, row.due_at = "held", at + pause
            schedule(uow.session, "mail", f"delivery:{row.id}", row.due_at)


def interrupted(uow: UnitOfWork, numbers: Sequence[int], reason: str) -> None:
    """The server has gone; the letter is not to blame."""
    for row in _rows(uow, numbers):
        row.state, row.error, row.attempts = "waiting", reason, row.attempts - 1


def retry(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """A failed letter once more, from the beginning."""
    require(actor, "message:retry")
    row = uow.session.get(Delivery, number)
    if row is None or row.state != "failed":
        raise NotFound(Message("没有这封发送失败的邮件。"), hint=Message("它可能已被重试；请刷新页面。"))
    row.state, row.error, row.attempts, row.due_at = "waiting", "", 0, None
    uow.enqueue("mail", f"delivery:{row.id}")
    uow.record(actor, "message:retry", f"outbox:{row.message_id}")


def _open_row(uow: UnitOfWork, number: int) -> Delivery | None:
    statement = select(Delivery).where(Delivery.id == number, Delivery.state.in_(_OPEN))
    return uow.session.scalar(statement.options(joinedload(Delivery.message)))


def _held(uow: UnitOfWork, who: str) -> Sequence[Delivery]:
    statement = (
        select(Delivery)
        .where(Delivery.who == who, Delivery.channel == "mail", Delivery.state.in_(_OPEN))
        .options(joinedload(Delivery.message))
        .order_by(Delivery.id)
        .limit(MOST_IN_DIGEST)
    )
    return uow.session.scalars(statement).all()


def _begun(row: Delivery) -> bool:
    """Marks it as in hand; False when it killed two workers."""
    if row.error == _AGAIN:
        row.state, row.error = "failed", "two workers ended while they sent it; it may have arrived"
        return False
    row.error = _AGAIN if row.error == _SENDING else _SENDING
    row.attempts += 1
    return True


def _rows(uow: UnitOfWork, numbers: Sequence[int]) -> Sequence[Delivery]:
    return uow.session.scalars(select(Delivery).where(Delivery.id.in_(numbers))).all()


def _letter(uow: UnitOfWork, settings: Settings, secret: bytes, row: Delivery, at: datetime) -> Letter:
    message = row.message
    stop = _stop_link(settings, secret, row.who, message.kind)
    link = _link(uow, settings, secret, message)
    text = "\n\n".join(part for part in (message.text, link) if part)
    return Letter(
        to=row.address,
        subject=message.title,
        text=text + _foot(settings, message.language, stop),
        mail_id=row.mail_id,
        at=at.replace(tzinfo=UTC),
        stop=stop,
    )


def _digest(
    uow: UnitOfWork, settings: Settings, secret: bytes, rows: Sequence[Delivery], at: datetime
) -> Letter:
    first = rows[0]
    language = first.message.language
    parts = [
        "\n".join(part for part in (f"■ {row.message.title}", row.message.text, link) if part)
        for row in rows
        for link in [_link(uow, settings, secret, row.message)]
    ]
    stop = _stop_link(settings, secret, first.who, "*")
    return Letter(
        to=first.address,
        subject=Message(_DIGEST.template, {"count": len(rows)}).render(translator(language)),
        text="\n\n".join(parts) + _foot(settings, language, stop),
        mail_id=first.mail_id,
        at=at.replace(tzinfo=UTC),
        stop=stop,
    )


def _link(uow: UnitOfWork, settings: Settings, secret: bytes, message: Outbox) -> str:
    """The full address that a message leads to; "" where the site's own is not known."""
    if not settings.site_url:
        return ""
    return settings.site_url + address(uow, secret, message)


def address(uow: UnitOfWork, secret: bytes, message: Outbox) -> str:
    """The path that a message leads to: its secret link, its page, or itself in the inbox."""
    if message.secret_link_id is not None:
        link = uow.session.get(SecretLink, message.secret_link_id)
        if link is not None:
            return path(secret, link)
    if message.link:
        return message.link
    return f"/messages/{message.id}" if message.audience else "/"


def _stop_link(settings: Settings, secret: bytes, who: str, kind: str) -> str:
    if not settings.site_url:
        return ""
    return f"{settings.site_url}/stop/{stop_token(secret, who, kind)}"


def _foot(settings: Settings, language: str, stop: str) -> str:
    translate = translator(language)
    lines = [Message(_FOOT.template, {"site": settings.site_name}).render(translate)]
    if stop:
        lines.append(Message(_STOP.template, {"link": stop}).render(translate))
    return "\n\n--\n" + "\n".join(lines) + "\n"
