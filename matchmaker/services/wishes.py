"""What somebody wants to be told by e-mail, and when: kinds on and off, quiet hours, one e-mail a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import MessagePreference
from matchmaker.notifications.kinds import KINDS
from matchmaker.notifications.quiet import next_digest, not_before
from matchmaker.notifications.stopping import EVERYTHING, stopped_by
from matchmaker.permissions import Actor, require
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = ["EVERYTHING", "Wishes", "choose", "digest_sent", "of", "own", "stop", "stopped_by"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """As ``MessagePreference``, with what holds for whoever never chose."""

    stopped: frozenset[str] = frozenset()
    quiet_from: int = 22
    quiet_until: int = 7
    is_digest: bool = False
    digest_on: date | None = None

    def wants(self, kind: str) -> bool:
        """Whether e-mails of a kind are wanted; some about one's own account cannot be stopped."""
        return KINDS[kind].must or self.stopped.isdisjoint({kind, EVERYTHING})

    def earliest(self, moment: datetime, timezone: str) -> datetime:
        """When an e-mail may go out: after quiet hours, or with the day's digest."""
        if self.is_digest:
            moment = next_digest(moment, self.digest_on, timezone)
        return not_before(moment, self.quiet_from, self.quiet_until, timezone)


def of(uow: UnitOfWork, who: str) -> Wishes:
    """The wishes of an account or an address."""
    row = uow.session.get(MessagePreference, who)
    if row is None:
        return Wishes()
    return Wishes(frozenset(row.stopped), row.quiet_from, row.quiet_until, row.is_digest, row.digest_on)


def own(uow: UnitOfWork, actor: Actor) -> Wishes:
    """The wishes of the actor's account."""
    require(actor, "message:own")
    return of(uow, f"account:{actor.account}")


def choose(
    uow: UnitOfWork,
    actor: Actor,
    *,
    stopped: Iterable[str],
    quiet_from: int,
    quiet_until: int,
    is_digest: bool,
) -> None:
    """Writes the actor's wishes."""
    require(actor, "message:own")
    if actor.account is None:
        raise InvalidInput(
            Message("没有账号，不能保存接收设置。"), hint=Message("请用自己的账号登录后再设置。")
        )
    row = _row(uow, f"account:{actor.account}")
    row.stopped = sorted({kind for kind in stopped if kind in KINDS or kind == EVERYTHING})
    row.quiet_from, row.quiet_until, row.is_digest = quiet_from, quiet_until, is_digest
    uow.record(actor, "message:wishes", f"account:{actor.account}", stopped=row.stopped)


def stop(uow: UnitOfWork, who: str, kind: str) -> None:
    """As the link of an e-mail asks: no more of this kind, or no more at all. Twice is once."""
    row = _row(uow, who)
    if kind not in row.stopped and (kind in KINDS or kind == EVERYTHING):
        row.stopped = sorted({*row.stopped, kind})


def digest_sent(uow: UnitOfWork, who: str, day: date) -> None:
    """Today's digest has gone."""
    _row(uow, who).digest_on = day


def _row(uow: UnitOfWork, who: str) -> MessagePreference:
    row = uow.session.get(MessagePreference, who)
    if row is None:
        row = MessagePreference(who=who, stopped=[], quiet_from=22, quiet_until=7, is_digest=False)
        uow.session.add(row)
    return row
