"""Somebody's calendar as a feed: a secret address, and the file that calendar programs read there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Account, SecretLink
from matchmaker.notifications.quiet import local_day
from matchmaker.permissions import Actor, require
from matchmaker.services import secret_links
from matchmaker.services.accounts import actor_of
from matchmaker.services.calendar import FEED, Entry
from matchmaker.services.recipients import Recipient
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days that an address holds.
DAYS = 400


def today(moment: datetime, timezone: str) -> date:
    """The office's day."""
    return local_day(moment, timezone)


def own(uow: UnitOfWork, actor: Actor) -> SecretLink | None:
    """The feed of the actor's account, when he has one."""
    require(actor, "calendar:read")
    if actor.account is None:
        return None
    return uow.session.scalar(
        select(SecretLink).where(
            SecretLink.purpose == FEED,
            SecretLink.subject == f"account:{actor.account}",
            SecretLink.revoked_at.is_(None),
        )
    )


def begin(uow: UnitOfWork, actor: Actor) -> SecretLink:
    """A fresh address; an older one leads nowhere any more."""
    if actor.account is None:
        raise InvalidInput(Message("没有账号，不能订阅日历。"), hint=Message("请用自己的账号登录后再订阅。"))
    end(uow, actor)
    who = Recipient(account=actor.account, name=actor.name)
    return secret_links.issue(uow, actor, FEED, f"account:{actor.account}", who, DAYS)


def end(uow: UnitOfWork, actor: Actor) -> None:
    """The address leads nowhere any more."""
    link = own(uow, actor)
    if link is not None:
        secret_links.revoke(uow, actor, link)
        uow.session.flush()


def address(secret: bytes, link: SecretLink) -> str:
    """The path of the feed."""
    return f"/calendar/{secret_links.token(secret, link)}.ics"


def reader(uow: UnitOfWork, secret: bytes, token: str, at: datetime) -> Actor:
    """Whose calendar an address shows; NotFound for one that leads nowhere, or of a closed account."""
    link = secret_links.find(uow, secret, token)
    statement = select(Account).where(Account.id == link.account_id, Account.state == "active")
    account = uow.session.scalar(statement.options(selectinload(Account.memberships)))
    if link.purpose != FEED or secret_links.standing(link, at) != "open" or account is None:
        raise NotFound(Message("这个日历地址已作废。"), hint=Message("请登录后在“日程”页面生成新的地址。"))
    return actor_of(account)


def written(entries: Sequence[Entry], site: str, name: str, at: datetime, timezone: str = "UTC") -> bytes:
    """The file; an entry keeps its UID for ever, and its SEQUENCE grows with each change.

    ``timezone`` is that of the office, whose clock some entries follow.
    """
    host = urlsplit(site).hostname or "matchmaker"
    calendar = Calendar()
    calendar.add("prodid", "-//matchmaker//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@{host}")
        event.add("dtstamp", at)
        event.add("sequence", entry.sequence)
        event.add("summary", entry.title)
        event.add("url", site + entry.link)
        event.add("status", _status(entry))
        if entry.at is not None:
            zone = ZoneInfo(timezone) if entry.is_local else at.tzinfo
            event.add("dtstart", entry.at.replace(tzinfo=zone).astimezone(at.tzinfo))
            event.add("dtend", (entry.until or entry.at).replace(tzinfo=zone).astimezone(at.tzinfo))
        else:
            event.add("dtstart", entry.day)
            event.add("dtend", entry.day + timedelta(days=1))
            event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _status(entry: Entry) -> str:
    return "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED"
