"""A timetable by exchanges: two slots swap a chain of meetings that hang together by their people.

Nobody ever sits in two meetings of a slot: flipping a whole chain (Kempe's, from the colouring of graphs)
keeps that. What is too much for a slot's tables costs while the search runs; meetings that fit nowhere wait
outside. A chain of meetings of two changes the hours of the two people at its ends only, so that a step is
cheap.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matchmaker.planning.frame import Frame, bits_of
from matchmaker.planning.hours import Hours

#: What a meeting too many for the tables of a slot costs.
_ROOM = 2.0
#: How often somebody who waits is looked for before anybody is taken.
_TRIES = 2
_NONE = -1


@dataclass(frozen=True, slots=True)
class Found:
    """Slots of all meetings and what they cost."""

    slots: tuple[int, ...]
    idle: int
    worst: int


class Chains:
    """The state of the search; ``best`` is the best timetable met that keeps every rule."""

    def __init__(self, frame: Frame, seed: int) -> None:
        self.frame = frame
        self.chance = random.Random(seed)  # noqa: S311 - a search, no secret
        self.best: Found | None = None
        self._hours = Hours(frame)
        count = frame.slots
        self._slot = [_NONE] * len(frame.keys)
        self._at = [[_NONE] * count for _ in frame.people]
        self._mask = [0] * len(frame.people)
        self._own = frame.meetings_of()
        self._halls: list[list[int]] = [[] for _ in frame.keys]
        self._room = [hall.room for hall in frame.halls]
        self._load = [[0] * count for _ in frame.halls]
        for number, hall in enumerate(frame.halls):
            for meeting in hall.members:
                self._halls[meeting].append(number)
        self._choices = [bits_of(mask) for mask in frame.allowed]
        self._outside = set(range(len(frame.keys)))
        self._paid = [0.0] * len(frame.people)

    # -- state ---------------------------------------------------------------------------------------------

    def take(self, slots: Sequence[int]) -> None:
        """Starts from this timetable."""
        for meeting, slot in enumerate(self._slot):
            if slot != _NONE:
                self._lift(meeting)
        for meeting, slot in enumerate(slots):
            if slot != _NONE and self._fits(meeting, slot):
                self._put(meeting, slot)
        self.note()

    def offer(self, slots: Sequence[int]) -> None:
        """Goes on from this timetable if it is better than the best."""
        other = Chains(self.frame, 0)
        other.take(slots)
        if other.best and (self.best is None or other.best.idle < self.best.idle):
            self.take(slots)

    def _fits(self, meeting: int, slot: int) -> bool:
        is_free = all(self._at[person][slot] == _NONE for person in self.frame.who[meeting])
        return is_free and bool(self.frame.allowed[meeting] >> slot & 1)

    def _put(self, meeting: int, slot: int) -> None:
        self._slot[meeting] = slot
        for person in self.frame.who[meeting]:
            self._at[person][slot] = meeting
            self._mask[person] |= 1 << slot
        for hall in self._halls[meeting]:
            self._load[hall][slot] += 1
        self._outside.discard(meeting)

    def _lift(self, meeting: int) -> None:
        slot = self._slot[meeting]
        self._slot[meeting] = _NONE
        for person in self.frame.who[meeting]:
            self._at[person][slot] = _NONE
            self._mask[person] &= ~(1 << slot)
        for hall in self._halls[meeting]:
            self._load[hall][slot] -= 1
        self._outside.add(meeting)

    def _idle(self) -> tuple[int, int, int]:
        """Idle slots in all, of the worst person, slots beyond the longest runs."""
        hours = [self._hours.of(person, mask) for person, mask in enumerate(self._mask)]
        idles = [idle for idle, _ in hours]
        return sum(idles), max(idles, default=0), sum(over for _, over in hours)

    def _excess(self) -> int:
        return sum(
            max(0, load - room)
            for loads, rooms in zip(self._load, self._room, strict=True)
            for load, room in zip(loads, rooms, strict=True)
        )

    def note(self) -> bool:
        """Keeps the timetable when it keeps every rule and beats the best."""
        if self._outside or self._excess():
            return False
        idle, worst, over = self._idle()
        if over or (self.best is not None and (self.best.idle, self.best.worst) <= (idle, worst)):
            return False
        self.best = Found(tuple(self._slot), idle, worst)
        return True

    # -- filling -------------------------------------------------------------------------------------------

    def fill(self, is_over: Callable[[], bool]) -> bool:
        """Brings every meeting in, throwing out others for a while; says whether all are in."""
        tabu: dict[tuple[int, int], int] = {}
        step = 0
        while self._outside:
            step += 1
            if step % 64 == 0 and is_over():
                return False
            meeting = self._hardest()
            slot = self._cheapest(meeting, tabu, step)
            if slot is None:
                return False
            for other in self._in_the_way(meeting, slot):
                tabu[other, slot] = step + 10 + self.chance.randrange(10 + len(self._outside))
                self._lift(other)
            self._put(meeting, slot)
        return True

    def _hardest(self) -> int:
        """Of those outside the one with the fewest free choices (of a sample when there are many)."""
        waiting = sorted(self._outside)
        if len(waiting) > 12:
            waiting = self.chance.sample(waiting, 12)
        return min(waiting, key=lambda each: (self._freedom(each), self.chance.random()))

    def _freedom(self, meeting: int) -> int:
        taken = 0
        for person in self.frame.who[meeting]:
            taken |= self._mask[person]
        return (self.frame.allowed[meeting] & ~taken).bit_count()

    def _cheapest(self, meeting: int, tabu: dict[tuple[int, int], int], step: int) -> int | None:
        best, found = math.inf, None
        for slot in self._choices[meeting]:
            others = self._in_the_way(meeting, slot)
            cost = 10.0 * len(others) + self.chance.random()
            if tabu.get((meeting, slot), 0) > step:
                cost += 25.0
            if not others:
                cost += sum(
                    self._hours.of(person, self._mask[person] | 1 << slot)[0]
                    - self._hours.of(person, self._mask[person])[0]
                    for person in self.frame.who[meeting]
                )
            if cost < best:
                best, found = cost, slot
        return found

    def _in_the_way(self, meeting: int, slot: int) -> list[int]:
        """Meetings that must leave a slot so that this one fits: of its people, tables, an overlong run."""
        found = {
            self._at[person][slot]
            for person in self.frame.who[meeting]
            if self._at[person][slot] not in {_NONE, meeting}
        }
        for hall in self._halls[meeting]:
            gone = sum(hall in self._halls[other] for other in found)
            while self._load[hall][slot] - gone >= self._room[hall][slot]:
                members = [
                    each
                    for each in self.frame.halls[hall].members
                    if self._slot[each] == slot and each not in found
                ]
                if not members:
                    break
                found.add(self.chance.choice(members))
                gone += 1
        for person in self.frame.who[meeting]:
            mask = self._mask[person] | 1 << slot
            if self._hours.of(person, mask)[1] > self._hours.of(person, self._mask[person])[1]:
                near = [at for at in (slot - 1, slot + 1) if 0 <= at < self.frame.slots and mask >> at & 1]
                if near:
                    found.add(self._at[person][self.chance.choice(near)])
        return sorted(found - {_NONE, meeting})

    # -- improving -----------------------------------------------------------------------------------------

    def anneal(
        self, steps: int, warm: float, cold: float, goal: tuple[int, int], is_over: Callable[[], bool]
    ) -> None:
        """Cooling from ``warm`` to ``cold``; ends at the goal (idle slots in all, of the worst)."""
        movable = [person for person, own in enumerate(self._own) if own]
        self._paid = [self._hours.cost(person, mask) for person, mask in enumerate(self._mask)]
        factor = (cold / warm) ** (1 / max(1, steps // 256))
        heat = warm
        for step in range(steps):
            if step % 256 == 0:
                heat *= factor
                if is_over() or (self.best is not None and (self.best.idle, self.best.worst) <= goal):
                    return
            chain, there = self._chain(movable)
            if chain:
                self._try(chain, there, heat)

    def _chain(self, movable: Sequence[int]) -> tuple[list[int], tuple[int, int]]:
        """Meetings of two slots that hang together, from a meeting of somebody who could meet elsewhere."""
        chance = self.chance.random
        person = movable[int(chance() * len(movable))]
        for _ in range(_TRIES):
            if self._paid[person]:
                break
            person = movable[int(chance() * len(movable))]
        own = self._own[person]
        start = own[int(chance() * len(own))]
        choices = self._choices[start]
        to = choices[int(chance() * len(choices))]
        slot = self._slot
        here = slot[start]
        if here == to:
            return [], (here, to)
        chain, seen = [start], {start}
        who, at, allowed = self.frame.who, self._at, self.frame.allowed
        other_slot = here + to
        for meeting in chain:
            target = other_slot - slot[meeting]
            if not allowed[meeting] >> target & 1:
                return [], (here, to)
            for each in who[meeting]:
                next_ = at[each][target]
                if next_ >= 0 and next_ not in seen:
                    seen.add(next_)
                    chain.append(next_)
        return chain, (here, to)

    def _try(self, chain: list[int], ends: tuple[int, int], heat: float) -> None:
        here, to = ends
        both = 1 << here | 1 << to
        who, mask, slot = self.frame.who, self._mask, self._slot
        delta = 0.0
        changed: dict[int, int] = {}
        for meeting in chain:
            for person in who[meeting]:
                if (mask[person] & both) != both:
                    changed[person] = mask[person] ^ both
        cost = self._hours.cost
        for person, then in changed.items():
            delta += cost(person, then) - cost(person, mask[person])
        net: dict[int, int] = {}
        for meeting in chain:
            sign = 1 if slot[meeting] == here else -1
            for hall in self._halls[meeting]:
                net[hall] = net.get(hall, 0) + sign
        for hall, count in net.items():
            if count:
                room, load = self._room[hall], self._load[hall]
                delta += _ROOM * (
                    max(0, load[here] - count - room[here])
                    + max(0, load[to] + count - room[to])
                    - max(0, load[here] - room[here])
                    - max(0, load[to] - room[to])
                )
        if delta > 0 and self.chance.random() >= math.exp(-delta / heat):
            return
        for hall, count in net.items():
            self._load[hall][here] -= count
            self._load[hall][to] += count
        self._flip(chain, here + to)
        mask_ = self._mask
        for person, then in changed.items():
            mask_[person] = then
            self._paid[person] = cost(person, then)
        if delta < 0:
            self.note()

    def _flip(self, chain: list[int], both: int) -> None:
        slot, at, who = self._slot, self._at, self.frame.who
        for meeting in chain:
            for person in who[meeting]:
                at[person][slot[meeting]] = _NONE
        for meeting in chain:
            slot[meeting] = both - slot[meeting]
            for person in who[meeting]:
                at[person][slot[meeting]] = meeting
