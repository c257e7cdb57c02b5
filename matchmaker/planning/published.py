"""A published plan against what is true now: what may stay, where the rest could lie, who lacks what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from matchmaker.planning.facts import Key, is_possible, slots_of
from matchmaker.planning.instance import Instance, Meeting, Pin

#: Scores and priorities are counted in hundredths.
CENTS = 100


class Rows:
    """What a repair asks about an instance again and again."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.pins: dict[Key, list[Pin]] = defaultdict(list)
        for pin in instance.pinned:
            self.pins[pin.key].append(pin)
        self.published = {each.key: each for each in instance.published if each.key in instance.pair}

    @cached_property
    def possible(self) -> set[Key]:
        """Pairs that a plan may hold; held ones whatever their score."""
        return {pair.key for pair in self.instance.pairs if is_possible(self.instance, pair)}

    @cached_property
    def staying(self) -> dict[Key, Meeting]:
        """Published meetings that may stay, as far as they alone are concerned."""
        return {key: each for key, each in self.published.items() if self.may_stay(each)}

    @cached_property
    def lost(self) -> list[Meeting]:
        """Published meetings that the change made impossible."""
        return [each for each in self.instance.published if each.key not in self.staying]

    def tables(self, key: Key) -> frozenset[int]:
        """Tables that a meeting may use: of its kind, and the pinned one if there is one."""
        kind = self.instance.problem[key[1]].table_kind
        named = {pin.table for pin in self.pins[key] if pin.table is not None}
        return frozenset(
            at
            for at, table in enumerate(self.instance.tables)
            if (kind is None or kind in table.kinds) and named <= {table.id}
        )

    def slots(self, key: Key) -> list[int]:
        """Slots that a meeting may lie in; its table is another question."""
        pair = self.instance.pair[key]
        named = {pin.slot for pin in self.pins[key] if pin.slot is not None}
        tables = [self.instance.tables[at] for at in self.tables(key)]
        return [
            slot
            for slot in slots_of(self.instance, self.instance.attending(key), pair.session)
            if named <= {slot} and any(slot not in table.unavailable for table in tables)
        ]

    def may_stay(self, meeting: Meeting) -> bool:
        """Whether a published meeting could be held at its slot and table, alone."""
        table = self.instance.table.get(meeting.table)
        if table is None or meeting.key not in self.possible:
            return False
        at = self.instance.tables.index(table)
        is_fit = at in self.tables(meeting.key) and meeting.slot not in table.unavailable
        return is_fit and meeting.slot in self.slots(meeting.key)

    def limits(self) -> list[tuple[tuple[str, str], int, int | None, int]]:
        """Person or problem, minimum, maximum, what an unmet minimum costs (in hundredths)."""
        people = [
            (("person", each.id), each.min_meetings, each.max_meetings, CENTS)
            for each in self.instance.people
        ]
        problems = [
            (
                ("problem", each.id),
                each.min_meetings,
                each.max_meetings,
                max(1, round(each.priority * CENTS)) if each.priority > 0 else 0,
            )
            for each in self.instance.problems
        ]
        return people + problems

    def sides(self, key: Key) -> list[tuple[str, str]]:
        """Everybody and the problem whose meetings a pair counts for."""
        return [("problem", key[1]), *(("person", each) for each in self.instance.attending(key))]

    def wanting(self, keys: Iterable[Key], slack: int) -> set[tuple[str, str]]:
        """Whose minimum would be missed if so many more of these meetings than are there were lost."""
        count: dict[tuple[str, str], int] = defaultdict(int)
        for key in keys:
            for side in self.sides(key):
                count[side] += 1
        return {who for who, least, _, _ in self.limits() if least and count[who] - slack < least}
