"""Two records of one again, each with its facts, links and confirmations as they were before the merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Merge
from matchmaker.permissions import Actor, require
from matchmaker.services import versions
from matchmaker.services.merging import distinguish, get, tell_index
from matchmaker.services.moving import Change, give_back, stood
from matchmaker.services.profile_fields import labels
from matchmaker.storage.queries import TABLES
from matchmaker.storage.unit_of_work import UnitOfWork


def undo(uow: UnitOfWork, actor: Actor, number: int, *, now: datetime, keep_changes: bool = False) -> Merge:
    """Makes two of one again, each with its facts, links and confirmations as they were.

    ``keep_changes`` leaves what was changed since the merge as it is now, and gives back the rest.

    Raises:
        Conflict: it was undone already; the kept record is gone; or something was changed since.
    """
    uow.alone("objects")
    row = get(uow, actor, number)
    session = uow.session
    kept = session.get(TABLES[row.kind], row.kept_id)
    if row.undone_at is not None:
        raise Conflict(Message("这次合并已经撤销过了。"), hint=Message("两条记录现在是分开的。"))
    if kept is None:
        raise Conflict(
            Message("保留的记录已不在，不能撤销。"),
            hint=Message("它可能又被合并到别处：请先撤销那一次合并；若已被清除，则无法恢复。"),
        )
    require(actor, f"{row.kind}:merge", kept)
    changed = _changed_since(session, row)
    if changed and not keep_changes:
        raise _changed(row, changed)
    versions.begin(uow, kept)
    version = kept.index_version
    session.flush()
    session.expunge_all()
    for place, change in reversed(list(enumerate(row.changes))):
        if changed.get(place) != ["*"]:
            give_back(session, _raised(row, change), changed.get(place, ()))
    if "provenance" in changed.get(0, ()):
        _origins_again(session, row, changed[0])
    row = session.merge(row)
    row.undone_at, row.undone_by = now, actor.name[:100]
    session.flush()
    kept = session.get_one(TABLES[row.kind], row.kept_id)
    kept.index_version = version + 1
    session.flush()
    distinguish(uow, actor, row.kind, row.kept_id, row.gone_id, note="撤销合并")
    tell_index(uow, row.kind, row.kept_id, row.changes)
    tell_index(uow, row.kind, row.gone_id, [])
    uow.record(actor, f"{row.kind}:unmerge", f"{row.kind}:{row.kept_id}", again=row.gone_id)
    versions.keep(uow, actor, session.get_one(TABLES[row.kind], row.kept_id), note="撤销合并")
    return row


def _changed_since(session: Session, row: Merge) -> dict[int, list[str]]:
    """Place of a change → its columns that somebody changed since."""
    found = {place: stood(session, change) for place, change in enumerate(row.changes)}
    return {place: names for place, names in found.items() if names}


def _changed(row: Merge, changed: Mapping[int, list[str]]) -> Conflict:
    names = {**labels(row.kind), "verified_on": Message("最近核实日期"), "confirmed": Message("本人确认")}
    told: list[str] = []
    for place, columns in changed.items():
        table = row.changes[place]["table"]
        if table == row.kind and columns != ["*"]:
            told += [str(names.get(name, name)) for name in columns if name != "provenance"]
        else:
            told.append(table)
    return Conflict(
        Message("合并之后有过更改，不能原样撤销：%(told)s。", {"told": "、".join(dict.fromkeys(told))[:300]}),
        hint=Message("可以选择“保留之后的更改”再撤销：改过的内容留在保留的记录上，其余恢复原样。"),
    )


def _origins_again(session: Session, row: Merge, kept: Iterable[str]) -> None:
    """Origins as they were, but for the fields that stay as they were changed since."""
    held = session.get_one(TABLES[row.kind], row.kept_id)
    now_are = held.provenance
    stay = {name: now_are[name] for name in kept if name in now_are}
    held.provenance = {**row.changes[0]["before"].get("provenance", {}), **stay}
    session.flush()


def _raised(row: Merge, change: Change) -> Change:
    """The gone record comes back with a version above that of its removal from the index."""
    if change["table"] != row.kind or change["after"] is not None:
        return change
    return {**change, "before": {**change["before"], "index_version": change["before"]["index_version"] + 2}}
