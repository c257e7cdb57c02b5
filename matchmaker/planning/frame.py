"""Given pairs as numbers: who sits in which meeting, where it may lie, how many fit into a slot.

Solvers of the timetable work on this view; slots are bits of whole numbers. What a plan is worth is said by
``facts`` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.planning.facts import Key, slots_of
from matchmaker.planning.instance import Instance

Place = tuple[int | None, str | None]


@dataclass(frozen=True, slots=True)
class Hall:
    """Some meetings and how many of them fit into each slot: the tables that any of them could use."""

    members: frozenset[int]
    room: tuple[int, ...]


@dataclass(slots=True)
class Frame:
    """One timetable to be made.

    Attributes:
        keys: the meetings; everything else refers to them by their place in this list.
        people: ids of those who sit in a meeting.
        who: meeting → numbers of its people.
        allowed: meeting → slots (bits) in which its people are present and a table of its own is free.
        tables: meeting → numbers of the tables that it may use.
        halls: Hall's conditions known so far; more are found when a slot's meetings do not get tables.
    """

    instance: Instance
    keys: list[Key]
    people: list[str]
    who: list[tuple[int, ...]]
    allowed: list[int]
    tables: list[frozenset[int]]
    halls: list[Hall]

    @property
    def slots(self) -> int:
        """Number of slots of the event."""
        return self.instance.slots

    def meetings_of(self) -> list[list[int]]:
        """Person → his meetings."""
        found: list[list[int]] = [[] for _ in self.people]
        for meeting, people in enumerate(self.who):
            for person in people:
                found[person].append(meeting)
        return found

    def hall(self, tables: frozenset[int]) -> Hall:
        """The condition for the meetings that can use none but these tables."""
        members = frozenset(each for each, own in enumerate(self.tables) if own <= tables)
        return Hall(members, tuple(len(self.free(tables, slot)) for slot in range(self.slots)))

    def free(self, tables: frozenset[int], slot: int) -> list[int]:
        """Those of the tables that may be used in a slot."""
        return [each for each in sorted(tables) if slot not in self.instance.tables[each].unavailable]


def frame(instance: Instance, keys: Sequence[Key], fixed: Mapping[Key, Place]) -> Frame:
    """The view of these pairs; pins of the instance hold, ``fixed`` holds besides."""
    places = _places(instance, fixed)
    people = sorted({person for key in keys for person in instance.attending(key)})
    number = {person: at for at, person in enumerate(people)}
    who = [tuple(number[person] for person in instance.attending(key)) for key in keys]
    tables = [_tables(instance, key, places.get(key, [])) for key in keys]
    made = Frame(instance, list(keys), people, who, [], tables, [])
    made.allowed = [_allowed(made, at, places.get(key, [])) for at, key in enumerate(keys)]
    every = {frozenset(range(len(instance.tables))), *tables}
    made.halls = [made.hall(each) for each in sorted(every, key=sorted) if each]
    return made


def _places(instance: Instance, fixed: Mapping[Key, Place]) -> Mapping[Key, list[Place]]:
    places: dict[Key, list[Place]] = defaultdict(list)
    for pin in instance.pinned:
        places[pin.key].append((pin.slot, pin.table))
    for key, place in fixed.items():
        places[key].append(place)
    return places


def _tables(instance: Instance, key: Key, places: Sequence[Place]) -> frozenset[int]:
    kind = instance.problem[key[1]].table_kind
    named = {table for _, table in places if table is not None}
    return frozenset(
        number
        for number, table in enumerate(instance.tables)
        if (kind is None or kind in table.kinds) and named <= {table.id}
    )


def _allowed(made: Frame, at: int, places: Sequence[Place]) -> int:
    """A pair that nobody lists is refused by ``instance.pair``."""
    key = made.keys[at]
    pair = made.instance.pair[key]
    named = {slot for slot, _ in places if slot is not None}
    bits = 0
    for slot in slots_of(made.instance, made.instance.attending(key), pair.session):
        if named <= {slot} and made.free(made.tables[at], slot):
            bits |= 1 << slot
    return bits


def bits_of(mask: int) -> list[int]:
    """The slots of a number's bits, in order."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
