"""A plan as it was found: meetings, figures, what bounds them, what could not be met and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from matchmaker.planning.facts import Figures
from matchmaker.planning.instance import Meeting

Status = Literal["optimal", "feasible", "infeasible", "stopped"]


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule that the plan could not keep; ``reason`` is a code of ``reasons.REASONS`` with its values."""

    who: str
    rule: str
    reason: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A single change after which a plan exists, tried by the solver.

    Attributes:
        change: code of ``relaxations.CHANGES`` ("table", "max_meetings" …) with its values in ``values``.
        then: figures of the plan found with it.
    """

    change: str
    values: Mapping[str, str | int | float]
    then: Mapping[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Result:
    """What a solver answers.

    Attributes:
        bounds: figure → what no plan can beat, given the reported values of the levels above it.
        stages: seconds of each stage, for whoever wonders where the time went.
    """

    status: Status
    meetings: tuple[Meeting, ...]
    figures: Figures | None
    bounds: Mapping[str, float]
    unmet: tuple[Unmet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long, how hard and how repeatably to look.

    Attributes:
        told: is told the stage and the share of the time that is gone; None: nobody listens.
        stopped: asked now and then; True ends the search with the best plan so far.
    """

    seconds: float = 60.0
    seed: int = 1
    workers: int = 2
    told: Callable[[str, float], None] | None = None
    stopped: Callable[[], bool] | None = None
