"""What differs between two plans, person by person: shown before it is accepted, told to people then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matchmaker.planning.facts import Key
from matchmaker.planning.instance import Instance, Meeting

#: ``moved``: another slot, whatever the table; ``table``: the same slot at another table.
Kind = Literal["added", "cancelled", "moved", "table"]


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting that is not as before; ``before`` is None for an added, ``after`` for a cancelled one."""

    kind: Kind
    key: Key
    before: Meeting | None
    after: Meeting | None

    @property
    def slot(self) -> int:
        """Where it stands in somebody's day: the earlier of both slots."""
        return min(each.slot for each in (self.before, self.after) if each is not None)


@dataclass(frozen=True, slots=True)
class Differences:
    """All changes, and those that concern each person (who is told), in the order of slots."""

    changes: tuple[Change, ...]
    people: Mapping[str, tuple[Change, ...]]

    def count(self, kind: Kind) -> int:
        """Meetings changed in this way."""
        return sum(each.kind == kind for each in self.changes)


def differences(instance: Instance, before: Iterable[Meeting], after: Iterable[Meeting]) -> Differences:
    """Who is told what. A problem that the instance no longer knows concerns its expert only."""
    old = {each.key: each for each in before}
    new = {each.key: each for each in after}
    changes = [
        change for key in old.keys() | new.keys() if (change := _change(key, old.get(key), new.get(key)))
    ]
    changes.sort(key=lambda each: (each.slot, each.key))
    people: dict[str, list[Change]] = {}
    for change in changes:
        for person in _concerned(instance, change.key):
            people.setdefault(person, []).append(change)
    return Differences(tuple(changes), {person: tuple(own) for person, own in sorted(people.items())})


def _change(key: Key, before: Meeting | None, after: Meeting | None) -> Change | None:
    if before == after:
        return None
    if before is None:
        return Change("added", key, None, after)
    if after is None:
        return Change("cancelled", key, before, None)
    return Change("table" if before.slot == after.slot else "moved", key, before, after)


def _concerned(instance: Instance, key: Key) -> Sequence[str]:
    return instance.attending(key) if key[1] in instance.problem else key[:1]
