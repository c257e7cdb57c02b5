"""Lists and templates as Excel files: what is exported comes back by import as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.exporting import workbook
from matchmaker.importing.columns import attributes
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message
from matchmaker.models import Achievement, Authorship, Expert, Inventorship, Organization, Patent, Publication
from matchmaker.permissions import Actor, allowed
from matchmaker.services import owners
from matchmaker.services.linking import RELATIONS, parts
from matchmaker.services.saving import BELONGS_TO, CHILDREN, LOADED_WITH
from matchmaker.storage.lasting import lasting_id
from matchmaker.storage.queries import TABLES, may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows of one file.
MOST_ROWS = 5_000
#: Fields by which somebody can be reached: only for those who may see them.
CONTACTS = frozenset({"contact_name", "contact_phone", "contact_email", "email", "phone"})
LINKS = frozenset(relation.field for relation in RELATIONS)
_WITH_LINKS: Mapping[str, tuple[Any, ...]] = {
    "expert": (selectinload(Expert.authorships).joinedload(Authorship.publication),),
    "publication": (selectinload(Publication.authorships).joinedload(Authorship.expert),),
    "patent": (selectinload(Patent.inventorships).joinedload(Inventorship.expert),),
    "achievement": (joinedload(Achievement.leader),),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows by field, ready to be written when the transaction has ended.

    Attributes:
        without: fields that the reader may not see.
    """

    kind: str
    rows: Sequence[Mapping[str, Any]]
    without: frozenset[str]

    def written(self) -> bytes:
        """As an Excel file."""
        return workbook.table(self.kind, self.rows, self.without)


def template(kind: str) -> bytes:
    """An empty Excel file of a kind, with choices, remarks and an example."""
    if kind not in SCHEMAS:
        raise NotFound(
            Message("没有“%(kind)s”这一类。", {"kind": kind[:40]}),
            hint=Message("可用的有：%(kinds)s。", {"kinds": "、".join(SCHEMAS)}),
        )
    return workbook.template(kind)


def all_of(uow: UnitOfWork, actor: Actor, kind: str) -> Sheet:
    """Every readable row of a kind."""
    table = TABLES[kind]
    shown = [readable_by(actor, table)]
    if table is Achievement and not actor.is_office:
        shown.append(Achievement.state == "published")
    numbers = uow.session.scalars(select(table.id).where(*shown).order_by(table.id).limit(MOST_ROWS + 1))
    return collect(uow, actor, kind, numbers.all())


def collect(uow: UnitOfWork, actor: Actor, kind: str, numbers: Sequence[int]) -> Sheet:
    """The rows of these numbers in their order, as far as they may be read; a look at people is noted."""
    if len(numbers) > MOST_ROWS:
        raise InvalidInput(
            Message("超过 %(most)s 条，一个 Excel 文件放不下。", {"most": MOST_ROWS}),
            hint=Message("请先用筛选缩小范围，再分几次导出。"),
        )
    table = TABLES[kind]
    options = [*LOADED_WITH.get(kind, ()), *_WITH_LINKS.get(kind, ())]
    if kind in BELONGS_TO:
        options.append(joinedload(table.organization))
    found: dict[int, Any] = {}
    for part in parts(numbers):
        statement = select(table).where(table.id.in_(part), readable_by(actor, table)).options(*options)
        found.update((row.id, row) for row in uow.session.scalars(statement))
    rows = [found[number] for number in numbers if number in found]
    reachable = [allowed(actor, "contact:read", row) for row in rows]
    without = (frozenset() if any(reachable) else CONTACTS) | (frozenset() if actor.is_office else LINKS)
    if kind == "expert":
        uow.looked_at(actor, "expert:export", "expert:*")
    told = zip(rows, reachable, strict=True)
    return Sheet(kind, [_values(actor, kind, row, is_reachable) for row, is_reachable in told], without)


def _values(actor: Actor, kind: str, row: Any, is_reachable: bool) -> dict[str, Any]:
    """Field → value of a row, as the import names them."""
    belongs, stored = BELONGS_TO.get(kind, ""), attributes(kind)
    values: dict[str, Any] = {}
    for name in SCHEMAS[kind]().fields:
        if name == "id":
            values[name] = lasting_id(row)
        elif name in LINKS:
            values[name] = _partners(actor, name, row)
        elif name in CHILDREN:
            values[name] = _children(name, row)
        elif name == belongs:
            owner = _owner(actor, row)
            values[name] = owner.name if owner else ""
        elif name == "classified" or (name in CONTACTS and not is_reachable):
            continue
        else:
            values[name] = getattr(row, stored.get(name, name))
    return values


def _owner(actor: Actor, row: Any) -> Organization | None:
    if hasattr(row, "visibility") and not isinstance(row, (Expert, Patent)):
        return owners.shown(actor, row)
    body: Organization | None = row.organization
    return body if body and may_read(actor, body) else None


def _children(name: str, row: Any) -> list[dict[str, Any]]:
    """Small rows with exactly the keys that the import gives them."""
    keys = ("name", "current", "target", "unit", "comparator", "required")
    if name == "projects":
        keys = ("title", "client", "description", "outcome", "kind", "year")
    return [{key: getattr(child, key) for key in keys} for child in getattr(row, name)]


def _partners(actor: Actor, name: str, row: Any) -> Any:
    """Ids of the partners of a list, or of the one."""
    if name == "leader":
        return lasting_id(row.leader) if row.leader and may_read(actor, row.leader) else ""
    links: Iterable[Any] = row.inventorships if name == "inventors" else row.authorships
    others = [link.publication if name == "papers" else link.expert for link in links]
    return [lasting_id(other) for other in others if may_read(actor, other)]
