"""The worst-off first: raising the smallest shares of a model's parties one after the other, by halving.

A question “do all but r parties get at least t?” has whole-number rows, which the solver answers or refutes
far quicker than it maximises a ratio; the last question is whether the value found can be beaten at all.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from fractions import Fraction

from matchmaker.planning.linear import Linear
from matchmaker.planning.search import Clock, Outcome, maximise, relaxed

#: Columns, what each adds, what it is a share of.
Party = tuple[list[int], list[int], int]

#: Below this width of the interval the value itself is put to the question.
NEAR = Fraction(1, 250)
#: Seconds below which no question is worth asking.
LEAST = 0.2
#: How finely the LP relaxation looks for its bound.
FINE = 10_000


class Fairness:
    """The shares of some parties in a model.

    Attributes:
        ceiling: what is known to bound the smallest share, None when nothing is.
        values: of every column; raised as better ones are found, and lengthened with the model.
        floors: what was reached: the smallest share, the second smallest …
    """

    def __init__(
        self, model: Linear, parties: Sequence[Party], clock: Clock, without: Collection[int] = ()
    ) -> None:
        self.model = model
        self.parties = parties
        self.clock = clock
        self.without = without
        self.values: list[int] = []
        self.floors: list[Fraction] = []
        self.ceiling: Fraction | None = None

    def shares(self, values: Sequence[int]) -> list[Fraction]:
        """What every party gets."""
        return [
            Fraction(
                sum(factor * values[column] for column, factor in zip(columns, worth, strict=True)), best
            )
            for columns, worth, best in self.parties
        ]

    def worst(self, rank: int) -> Fraction:
        """The smallest share (rank 0), the second smallest (1) … now."""
        return sorted(self.shares(self.values))[rank]

    def raise_(self, seconds: float) -> tuple[Fraction, Fraction]:
        """Raises the next share and keeps it; answers its value and what no assignment can beat."""
        rank = len(self.floors)
        value, bound = self._halve(rank, seconds)
        self._rows(rank, value, is_beaten=False)
        if rank:
            low = {number for number, share in enumerate(self.shares(self.values)) if share < value}
            self.values = [*self.values, *(int(number in low) for number in range(len(self.parties)))]
        self.floors.append(value)
        return value, bound

    def _halve(self, rank: int, seconds: float) -> tuple[Fraction, Fraction]:
        end = min(self.clock.spent + seconds, self.clock.effort.seconds)
        low = self.worst(rank)
        if seconds < LEAST:
            return low, Fraction(1)
        ceiling = max(low, self._ceiling(rank, min(seconds / 5, 20.0)))
        tried = ceiling  # from here up to the ceiling nothing is known: the solver gave up
        is_refuting = True
        while low < ceiling and self.clock.spent < end and not self.clock.is_over:
            is_near = tried - low <= NEAR
            is_above = is_near and is_refuting and tried < ceiling - NEAR
            at = (tried + ceiling) / 2 if is_above else low if is_near else (low + tried) / 2
            left = max(end - self.clock.spent, LEAST)
            is_last = is_near and not is_above
            found = self._ask(rank, at, left if is_last else max(left / 3, LEAST), is_beaten=is_last)
            if found.state == "infeasible" and not self.without:
                ceiling, tried = at, min(tried, at)
            elif found.values is not None:
                self.values = found.values[: len(self.values)]
                low = max(low, self.worst(rank))
                tried = tried if low < tried else ceiling
            elif is_last:
                break
            elif is_above:
                is_refuting = False
            else:
                tried = at
        return low, max(low, ceiling)

    def _ask(self, rank: int, at: Fraction, seconds: float, *, is_beaten: bool) -> Outcome:
        """Whether all but ``rank`` parties can get so much (when beaten: more)."""
        mark = self.model.mark()
        self._rows(rank, at, is_beaten=is_beaten)
        left = min(seconds, self.clock.left)
        found = maximise(self.model, {}, self.clock, left, hint=self.values, without=self.without)
        self.model.back(mark)
        return found

    def _rows(self, rank: int, at: Fraction, *, is_beaten: bool) -> None:
        """All but ``rank`` parties get at least (when beaten: more than) this share."""
        spared = [self.model.column() for _party in self.parties] if rank else []
        if spared:
            self.model.row(spared, high=rank)
        for number, (columns, worth, best) in enumerate(self.parties):
            least = math.floor(at * best) + 1 if is_beaten else math.ceil(at * best)
            count = fewest(worth, least)
            if not spared:
                self.model.row(columns, worth, low=least)
                self.model.row(columns, [1] * len(columns), low=count)
                continue
            sure = math.ceil(self.floors[0] * best)
            if least > sure:
                spare = spared[number]
                self.model.row([*columns, spare], [*worth, least - sure], low=least)
                eased = count - min(count, fewest(worth, sure))
                self.model.row([*columns, spare], [*[1] * len(columns), eased], low=count)

    def _ceiling(self, rank: int, seconds: float) -> Fraction:
        """Bound of the LP relaxation; 1 at most."""
        if not rank and self.ceiling is not None:
            return self.ceiling
        if not self.parties:
            return Fraction(1)
        mark = self.model.mark()
        low = shared(self.model, self.parties, rank)
        found = relaxed(self.model, {low: 1}, min(seconds, self.clock.left))
        self.model.back(mark)
        return Fraction(1) if found is None else as_share(found.bound)


def fewest(worth: Sequence[int], least: int) -> int:
    """How many meetings a party needs at least for so much: a rule that the sum of shares hides from an LP.

    One more than there are when all of them do not suffice, which no assignment has.
    """
    got = 0
    for count, each in enumerate(sorted(worth, reverse=True)):
        if got >= least:
            return count
        got += each
    return len(worth) + (got < least)


def as_share(bound: float) -> Fraction:
    """A bound of the column that ``shared`` makes, rounded up."""
    return min(Fraction(1), Fraction(max(0.0, bound) + 1) / FINE)


def shared(model: Linear, parties: Sequence[Party], rank: int = 0) -> int:
    """A new column: the share, in parts of ``FINE``, that all but ``rank`` parties reach at least."""
    low = model.column(FINE)
    spared = [model.column() for _party in parties] if rank else []
    if spared:
        model.row(spared, high=rank)
    for number, (columns, worth, best) in enumerate(parties):
        extra = spared[number : number + 1]
        factors = [*(FINE * each for each in worth), -best, *(best * FINE for _column in extra)]
        model.row([*columns, low, *extra], factors, low=0)
    return low
