"""The planner as the service asks it: planning file in, result file out; slow, so outside any transaction.

The solvers are imported where they are used: they cost half a second and 100 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort, Result

#: Planning file, effort → result file.
Solve = Callable[[Mapping[str, Any], Effort], Mapping[str, Any]]


def solved(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The whole chain of levels."""
    from matchmaker.planning.solving import solve

    return written(solve(read(dict(inputs)), effort))


def repaired(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The least change to what is published."""
    from matchmaker.planning.repair import repair

    return written(repair(read(dict(inputs)), effort))


def filled(inputs: Mapping[str, Any], effort: Effort) -> Mapping[str, Any]:
    """The least change, with other good pairs for meetings that are lost."""
    from matchmaker.planning.repair import repair

    return written(repair(read(dict(inputs)), effort, fill=True))


def written(result: Result) -> dict[str, Any]:
    """A result as its file tells it."""
    from matchmaker.planning.writing import written as as_file

    return as_file(result)
