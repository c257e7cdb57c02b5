"""Who may not be named where others look on: on paper for the hall, on badges, to the other side.

A firm's name stands only where everybody or every member may read its problem and nobody is kept from it, as
on the live board. Any other problem is its number, and whoever represents such a problem is veiled wholly: a
badge with his name or a line at the door would tell who sits behind the number. Whoever is veiled is found by
the number on his badge; the office alone knows the names.
"""

from __future__ import annotations

from collections.abc import Iterable

from matchmaker.lifecycle import SHOWN
from matchmaker.models import EventProblem, Problem

#: Visibilities of problems whose firm may be named in the hall.
OPEN = frozenset({"public", "members"})
#: What a veiled representative is called; his problem's number stands beside it.
NAMELESS = "需求方代表"


def may_name(problem: Problem) -> bool:
    """Whether the firm behind a problem may be named in the hall."""
    return problem.state in SHOWN and problem.visibility in OPEN and not problem.hidden_from.strip()


def code(problem: Problem) -> str:
    """The number by which a problem is called."""
    return problem.number or f"#{problem.id}"


def side(problem: Problem) -> str:
    """The demand side as the hall may know it: the firm, or the problem's number."""
    if may_name(problem) and problem.organization is not None:
        return problem.organization.name
    return f"难题 {code(problem)}"


def veiled(offers: Iterable[EventProblem]) -> dict[int, str]:
    """Representatives who may not be named → numbers of their problems that are the reason."""
    found: dict[int, list[str]] = {}
    for offer in offers:
        if not may_name(offer.problem):
            for person in offer.people:
                found.setdefault(person.id, []).append(code(offer.problem))
    return {person: f"难题 {'、'.join(codes)}" for person, codes in found.items()}
