"""For a problem that meets nobody: the best experts who were not invited, to be asked still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from matchmaker.matching.result import NONE, Ranking
from matchmaker.models import Attendee, EventProblem
from matchmaker.services.plan_input import number_of
from matchmaker.storage.queries import parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Experts of a ranking among whom the three are looked for.
DEPTH = 60
MOST = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """Problems (id in the file → number of the problem) and the experts who are at the event already."""

    problems: Mapping[str, int] = field(default_factory=dict)
    known: frozenset[int] = frozenset()


def without(inputs: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    """Problems of a file that have no meeting in its result."""
    met = {row["problem"] for row in result.get("meetings", ())}
    return [row["id"] for row in inputs.get("problems", ()) if row["id"] not in met]


def asked(uow: UnitOfWork, identifiers: Iterable[str]) -> Asked:
    """Their numbers, and whoever is at their event, whatever he answered."""
    numbers = {number_of(each): each for each in identifiers}
    rows = uow.session.execute(
        select(EventProblem.id, EventProblem.problem_id, EventProblem.event_id).where(
            EventProblem.id.in_(numbers)
        )
    ).all()
    events = {event for _row, _problem, event in rows}
    known = uow.session.scalars(
        select(Attendee.expert_id).where(Attendee.event_id.in_(events), Attendee.expert_id.is_not(None))
    )
    return Asked(
        {numbers[row]: problem for row, problem, _event in rows},
        frozenset(number for number in known if number is not None),
    )


def best(ranking: Ranking, asked: Asked) -> list[dict[str, Any]]:
    """The first three of a ranking who are not at the event and are any good."""
    found = []
    for line in ranking.experts:
        parsed = parse_id(line.id, "expert")
        if parsed and parsed[1] not in asked.known and line.band != NONE:
            found.append({"expert": parsed[1], "score": round(line.probability, 4), "band": line.band})
        if len(found) == MOST:
            break
    return found
