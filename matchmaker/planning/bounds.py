"""What no plan can beat, given the values reported for the levels above; whether a plan meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matchmaker.planning.assignment import Assignment
from matchmaker.planning.facts import Figures, satisfactions
from matchmaker.planning.fairness import FINE, shared
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.levels import Level
from matchmaker.planning.search import Clock, relaxed
from matchmaker.planning.timetable import Timetable

#: Figures that do not depend on the timetable.
FIXED = ("unmet_minima", "score", "worst_satisfaction", "two_bodies")
#: Shares of a figure below which two values are the same.
NEAR = 1e-6


def is_met(value: float, bound: float) -> bool:
    """Whether a figure reaches its bound."""
    return abs(value - bound) <= NEAR * max(1.0, abs(value), abs(bound))


class Bounds:
    """Bounds of one plan's figures.

    Attributes:
        found: figure → bound, for the result.
    """

    def __init__(self, instance: Instance, told: Figures, meetings: Sequence[Meeting]) -> None:
        self.instance = instance
        self.told = told
        self.shares = sorted(satisfactions(instance, [each.key for each in meetings]).values())
        self.found: dict[str, float] = {
            "moved": 0.0,
            "idle_slots": 0.0,
            "worst_idle": 0.0,
            "table_changes": 0.0,
        }
        self._is_fair = False

    def levels(self, found: Mapping[str, Level], general: Mapping[str, float] | None) -> None:
        """Bounds of the levels that hold for this plan: its values above must be theirs or better.

        ``general``: bounds that hold for the reported values anyway (of a plan that keeps a published one).
        """
        if general is not None:
            self.found |= general
            return
        if self.instance.objective == "timetable":  # every pair is held: there is nothing to choose
            self._is_fair = True
            told = self.told.as_dict()
            self.found |= {name: value for name, value in told.items() if value is not None and name in FIXED}
            return
        unmet = found.get("unmet_minima")
        self.found["unmet_minima"] = 0.0 if unmet is None else unmet.bound
        if unmet is None or self.told.unmet_minima > unmet.value + NEAR:
            return
        worst = [found[name] for name in ("worst_1", "worst_2", "worst_3") if name in found]
        if worst:
            self.found["worst_satisfaction"] = max(worst[0].bound, self.shares[0])
        is_kept = len(worst) == min(3, len(self.shares)) and all(
            share >= level.value - NEAR for share, level in zip(self.shares, worst, strict=False)
        )
        if "best_score" in found:
            self.found["score"] = found["best_score"].bound
        if is_kept and "score" in found:
            self.found["score"] = min(self.found.get("score", found["score"].bound), found["score"].bound)
            self._is_fair = all(is_met(level.value, level.bound) for level in worst)
            if "two_bodies" in found:
                self.found["two_bodies"] = found["two_bodies"].bound

    def places(self, table: Timetable, *, is_only: bool) -> None:
        """Bounds of a timetable hold for its own pairs; for others only when there are none."""
        if not is_only:
            return
        self.found["idle_slots"] = float(table.idle_bound)
        self.found["worst_idle"] = float(table.worst_idle_bound)
        self.found["table_changes"] = float(table.changes_bound)

    def are_met(self, *names: str) -> bool:
        """Whether these figures reach their bounds."""
        told = self.told.as_dict()
        return all(
            value is None or (name in self.found and is_met(value, self.found[name]))
            for name in names
            for value in [told[name]]
        )

    def all_met(self) -> bool:
        """Whether nothing can be better."""
        return (not self.shares or self._is_fair) and self.are_met(*self.told.as_dict())


def loose(instance: Instance, told: Figures, clock: Clock) -> dict[str, float]:
    """Bounds by the LP relaxation alone, for plans with as few unmet minima and moved meetings."""
    assignment = Assignment(instance)
    model = assignment.model
    kept = [assignment.at[each.key] for each in instance.published if each.key in assignment.at]
    model.row(kept, low=len(instance.published) - told.moved)
    weights = {column: weight for _who, column, weight in assignment.missed if weight}
    scale = 10**6
    if weights:
        limit = Fraction(told.unmet_minima).limit_denominator(scale) * scale
        model.row(weights, [round(each * scale) for each in weights.values()], high=round(limit))
    found = {
        "unmet_minima": 0.0,
        "score": sum(assignment.worth) / assignment.scale,
        "worst_satisfaction": 1.0,
    }
    worth = {column: value for column, value in enumerate(assignment.worth) if value}
    total = relaxed(model, worth, clock.part(0.5, 0.2))
    if total is not None:
        found["score"] = max(told.score, total.bound / assignment.scale)
    parties = [party for party in map(assignment.of, assignment.shares) if party[2] > 0]
    if parties:
        worst = relaxed(model, {shared(model, parties): 1}, clock.part(0.5, 0.2))
        if worst is not None:
            found["worst_satisfaction"] = min(1.0, (worst.bound + 1) / FINE)
    return found
