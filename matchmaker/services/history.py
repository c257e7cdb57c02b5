"""Who did, saw or exported what and when: the history of changes and the log of looks as one list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal, or_, select, union_all

from matchmaker.messages import Message
from matchmaker.models import AccessLog, History
from matchmaker.permissions import ACTIONS, Actor, require
from matchmaker.services.paging import Page
from matchmaker.storage.queries import TABLES, parse_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows of an export.
MOST_EXPORTED = 50_000
#: Kinds of lines → their names.
SOURCES: Mapping[str, Message] = {"change": Message("更改"), "look": Message("查看、导出")}
#: Actions that no permission stands for → what they are.
_WORDS: Mapping[str, Message] = {
    "expert:read": Message("查看专家的个人数据"),
    "expert:export": Message("导出专家名单"),
    "history:export": Message("导出操作记录"),
    "import:done": Message("导入完成"),
    "import:cancelled": Message("导入已取消"),
    "import:failed": Message("导入失败"),
    "codes:remove": Message("恢复代码的原样"),
    "card:told": Message("填写结果卡"),
    "meeting:settled": Message("裁定洽谈结果"),
    "meeting:reopened": Message("撤回裁定"),
    "agreement:began": Message("达成意向"),
    "agreement:recorded": Message("登记意向"),
    "agreement:changed": Message("更改意向的内容"),
    "agreement:reopened": Message("恢复意向"),
    "agreement:withdrawn": Message("撤销意向"),
    "agreement:ended": Message("意向结束"),
    "agreement:assigned": Message("更换意向的跟进人"),
    "agreement:signs": Message("更改签约清单"),
    "followup:planned": Message("安排跟进"),
    "followup:noted": Message("登记跟进情况"),
    "followup:handed": Message("更换跟进人"),
    "bulletin:written": Message("修改简报的文字"),
}


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """What a list shows; "" and None leave a part open.

    Attributes:
        actor: part of a name, also of the one on whose behalf; digits are the number of an account too.
        subject: an index id; a kind alone means all of it.
        action: the beginning of an action.
        source: one of SOURCES.
        first, last: days of the office's clock.
    """

    actor: str = ""
    subject: str = ""
    action: str = ""
    source: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done, seen or exported.

    Attributes:
        source: one of SOURCES.
        subject: index id, or another name (``codes:regions``).
        title: of the object, where it is here still.
    """

    at: datetime
    source: str
    actor: str
    account_id: int | None
    behalf: str
    action: str
    subject: str
    title: str
    changes: Mapping[str, Any]


def listing(
    uow: UnitOfWork, actor: Actor, wanted: HistoryFilter, page: int = 1, size: int = 50
) -> Page[Line]:
    """One page, the newest first."""
    require(actor, "history:read")
    both = _selected(wanted).subquery()
    total = uow.session.scalar(select(func.count()).select_from(both)) or 0
    number = min(max(page, 1), max(-(-total // size), 1))
    return Page(_lines(uow, actor, wanted, size, (number - 1) * size), number, size, total)


def export(uow: UnitOfWork, actor: Actor, wanted: HistoryFilter) -> Sequence[Line]:
    """The same list as a whole; that it was exported is written down, so the unit must write."""
    require(actor, "history:read")
    lines = _lines(uow, actor, wanted, MOST_EXPORTED, 0)
    uow.looked_at(actor, "history:export", wanted.subject[:60] or "history:*")
    return lines


def words_of(action: str) -> Message | None:
    """What an action is, in words; None for one that has none."""
    known = ACTIONS.get(action)
    return _WORDS.get(action) or (known.what if known else None)


def _selected(wanted: HistoryFilter) -> Any:
    """Source and number of every line, with its moment."""
    parts = []
    for source, table in (("change", History), ("look", AccessLog)):
        if wanted.source in {"", source}:
            statement = select(literal(source).label("source"), table.id.label("id"), table.at.label("at"))
            parts.append(statement.where(*_conditions(table, wanted)))
    return union_all(*parts) if len(parts) > 1 else parts[0]


def _conditions(table: type[Any], wanted: HistoryFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        names = [table.actor.icontains(wanted.actor, autoescape=True)]
        names.append(table.behalf.icontains(wanted.actor, autoescape=True))
        if wanted.actor.isascii() and wanted.actor.isdigit() and len(wanted.actor) < 10:
            names.append(table.account_id == int(wanted.actor))
        found.append(or_(*names))
    if wanted.subject:
        whole = table.subject == wanted.subject
        of_kind = table.subject.startswith(f"{wanted.subject}:", autoescape=True)
        found.append(whole if ":" in wanted.subject else or_(whole, of_kind))
    if wanted.action:
        found.append(table.action.startswith(wanted.action, autoescape=True))
    if wanted.first:
        found.append(table.at >= _begins(wanted.first))
    if wanted.last:
        found.append(table.at < _begins(wanted.last + timedelta(days=1)))
    return found


def _begins(day: date) -> datetime:
    """The moment in UTC at which a day of the office begins."""
    return datetime.combine(day, time()).astimezone().astimezone(UTC).replace(tzinfo=None)


def _lines(uow: UnitOfWork, actor: Actor, wanted: HistoryFilter, size: int, first: int) -> list[Line]:
    both = _selected(wanted).subquery()
    order = (both.c.at.desc(), case((both.c.source == "change", 0), else_=1), both.c.id.desc())
    places = uow.session.execute(
        select(both.c.source, both.c.id).order_by(*order).limit(size).offset(first)
    ).all()
    rows: dict[tuple[str, int], Any] = {}
    tables: tuple[tuple[str, type[Any]], ...] = (("change", History), ("look", AccessLog))
    for source, table in tables:
        numbers = [number for kind, number in places if kind == source]
        for start in range(0, len(numbers), 500):
            found = uow.session.scalars(select(table).where(table.id.in_(numbers[start : start + 500])))
            rows.update({(source, row.id): row for row in found})
    held = [(source, rows[source, number]) for source, number in places if (source, number) in rows]
    titles = titles_of(uow, actor, {row.subject for _source, row in held})
    return [_line(source, row, titles) for source, row in held]


def _line(source: str, row: Any, titles: Mapping[str, str]) -> Line:
    return Line(
        row.at,
        source,
        row.actor,
        row.account_id,
        row.behalf,
        row.action,
        row.subject,
        titles.get(row.subject, ""),
        getattr(row, "changes", {}) or {},
    )


def titles_of(uow: UnitOfWork, actor: Actor, subjects: Iterable[str]) -> dict[str, str]:
    """What readable objects are called, in one statement whatever their kinds."""
    by_kind: dict[str, list[int]] = {}
    for subject in subjects:
        parsed = parse_id(subject)
        if parsed:
            by_kind.setdefault(parsed[0], []).append(parsed[1])
    parts = []
    for kind, numbers in by_kind.items():
        table = TABLES[kind]
        column = next(getattr(table, name) for name in ("title", "name", "filename") if hasattr(table, name))
        parts.append(
            select(literal(kind), table.id, column.cast(String)).where(
                table.id.in_(numbers[:500]), readable_by(actor, table)
            )
        )
    if not parts:
        return {}
    found = uow.session.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return {f"{kind}:{number}": title for kind, number, title in found}
