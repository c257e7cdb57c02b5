"""Values by which the style guide shows how problems are covered and bodies invited; fictional."""

from __future__ import annotations

from types import SimpleNamespace

from web.samples import LONG


def _problem(number: str, title: str) -> SimpleNamespace:
    return SimpleNamespace(problem_id=1, problem=SimpleNamespace(number=number, title=title))


def _row(number: str, available: int, after: int, short: int, *, best: bool = False) -> SimpleNamespace:
    cover = SimpleNamespace(
        available=available, before=0, after=after, target=min(3, available), short=short, problem=1
    )
    body = SimpleNamespace(name="浙东滨海理工大学")
    nearest = [(SimpleNamespace(id=1, name="章屹舟", organization=body), SimpleNamespace(score=0.08), "")]
    return SimpleNamespace(
        problem=_problem(number, LONG), cover=cover, accepted=0, best=nearest if best else []
    )


ROWS = (_row("2027-0001", 5, 3, 0), _row("2027-0002", 4, 1, 2), _row("", 0, 0, 0, best=True))
SERVED = (
    (_problem("2027-0001", LONG), SimpleNamespace(band="strong")),
    (_problem("", LONG), SimpleNamespace(band="worth")),
)
BODY = SimpleNamespace(id=1, name=LONG, kind="incubator")
