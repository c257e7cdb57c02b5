"""Everything held about an expert, wherever it stands: for him as a file, and for whoever erases it.

Tables are found by how they refer to a person (keys, index ids, ways to reach him), so that a table that is
added later is found too; what is found in another way adds a collector to ``COLLECTORS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, Table, and_, or_, select
from sqlalchemy.orm import Session

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    Achievement,
    Attendee,
    Authorship,
    Base,
    Delivery,
    Expert,
    ImportFault,
    Introduction,
    Inventorship,
    Meeting,
    Merge,
    Outbox,
    PendingLink,
)
from matchmaker.permissions import Actor, require
from matchmaker.services.purging import mentions
from matchmaker.storage.queries import MOST_NUMBER, index_id, may_read
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows of one table that a file holds.
MOST_ROWS = 10_000
#: Columns that open something: they leave with nobody.
SECRET = frozenset({"password_hash", "totp_secret", "totp_step", "recovery", "key_hash", "nonce"})
#: Columns that name an object by its index id, except in NO_IDS.
NAMING = ("subject", "target", "about")
NO_IDS = frozenset({"indicator"})
#: Columns that hold a way to reach somebody, and those that name him beside it: a whole institute may have
#: one telephone, so both must be his.
REACHING = ("phone", "email", "contact_phone", "contact_email")
NAMED = ("recipient", "contact_name", "name")
#: What belongs to nobody but the one whom it reaches.
OWN = {"delivery": "address", "message_preference": "who"}

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Person:
    """An expert and everything by which others refer to him.

    Attributes:
        attendees, meetings: his rows at events, and the meetings there.
        subjects: index ids of the expert and of all these.
        reach: his telephone and e-mail, as far as there are any.
    """

    row: Expert
    introductions: tuple[int, ...]
    attendees: tuple[int, ...]
    meetings: tuple[int, ...]
    subjects: frozenset[str]
    reach: frozenset[str]


def person(session: Session, actor: Actor, number: int, action: str) -> Person:
    """The expert of a number, for whoever may do this with his data; hidden is NotFound."""
    row = session.get(Expert, number) if number <= MOST_NUMBER else None
    if row is None or not may_read(actor, row):
        raise NotFound(
            Message("没有编号为 %(number)s 的专家，或者您不能查看。", {"number": number}),
            hint=Message("请从专家列表中查找；需要更多权限时请联系组织者。"),
        )
    require(actor, action, row)
    introductions = tuple(session.scalars(select(Introduction.id).where(Introduction.expert_id == number)))
    attendees = tuple(session.scalars(select(Attendee.id).where(Attendee.expert_id == number)))
    meetings = tuple(session.scalars(select(Meeting.id).where(Meeting.attendee_id.in_(attendees))))
    subjects = {
        index_id(row),
        *(f"introduction:{each}" for each in introductions),
        *(f"attendee:{each}" for each in attendees),
        *(f"meeting:{each}" for each in meetings),
    }
    return Person(
        row, introductions, attendees, meetings, frozenset(subjects), frozenset({row.phone, row.email} - {""})
    )


def collect(uow: UnitOfWork, actor: Actor, number: int, *, made_at: datetime) -> dict[str, Any]:
    """Everything about an expert as JSON holds it; the look is written down, so the unit must write."""
    who = person(uow.session, actor, number, "person:export")
    uow.looked_at(actor, "person:export", index_id(who.row))
    uow.session.flush()
    return {
        "subject": index_id(who.row),
        "name": who.row.name,
        "made_at": made_at.isoformat(),
        "made_by": actor.name,
        **{name: collector(uow.session, who) for name, collector in COLLECTORS.items()},
    }


def held(session: Session, who: Person) -> dict[str, Rows]:
    """Table → its rows about the person."""
    found: dict[str, Rows] = {}
    for table, condition in conditions(who):
        keys = [column for column in table.c if column.name not in SECRET]
        rows = session.execute(select(*keys).where(condition).limit(MOST_ROWS)).mappings()
        plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
        if plain:
            found[table.name] = plain
    return found


def conditions(who: Person) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Every table that may speak of the person, with what finds its rows."""
    for table in Base.metadata.sorted_tables:
        parts = list(_parts(table, who))
        if parts:
            yield table, or_(*parts)


def _parts(table: Table, who: Person) -> Iterator[ColumnElement[bool]]:
    if table is Expert.__table__:
        yield table.c.id == who.row.id
    for key in table.foreign_keys:
        if key.column.table is Expert.__table__:
            yield key.parent == who.row.id
        elif key.column.table is Introduction.__table__:
            yield key.parent.in_(who.introductions)
        elif key.column.table is Attendee.__table__:
            yield key.parent.in_(who.attendees)
        elif key.column.table is Meeting.__table__:
            yield key.parent.in_(who.meetings)
    for name in NAMING:
        if name in table.c and isinstance(table.c[name].type, String) and table.name not in NO_IDS:
            yield table.c[name].in_(who.subjects)
    named = next((table.c[name] for name in NAMED if name in table.c), None)
    for name in REACHING:
        if name in table.c and named is not None and who.reach and table is not Expert.__table__:
            yield and_(table.c[name].in_(who.reach), named == who.row.name)
    if table.name in OWN and who.reach:
        yield table.c[OWN[table.name]].in_({*who.reach, *(f"mail:{each}" for each in who.reach)})
    if table is Delivery.__table__:
        told = or_(*_parts(Outbox.__table__, who))  # type: ignore[arg-type]
        yield table.c.message_id.in_(select(Outbox.id).where(told))
    if table is PendingLink.__table__:
        yield and_(table.c.owner_kind == "expert", table.c.owner_id == who.row.id)
    if table is Merge.__table__:
        yield and_(
            table.c.kind == "expert", or_(table.c.kept_id == who.row.id, table.c.gone_id == who.row.id)
        )


def works(session: Session, who: Person) -> Rows:
    """What he wrote, invented and leads, by name."""
    number = who.row.id
    papers = session.scalars(select(Authorship).where(Authorship.expert_id == number))
    patents = session.scalars(select(Inventorship).where(Inventorship.expert_id == number))
    led = session.scalars(select(Achievement).where(Achievement.leader_id == number))
    rows = [
        *(each.publication for each in papers),
        *(each.patent for each in patents),
        *led,
    ]
    return [{"id": index_id(row), "title": row.title} for row in rows]


def import_reports(session: Session, who: Person) -> Rows:
    """Rows of files that were left out and name him, as they came."""
    words = words_of(who)
    parts = [mentions(ImportFault.raw, word) for word in words]
    rows = session.scalars(select(ImportFault).where(or_(*parts)).limit(MOST_ROWS)) if parts else ()
    return [{"import": row.run_id, "row": row.row, "raw": row.raw} for row in rows]


def words_of(who: Person) -> set[str]:
    """What only he is called by: telephone, e-mail, numbers, and the name as a whole value."""
    return {*who.reach, who.row.orcid, who.row.openalex, f'"{who.row.name}"'} - {""}


#: Part of the file → what collects it.
COLLECTORS: Mapping[str, Callable[[Session, Person], Any]] = {
    "works": works,
    "tables": held,
    "import_reports": import_reports,
}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
