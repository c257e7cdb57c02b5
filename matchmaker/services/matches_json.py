"""A Ranking for programs: re-checked against the reading rule, then as plain values in one language.

The API and ``matchmaker match --json`` give out the same: what is learned from one holds for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from matchmaker.matching.result import (
    BAND_NAMES,
    Component,
    Point,
    Quote,
    RankedDocument,
    RankedExpert,
    Ranking,
)
from matchmaker.messages import Translate
from matchmaker.models import Expert, Organization
from matchmaker.permissions import Actor
from matchmaker.services.display import rows
from matchmaker.storage.unit_of_work import UnitOfWork


def only_readable(uow: UnitOfWork, actor: Actor, ranking: Ranking) -> Ranking:
    """The ranking without anything that the actor may not read by now; experts get their present names."""
    found = rows(uow, actor, _ids(ranking))
    bodies = _bodies(uow, found)
    experts = tuple(
        replace(
            expert,
            documents=_kept(expert.documents, found),
            quotes=_kept_quotes(expert.quotes, found),
            display={**expert.display, **_person(found[expert.id], bodies)},
        )
        for expert in ranking.experts
        if expert.id in found
    )
    return replace(
        ranking,
        experts=experts,
        achievements=_kept(ranking.achievements, found),
        literature=_kept(ranking.literature, found),
        problems=_kept(ranking.problems, found),
        feedback=tuple(one for one in ranking.feedback if one.target in found),
    )


def dump(ranking: Ranking, translate: Translate = str) -> dict[str, Any]:
    """The ranking as JSON-able values, its sentences in the language of ``translate``."""
    return {
        "verdict": {
            "probability": _round(ranking.verdict.probability),
            **_band(ranking.verdict.band, translate),
            "reasons": [reason.render(translate) for reason in ranking.verdict.reasons],
            "advice": [advice.render(translate) for advice in ranking.verdict.advice],
        },
        "experts": [_expert(expert, translate) for expert in ranking.experts],
        "achievements": _documents(ranking.achievements, translate),
        "literature": _documents(ranking.literature, translate),
        "problems": _documents(ranking.problems, translate),
        "feedback": [
            {"id": one.target, "held": one.held, "note": one.note.render(translate)}
            for one in ranking.feedback
        ],
        "words": [{"word": word, "weight": _round(weight)} for word, weight in ranking.words],
        "points": list(ranking.points),
        "inputs": dict(ranking.inputs),
        "seconds": {part: _round(seconds) for part, seconds in ranking.seconds.items()},
    }


def _ids(ranking: Ranking) -> Iterator[str]:
    for expert in ranking.experts:
        yield expert.id
        yield from _documents_of(expert.documents)
        yield from (quote.document for quote in expert.quotes)
    yield from (one.target for one in ranking.feedback)
    yield from _documents_of((*ranking.achievements, *ranking.literature, *ranking.problems))


def _documents_of(documents: Iterable[RankedDocument]) -> Iterator[str]:
    for document in documents:
        yield document.id
        yield from (quote.document for quote in document.quotes)


def _kept(documents: Iterable[RankedDocument], found: dict[str, Any]) -> tuple[RankedDocument, ...]:
    return tuple(
        replace(document, quotes=_kept_quotes(document.quotes, found))
        for document in documents
        if document.id in found
    )


def _kept_quotes(quotes: Iterable[Quote], found: dict[str, Any]) -> tuple[Quote, ...]:
    return tuple(quote for quote in quotes if quote.document in found)


def _bodies(uow: UnitOfWork, found: dict[str, Any]) -> dict[int, str]:
    """Names of the experts' bodies, in one statement."""
    numbers = {row.organization_id for row in found.values() if isinstance(row, Expert)}
    statement = select(Organization.id, Organization.name).where(Organization.id.in_(numbers - {None}))
    return dict(uow.session.execute(statement).all())


def _person(row: Expert, bodies: dict[int, str]) -> dict[str, str]:
    """Name and body of an expert's row; never a contact."""
    institution = bodies.get(row.organization_id, "") if row.organization_id else ""
    return {"name": row.name, "institution": institution, "position": row.position}


def _expert(expert: RankedExpert, translate: Translate) -> dict[str, Any]:
    return {
        "id": expert.id,
        "name": str(expert.display.get("name") or ""),
        "institution": str(expert.display.get("institution") or ""),
        "position": str(expert.display.get("position") or ""),
        **judged(expert, translate),
        "documents": _documents(expert.documents, translate),
        "covered": _points(expert.covered),
    }


def _documents(documents: Iterable[RankedDocument], translate: Translate) -> list[dict[str, Any]]:
    return [
        {"id": document.id, "kind": document.kind, "title": document.title, **judged(document, translate)}
        for document in documents
    ]


def judged(ranked: RankedExpert | RankedDocument, translate: Translate) -> dict[str, Any]:
    """What experts and documents have in common: the score and its reasons."""
    return {
        "score": _round(ranked.score),
        **_band(ranked.band, translate),
        "probability": _round(ranked.probability),
        "components": [_component(component, translate) for component in ranked.components],
        "evidence": [_quote(quote) for quote in ranked.quotes],
        "uncovered": _points(ranked.uncovered),
    }


def _band(band: str, translate: Translate) -> dict[str, str]:
    return {"band": band, "band_name": BAND_NAMES[band].render(translate) if band in BAND_NAMES else band}


def _component(component: Component, translate: Translate) -> dict[str, Any]:
    return {
        "name": component.name,
        "label": component.label.render(translate),
        "value": _round(component.value),
        "contribution": _round(component.contribution),
        "reason": component.reason.render(translate),
    }


def _quote(quote: Quote) -> dict[str, Any]:
    return {
        "ours": quote.ours,
        "theirs": quote.theirs,
        "words": list(quote.words),
        "document": quote.document,
        "title": quote.title,
        "weight": _round(quote.weight),
    }


def _points(points: Sequence[Point]) -> list[dict[str, Any]]:
    return [
        {"text": point.text, "coverage": _round(point.coverage), "missing": list(point.missing)}
        for point in points
    ]


def _round(number: float) -> float:
    """Four decimals and a plain float: numpy's numbers are not JSON."""
    return round(float(number), 4)
