"""Records that were merged into another: where they are found now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.models import Merge
from matchmaker.services.linking import parts
from matchmaker.storage.queries import MOST_NUMBER, TABLES
from matchmaker.storage.unit_of_work import UnitOfWork

#: Merges that follow one another at most: a chain longer than this is a fault.
LONGEST_CHAIN = 20


def taken_up(
    session: Session, kind: str, keys: Iterable[str], matches: Iterable[str], options: Sequence[Any] = ()
) -> Iterator[tuple[str, str, Any]]:
    """(id, matching fingerprint, the record that answers for it now) of merged records that rows name."""
    found: dict[int, Merge] = {}
    for column, values in ((Merge.gone_key, keys), (Merge.gone_match, matches)):
        for part in parts(sorted(values)):
            where = (Merge.kind == kind, Merge.undone_at.is_(None), column.in_(part))
            found.update((merge.id, merge) for merge in session.scalars(select(Merge).where(*where)))
    if not found:
        return
    now_at = _followed(session, kind, {merge.gone_id for merge in found.values()})
    table = TABLES[kind]
    statement = select(table).where(table.id.in_(sorted(set(now_at.values())))).options(*options)
    rows = {row.id: row for row in session.scalars(statement)}
    for merge in found.values():
        row = rows.get(now_at.get(merge.gone_id, 0))
        if row is not None:
            yield merge.gone_key or "", merge.gone_match, row


def kept(uow: UnitOfWork, kind: str, number: int) -> int | None:
    """The number at which a merged record is found now; None when it was not merged."""
    if number > MOST_NUMBER:
        return None
    return _followed(uow.session, kind, {number}).get(number)


def _followed(session: Session, kind: str, numbers: set[int]) -> dict[int, int]:
    """Merged number → where it ended, through merges that followed one another."""
    end = {number: number for number in numbers}
    for _ in range(LONGEST_CHAIN):
        where = (Merge.kind == kind, Merge.undone_at.is_(None), Merge.gone_id.in_(sorted(set(end.values()))))
        steps = dict(session.execute(select(Merge.gone_id, Merge.kept_id).where(*where)).all())
        if not steps:
            break
        end = {number: steps.get(now, now) for number, now in end.items()}
    return {number: now for number, now in end.items() if now != number}
