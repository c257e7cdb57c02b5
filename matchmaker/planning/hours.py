"""What busy slots cost while a timetable is searched: idle slots and overlong runs, remembered by bits."""

from __future__ import annotations

from matchmaker.planning.frame import Frame

#: What a slot beyond the longest run costs, against one idle slot.
_RUN = 4.0
#: What a second idle slot of a person costs more than the first.
_MORE = 0.04


class Hours:
    """Idle slots and overlong runs of a person, by the bits of his busy slots."""

    def __init__(self, frame: Frame) -> None:
        instance = frame.instance
        self._days = [((1 << (last + 1)) - (1 << first)) for first, last in instance.days]
        self._profiles = []
        shared: dict[tuple[int, int], tuple[dict[int, tuple[int, int]], dict[int, float]]] = {}
        for name in frame.people:
            row = instance.person[name]
            away = sum(1 << slot for slot in row.unavailable)
            key = away, row.max_in_a_row or 0
            self._profiles.append((*key, *shared.setdefault(key, ({}, {}))))

    def of(self, person: int, mask: int) -> tuple[int, int]:
        """Idle slots; slots beyond the longest run."""
        away, limit, known, _ = self._profiles[person]
        found = known.get(mask)
        if found is None:
            found = known[mask] = self._count(mask, away, limit)
        return found

    def cost(self, person: int, mask: int) -> float:
        """What the search pays for a person's hours."""
        known = self._profiles[person][3]
        found = known.get(mask)
        if found is None:
            idle, over = self.of(person, mask)
            found = known[mask] = idle + _MORE * max(0, idle - 1) + _RUN * over
        return found

    def _count(self, mask: int, away: int, limit: int) -> tuple[int, int]:
        idle = over = 0
        for day in self._days:
            busy = mask & day
            if busy:
                low = (busy & -busy).bit_length() - 1
                span = (1 << busy.bit_length()) - (1 << low)
                idle += (span & ~busy & ~away).bit_count()
                over += _overlong(busy, limit) if limit else 0
        return idle, over


def _overlong(busy: int, limit: int) -> int:
    """Meetings that would have to go so that no run is longer than allowed."""
    over = run = 0
    for bit in range(busy.bit_length()):
        run = run + 1 if busy >> bit & 1 else 0
        if run > limit:
            over += 1
            run = 0
    return over
