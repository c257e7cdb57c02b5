"""The planner as the service asks it: planning file in, result file out; slow, so outside any transaction.

The solvers are imported where they are used: they cost half a second and 100 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matchmaker.planning.instance import Instance
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort, Result

#: Planning file, effort → result file.
Solve = Callable[[Mapping[str, Any], Effort], Mapping[str, Any]]


def solved(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The whole chain of levels."""
    from matchmaker.planning.solving import solve

    instance = read(dict(inputs))
    return kept(instance, solve(instance, effort))


def repaired(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The least change to what is published."""
    from matchmaker.planning.repair import repair

    instance = read(dict(inputs))
    return kept(instance, repair(instance, effort))


def filled(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The least change, with other good pairs for meetings that are lost."""
    from matchmaker.planning.repair import repair

    instance = read(dict(inputs))
    return kept(instance, repair(instance, effort, fill=True))


def kept(instance: Instance, result: Result) -> dict[str, Any]:
    """The result file, with the codes of changes that make a plan possible, for their buttons."""
    from matchmaker.planning.writing import written

    made = written(instance, result)
    for row, relaxation in zip(made["relaxations"], result.relaxations, strict=True):
        row["code"], row["values"] = relaxation.change, dict(relaxation.values)
    return made


def as_file(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a run keeps, as the result file has it."""
    rows = [{"change": row["change"], "then": row["then"]} for row in result.get("relaxations", ())]
    return {**result, "relaxations": rows}
