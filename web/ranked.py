"""A ranking as a page shows it: re-checked, with the rows of its cards, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matchmaker.errors import Unavailable
from matchmaker.matching.result import NONE, RankedDocument, RankedExpert, Ranking
from matchmaker.messages import Message
from matchmaker.permissions import Actor
from matchmaker.services import experts, owners
from matchmaker.services.display import rows
from matchmaker.services.matches_json import only_readable
from web.explain import changes

if TYPE_CHECKING:
    from matchmaker.storage.unit_of_work import UnitOfWork


#: Shown open where nothing is suitable.
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """What the partial ``pages/_ranking.html`` needs.

    Attributes:
        people: expert row, his body and his industrial projects by index id.
        problems: problem row by index id.
        found_none: no good match; the page says so first.
        held: (index id, name, why) of refused pairs that are left out, as far as the reader may know of them.
        again: index id → why a pair that was refused stands in the list again.
    """

    ranking: Ranking
    people: Mapping[str, tuple[Any, Any, Any]]
    problems: Mapping[str, Any]
    expert_changes: list[Message | None]
    problem_changes: list[Message | None]
    held: Sequence[tuple[str, str, Message]] = ()
    again: Mapping[str, Message] = field(default_factory=dict)

    @property
    def found_none(self) -> bool:
        """Whether the answer as a whole is “no good match”."""
        return self.ranking.verdict.band == NONE

    def open(self, ranked: Sequence[RankedExpert] | Sequence[RankedDocument]) -> int:
        """How many of a list stand open; the unsuitable after them are folded away.

        Where nothing is suitable at all, the nearest three experts and problems are shown with the reason why
        not; works are not, they would only say the same again.
        """
        suitable = sum(1 for one in ranked if one.band != NONE)
        works = any(isinstance(one, RankedDocument) and one.kind != "problem" for one in ranked)
        return suitable or (0 if works else min(len(ranked), NEAREST))

    def suitable(self, ranked: Sequence[RankedExpert]) -> list[RankedExpert]:
        """Those of a list who are not unsuitable."""
        return [one for one in ranked if one.band != NONE]

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all to show."""
        ranking = self.ranking
        return not (ranking.experts or ranking.achievements or ranking.literature or ranking.problems)

    @property
    def milliseconds(self) -> int:
        """Time of the whole answer."""
        seconds = self.ranking.seconds
        return round(1000 * seconds.get("total", sum(seconds.values())))


def ask(question: Callable[[], Ranking]) -> tuple[Ranking | None, Unavailable | None]:
    """Asks a look-up; a missing part (model, index) is told on the page instead of ending it."""
    try:
        return question(), None
    except Unavailable as fault:
        return None, fault


def shown(uow: UnitOfWork, actor: Actor, ranking: Ranking) -> Shown:
    """The ranking with everything that its cards show, in a fixed number of statements."""
    kept = only_readable(uow, actor, ranking)
    told = [one.target for one in kept.feedback]
    listed = [*(one.id for one in kept.experts), *(one.id for one in kept.problems)]
    found = rows(uow, actor, [*listed, *told])
    bodies = owners.by_numbers(uow, actor, (row.organization_id for row in found.values()))
    projects = experts.projects_of(uow, [found[line.id].id for line in kept.experts])
    people = {
        line.id: (
            found[line.id],
            bodies.get(found[line.id].organization_id),
            projects.get(found[line.id].id, []),
        )
        for line in kept.experts
    }
    return Shown(
        kept,
        people,
        {line.id: found[line.id] for line in kept.problems},
        changes(kept.experts),
        changes(kept.problems),
        [
            (one.target, _called(found[one.target]), one.note)
            for one in kept.feedback
            if one.held and one.target in found
        ],
        {one.target: one.note for one in kept.feedback if not one.held},
    )


def _called(row: Any) -> str:
    return str(getattr(row, "title", None) or row.name)
