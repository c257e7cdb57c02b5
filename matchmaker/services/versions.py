"""Earlier forms of an object: kept at each change, compared, and shown when a form was stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select

from matchmaker.errors import Conflict
from matchmaker.messages import Message
from matchmaker.models import Version
from matchmaker.models.base import Versioned
from matchmaker.permissions import Actor
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Columns that are no facts about the object, or follow from others.
_TECHNICAL = frozenset(
    {
        "id",
        "key",
        "match_key",
        "source",
        "confirmed",
        "index_version",
        "readers",
        "hidden_from",
        "revision",
        "created_at",
        "updated_at",
        "created_by",
        "provenance",
        "reminded_at",
    }
)
#: Lists of small rows that belong to the object: their name → columns that are left out.
_LISTS: dict[str, frozenset[str]] = {
    "indicators": frozenset({"id", "position", "problem_id", "achievement_id"}),
    "projects": frozenset({"id", "position", "expert_id"}),
    "bodies": frozenset({"id", "problem_id"}),
}


class StaleForm(Conflict):
    """Somebody saved while a form was being filled in; both are to be shown.

    Attributes:
        theirs: what is there now, as ``snapshot`` gives it.
        base: what the form began with, None when that version is not known.
    """

    def __init__(self, theirs: dict[str, Any], base: dict[str, Any] | None, by: str) -> None:
        super().__init__(
            Message("在您填写期间，%(actor)s 已保存了另一版本。", {"actor": by or "他人"}),
            hint=Message("两个版本都在下面：逐项选择要保留的内容后再保存，您填写的内容没有丢失。"),
        )
        self.theirs = theirs
        self.base = base


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in two versions; values as a snapshot holds them."""

    field: str
    old: Any
    new: Any


def snapshot(row: Any) -> dict[str, Any]:
    """Every fact of an object by field, as JSON holds it; loads its lists of small rows."""
    found = {
        column.key: _plain(getattr(row, column.key))
        for column in inspect(type(row)).column_attrs
        if column.key not in _TECHNICAL
    }
    for name, left_out in _LISTS.items():
        if name in inspect(type(row)).relationships:
            found[name] = [_facts(child, left_out) for child in getattr(row, name)]
    return found


def keep(uow: UnitOfWork, actor: Actor, row: Any, note: str = "") -> Version | None:
    """Keeps the object as it is now, with the next number; None when nothing changed since the newest.

    To be called after the change. Whoever changes an object that may have no version yet (an imported one)
    calls ``begin`` before the change, so that the earlier form is not lost.
    """
    uow.session.flush()
    facts = snapshot(row)
    newest = _newest(uow, row)
    if newest is not None and newest.snapshot == facts:
        return None
    row.revision = (newest.number if newest else 0) + 1
    made = Version(
        subject=index_id(row),
        number=row.revision,
        actor=_who(actor),
        account_id=actor.account,
        snapshot=facts,
        note=note,
    )
    uow.session.add(made)
    uow.session.flush()
    return made


def begin(uow: UnitOfWork, row: Any) -> None:
    """Keeps an object that has no version yet as it was before its first change here."""
    if row.revision == 0:
        row.revision = 1
        uow.session.add(Version(subject=index_id(row), number=1, snapshot=snapshot(row)))
        uow.session.flush()


def refuse_stale(uow: UnitOfWork, row: Versioned, revision: int | None) -> None:
    """Raises StaleForm unless the form was filled in on the newest version; None: the form had no number."""
    if revision is None or revision == row.revision:
        return
    newest, base = _newest(uow, row), _numbered(uow, row, revision)
    raise StaleForm(snapshot(row), base.snapshot if base else None, newest.actor if newest else "")


def listing(uow: UnitOfWork, subject: str) -> Sequence[Version]:
    """The versions of an object, newest first. The caller has checked that the actor may see them."""
    statement = select(Version).where(Version.subject == subject).order_by(Version.number.desc())
    return uow.session.scalars(statement).all()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The fields that differ, in the order of the newer version."""
    names = [*new, *(name for name in old if name not in new)]
    return [
        Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]


def merged(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Both changes together, and the fields that both have changed differently (mine stands for these)."""
    together, disputed = dict(theirs), []
    for name, value in mine.items():
        if value == base.get(name):
            continue
        if theirs.get(name) not in (base.get(name), value):
            disputed.append(name)
        together[name] = value
    return together, disputed


def _newest(uow: UnitOfWork, row: Any) -> Version | None:
    statement = select(Version).where(Version.subject == index_id(row)).order_by(Version.number.desc())
    return uow.session.scalars(statement.limit(1)).one_or_none()


def _numbered(uow: UnitOfWork, row: Any, number: int) -> Version | None:
    statement = select(Version).where(Version.subject == index_id(row), Version.number == number)
    return uow.session.scalars(statement).one_or_none()


def _who(actor: Actor) -> str:
    name = f"{actor.name}（代 {actor.behalf}）" if actor.behalf else actor.name
    return name[:100]


def _facts(child: Any, left_out: frozenset[str]) -> dict[str, Any]:
    return {
        column.key: _plain(getattr(child, column.key))
        for column in inspect(type(child)).column_attrs
        if column.key not in left_out
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
