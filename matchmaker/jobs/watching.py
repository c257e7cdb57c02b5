"""Watches ask the index, note what is new and tell it once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.errors import MatchmakerError, Unavailable
from matchmaker.services import browsing, watches
from matchmaker.services.watches import Look

Beat = Callable[[], None]

#: Hits of one look.
DEPTH = 50
#: From these bands on a match is told.
_WORTH = frozenset({"strong", "worth"})


def look(app: Application, subjects: Sequence[str], beat: Beat) -> None:
    """Asks one watch ("watch:7") or all; the fault of one is told to its owner and stops no other.

    Raises:
        Unavailable: index or model is away; the job waits for it.
    """
    named = {int(subject[6:]) for subject in subjects if subject.startswith("watch:")}
    if len(named) < len(subjects):
        with app.reading() as uow:
            named.update(watches.active(uow))
    for number in sorted(named):
        with app.reading() as uow:
            wanted = watches.look(uow, number)
        if wanted is None:
            continue
        try:
            found = _found(app, wanted)
        except Unavailable:
            raise
        except MatchmakerError as fault:
            with app.unit_of_work() as uow:
                watches.failed(uow, number, str(fault))
            continue
        with app.unit_of_work() as uow:
            watches.note(uow, number, found, app.clock())
        beat()


def _found(app: Application, wanted: Look) -> list[str]:
    """Index ids, the best first; outside any transaction."""
    if wanted.kind == "problems":
        ranking = lookups.match_expert(app, wanted.actor, watches.number_of(wanted.subject), limit=DEPTH)
        return [each.id for each in ranking.problems if each.band in _WORTH]
    if wanted.kind == "answers":
        ranking = lookups.match_problem(app, wanted.actor, watches.number_of(wanted.subject), limit=DEPTH)
        experts = [each.id for each in ranking.experts if each.band in _WORTH]
        return experts + [each.id for each in ranking.achievements if each.band in _WORTH]
    query = wanted.query
    if not query.get("q"):
        return _newest(app, wanted)
    request = lookups.SearchRequest(
        text=query["q"],
        kind=query.get("kind") or None,
        fields=tuple(query.get("field", ())),
        regions=tuple(query.get("region", ())),
        bodies=tuple(query.get("body", ())),
        by=query.get("by", "both"),
        limit=DEPTH,
    )
    return [hit.id for hit in lookups.search(app, wanted.actor, request).hits]


def _newest(app: Application, wanted: Look) -> list[str]:
    """A search without words: what came last of each kind."""
    query = wanted.query
    kinds = (query["kind"],) if query.get("kind") else ("problem", "expert", "achievement")
    found: list[str] = []
    for kind in kinds:
        with app.reading() as uow:
            page = browsing.browse(
                uow,
                wanted.actor,
                kind,
                fields=query.get("field", ()),
                regions=query.get("region", ()),
                bodies=query.get("body", ()),
                size=DEPTH,
            )
            found += [f"{kind}:{row.id}" for row in page.rows]
    return found
