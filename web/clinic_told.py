"""The answers of the need clinic as JSON tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matchmaker.consulting import Comparison, Consultation, Finding, Neighbour, Proposal
from matchmaker.lifecycle import STATES
from matchmaker.messages import Message
from web.clinic import Moved, filling, shown
from web.i18n import tell

if TYPE_CHECKING:
    from matchmaker.matching.result import Quote


def told(found: Consultation) -> dict[str, Any]:
    """The answer as JSON tells it."""
    return {
        "open": found.examination.open,
        "findings": [_finding(one) for one in found.examination.findings],
        "remarks": [_finding(one) for one in found.examination.remarks],
        "proposals": [_proposal(one) for one in found.proposals],
        "duplicates": [_neighbour(one) for one in found.duplicates],
        "similar": [_neighbour(one) for one in found.similar],
        "lacking": list(found.lacking),
        "notice": tell(found.notice),
    }


def told_moves(comparison: Comparison, moves: list[Moved]) -> dict[str, Any]:
    """The comparison as JSON tells it."""
    return {
        "moves": [
            {
                "id": one.move.id, "name": one.expert.name, "kind": one.move.kind, "before": one.move.before,
                "after": one.move.after, "band_before": one.move.band_before,
                "band_after": one.move.band_after,
                "evidence": [_quote(quote) for quote in one.move.evidence],
            }
            for one in moves
        ],
        "counts": comparison.counts,
    }  # fmt: skip


def _quote(quote: Quote) -> dict[str, str]:
    return {"ours": quote.ours, "theirs": quote.theirs, "document": quote.document}


def _finding(one: Finding) -> dict[str, str]:
    return {
        "code": one.code, "name": tell(one.name), "level": one.level, "why": tell(one.why),
        "wording": tell(one.wording), "field": one.field, "quote": one.quote,
    }  # fmt: skip


def _proposal(one: Proposal) -> dict[str, Any]:
    line = one.line
    return {
        "key": one.key, "field": one.field, "value": one.value, "codes": list(one.codes), "shown": shown(one),
        "indicator": None if line is None else filling(one)["indicator"], "quote": one.quote,
        "source": one.source, "why": tell(one.why),
    }  # fmt: skip


def _neighbour(one: Neighbour) -> dict[str, Any]:
    state = tell(STATES.get(one.state, Message(one.state)))
    return {"id": one.id, "number": one.number, "title": one.title, "state": state, "percent": one.percent}
