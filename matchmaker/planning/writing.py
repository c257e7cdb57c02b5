"""Result → the result file's object, as docs/planning-file.md describes it."""

from __future__ import annotations

from typing import Any

from matchmaker.planning.instance import Instance
from matchmaker.planning.reasons import english
from matchmaker.planning.relaxations import described
from matchmaker.planning.result import Result

FORMAT = "docking-plan-result/1"
#: Digits kept of a figure: enough to compare, without the noise of binary fractions.
DIGITS = 9


def written(instance: Instance, result: Result) -> dict[str, Any]:
    """One JSON object; figures are null when there is no plan."""
    figures = result.figures.as_dict() if result.figures is not None else {}
    return {
        "format": FORMAT,
        "name": instance.name,
        "status": result.status,
        "meetings": [
            {"expert": each.expert, "problem": each.problem, "slot": each.slot, "table": each.table}
            for each in sorted(result.meetings, key=lambda each: (each.slot, each.table))
        ],
        "unmet": [{"who": each.who, "rule": each.rule, "reason": english(each)} for each in result.unmet],
        "figures": {name: _short(value) for name, value in figures.items()},
        "bounds": {name: _short(value) for name, value in result.bounds.items()},
        "weights": {
            "must": instance.weights.must,
            "willing": instance.weights.willing,
            "fairness_price": instance.weights.fairness_price,
        },
        "seconds": round(result.seconds, 3),
        "seed": result.seed,
        "relaxations": [
            {
                "change": described(each),
                "then": {name: _short(value) for name, value in each.then.items()},
            }
            for each in result.relaxations
        ],
    }


def _short(value: float | None) -> float | None:
    return round(value, DIGITS) if isinstance(value, float) else value
