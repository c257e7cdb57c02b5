"""Experts for the problems of an event, ranked one problem after the other, outside any transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.errors import MatchmakerError, Unavailable
from matchmaker.permissions import SYSTEM
from matchmaker.services import candidates

Beat = Callable[[], None]


def rank(app: Application, subjects: Sequence[str], beat: Beat) -> int:
    """Ranks what is missing or outdated of one event ("event:7") or of all that gather; how many problems.

    Each is kept at once, so that a page shows how far it has come.

    Raises:
        Unavailable: the index is away; the job waits for it.
    """
    named = {int(subject[6:]) for subject in subjects if subject.startswith("event:")}
    if len(named) < len(subjects):
        with app.reading() as uow:
            named.update(candidates.gathering(uow))
    done = 0
    for event in sorted(named):
        with app.reading() as uow:
            problems = candidates.outdated(uow, event)
        for problem in problems:
            done += _ranked(app, problem)
            beat()
    return done


def _ranked(app: Application, problem: int) -> bool:
    """One problem; one that is gone meanwhile, or has nothing to be ranked by, stops no other."""
    try:
        ranking = lookups.match_problem(app, SYSTEM, problem, limit=candidates.DEPTH)
    except Unavailable:
        raise
    except MatchmakerError:
        return False
    with app.unit_of_work() as uow:
        candidates.store(uow, ranking)
    return True
