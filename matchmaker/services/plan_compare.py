"""Two runs of one event side by side: figures, who gains and who loses, meetings that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.messages import Message
from matchmaker.models import PlanRun
from matchmaker.planning import facts
from matchmaker.planning.reading import read
from matchmaker.services import plan_changes
from matchmaker.services.plan_changes import Change

#: Figure → its name, its unit, and whether more of it is better.
FIGURES: dict[str, tuple[Message, Message | None, bool]] = {
    "meetings": (Message("洽谈"), Message("场"), True),
    "unmet_minima": (Message("没有达到最少场次的"), Message("方"), False),
    "moved": (Message("比已公布的变动"), Message("场"), False),
    "worst_satisfaction": (Message("最吃亏一方的满足度"), None, True),
    "score": (Message("匹配总分"), Message("分"), True),
    "two_bodies": (Message("见到两家以上单位的难题"), Message("项"), True),
    "idle_slots": (Message("中间空等"), Message("场"), False),
    "worst_idle": (Message("一个人最多空等"), Message("场"), False),
    "table_changes": (Message("换桌"), Message("次"), False),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A figure of a run with what bounds it."""

    name: str
    value: float | int | None
    bound: float | None

    @property
    def is_proven(self) -> bool:
        """Whether no plan can be better, given the levels above."""
        return self.bound is not None and self.value is not None and abs(self.value - self.bound) < 1e-6


@dataclass(frozen=True, slots=True)
class Gain:
    """Somebody whose share differs between two runs."""

    who: str
    before: float
    after: float

    @property
    def gain(self) -> float:
        """After less before."""
        return self.after - self.before


def figures_of(run: PlanRun) -> list[Told]:
    """The figures of a run in the order of their levels."""
    result: Mapping[str, Any] = run.result or {}
    values: dict[str, Any] = {**(result.get("figures") or {}), "meetings": len(result.get("meetings", ()))}
    bounds: Mapping[str, Any] = result.get("bounds") or {}
    return [Told(name, values.get(name), bounds.get(name)) for name in FIGURES if name in values]


def gains(one: PlanRun, other: PlanRun) -> list[Gain]:
    """Problems and people whose satisfaction differs, the largest loss first; each run by its own rules."""
    before, after = _satisfied(one), _satisfied(other)
    found = [
        Gain(who, before.get(who, 0.0), after.get(who, 0.0))
        for who in sorted(before.keys() | after.keys())
        if abs(before.get(who, 0.0) - after.get(who, 0.0)) > 1e-9
    ]
    return sorted(found, key=lambda each: (each.gain, each.who))


def _satisfied(run: PlanRun) -> dict[str, float]:
    if not run.inputs:
        return {}
    instance = read(dict(run.inputs))
    held = [(row["expert"], row["problem"]) for row in run.result.get("meetings", ())]
    known = [key for key in held if key in instance.pair]
    return {who[1]: value for who, value in facts.satisfactions(instance, known).items()}


def differing(one: PlanRun, other: PlanRun) -> Sequence[Change]:
    """Meetings of the second run that are not as in the first."""
    return plan_changes.between(
        plan_changes.places(one.result.get("meetings", ())),
        plan_changes.places(other.result.get("meetings", ())),
    )
