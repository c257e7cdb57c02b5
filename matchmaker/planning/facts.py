"""What is good, said once: possible pairs, effective scores, satisfaction, idle slots, figures of a plan.

Everything here follows the section "What is good" of the planning file's description (docs/planning-file.md).
Solvers may compute faster; what they report is computed here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from matchmaker.planning.instance import Instance, Meeting, Pair

Key = tuple[str, str]


def effective(instance: Instance, pair: Pair) -> float:
    """Score × weight of each side's wish × the problem's priority."""
    weights = {"must": instance.weights.must, "willing": instance.weights.willing}
    score = pair.score * instance.problem[pair.problem].priority
    for wish in (pair.expert_wish, pair.problem_wish):
        score *= weights.get(wish or "", 1.0)
    return score


def slots_of(instance: Instance, people: Iterable[str], session: int | None = None) -> list[int]:
    """Slots of a session (of any) in which all of these people are available."""
    away = frozenset().union(*(instance.person[each].unavailable for each in people))
    return [
        slot for slot, at in sorted(instance.session_of.items()) if slot not in away and session in {None, at}
    ]


def is_possible(instance: Instance, pair: Pair) -> bool:
    """No veto, a common available slot, not below ``min_score`` unless wished (or held anyway)."""
    if pair.is_vetoed:
        return False
    good = pair.score >= instance.min_score or pair.is_wished or pair.key in instance.held
    return good and bool(slots_of(instance, instance.attending(pair.key), pair.session))


def possible_pairs(instance: Instance) -> list[Pair]:
    """Pairs that a plan may hold."""
    return [pair for pair in instance.pairs if is_possible(instance, pair)]


@dataclass(frozen=True, slots=True)
class Share:
    """What a person or a problem could get at best.

    Attributes:
        who: ``("person", id)`` or ``("problem", id)``.
        pairs: its possible pairs.
        most: k, the number of meetings that count at best.
        best: sum of the k best effective scores; what satisfaction is divided by, above 0.
    """

    who: tuple[str, str]
    pairs: tuple[Key, ...]
    most: int
    best: float


def shares(instance: Instance) -> list[Share]:
    """Everybody whose satisfaction counts: who has a possible pair that is worth anything."""
    of: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in possible_pairs(instance):
        of["problem", pair.problem].append(pair)
        for person in instance.attending(pair.key):
            of["person", person].append(pair)
    found = []
    for who, pairs in sorted(of.items()):
        most = _most(instance, who, len(pairs))
        values = sorted((effective(instance, pair) for pair in pairs), reverse=True)[:most]
        if sum(values) > 0:
            found.append(Share(who, tuple(pair.key for pair in pairs), most, sum(values)))
    return found


def _most(instance: Instance, who: tuple[str, str], pairs: int) -> int:
    kind, name = who
    row = instance.person[name] if kind == "person" else instance.problem[name]
    if row.max_meetings is not None:
        return row.max_meetings
    people = (name,) if kind == "person" else instance.problem[name].people
    return min(len(slots_of(instance, people)), pairs)


def satisfactions(
    instance: Instance, held: Iterable[Key], known: Sequence[Share] | None = None
) -> dict[tuple[str, str], float]:
    """Person or problem → its share of the best it could get."""
    chosen = set(held)
    found = {}
    for share in known if known is not None else shares(instance):
        got = sum(effective(instance, instance.pair[key]) for key in share.pairs if key in chosen)
        found[share.who] = got / share.best
    return found


def unmet_minima(instance: Instance, held: Iterable[Key]) -> dict[tuple[str, str], float]:
    """Person or problem whose minimum is not reached → its priority (1 for a person)."""
    count: dict[tuple[str, str], int] = defaultdict(int)
    for key in held:
        count["problem", key[1]] += 1
        for person in instance.attending(key):
            count["person", person] += 1
    people = {
        ("person", each.id): 1.0 for each in instance.people if count["person", each.id] < each.min_meetings
    }
    problems = {
        ("problem", each.id): each.priority
        for each in instance.problems
        if count["problem", each.id] < each.min_meetings
    }
    return people | problems


def days_of(instance: Instance, meetings: Iterable[Meeting]) -> Mapping[str, list[Meeting]]:
    """Person → his meetings in the order of slots."""
    found: dict[str, list[Meeting]] = defaultdict(list)
    for meeting in sorted(meetings, key=lambda each: each.slot):
        for person in instance.attending(meeting.key):
            found[person].append(meeting)
    return found


def idle(instance: Instance, person: str, slots: Iterable[int]) -> int:
    """Slots of a session in which the person could meet and does not, between two of his meetings there."""
    away = instance.person[person].unavailable
    total = 0
    for first, last in instance.days:
        busy = sorted(slot for slot in slots if first <= slot <= last)
        if busy:
            taken = set(busy)
            total += sum(slot not in taken and slot not in away for slot in range(busy[0], busy[-1]))
    return total


def table_changes(meetings: Sequence[Meeting]) -> int:
    """How often one meeting of a person (in the order of slots) is at another table than the one before."""
    return sum(one.table != next_.table for one, next_ in pairwise(meetings))


def moved(instance: Instance, meetings: Iterable[Meeting]) -> int:
    """Published meetings that are not held at their slot and table."""
    return len(set(instance.published) - set(meetings))


def diverse(instance: Instance, held: Iterable[Key]) -> int:
    """Problems whose experts come from at least two (known) bodies."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for expert, problem in held:
        if instance.person[expert].body:
            bodies[problem].add(instance.person[expert].body)
    return sum(len(each) >= 2 for each in bodies.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a plan; ``two_bodies`` counts problems with experts of at least two bodies."""

    unmet_minima: float
    score: float
    worst_satisfaction: float | None
    two_bodies: int
    idle_slots: int
    worst_idle: int
    table_changes: int
    moved: int

    def as_dict(self) -> dict[str, float | int | None]:
        """For the result file."""
        return asdict(self)


def figures(instance: Instance, meetings: Sequence[Meeting]) -> Figures:
    """Every figure of a plan, from its meetings alone."""
    held = [meeting.key for meeting in meetings]
    days = days_of(instance, meetings)
    idles = [idle(instance, person, [each.slot for each in day]) for person, day in days.items()]
    satisfied = satisfactions(instance, held)
    return Figures(
        unmet_minima=sum(unmet_minima(instance, held).values()),
        score=sum(effective(instance, instance.pair[key]) for key in held),
        worst_satisfaction=min(satisfied.values()) if satisfied else None,
        two_bodies=diverse(instance, held),
        idle_slots=sum(idles),
        worst_idle=max(idles, default=0),
        table_changes=sum(table_changes(day) for day in days.values()),
        moved=moved(instance, meetings),
    )
