"""Made events whose meetings are all given: look-alikes of brokerage events, feasible by construction.

A maker draws a hidden timetable slot by slot (disjoint couples, no couple twice, nobody where he is away) and
forgets it; what is left is an instance with ``objective: timetable``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from matchmaker.planning.instance import Instance, Pair, Person, Problem, Table


@dataclass(frozen=True, slots=True)
class House:
    """What a made event looks like.

    Attributes:
        meetings: wished number; a dense house may come out a few short.
        sides: people meet only across two sides (experts and firms) instead of everybody everybody.
        away: share of people with some slots in which they are unavailable.
        sessions: (first, last) slots; () for the whole day.
        fixed: share of meetings that belong to a session.
        calm: wished slots lie side by side, so that few of the hidden timetable wait.
    """

    people: int
    meetings: int
    slots: int
    tables: int
    sides: bool = False
    away: float = 0.0
    sessions: tuple[tuple[int, int], ...] = ()
    fixed: float = 0.0
    calm: bool = False


#: The family over which the timetable is tuned and measured.
FAMILY = {
    "full house": House(60, 236, 10, 24),
    "full house, two sides": House(60, 236, 10, 24, sides=True),
    "full house, calm": House(60, 236, 10, 24, calm=True),
    "full house, away": House(60, 230, 10, 24, away=0.15),
    "tight": House(47, 180, 10, 19),
    "tight, away": House(47, 180, 10, 19, away=0.3),
    "roomy": House(42, 125, 8, 21),
    "two halves": House(70, 154, 21, 12, sessions=((0, 12), (13, 20)), fixed=0.6, away=0.3),
    "two halves, tight": House(78, 300, 22, 14, sessions=((0, 11), (12, 21)), fixed=0.5, away=0.2),
    "two halves, few tables": House(76, 195, 21, 10, sessions=((0, 12), (13, 20)), fixed=0.6),
}


def house(kind: House, seed: int) -> Instance:
    """One event of a kind."""
    chance = random.Random(seed)
    people = [f"P{number + 1}" for number in range(kind.people)]
    away = {each: _away(kind, chance) for each in people}
    present = {each: _present(kind, away[each], chance) for each in people}
    drawn = _draw(kind, present, away, chance)
    chance.shuffle(drawn)
    days = kind.sessions or ((0, kind.slots - 1),)
    at = {slot: number for number, (first, last) in enumerate(days) for slot in range(first, last + 1)}
    problems, pairs = [], []
    for number, (one, other, slot) in enumerate(drawn):
        name = f"M{number + 1}"
        session = at[slot] if kind.sessions and chance.random() < kind.fixed else None
        problems.append(Problem(name, (other,), 1, 1))
        pairs.append(Pair(one, name, 1.0, must=True, session=session))
    return Instance(
        slots=kind.slots,
        tables=tuple(Table(f"T{number + 1}") for number in range(kind.tables)),
        people=tuple(Person(each, unavailable=frozenset(away[each])) for each in people),
        problems=tuple(problems),
        pairs=tuple(pairs),
        name=f"house {seed}",
        sessions=kind.sessions,
        objective="timetable",
    )


def _away(kind: House, chance: random.Random) -> set[int]:
    """Late, early, or a hole in the middle."""
    if chance.random() >= kind.away:
        return set()
    length = chance.randint(1, max(1, kind.slots // 4))
    start = chance.choice([0, kind.slots - length, chance.randint(0, kind.slots - length)])
    return set(range(start, start + length))


def _present(kind: House, away: set[int], chance: random.Random) -> list[int]:
    """Slots in which somebody would like a meeting: some want all, in a calm house they lie side by side."""
    free = [slot for slot in range(kind.slots) if slot not in away]
    mean, middle = 2 * kind.meetings / kind.people, (1 + kind.slots) / 2
    keen = (mean - middle) / (kind.slots - middle)
    wanted = len(free) if chance.random() < keen else chance.randint(1, min(len(free), int(2 * mean)))
    if not kind.calm:
        return sorted(chance.sample(free, wanted))
    start = chance.randint(0, len(free) - wanted)
    return free[start : start + wanted]


def _draw(
    kind: House, wanting: dict[str, list[int]], away: dict[str, set[int]], chance: random.Random
) -> list[tuple[str, str, int]]:
    """Couples by slot. Who wants the slot comes first; in a calm house nobody else comes."""
    met: set[frozenset[str]] = set()
    drawn: list[tuple[str, str, int]] = []
    order = list(range(kind.slots))
    chance.shuffle(order)
    for turn, slot in enumerate(order):
        room = min(kind.tables, round((kind.meetings - len(drawn)) / (kind.slots - turn)))
        first = [each for each in wanting if slot in wanting[each]]
        then = [each for each in wanting if not kind.calm and slot not in away[each] and each not in first]
        found: list[tuple[str, str]] = []
        for _ in range(60):
            chance.shuffle(first)
            chance.shuffle(then)
            found = max(found, _couples(kind, first + then, room, met), key=len)
            if len(found) == room:
                break
        met |= {frozenset(couple) for couple in found}
        drawn += [(*couple, slot) for couple in found]
    return drawn


def _couples(kind: House, people: list[str], room: int, met: set[frozenset[str]]) -> list[tuple[str, str]]:
    """Disjoint couples who have not met, taken in this order."""
    found: list[tuple[str, str]] = []
    waiting: list[str] = []
    for each in people:
        fit = next((other for other in waiting if _may_meet(kind, each, other, met)), None)
        if fit is None:
            waiting.append(each)
        else:
            waiting.remove(fit)
            found.append((each, fit))
        if len(found) == room:
            break
    return found


def _may_meet(kind: House, one: str, other: str, met: set[frozenset[str]]) -> bool:
    is_across = not kind.sides or int(one[1:]) % 2 != int(other[1:]) % 2
    return is_across and frozenset((one, other)) not in met
