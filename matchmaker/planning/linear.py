"""A linear model over whole numbers, said once for CP-SAT and for its LP relaxation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Row = tuple[list[int], list[int], int | None, int | None]


@dataclass
class Linear:
    """Columns from 0 to ``upper``; rows ``low ≤ Σ coefficient × column ≤ high``.

    Rows and columns may be taken back in the order in which they came: ``mark`` and ``back``.
    """

    upper: list[int] = field(default_factory=list)
    lower: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, upper: int = 1) -> int:
        """A new column."""
        self.upper.append(upper)
        self.lower.append(0)
        return len(self.upper) - 1

    def row(
        self,
        columns: Iterable[int],
        coefficients: Iterable[int] | None = None,
        *,
        low: int | None = None,
        high: int | None = None,
    ) -> None:
        """A new row; coefficients are 1 unless given."""
        listed = list(columns)
        factors = [1] * len(listed) if coefficients is None else list(coefficients)
        self.rows.append((listed, factors, low, high))

    def mark(self) -> tuple[int, int]:
        """Where ``back`` returns to."""
        return len(self.upper), len(self.rows)

    def back(self, mark: tuple[int, int]) -> None:
        """Takes back what came after the mark."""
        columns, rows = mark
        del self.upper[columns:], self.lower[columns:], self.rows[rows:]

    def holds(self, values: Sequence[int]) -> bool:
        """Whether values of all columns keep every row."""
        if any(
            not low <= value <= high for low, value, high in zip(self.lower, values, self.upper, strict=True)
        ):
            return False
        for columns, factors, low, high in self.rows:
            total = sum(factor * values[column] for column, factor in zip(columns, factors, strict=True))
            if (low is not None and total < low) or (high is not None and total > high):
                return False
        return True
