"""What people are asked by link, file or telephone: each purpose says its questions once, for all three."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import SecretLink, Territory
from matchmaker.models.base import Findable
from matchmaker.permissions import Actor, require
from matchmaker.services.messages import settle
from matchmaker.services.paging import Page, paged
from matchmaker.services.secret_links import standing
from matchmaker.storage.queries import load, may_read
from matchmaker.storage.unit_of_work import UnitOfWork

Facts = Sequence[tuple[Message, str]]

#: Purpose → where it stands, as "module:NAME"; loaded at first use.
_HOMES: dict[str, str] = {
    "complete_problem": "matchmaker.services.complete_problem:COMPLETE",
    "confirm_profile": "matchmaker.services.profile_question:CONFIRM",
    "contact": "matchmaker.services.contact_check:CONTACT",
    "event_wishes": "matchmaker.services.event_wishes:WISHES",
    "event_plan": "matchmaker.services.plan_answer:MEETINGS",
    "event_invitation": "matchmaker.services.event_reply:INVITATION",
    "event_nomination": "matchmaker.services.nomination_question:NOMINATION",
    "hours": "matchmaker.services.contact_check:HOURS",
    "introduction": "matchmaker.services.introduction_answer:INTRODUCTION",
    "outcome": "matchmaker.services.outcome_links:OUTCOME",
}
_THANKS = Message("谢谢，已收到您的答复；需要更改时可再次打开这个链接。")
_OVER: dict[str, Message] = {
    "expired": Message("这个链接已过期，不再需要填写。"),
    "revoked": Message("这个链接已被收回，不再有效。"),
    "closed": Message("这件事已经办结，不再需要填写。"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a field of a form, a column of a file and of the grid.

    Attributes:
        kind: line, text (several lines), choice, several (of the choices), date or whole (number).
        choices: code → name.
        longest: signs of a line or text; the largest value of a number.
    """

    name: str
    label: Message
    kind: str = "line"
    choices: Mapping[str, Message] = field(default_factory=dict)
    required: bool = False
    longest: int = 200
    help: Message | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """Something that people are asked.

    Attributes:
        title: the question, as heading of the form.
        about: what it is, for the office.
        facts: what the recipient is shown of the subject; raises NotFound when that is gone. No contacts.
        values: what stands in the form at first.
        apply: writes the answer; the link is the authority, the actor stands in the history. May raise
            InvalidInput with faults by question, or Conflict when it comes too late.
        over: why nothing may be answered any more, whatever the link says; None while it may.
        settles: kinds of messages that an answer settles.
        thanks: shown after it.
        page: endpoint of a page of its own for whoever holds the link; "" the common one.
        elsewhere: questions about other people, whose answers are kept in their rows and not with the link.
    """

    title: Message
    about: Message
    questions: tuple[Question, ...]
    facts: Callable[[UnitOfWork, SecretLink], Facts]
    values: Callable[[UnitOfWork, SecretLink], Mapping[str, Any]]
    apply: Callable[[UnitOfWork, Actor, SecretLink, Mapping[str, Any]], None]
    over: Callable[[UnitOfWork, SecretLink], Message | None] = lambda _uow, _link: None
    settles: tuple[str, ...] = ("answers:asked",)
    thanks: Message = _THANKS
    page: str = ""
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A link as its recipient meets it.

    Attributes:
        over: why it takes no answer; nothing else is told then but the purpose.
        values: of the questions: as answered, else as known.
    """

    link: SecretLink
    purpose: Purpose
    over: Message | None = None
    facts: Facts = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A link as a line of a grid: whom it asks, what about (as far as the reader may know), what is known."""

    link: SecretLink
    about: str
    values: Mapping[str, Any]


@cache
def purpose(name: str) -> Purpose:
    """A purpose by its name; NotFound for any other."""
    if name not in _HOMES:
        raise NotFound(Message("没有这种填写任务。"), hint=Message("请从“代填”页面选择。"))
    module, _, attribute = _HOMES[name].partition(":")
    found: Purpose = getattr(import_module(module), attribute)
    return found


def purposes() -> dict[str, Purpose]:
    """All of them by name."""
    return {name: purpose(name) for name in _HOMES}


def asked(uow: UnitOfWork, link: SecretLink, at: datetime) -> Asked:
    """What a link shows at this moment."""
    what = purpose(link.purpose)
    state = standing(link, at)
    over = _OVER.get(state) or what.over(uow, link)
    if over is not None:
        return Asked(link, what, over)
    values = _known(uow, what, link)
    return Asked(link, what, None, what.facts(uow, link), dict(values))


def seen(link: SecretLink, at: datetime) -> None:
    """The recipient has opened it: the office need not call to ask whether it arrived."""
    link.seen_at = link.seen_at or at


def give(
    uow: UnitOfWork,
    actor: Actor,
    link: SecretLink,
    values: Mapping[str, Any],
    at: datetime,
    *,
    revision: int | None = None,
) -> bool:
    """Takes an answer; the same one twice is one. False when nothing changed.

    ``revision`` is that of the link as the form knew it; another answer since then is a Conflict.
    """
    what = purpose(link.purpose)
    written = {name: _plain(value) for name, value in values.items()}
    kept = {name: value for name, value in written.items() if name not in what.elsewhere}
    if (
        link.answered_at is not None
        and link.answers == kept
        and not any(written.get(name) for name in what.elsewhere)
    ):
        return False
    over = _OVER.get(standing(link, at)) or what.over(uow, link)
    if over is not None:
        raise Conflict(over, hint=Message("如需更改，请致电办公室。"))
    if revision is not None and revision != link.revision:
        raise Conflict(
            Message("在您填写期间，%(who)s 已经答复。", {"who": link.answered_by or link.recipient}),
            hint=Message("请核对已有的答复；要改的话，再次保存即可覆盖。"),
        )
    what.apply(uow, actor, link, values)
    done(uow, actor, link, kept, at)
    return True


def done(uow: UnitOfWork, actor: Actor, link: SecretLink, written: Mapping[str, Any], at: datetime) -> None:
    """Writes down that a link was answered; ``written`` is {} where its answer is kept elsewhere only."""
    link.answers, link.answered_at, link.revision = dict(written), at, link.revision + 1
    link.answered_by = (f"{actor.name}（代 {actor.behalf}）" if actor.behalf else actor.name)[:200]
    uow.record(
        actor, "link:answered", link.subject, purpose=link.purpose, link=link.id, answers=dict(written)
    )
    settle(uow, link.subject, purpose(link.purpose).settles, link)


def enter(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    values: Mapping[str, Any],
    at: datetime,
    *,
    revision: int,
    by_file: bool = False,
) -> SecretLink:
    """An answer that somebody else writes down for the recipient, from a call or a file."""
    link = get(uow, actor, number, to_answer=True)
    require(actor, "answer:enter", link)
    name = f"{link.recipient} 填写（文件）" if by_file else link.recipient
    give(uow, actor.acting_for(name), link, values, at, revision=revision)
    return link


def get(uow: UnitOfWork, actor: Actor, number: int, *, to_answer: bool = False) -> SecretLink:
    """One link by its number, of those that the actor may answer for."""
    statement = select(SecretLink).where(SecretLink.id == number, within_reach(actor))
    link = uow.session.scalar(statement.with_for_update() if to_answer else statement)
    if link is None:
        raise NotFound(Message("没有这一行，或者您不能代填。"), hint=Message("请刷新页面后重试。"))
    return link


def listing(
    uow: UnitOfWork, actor: Actor, name: str, at: datetime, *, only_open: bool = False, page: int = 1
) -> Page[SecretLink]:
    """Links of a purpose that the actor may answer for; what is unanswered first, then by name."""
    require(actor, "answer:read")
    return paged(uow.session, _listed(actor, name, at, only_open=only_open), page)


def for_file(uow: UnitOfWork, actor: Actor, name: str, at: datetime, most: int = 500) -> Sequence[SecretLink]:
    """The open links of a purpose, as rows of a file."""
    require(actor, "answer:read")
    return uow.session.scalars(_listed(actor, name, at, only_open=True).limit(most)).all()


def sheet(uow: UnitOfWork, actor: Actor, links: Sequence[SecretLink]) -> list[Line]:
    """Links as lines of a grid or a file; what they are about is loaded together."""
    rows = load(uow.session, [link.subject for link in links])
    lines = []
    for link in links:
        row = rows.get(link.subject)
        called = ""
        if isinstance(row, Findable) and may_read(actor, row):
            called = str(getattr(row, "title", None) or getattr(row, "name", ""))
        try:
            values = _known(uow, purpose(link.purpose), link)
        except NotFound:
            continue
        about = called if called != link.recipient else ""
        lines.append(Line(link, about, {name: _plain(value) for name, value in values.items()}))
    return lines


def _known(uow: UnitOfWork, what: Purpose, link: SecretLink) -> Mapping[str, Any]:
    """What stands in the form: as answered, else as known."""
    if not link.answers:
        return what.values(uow, link)
    return {**what.values(uow, link), **link.answers} if what.elsewhere else link.answers


def counts(uow: UnitOfWork, actor: Actor, at: datetime) -> dict[str, tuple[int, int]]:
    """Purpose → (open, of these unanswered)."""
    require(actor, "answer:read")
    found = dict.fromkeys(_HOMES, (0, 0))
    statement = select(SecretLink.purpose, SecretLink.answered_at).where(_open(at), within_reach(actor))
    for name, answered in uow.session.execute(statement):
        every, waiting = found.get(name, (0, 0))
        found[name] = (every + 1, waiting + (answered is None))
    return found


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """Links that an actor may answer for: the office all, a liaison those of his body and his territory."""
    if actor.is_office:
        return SecretLink.id.is_not(None)
    numbers = list(actor.liaison_of)
    towns = select(Territory.organization_id).where(Territory.town_id.in_(numbers))
    own = SecretLink.account_id == actor.account if actor.account is not None else SecretLink.id.is_(None)
    return or_(own, SecretLink.organization_id.in_(numbers), SecretLink.organization_id.in_(towns))


def invalid(faults: Mapping[str, Message]) -> InvalidInput:
    """The error that ``apply`` raises for answers that do not hold."""
    return InvalidInput(Message("填写的内容有误，请按各项的说明更正后再试。"), fields=faults)


def _listed(actor: Actor, name: str, at: datetime, *, only_open: bool) -> Select[Any]:
    where = [SecretLink.purpose == name, SecretLink.revoked_at.is_(None), within_reach(actor)]
    if only_open:
        where.append(_open(at))
    unanswered = SecretLink.answered_at.is_not(None)
    return select(SecretLink).where(*where).order_by(unanswered, SecretLink.recipient, SecretLink.id)


def _open(at: datetime) -> ColumnElement[bool]:
    return SecretLink.revoked_at.is_(None) & SecretLink.closed_at.is_(None) & (SecretLink.expires_at > at)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
