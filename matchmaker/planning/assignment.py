"""Who may meet whom, as a linear model: what every plan keeps, time and tables told in sums or slot by slot.

Without slots the model is a relaxation: each plan keeps it, but not all that keeps it has a timetable.
``with_slots`` it is exact but for the names of tables, which can be given afterwards (Hall's condition).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from matchmaker.planning.facts import Key, Share, effective, possible_pairs, shares
from matchmaker.planning.instance import Instance, Pair, Person, Problem
from matchmaker.planning.linear import Linear
from matchmaker.planning.room import Room

#: The largest sum of whole-number values that leaves the solvers room to count with.
LARGEST = 2**50
#: Decimal places in which scores are counted when they are no short decimals.
PLACES = 7


class Assignment:
    """Columns and rows of an instance.

    Attributes:
        model: the first columns are the pairs of ``room.pairs``, 1 when held.
        worth: pair's column → its effective score as a whole number, ``scale`` to 1.
        is_exact: whether these whole numbers are the effective scores without rounding.
        missed: (who, column, weight) of each minimum; the column is 1 when it is not reached.
    """

    def __init__(self, instance: Instance, *, with_slots: bool = False) -> None:
        self.instance = instance
        self.room = Room(instance)
        self.pairs = self.room.pairs
        self.at = {pair.key: number for number, pair in enumerate(self.pairs)}
        self.model = Linear()
        possible = possible_pairs(instance)
        self.scale, worths, self.is_exact = _worths([effective(instance, pair) for pair in possible])
        self._worths = {pair.key: worth for pair, worth in zip(possible, worths, strict=True)}
        self.worth = [self._worths[pair.key] for pair in self.pairs]
        self.missed: list[tuple[tuple[str, str], int, Fraction]] = []
        self.shares: list[Share] = shares(instance)
        self.places: dict[tuple[int, int], int] = {}
        for pair in self.pairs:
            column = self.model.column()
            self.model.lower[column] = int(pair.key in instance.held)
            self.model.upper[column] = int(bool(self.room.slots[pair.key]) or pair.key in instance.held)
        self._parties()
        self._tables()
        if with_slots:
            self._slots()

    @property
    def is_hopeless(self) -> bool:
        """Whether a held pair can never be held."""
        return bool(self.room.hopeless)

    def of(self, share: Share) -> tuple[list[int], list[int], int]:
        """Columns of a share's pairs, their worth, and the best sum."""
        columns = [self.at[key] for key in share.pairs if key in self.at]
        # Also pairs that no table fits count in what could be had at best.
        every = sorted((self._worths[key] for key in share.pairs), reverse=True)
        return columns, [self.worth[column] for column in columns], sum(every[: share.most])

    def keys(self, values: Sequence[int]) -> list[Key]:
        """The pairs that are held."""
        return [pair.key for pair, value in zip(self.pairs, values, strict=False) if value]

    def values(self, held: Iterable[Key]) -> list[int]:
        """Columns' values for held pairs, minima included; columns for slots are 0."""
        found = [0] * len(self.model.upper)
        chosen = set(held)
        for key in chosen:
            if key in self.at:
                found[self.at[key]] = 1
        count = self._counts(chosen)
        for who, column, _weight in self.missed:
            found[column] = int(count[who] < _row(self.instance, who).min_meetings)
        return found

    def _counts(self, held: Iterable[Key]) -> Mapping[tuple[str, str], int]:
        count: dict[tuple[str, str], int] = defaultdict(int)
        for key in held:
            count["problem", key[1]] += 1
            for person in self.instance.attending(key):
                count["person", person] += 1
        return count

    def _parties(self) -> None:
        """Maxima, minima, and what each one's time allows."""
        of: dict[tuple[str, str], list[Pair]] = defaultdict(list)
        for each in self.instance.people:
            of["person", each.id] = []
        for problem in self.instance.problems:
            of["problem", problem.id] = []
        for pair in self.pairs:
            of["problem", pair.problem].append(pair)
            for name in self.instance.attending(pair.key):
                of["person", name].append(pair)
        for who, pairs in of.items():
            row = _row(self.instance, who)
            columns = [self.at[pair.key] for pair in pairs]
            if row.max_meetings is not None and len(columns) > row.max_meetings:
                self.model.row(columns, high=row.max_meetings)
            if row.min_meetings > 0:
                self._minimum(who, row, columns)
            if isinstance(row, Person):
                for window, inside in self.room.windows(pairs):
                    most = self.room.most(row, window)
                    if len(inside) > most:
                        self.model.row([self.at[pair.key] for pair in inside], high=most)

    def _minimum(self, who: tuple[str, str], row: Person | Problem, columns: list[int]) -> None:
        """A minimum that cannot be met costs; people count 1, problems their priority."""
        column = self.model.column()
        weight = Fraction(str(row.priority)) if isinstance(row, Problem) else Fraction(1)
        self.missed.append((who, column, weight))
        self.model.row([*columns, column], [1] * len(columns) + [row.min_meetings], low=row.min_meetings)

    def _tables(self) -> None:
        for window, inside in self.room.windows(self.pairs):
            for kinds, open_ in self.room.unions:
                columns = [self.at[pair.key] for pair in inside if self.room.fits(pair, kinds)]
                most = sum(open_[slot] for slot in window)
                if len(columns) > most:
                    self.model.row(columns, high=most)

    def _slots(self) -> None:
        """A column for each pair and slot."""
        by_slot: dict[int, list[Pair]] = defaultdict(list)
        for pair in self.pairs:
            column = self.at[pair.key]
            for slot in self.room.slots[pair.key]:
                self.places[column, slot] = self.model.column()
                by_slot[slot].append(pair)
            inside = [self.places[column, slot] for slot in self.room.slots[pair.key]]
            self.model.row([*inside, column], [1] * len(inside) + [-1], low=0, high=0)
        for slot, pairs in by_slot.items():
            self._slot(slot, pairs)
        self._breaks()

    def _slot(self, slot: int, pairs: list[Pair]) -> None:
        """One meeting a person; as many meetings as there are tables for them."""
        busy: dict[str, list[int]] = defaultdict(list)
        table: dict[str, list[int]] = defaultdict(list)
        for pair in pairs:
            column = self.places[self.at[pair.key], slot]
            for name in self.instance.attending(pair.key):
                busy[name].append(column)
            pin = self.room.pins.get(pair.key)
            if pin is not None and pin.table is not None:
                table[pin.table].append(column)
        for columns in (*busy.values(), *table.values()):
            if len(columns) > 1:
                self.model.row(columns, high=1)
        for kinds, open_ in self.room.unions:
            columns = [self.places[self.at[pair.key], slot] for pair in pairs if self.room.takes(pair, kinds)]
            if len(columns) > open_[slot]:
                self.model.row(columns, high=open_[slot])

    def _breaks(self) -> None:
        """Longest run of meetings in neighbouring slots of a session."""
        of: dict[tuple[str, int], list[int]] = defaultdict(list)
        for (column, slot), place in self.places.items():
            for name in self.instance.attending(self.pairs[column].key):
                of[name, slot].append(place)
        for person in self.instance.people:
            run = person.max_in_a_row
            if run is None:
                continue
            for first, last in self.instance.days:
                for start in range(first, last - run + 1):
                    columns = [each for slot in range(start, start + run + 1) for each in of[person.id, slot]]
                    if len(columns) > run:
                        self.model.row(columns, high=run)


def _row(instance: Instance, who: tuple[str, str]) -> Person | Problem:
    kind, name = who
    return instance.person[name] if kind == "person" else instance.problem[name]


def _worths(values: Sequence[float]) -> tuple[int, list[int], bool]:
    """(scale, whole numbers, whether they are exact): short decimals stay what they are."""
    total = sum(values) or 1.0
    for places in range(10):
        scale = 10**places
        if total * scale > LARGEST:
            break
        whole = [round(value * scale) for value in values]
        if all(abs(value * scale - each) <= 1e-6 for value, each in zip(values, whole, strict=True)):
            return scale, whole, True
    places = PLACES
    while places > 0 and total * 10**places > LARGEST:
        places -= 1
    return 10**places, [round(value * 10**places) for value in values], False
