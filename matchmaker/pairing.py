"""Scores of all pairs of an event: the ranking is asked problem by problem, outside any transaction."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.matching.result import NONE
from matchmaker.permissions import SYSTEM
from matchmaker.services import pairs
from matchmaker.services.pairs import Score
from matchmaker.storage.queries import parse_id

#: Experts of one ranking; whoever is not among them is asked from his side.
DEPTH = 200
#: Share of the threshold that a pair reaches at most where the whole ranking finds no good match.
BELOW = 0.95
#: Is told how many problems are done, of how many.
Told = Callable[[int, int], None]


def score(app: Application, event: int, told: Told = lambda _done, _of: None) -> int:
    """Scores every pair of an event anew, each problem in a short unit of its own; the number of problems.

    Raises:
        Unavailable: the index is away; what was scored before it went stays.
    """
    with app.reading() as uow:
        wanted = pairs.asked(uow, event)
    for done, problem in enumerate(sorted(wanted.problems), 1):
        scores = _of_problem(app, problem, frozenset(wanted.experts))
        with app.unit_of_work() as uow:
            pairs.store(uow, event, problem, scores, at=app.clock(), today=app.today())
        told(done, len(wanted.problems))
    return len(wanted.problems)


def _of_problem(app: Application, problem: int, experts: frozenset[int]) -> dict[int, Score]:
    """Expert's number → score; where the ranking finds nobody good, every pair lies below the threshold.

    Such a problem is told as 暂无合适专家 and planned only by wish. Earlier refusals are bars of their own
    and not left out here.
    """
    ranking = lookups.match_problem(app, SYSTEM, problem, limit=DEPTH, feedback=False)
    is_lost = ranking.verdict.band == NONE
    found: dict[int, Score] = {}
    for line in ranking.experts:
        parsed = parse_id(line.id, "expert")
        if parsed and parsed[1] in experts:
            most = BELOW * pairs.threshold() if is_lost else 1.0
            found[parsed[1]] = Score(min(line.probability, most), NONE if is_lost else line.band, line)
    return found
