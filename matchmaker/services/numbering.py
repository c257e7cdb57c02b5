"""Numbers that are given once: 2026-0042 is the forty-second problem submitted in 2026."""

from __future__ import annotations

from sqlalchemy import func, select

from matchmaker.models import Counter, Problem
from matchmaker.storage.unit_of_work import UnitOfWork


def problem_number(uow: UnitOfWork, year: int) -> str:
    """The next number of a problem; two transactions never get the same, a purged one's is not given again.

    Imported problems may hold numbers of this form: the series goes on behind them.
    """
    uow.alone("numbers")
    series, prefix = f"problem:{year}", f"{year}-"
    counter = uow.session.get(Counter, series)
    if counter is None:
        counter = Counter(name=series, last=_highest(uow, prefix))
        uow.session.add(counter)
    while True:
        counter.last += 1
        number = f"{prefix}{counter.last:04d}"
        taken = uow.session.scalar(select(func.count()).where(Problem.number == number))
        if not taken:
            uow.session.flush()
            return number


def _highest(uow: UnitOfWork, prefix: str) -> int:
    """The highest number of the year that stands there already, from an import or an older release."""
    statement = select(Problem.number).where(Problem.number.startswith(prefix, autoescape=True))
    digits = [number.removeprefix(prefix) for number in uow.session.scalars(statement)]
    return max(
        (int(each) for each in digits if each.isascii() and each.isdigit() and len(each) < 8), default=0
    )
