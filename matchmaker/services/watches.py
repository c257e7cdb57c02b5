"""Watches 订阅: saved searches, problems that fit an expert, experts and achievements that fit a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Account, Expert, Problem, Watch, WatchHit
from matchmaker.permissions import SYSTEM, Actor, require
from matchmaker.services.accounts import actor_of
from matchmaker.services.messages import tell
from matchmaker.services.paging import Page, paged
from matchmaker.services.recipients import of_account
from matchmaker.services.visibility import is_own
from matchmaker.storage.queries import index_id, load, may_read, parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds → their names.
KINDS: dict[str, Message] = {
    "search": Message("保存的搜索"),
    "problems": Message("适合这位专家的难题"),
    "answers": Message("适合这个难题的专家和成果"),
}
#: Parts of a search that are kept.
PARTS = ("q", "kind", "field", "region", "body", "by")
#: Watches of one account.
MOST = 30


@dataclass(frozen=True, slots=True)
class Look:
    """A watch as the worker asks it: for whom, and what."""

    number: int
    kind: str
    subject: str
    query: Mapping[str, Any]
    actor: Actor


@dataclass(frozen=True, slots=True)
class Listed:
    """A watch with what it has found."""

    watch: Watch
    about: str = ""
    found: int = 0
    query: Mapping[str, Any] = field(default_factory=dict)


def listing(uow: UnitOfWork, actor: Actor) -> list[Listed]:
    """The actor's watches, newest first: three statements, whatever their number."""
    require(actor, "watch:keep")
    rows = uow.session.scalars(
        select(Watch).where(Watch.account_id == actor.account).order_by(Watch.id.desc())
    ).all()
    statement = (
        select(WatchHit.watch_id, func.count())
        .where(WatchHit.watch_id.in_([row.id for row in rows]), WatchHit.told_at.is_not(None))
        .group_by(WatchHit.watch_id)
    )
    counted: dict[int, int] = dict(uow.session.execute(statement).all())
    subjects = load(uow.session, [row.subject for row in rows if row.subject])
    return [
        Listed(row, _called(actor, subjects.get(row.subject)), counted.get(row.id, 0), row.query)
        for row in rows
    ]


def get(uow: UnitOfWork, actor: Actor, number: int) -> Watch:
    """One of the actor's own; another's is NotFound."""
    require(actor, "watch:keep")
    row = uow.session.scalar(select(Watch).where(Watch.id == number, Watch.account_id == actor.account))
    if row is None:
        raise NotFound(Message("没有这项订阅。"), hint=Message("请从“订阅”页面打开自己的订阅。"))
    return row


def hits(uow: UnitOfWork, actor: Actor, watch: Watch, page: int = 1) -> tuple[Page[WatchHit], dict[str, Any]]:
    """What a watch has told, newest first, with the rows that the actor may still read."""
    statement = select(WatchHit).where(WatchHit.watch_id == watch.id, WatchHit.told_at.is_not(None))
    found = paged(uow.session, statement.order_by(WatchHit.id.desc()), page)
    rows = load(uow.session, [hit.target for hit in found.rows])
    return found, {name: row for name, row in rows.items() if may_read(actor, row)}


def save_search(uow: UnitOfWork, actor: Actor, query: Mapping[str, Any], title: str) -> Watch:
    """Keeps a search; the same one twice is one."""
    kept = {name: query[name] for name in PARTS if query.get(name)}
    if not set(kept) - {"by"}:
        raise InvalidInput(
            Message("没有可保存的搜索条件。"),
            hint=Message("请先输入检索词或选择条件。"),
            fields={"q": Message("请先输入检索词或选择条件。")},
        )
    return _saved(uow, actor, Watch(kind="search", query=kept, title=title[:200]))


def fit(uow: UnitOfWork, actor: Actor, subject: str) -> Watch:
    """Watches what fits an expert or a problem that is the actor's own, or of those he answers for."""
    row = load(uow.session, [subject]).get(subject)
    if row is None or not may_read(actor, row) or not _is_his(actor, row):
        raise NotFound(
            Message("不能订阅这一项。"), hint=Message("可以订阅自己的专家资料，或自己单位的难题。")
        )
    kind = "problems" if isinstance(row, Expert) else "answers"
    return _saved(uow, actor, Watch(kind=kind, subject=subject, title=_called(actor, row)[:200]))


def own_subjects(uow: UnitOfWork, actor: Actor) -> list[tuple[str, str]]:
    """What the actor may watch: his own record as expert, problems of his bodies."""
    require(actor, "watch:keep")
    found: list[tuple[str, str]] = []
    if actor.expert is not None and (person := uow.session.get(Expert, actor.expert)):
        found.append((index_id(person), person.name))
    statement = (
        select(Problem)
        .where(
            Problem.organization_id.in_([*actor.organizations, *actor.liaison_of])
            | (Problem.created_by == actor.account)
        )
        .order_by(Problem.id.desc())
        .limit(50)
    )
    rows = uow.session.scalars(statement).all()
    return [*found, *((index_id(row), row.title) for row in rows if may_read(actor, row))]


def pause(uow: UnitOfWork, actor: Actor, number: int, *, is_paused: bool) -> None:
    """Tells nothing for a while, or again."""
    get(uow, actor, number).is_paused = is_paused


def remove(uow: UnitOfWork, actor: Actor, number: int) -> None:
    """Forgets a watch with what it found."""
    uow.session.delete(get(uow, actor, number))


def soon(uow: UnitOfWork) -> None:
    """Something was published: watches look again once the index knows it."""
    uow.enqueue("watch", "new")


def active(uow: UnitOfWork) -> list[int]:
    """Watches that are to be asked."""
    return list(uow.session.scalars(select(Watch.id).where(Watch.is_paused.is_(False)).order_by(Watch.id)))


def look(uow: UnitOfWork, number: int) -> Look | None:
    """A watch as a value; None when it or its account is gone or closed."""
    row = uow.session.get(Watch, number)
    account = _account(uow, row.account_id) if row else None
    if row is None or account is None or row.is_paused:
        return None
    return Look(row.id, row.kind, row.subject, dict(row.query), actor_of(account))


def note(uow: UnitOfWork, number: int, found: Sequence[str], at: datetime) -> int:
    """Keeps what is new and tells it once an object; of a first look nothing is told. Returns how many."""
    row = uow.session.get(Watch, number)
    account = _account(uow, row.account_id) if row else None
    if row is None or account is None:
        return 0
    actor, is_first = actor_of(account), row.looked_at is None
    known = set(uow.session.scalars(select(WatchHit.target).where(WatchHit.watch_id == number)))
    elsewhere = set(
        uow.session.scalars(
            select(WatchHit.target)
            .join(Watch, Watch.id == WatchHit.watch_id)
            .where(
                Watch.account_id == account.id,
                WatchHit.told_at.is_not(None),
                WatchHit.target.in_(list(found)),
            )
        )
    )
    rows = load(uow.session, [name for name in found if name not in known])
    fresh = []
    for name, target in rows.items():
        if not may_read(actor, target):
            continue
        is_told = not is_first and name not in elsewhere
        uow.session.add(WatchHit(watch_id=number, target=name, found_at=at, told_at=at if is_told else None))
        if is_told:
            fresh.append(name)
    row.looked_at, row.error = at, ""
    if fresh:
        _tell(uow, row, account, fresh)
    return len(fresh)


def _tell(uow: UnitOfWork, row: Watch, account: Account, fresh: Sequence[str]) -> None:
    """One new thing by its title, several by number: of what is purged later no title stays here."""
    if len(fresh) > 1:
        values = {"watch": row.title, "count": len(fresh)}
        tell(uow, SYSTEM, [of_account(account)], "watch:found", f"watch:{row.id}", values)
        return
    kind, _, number = fresh[0].partition(":")
    values = {"watch": row.title, "path": f"/{'institute' if kind == 'organization' else kind}s/{number}"}
    tell(uow, SYSTEM, [of_account(account)], "watch:one", fresh[0], values)


def failed(uow: UnitOfWork, number: int, reason: str) -> None:
    """The watch cannot be asked as it is; its owner sees why."""
    row = uow.session.get(Watch, number)
    if row is not None:
        row.error = reason[:300]


def _saved(uow: UnitOfWork, actor: Actor, made: Watch) -> Watch:
    require(actor, "watch:keep")
    if actor.account is None:
        raise InvalidInput(Message("没有账号，不能订阅。"), hint=Message("请用自己的账号登录后再订阅。"))
    own = uow.session.scalars(select(Watch).where(Watch.account_id == actor.account)).all()
    for row in own:
        if (row.kind, row.subject, row.query) == (made.kind, made.subject or "", made.query or {}):
            row.is_paused = False
            return row
    if len(own) >= MOST:
        raise InvalidInput(
            Message("订阅最多 %(most)s 项。", {"most": MOST}), hint=Message("请先删除不再需要的订阅。")
        )
    made.account_id = actor.account
    uow.session.add(made)
    uow.session.flush()
    uow.enqueue("watch", f"watch:{made.id}")
    return made


def _account(uow: UnitOfWork, number: int) -> Account | None:
    statement = select(Account).where(Account.id == number, Account.state == "active")
    return uow.session.scalar(statement.options(selectinload(Account.memberships)))


def _is_his(actor: Actor, row: Any) -> bool:
    if isinstance(row, Expert):
        return actor.expert == row.id or row.organization_id in actor.liaison_of or actor.is_office
    return isinstance(row, Problem) and (actor.is_office or is_own(actor, row))


def _called(actor: Actor, row: Any) -> str:
    """Its title or name; "" for what the actor may not read (any more)."""
    if row is None or not may_read(actor, row):
        return ""
    return str(getattr(row, "title", None) or getattr(row, "name", ""))


def number_of(subject: str) -> int:
    """The number in an index id."""
    parsed = parse_id(subject)
    return parsed[1] if parsed else 0
