"""The one rule of reading: readers and hidden-from as data, for Python, SQL and the engines alike."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.document import PUBLIC
from matchmaker.permissions.actor import MEMBERS, OFFICE


def readers_by(
    visibility: str,
    organizations: Iterable[int] = (),
    *,
    further: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> frozenset[str]:
    """The readers of an object: its visibility, its owner's and invited organizations, and the office.

    Args:
        visibility: public, anonymous, members, invited or draft.
        organizations: owners, and the bodies invited to read.
        further: audiences that read whatever the visibility ("account:3", "liaison:9").
        hidden: audiences from which it is hidden: an object with rivals is never public, since a rival need
            only log out.
    """
    own = {OFFICE, *(f"org:{number}" for number in organizations), *further}
    if visibility in {"public", "anonymous"}:
        own.add(MEMBERS if any(True for _ in hidden) else PUBLIC)
    elif visibility == "members":
        own.add(MEMBERS)
    return frozenset(own)


def readable(audiences: frozenset[str], readers: Iterable[str], hidden_from: Iterable[str] = ()) -> bool:
    """The one rule of reading, as the engines and the SQL filter apply it too."""
    return not audiences.isdisjoint(readers) and audiences.isdisjoint(hidden_from)


def written(audiences: Iterable[str]) -> str:
    """Audiences as a column holds them: " office public ", so that SQL finds a whole one."""
    return f" {' '.join(sorted(audiences))} "
