"""Two records made one, field by field as somebody chose; what was found to be two is remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.lifecycle import INTRODUCTION_OPEN
from matchmaker.messages import Message
from matchmaker.models import Attendee, Base, Distinction, Introduction, Merge
from matchmaker.permissions import Actor, require
from matchmaker.services import duplicates, linking, versions
from matchmaker.services.merge_choices import Option, chosen_of, options, take
from matchmaker.services.moving import Change, columns_of, move, noted
from matchmaker.services.paging import Page, paged
from matchmaker.services.profile_changes import bump, refresh_match, refresh_readers
from matchmaker.storage.queries import TABLES, may_read
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do.

    Attributes:
        options: fields in which the two differ.
        moves: table → rows that would go over.
    """

    pair: duplicates.Pair
    kept: Any
    gone: Any
    options: Sequence[Option]
    moves: Mapping[str, int]


def preview(uow: UnitOfWork, actor: Actor, kind: str, kept: int, gone: int) -> Preview:
    """The two records side by side, what speaks for and against, and what would move."""
    one, other = _both(uow, actor, kind, kept, gone)
    moves: dict[str, int] = {}
    for table, column in columns_of(kind):
        count = uow.session.scalar(select(func.count()).select_from(table).where(column == gone)) or 0
        if count:
            moves[table.name] = moves.get(table.name, 0) + count
    return Preview(duplicates.compare(uow, kind, one, other), one, other, options(kind, one, other), moves)


def merge(
    uow: UnitOfWork,
    actor: Actor,
    kind: str,
    kept: int,
    gone: int,
    choices: Mapping[str, str],
    *,
    today: date,
    note: str = "",
) -> Merge:
    """Gives everything of one record to the other, and removes it; its address leads to the kept one.

    Args:
        uow: the transaction.
        actor: of the office, or who answers for both.
        kind: expert or organization.
        kept: number of the record that stays.
        gone: number of the one that it takes up.
        choices: field → first (of the kept one), second or both; as the preview proposes where not named.
        today: for the provenance.
        note: why, for the history.
    """
    uow.alone("objects")
    one, other = _both(uow, actor, kind, kept, gone)
    session = uow.session
    if kind == "expert":
        _refuse_two_introductions(session, kept, gone)
        _refuse_two_attendances(session, kept, gone)
    versions.begin(uow, one)
    chosen = chosen_of(kind, one, other, choices)
    before = _whole(session, kind, kept)
    row = Merge(
        kind=kind, kept_id=kept, gone_id=gone, gone_key=other.key, gone_match=other.match_key,
        gone_name=other.name[:200], actor=actor.name[:100], account_id=actor.account, note=note[:500],
        choices=chosen, changes=[], undone_by="",
    )  # fmt: skip
    version = other.index_version
    changes = _projects(session, one.id, other.id, chosen) if kind == "expert" else []
    take(one, other, chosen, actor, today)
    session.flush()
    changes += move(session, kind, gone, kept, left=["expert_project"] if kind == "expert" else [])
    changes.append(_remove(session, kind, gone))
    session.expire_all()
    one = session.get_one(TABLES[kind], kept)
    refresh_match(one)
    refresh_readers(uow, one)
    session.flush()
    row.changes = [_difference(kind, before, _whole(session, kind, kept)), *changes]
    session.add(row)
    _forget_distinction(session, kind, kept, gone)
    tell_index(uow, kind, kept, changes)
    uow.enqueue("index", f"{kind}:{gone}", version=version + 1)
    uow.record(actor, f"{kind}:merge", f"{kind}:{kept}", taken=gone, name=row.gone_name, note=note[:200])
    versions.keep(uow, actor, session.get_one(TABLES[kind], kept), note=f"合并 {row.gone_name}"[:200])
    session.flush()
    return row


def get(uow: UnitOfWork, actor: Actor, number: int) -> Merge:
    """One merge; NotFound unless the actor may read the kept record and merge it."""
    row = uow.session.get(Merge, number)
    kept = uow.session.get(TABLES[row.kind], row.kept_id) if row else None
    if (
        row is None
        or (kept is None and not actor.is_office)
        or (kept is not None and not may_read(actor, kept))
    ):
        raise NotFound(Message("没有这次合并。"), hint=Message("请从合并记录中查找。"))
    require(actor, f"{row.kind}:merge", kept)
    return row


def listing(uow: UnitOfWork, actor: Actor, kind: str, page: int = 1) -> Page[Merge]:
    """Merges so far, newest first; a liaison sees his own."""
    where = [Merge.kind == kind]
    if not actor.is_office:
        where.append(Merge.account_id == (actor.account or -1))
    return paged(uow.session, select(Merge).where(*where).order_by(Merge.id.desc()), page)


def distinguish(uow: UnitOfWork, actor: Actor, kind: str, first: int, second: int, note: str = "") -> None:
    """Remembers that two records are two: they are not proposed again."""
    for number in (first, second):
        row = uow.session.get(TABLES[kind], number)
        if row is None or not may_read(actor, row):
            raise _missing()
        require(actor, f"{kind}:merge", row)
    low, high = sorted((first, second))
    held = uow.session.scalar(
        select(Distinction).where(
            Distinction.kind == kind, Distinction.first_id == low, Distinction.second_id == high
        )
    )
    if held is None:
        uow.session.add(
            Distinction(
                kind=kind,
                first_id=low,
                second_id=high,
                actor=actor.name[:100],
                account_id=actor.account,
                note=note[:500],
            )
        )
        uow.record(actor, f"{kind}:distinguish", f"{kind}:{low}", other=high, note=note[:200])


def forget(uow: UnitOfWork, subject: str) -> None:
    """Removes what merges keep of a record that is purged or erased; those merges cannot be undone then."""
    kind, _, number = subject.partition(":")
    concerned = or_(Merge.kept_id == int(number), Merge.gone_id == int(number))
    uow.session.execute(delete(Merge).where(Merge.kind == kind, concerned))


def _both(uow: UnitOfWork, actor: Actor, kind: str, kept: int, gone: int) -> tuple[Any, Any]:
    if kind not in duplicates.TABLES:
        raise _missing()
    if kept == gone:
        raise InvalidInput(Message("请选择两条不同的记录。"), hint=Message("从查重列表中选择一对。"))
    rows = [uow.session.get(TABLES[kind], number) for number in (kept, gone)]
    if any(row is None or not may_read(actor, row) for row in rows):
        raise _missing()
    for row in rows:
        require(actor, f"{kind}:merge", row)
    return rows[0], rows[1]


def _refuse_two_introductions(session: Session, first: int, second: int) -> None:
    """Two open introductions to one problem would be one twice, each with words of its own."""
    statement = (
        select(Introduction.problem_id)
        .where(Introduction.expert_id.in_((first, second)), Introduction.state.in_(INTRODUCTION_OPEN))
        .group_by(Introduction.problem_id)
        .having(func.count() > 1)
    )
    problem = session.scalar(statement.limit(1))
    if problem is not None:
        raise Conflict(
            Message("两条记录在难题 %(number)s 上各有一项进行中的引荐，不能合并。", {"number": problem}),
            hint=Message("请先结束其中一项引荐，再合并。"),
        )


def _refuse_two_attendances(session: Session, first: int, second: int) -> None:
    """Two who come to one event have meetings and wishes of their own."""
    statement = (
        select(Attendee.event_id)
        .where(Attendee.expert_id.in_((first, second)))
        .group_by(Attendee.event_id)
        .having(func.count() > 1)
    )
    event = session.scalar(statement.limit(1))
    if event is not None:
        raise Conflict(
            Message("两条记录都在活动 %(number)s 的参会名单中，不能合并。", {"number": event}),
            hint=Message("请先从名单中移除其中一位，再合并。"),
        )


def _missing() -> NotFound:
    return NotFound(
        Message("没有找到要合并的记录。"), hint=Message("可能刚被他人合并或清除，请从查重列表重新选择。")
    )


def _projects(session: Session, kept: int, gone: int, chosen: Mapping[str, str]) -> list[Change]:
    """Experience: of one, of the other, or of both, one below the other."""
    choice = chosen.get("projects", "both")
    table = Base.metadata.tables["expert_project"]
    statement = select(table).order_by(table.c.position, table.c.id)
    mine, theirs = (
        session.execute(statement.where(table.c.expert_id == number)).mappings().all()
        for number in (kept, gone)
    )
    changes: list[Change] = []
    for row in mine if choice == "second" else theirs if choice == "first" else ():
        changes.append(noted(table, row, None))
        session.execute(delete(table).where(table.c.id == row["id"]))
    if choice != "first":
        start = len(mine) if choice == "both" else 0
        for place, row in enumerate(theirs):
            after = {"expert_id": kept, "position": start + place}
            changes.append(noted(table, row, after))
            session.execute(table.update().where(table.c.id == row["id"]).values(after))
    return changes


def _remove(session: Session, kind: str, number: int) -> Change:
    table = TABLES[kind].__table__
    row = session.execute(select(table).where(table.c.id == number)).mappings().one()
    session.execute(delete(table).where(table.c.id == number))
    return noted(table, row, None)


def _whole(session: Session, kind: str, number: int) -> Mapping[Any, Any]:
    session.flush()
    table = TABLES[kind].__table__
    return dict(session.execute(select(table).where(table.c.id == number)).mappings().one())


def _difference(kind: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Change:
    changed = {name: value for name, value in after.items() if before[name] != value and name != "updated_at"}
    return noted(TABLES[kind].__table__, before, changed)


def _forget_distinction(session: Session, kind: str, first: int, second: int) -> None:
    low, high = sorted((first, second))
    session.execute(
        delete(Distinction).where(
            Distinction.kind == kind, Distinction.first_id == low, Distinction.second_id == high
        )
    )


def tell_index(uow: UnitOfWork, kind: str, number: int, changes: Iterable[Change]) -> None:
    """The record, what shows it, and every moved row that stands in the index itself."""
    uow.session.flush()
    uow.session.expire_all()
    concerned: dict[str, set[int]] = {kind: {number}}
    for some in (linking.shown_with(uow.session, kind, [number]), _indexed(changes)):
        for name, numbers in some.items():
            concerned.setdefault(name, set()).update(numbers)
    bump(uow, concerned)


def _indexed(changes: Iterable[Change]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for change in changes:
        if change["table"] in TABLES and change["after"] is not None:
            found.setdefault(change["table"], set()).add(int(change["pk"]["id"]))
    return found
