"""Quiet hours: when an e-mail may go out by the office's clock; moments are UTC without a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Hour at which the daily digest goes out, if quiet hours allow.
DIGEST_HOUR = 8


def local(moment: datetime, timezone: str) -> datetime:
    """A stored moment on the clock of the office."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))


def local_day(moment: datetime, timezone: str) -> date:
    """The office's day of a stored moment."""
    return local(moment, timezone).date()


def stored(moment: datetime) -> datetime:
    """A moment with a zone as it is stored."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def is_quiet(hour: int, quiet_from: int, quiet_until: int) -> bool:
    """Whether an hour lies in the quiet ones, which may begin in the evening and end in the morning."""
    if quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= hour < quiet_until
    return hour >= quiet_from or hour < quiet_until


def not_before(moment: datetime, quiet_from: int, quiet_until: int, timezone: str) -> datetime:
    """When something may go out at the earliest: now, or at the end of the quiet hours."""
    here = local(moment, timezone)
    if not is_quiet(here.hour, quiet_from, quiet_until):
        return moment
    end = here.replace(hour=quiet_until, minute=0, second=0, microsecond=0)
    return stored(end if end > here else end + timedelta(days=1))


def next_digest(moment: datetime, sent_on: date | None, timezone: str) -> datetime:
    """When the next digest is due: today at DIGEST_HOUR, or tomorrow when today's has gone."""
    here = local(moment, timezone)
    due = here.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if sent_on is not None and sent_on >= here.date():
        due += timedelta(days=1)
    return max(stored(due), moment)
