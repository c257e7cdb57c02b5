"""Who meets whom, level by level: each is improved while those above keep their values.

Minima, the best total, the three worst-off, the total, experts of two bodies. A level that time cuts keeps
the best values found so far and tells a bound that no plan with the values above can beat.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matchmaker.planning.assignment import Assignment
from matchmaker.planning.facts import Key
from matchmaker.planning.fairness import Fairness, as_share, shared
from matchmaker.planning.search import Clock, Outcome, maximise, relaxed

#: How many of the worst-off are looked after one by one.
WORST = 3
#: More columns than this are first thinned out by what the LP relaxation and each party prefer.
MANY = 4000
#: More columns than this, and totals are first looked for by the LP relaxation.
SOME = 800
#: Choices beyond its best that each party keeps then.
SPARE = 4

Goal = dict[int, int]


@dataclass(frozen=True, slots=True)
class Level:
    """A level's value and what no plan can beat; equal when it is proven best."""

    value: float
    bound: float


class Levels:
    """One walk down the levels. ``is_impossible`` when no assignment keeps the rows.

    Attributes:
        found: level → value and bound, in order.
        values: the best columns so far; None while nothing is found.
    """

    def __init__(
        self, assignment: Assignment, clock: Clock, end: float, start: Sequence[Key] | None = None
    ) -> None:
        self.assignment = assignment
        self.model = assignment.model
        self.clock = clock
        self.end = end
        self.found: dict[str, Level] = {}
        self.is_impossible = assignment.is_hopeless
        self.values: list[int] | None = None
        self._hint = None if start is None else assignment.values(start)
        #: Other plans that may serve the worst-off better than what the total chose.
        self.fair: Sequence[Key] = ()
        if self._hint is not None and not assignment.places and self.model.holds(self._hint):
            self.values = self._hint
        self._without: frozenset[int] = frozenset()
        self._ceiling: Fraction | None = None
        self._parties = [party for party in map(assignment.of, assignment.shares) if party[2] > 0]

    def run(self) -> list[Key] | None:
        """The pairs to be held, None when there is no assignment (or none was found in time)."""
        if self.is_impossible:
            return None
        self._minima()
        if self.values is None:
            return None
        self._best_total()
        self._worst_off()
        self._total()
        self._bodies()
        return self.assignment.keys(self.values)

    def _seconds(self, share: float) -> float:
        """A share of the time that the levels have left."""
        return max(0.0, min(self.clock.left, self.end - self.clock.spent)) * share

    def _improve(self, goal: Goal, seconds: float, extra: Sequence[int] = ()) -> Outcome:
        """Searches; what is found replaces the values when it is better by the goal."""
        hint = [*(self.values or self._hint or ()), *extra]
        found = maximise(self.model, goal, self.clock, seconds, hint=hint, without=self._without)
        if found.values is not None:
            count = len(self.values) if self.values is not None else len(found.values)
            if self.values is None or found.value > _sum(goal, hint):
                self.values = found.values[:count]
        return found

    def _bound(self, goal: Goal, found: Outcome, seconds: float) -> float:
        """The least that is known to bound a maximum."""
        if found.state == "optimal" and not self._without:
            return float(found.value)
        known = [] if self._without or found.bound is None else [found.bound]
        loose = relaxed(self.model, goal, seconds)
        if loose is not None:
            known.append(loose.bound)
        return math.floor(min(known)) if known else float(sum(max(0, each) for each in goal.values()))

    def _minima(self) -> None:
        """Fewest unmet minima, weighted; it also finds the first assignment."""
        self.clock.tell("minima")
        weights = [weight for _who, _column, weight in self.assignment.missed]
        scale = math.lcm(*(weight.denominator for weight in weights)) if weights else 1
        scale = min(scale, 10**6)
        goal = {column: -round(weight * scale) for _who, column, weight in self.assignment.missed}
        goal = {column: value for column, value in goal.items() if value}
        if self.values is not None and not _sum(goal, self.values):
            self.model.row(goal, high=0)
            self.found["unmet_minima"] = Level(0.0, 0.0)
            return
        found = self._improve(goal, self._seconds(0.3))
        if found.state == "infeasible":
            self.is_impossible = True
            return
        if self.values is None:
            return
        value = -_sum(goal, self.values)
        bound = 0.0 if not goal else max(0.0, -self._bound(goal, found, self._seconds(0.1)))
        if goal:
            self.model.row(goal, [-each for each in goal.values()], high=value)
        self.found["unmet_minima"] = Level(value / scale, min(value, math.ceil(bound)) / scale)

    @property
    def _worth(self) -> Goal:
        return {column: value for column, value in enumerate(self.assignment.worth) if value}

    def _best_total(self) -> None:
        """The best total, of which ``fairness_price`` may be given up for the worst-off."""
        assert self.values is not None
        self.clock.tell("best total")
        if len(self.assignment.pairs) > MANY:
            self._thin()
        value = self._maximum("best_score", 0.2)
        price = Fraction(str(self.assignment.instance.weights.fairness_price))
        self.model.row(self._worth, self._worth.values(), low=math.ceil((1 - price) * value))

    def _maximum(self, name: str, share: float) -> int:
        """Raises the total as far as the rows let it."""
        goal = self._worth
        assert self.values is not None
        limit = math.inf
        if len(self.assignment.pairs) > SOME:  # the LP is nearly whole, and sooner done
            loose = relaxed(self.model, goal, self._seconds(share / 2))
            if loose is not None:
                limit = math.floor(loose.bound)
                self._round(loose.values)
        value = _sum(goal, self.values)
        if value < limit:
            found = self._improve(goal, self._seconds(share))
            value = _sum(goal, self.values)
            limit = min(limit, self._bound(goal, found, self._seconds(share / 2)))
        bound = max(value, limit)
        scale = self.assignment.scale
        slack = 0.0 if self.assignment.is_exact else sum(self.values[: len(self.assignment.pairs)]) / scale
        self.found[name] = Level(value / scale, bound / scale + slack)
        return value

    def _thin(self) -> None:
        """Leaves out, for the search alone, pairs that neither the LP nor one of their parties prefers."""
        assert self.values is not None
        kept = {column for column, value in enumerate(self.values) if value}
        total = relaxed(self.model, self._worth, self._seconds(0.15))
        mark = self.model.mark()
        fair = relaxed(self.model, {shared(self.model, self._parties): 1}, self._seconds(0.15))
        self.model.back(mark)
        if fair is not None:
            self._ceiling = as_share(fair.bound)
        for answer in (total, fair):
            if answer is not None:
                kept |= {column for column, value in enumerate(answer.values) if value > 1e-6}
        for share, (columns, worth, _best) in zip(self.assignment.shares, self._parties, strict=False):
            order = sorted(zip(worth, columns, strict=True), reverse=True)
            kept |= {column for _worth, column in order[: min(share.most, 8) + SPARE]}
        everything = range(len(self.assignment.pairs))
        self._without = frozenset(column for column in everything if column not in kept)
        self._round(total.values if total is not None else ())

    def _round(self, values: Sequence[float]) -> None:
        """An LP answer that is whole is an answer."""
        whole = [round(each) for each in values]
        if (
            whole
            and _sum(self._worth, whole) > _sum(self._worth, self.values or ())
            and self.model.holds(whole)
        ):
            self.values = whole

    def _worst_off(self) -> None:
        """Raises the smallest shares one after the other."""
        assert self.values is not None
        fairness = Fairness(self.model, self._parties, self.clock, self._without)
        fairness.values = self.values
        fairness.ceiling = self._ceiling
        other = self.assignment.values(self.fair)
        if self.fair and not self.assignment.places and self.model.holds(other):
            fairness.values = max(self.values, other, key=lambda each: sorted(fairness.shares(each))[:WORST])
        for rank in range(min(WORST, len(self._parties))):
            self.clock.tell(f"worst-off {rank + 1}")
            value, bound = fairness.raise_(self._seconds(0.5 if rank == 0 else 0.25))
            self.found[f"worst_{rank + 1}"] = Level(float(value), float(bound))
        self.values = fairness.values

    def _total(self) -> None:
        """The total with the worst-off kept."""
        self.clock.tell("total")
        value = self._maximum("score", 0.75)
        self.model.row(self._worth, self._worth.values(), low=value)

    def _bodies(self) -> None:
        """Problems with experts of at least two bodies."""
        assert self.values is not None
        self.clock.tell("bodies")
        instance = self.assignment.instance
        groups: Mapping[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for pair in self.assignment.pairs:
            body = instance.person[pair.expert].body
            if body:
                groups[pair.problem][body].append(self.assignment.at[pair.key])
        goal: Goal = {}
        hint: list[int] = []
        for bodies in groups.values():
            if len(bodies) < 2:
                continue
            here = {self.model.column(): columns for columns in bodies.values()}
            both = self.model.column()
            goal[both] = 1
            held = [any(self.values[each] for each in columns) for columns in here.values()]
            hint += [*map(int, held), int(sum(held) >= 2)]
            for column, columns in here.items():
                self.model.row([*columns, column], [1] * len(columns) + [-1], low=0)
            self.model.row([*here, both], [1] * len(here) + [-2], low=0)
        if not goal:
            self.found["two_bodies"] = Level(0.0, 0.0)
            return
        self.values = [*self.values, *hint]
        found = self._improve(goal, self._seconds(0.5))
        value = _sum(goal, self.values)
        bound = max(value, self._bound(goal, found, self._seconds(0.2)))
        self.model.row(goal, low=value)
        self.found["two_bodies"] = Level(value, bound)

    def is_only(self, seconds: float) -> bool:
        """Whether no other pairs keep the values of all levels."""
        if self.values is None or self.assignment.places or seconds <= 0:
            return False
        values = self.values[: len(self.assignment.pairs)]
        mark = self.model.mark()
        self.model.row(range(len(values)), [-1 if each else 1 for each in values], low=1 - sum(values))
        found = maximise(self.model, {}, self.clock, seconds)
        self.model.back(mark)
        return found.state == "infeasible"


def _sum(goal: Mapping[int, int], values: Sequence[int]) -> int:
    return sum(factor * values[column] for column, factor in goal.items() if column < len(values))
