"""What time and tables allow: slots of a pair, tables of a problem, how many meetings fit into some slots."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations

from matchmaker.planning.facts import Key, possible_pairs, slots_of
from matchmaker.planning.instance import Instance, Pair, Person, Table

#: Sets of kinds are looked at all together up to so many kinds; beyond it one by one and as a whole.
MOST_KINDS = 5


class Room:
    """The places of an instance: which pairs may be held at all, in which slots, at which tables.

    A pair that is held (must, pinned) is listed whatever its score; one without a slot has an empty tuple.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.pins = {pin.key: pin for pin in instance.pinned}
        self.pairs: list[Pair] = possible_pairs(instance)
        known = {pair.key for pair in self.pairs}
        #: Held pairs that no plan can hold: vetoed, or without a common slot.
        self.hopeless: list[Key] = sorted(instance.held - known)
        self.pairs = [pair for pair in self.pairs if self.slots[pair.key] or pair.key in instance.held]
        self.hopeless += [pair.key for pair in self.pairs if not self.slots[pair.key]]

    @cached_property
    def slots(self) -> Mapping[Key, tuple[int, ...]]:
        """Pair → slots in which everybody is there and a table that fits may be free."""
        known: dict[tuple[tuple[str, ...], int | None], list[int]] = {}
        found = {}
        for pair in self.pairs:
            people = (self.instance.attending(pair.key), pair.session)
            if people not in known:
                known[people] = slots_of(self.instance, *people)
            open_ = self.fitting(pair.key)
            pin = self.pins.get(pair.key)
            wanted = known[people] if pin is None or pin.slot is None else {pin.slot} & set(known[people])
            found[pair.key] = tuple(slot for slot in wanted if open_[slot])
        return found

    def fitting(self, key: Key) -> list[int]:
        """Slot → number of tables that this pair may use then."""
        pin = self.pins.get(key)
        if pin is not None and pin.table is not None:
            table = self.instance.table[pin.table]
            kind = self.instance.problem[key[1]].table_kind
            fits = kind is None or kind in table.kinds
            return [int(fits and slot not in table.unavailable) for slot in range(self.instance.slots)]
        return self.open(self.instance.problem[key[1]].table_kind)

    def open(self, kind: str | None) -> list[int]:
        """Slot → number of tables of a kind (None: of any) that are there then."""
        if kind not in self._open:
            tables = [each for each in self.instance.tables if kind is None or kind in each.kinds]
            self._open[kind] = _count(tables, self.instance.slots)
        return self._open[kind]

    @cached_property
    def _open(self) -> dict[str | None, list[int]]:
        return {}

    @cached_property
    def kinds(self) -> tuple[str | None, ...]:
        """Kinds of table that the problems of possible pairs want; None: any table does."""
        wanted = {self.instance.problem[pair.problem].table_kind for pair in self.pairs}
        return tuple(sorted(wanted, key=lambda kind: (kind is None, kind or "")))

    @cached_property
    def unions(self) -> list[tuple[frozenset[str | None], list[int]]]:
        """Sets of kinds with the number of tables by slot that are of any of them (Hall's condition)."""
        named = [kind for kind in self.kinds if kind is not None]
        sizes = range(1, len(named) + 1) if len(named) <= MOST_KINDS else (1,)
        sets = [frozenset(each) for size in sizes for each in combinations(named, size)]
        found: list[tuple[frozenset[str | None], list[int]]] = [(frozenset(self.kinds), self.open(None))]
        for each in sets:
            tables = [table for table in self.instance.tables if table.kinds & each]
            found.append((frozenset(each), _count(tables, self.instance.slots)))
        return found

    def fits(self, pair: Pair, kinds: frozenset[str | None]) -> bool:
        """Whether a pair surely takes one of the tables of these kinds."""
        return None in kinds or self.instance.problem[pair.problem].table_kind in kinds

    def takes(self, pair: Pair, kinds: frozenset[str | None]) -> bool:
        """As ``fits``, for one slot: also a pair that is pinned to one of these tables."""
        pin = self.pins.get(pair.key)
        if pin is None or pin.table is None or None in kinds:
            return self.fits(pair, kinds)
        return not self.instance.table[pin.table].kinds.isdisjoint(kinds)

    def most(self, person: Person, within: Collection[int]) -> int:
        """How many of these slots a person can be in, with the breaks that ``max_in_a_row`` asks for."""
        if person.max_in_a_row is None:
            return sum(slot not in person.unavailable for slot in within)
        total = 0
        for length in self._runs(person, within):
            total += length - length // (person.max_in_a_row + 1)
        return total

    def _runs(self, person: Person, within: Collection[int]) -> Iterator[int]:
        """Lengths of the longest stretches of neighbouring slots of one session."""
        for first, last in self.instance.days:
            length = 0
            for slot in range(first, last + 1):
                if slot in within and slot not in person.unavailable:
                    length += 1
                else:
                    yield length
                    length = 0
            yield length

    def windows(self, pairs: Iterable[Pair], most: int = 40) -> list[tuple[frozenset[int], list[Pair]]]:
        """Sets of slots with the pairs that can only be held within them, at most so many, largest first."""
        by_set: dict[frozenset[int], list[Pair]] = {}
        for pair in pairs:
            by_set.setdefault(frozenset(self.slots[pair.key]), []).append(pair)
        whole = frozenset(self.instance.session_of)
        sessions = [frozenset(range(first, last + 1)) for first, last in self.instance.days]
        chosen = sorted(by_set, key=lambda each: (-len(by_set[each]), sorted(each)))[:most]
        sets = dict.fromkeys([whole, *sessions, *chosen])
        return [
            (each, [pair for inner, held in by_set.items() if inner <= each for pair in held])
            for each in sets
        ]


def _count(tables: Iterable[Table], slots: int) -> list[int]:
    found = [0] * slots
    for table in tables:
        away = table.unavailable
        for slot in range(slots):
            found[slot] += slot not in away
    return found
