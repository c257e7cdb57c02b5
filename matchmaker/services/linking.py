"""Who made what: lists of ids in imported rows as links; partners not here yet are remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from matchmaker.models import Achievement, Authorship, Inventorship, PendingLink, now
from matchmaker.services.erased import ERASED
from matchmaker.storage.lasting import ours
from matchmaker.storage.queries import TABLES

#: Values of one IN.
MOST_VALUES = 500


@dataclass(frozen=True, slots=True)
class Relation:
    """A list of partners in the rows of one kind.

    Attributes:
        field: of the row, and the name by which its owner confirms it.
        table: of the links; None for the one column ``leader_id``.
        owner_column, other_column: of that table.
        other_field: the same link as the partner's field, or "".
        ordered: whether the list's order is the order of authors.
    """

    name: str
    owner_kind: str
    field: str
    other_kind: str
    table: type[Any] | None
    owner_column: str
    other_column: str
    other_field: str
    ordered: bool


RELATIONS: tuple[Relation, ...] = (
    Relation(
        name="authorship", owner_kind="expert", field="papers", other_kind="publication", table=Authorship,
        owner_column="expert_id", other_column="publication_id", other_field="authors", ordered=False,
    ),
    Relation(
        name="authorship", owner_kind="publication", field="authors", other_kind="expert", table=Authorship,
        owner_column="publication_id", other_column="expert_id", other_field="papers", ordered=True,
    ),
    Relation(
        name="inventorship", owner_kind="patent", field="inventors", other_kind="expert", table=Inventorship,
        owner_column="patent_id", other_column="expert_id", other_field="", ordered=True,
    ),
    Relation(
        name="leader", owner_kind="achievement", field="leader", other_kind="expert", table=None,
        owner_column="id", other_column="leader_id", other_field="", ordered=False,
    ),
)  # fmt: skip


@dataclass(slots=True)
class Linked:
    """What linking changed.

    Attributes:
        changed: owners whose links changed.
        missing: owner → ids that nobody has yet.
        removed: owner → number of links that the new list no longer names.
        concerned: kind → numbers of the partners concerned.
    """

    changed: set[int] = field(default_factory=set)
    missing: dict[int, list[str]] = field(default_factory=dict)
    removed: dict[int, int] = field(default_factory=dict)
    concerned: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def link(session: Session, relation: Relation, wanted: Mapping[int, Sequence[str]]) -> Linked:
    """Makes the links of each owner exactly those that its list names; a confirmed list of a partner stays.

    Args:
        session: everything flushed.
        relation: which list.
        wanted: owner's number → ids of the partners.
    """
    result = Linked()
    partners = _partners(session, relation, {key for keys in wanted.values() for key in keys})
    for number, keys in wanted.items():
        missing = [key for key in keys if key not in partners]
        if missing:
            result.missing[number] = missing
    _remember(session, relation, wanted, result.missing)
    if relation.table is None:
        _set_leaders(session, wanted, partners, result)
    else:
        _set_links(session, relation, wanted, partners, result)
    return result


def resolve(session: Session, kind: str, numbers: Mapping[str, int]) -> dict[str, set[int]]:
    """Makes the links that waited for these objects; returns kind → numbers of everything concerned.

    Args:
        session: everything flushed.
        kind: of the objects.
        numbers: the sender's id → number.
    """
    concerned: dict[str, set[int]] = defaultdict(set)
    for relation in RELATIONS:
        if relation.other_kind != kind:
            continue
        waiting = [
            row
            for part in parts(numbers)
            for row in session.scalars(
                select(PendingLink).where(
                    PendingLink.relation == relation.name,
                    PendingLink.owner_kind == relation.owner_kind,
                    PendingLink.target_key.in_(part),
                )
            )
        ]
        if waiting:
            _make(session, relation, waiting, numbers, concerned)
    return concerned


def parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Portions that one IN takes."""
    whole = list(values)
    for start in range(0, len(whole), MOST_VALUES):
        yield whole[start : start + MOST_VALUES]


def _partners(session: Session, relation: Relation, keys: Iterable[str]) -> dict[str, int]:
    """Id → number; 0 for one whose owner has confirmed the list in which the link would appear."""
    table = TABLES[relation.other_kind]
    found: dict[str, int] = {}
    for part in parts(keys):
        rows = session.execute(select(table.key, table.id, table.confirmed).where(table.key.in_(part)))
        found.update(
            (key, 0 if {relation.other_field, ERASED} & set(confirmed) else number)
            for key, number, confirmed in rows
        )
    own = {number: key for key, number in ours(session, relation.other_kind, set(keys) - set(found)).items()}
    for part in parts(own):
        rows = session.execute(select(table.id, table.confirmed).where(table.id.in_(part)))
        found.update(
            (own[number], 0 if {relation.other_field, ERASED} & set(confirmed) else number)
            for number, confirmed in rows
        )
    return found


def _remember(
    session: Session, relation: Relation, owners: Iterable[int], missing: Mapping[int, Sequence[str]]
) -> None:
    for part in parts(owners):
        session.execute(
            delete(PendingLink).where(
                PendingLink.relation == relation.name,
                PendingLink.owner_kind == relation.owner_kind,
                PendingLink.owner_id.in_(part),
            )
        )
    rows = [
        {"relation": relation.name, "owner_kind": relation.owner_kind, "owner_id": number, "target_key": key,
         "position": position}
        for number, keys in missing.items()
        for position, key in enumerate(keys)
    ]  # fmt: skip
    if rows:
        session.execute(insert(PendingLink), rows)


def _set_links(
    session: Session,
    relation: Relation,
    wanted: Mapping[int, Sequence[str]],
    partners: Mapping[str, int],
    result: Linked,
) -> None:
    present = _present(session, relation, wanted)
    fresh: list[dict[str, int]] = []
    for number, keys in wanted.items():
        places = {partners[key]: place for place, key in reversed(list(enumerate(keys))) if partners.get(key)}
        held = present.get(number, {})
        gone = [other for other, (_place, confirmed) in held.items() if other not in places and not confirmed]
        added = [other for other in places if other not in held]
        moved = [
            other
            for other, place in places.items()
            if relation.ordered and other in held and held[other][0] != place
        ]
        fresh += [_values(relation, number, other, places[other]) for other in added]
        _forget(session, relation, number, gone)
        _move(session, relation, number, {other: places[other] for other in moved})
        if gone:
            result.removed[number] = len(gone)
        if gone or added or moved:
            result.changed.add(number)
            result.concerned[relation.other_kind].update(gone, added)
    if fresh:
        session.execute(insert(_table(relation)), fresh)


def _present(
    session: Session, relation: Relation, owners: Iterable[int]
) -> dict[int, dict[int, tuple[int, bool]]]:
    """Owner → partner → place, and whether the partner has confirmed his list."""
    table, other_table = _table(relation), TABLES[relation.other_kind]
    owner, other = getattr(table, relation.owner_column), getattr(table, relation.other_column)
    found: dict[int, dict[int, tuple[int, bool]]] = defaultdict(dict)
    for part in parts(owners):
        statement = select(owner, other, table.position, other_table.confirmed).join(
            other_table, other_table.id == other
        )
        for number, partner, place, confirmed in session.execute(statement.where(owner.in_(part))):
            found[number][partner] = (place, relation.other_field in confirmed)
    return found


def _table(relation: Relation) -> Any:
    return relation.table


def _values(relation: Relation, number: int, other: int, place: int) -> dict[str, int]:
    position = place if relation.ordered else 0
    return {relation.owner_column: number, relation.other_column: other, "position": position}


def _forget(session: Session, relation: Relation, number: int, others: Sequence[int]) -> None:
    table = _table(relation)
    for part in parts(others):
        session.execute(
            delete(table).where(
                getattr(table, relation.owner_column) == number,
                getattr(table, relation.other_column).in_(part),
            )
        )


def _move(session: Session, relation: Relation, number: int, places: Mapping[int, int]) -> None:
    table = _table(relation)
    for other, place in places.items():
        link_is = (getattr(table, relation.owner_column) == number) & (
            getattr(table, relation.other_column) == other
        )
        session.execute(update(table).where(link_is).values(position=place))


def _set_leaders(
    session: Session, wanted: Mapping[int, Sequence[str]], partners: Mapping[str, int], result: Linked
) -> None:
    for part in parts(wanted):
        held = session.execute(select(Achievement.id, Achievement.leader_id).where(Achievement.id.in_(part)))
        for number, before in held.all():
            after = next((partners[key] for key in wanted[number] if partners.get(key)), None)
            if after == before:
                continue
            session.execute(update(Achievement).where(Achievement.id == number).values(leader_id=after))
            result.changed.add(number)
            result.concerned["expert"].update(leader for leader in (before, after) if leader)


def _make(
    session: Session,
    relation: Relation,
    waiting: Sequence[PendingLink],
    numbers: Mapping[str, int],
    concerned: dict[str, set[int]],
) -> None:
    """Links whose owner still exists and does not have them yet; then nothing waits any more."""
    table = TABLES[relation.owner_kind]
    owners: dict[int, Any] = {}
    for part in parts({row.owner_id for row in waiting}):
        rows = session.execute(select(table.id, table.confirmed).where(table.id.in_(part)))
        owners.update((number, confirmed) for number, confirmed in rows)
    due = [row for row in waiting if relation.field not in owners.get(row.owner_id, [relation.field])]
    if relation.table is None:
        for row in due:
            leads = (Achievement.id == row.owner_id) & Achievement.leader_id.is_(None)
            session.execute(update(Achievement).where(leads).values(leader_id=numbers[row.target_key]))
    else:
        present = _present(session, relation, {row.owner_id for row in due})
        fresh = [
            _values(relation, row.owner_id, numbers[row.target_key], row.position)
            for row in due
            if numbers[row.target_key] not in present.get(row.owner_id, {})
        ]
        if fresh:
            session.execute(insert(_table(relation)), fresh)
    for row in due:
        concerned[relation.owner_kind].add(row.owner_id)
        concerned[relation.other_kind].add(numbers[row.target_key])
    for part in parts(row.id for row in waiting):
        session.execute(delete(PendingLink).where(PendingLink.id.in_(part)))


def bump(session: Session, kind: str, numbers: Iterable[int]) -> None:
    """Raises the index version of objects that the session does not hold."""
    table = TABLES[kind]
    for part in parts(numbers):
        session.execute(
            update(table)
            .where(table.id.in_(part))
            .values(index_version=table.index_version + 1, updated_at=now())
            .execution_options(synchronize_session=False)
        )


def made_of(session: Session, kind: str, changed: Iterable[int]) -> dict[str, set[int]]:
    """Objects whose index documents are made of these changed ones too: experts of their works."""
    found: set[int] = set()
    for part in parts(changed):
        if kind == "publication":
            found.update(
                session.scalars(select(Authorship.expert_id).where(Authorship.publication_id.in_(part)))
            )
        elif kind == "patent":
            found.update(
                session.scalars(select(Inventorship.expert_id).where(Inventorship.patent_id.in_(part)))
            )
        elif kind == "achievement":
            leaders = session.scalars(select(Achievement.leader_id).where(Achievement.id.in_(part)))
            found.update(leader for leader in leaders if leader)
    return {"expert": found} if found else {}


def shown_with(session: Session, kind: str, renamed: Iterable[int]) -> dict[str, set[int]]:
    """Objects that show a renamed organization, or the works of an expert who has moved to another one."""
    found: dict[str, set[int]] = defaultdict(set)
    for part in parts(renamed):
        if kind == "organization":
            for name in ("expert", "problem", "achievement"):
                table = TABLES[name]
                found[name].update(session.scalars(select(table.id).where(table.organization_id.in_(part))))
        elif kind == "expert":
            for name, table, column in (
                ("publication", Authorship, Authorship.publication_id),
                ("patent", Inventorship, Inventorship.patent_id),
            ):
                found[name].update(session.scalars(select(column).where(table.expert_id.in_(part))))
            led = select(Achievement.id).where(Achievement.leader_id.in_(part))
            found["achievement"].update(session.scalars(led))
    return found
