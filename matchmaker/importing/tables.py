"""Rows of tables: finding the heads below titles, two rows of heads, ragged and empty rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from matchmaker.errors import InvalidInput
from matchmaker.importing.columns import recognised
from matchmaker.importing.faults import Fault, told
from matchmaker.importing.rows import RawRow
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message

#: Rows among which the heads are looked for.
LOOKED_AT = 15
#: How the first cell of an example row begins.
EXAMPLE_MARK = "示例（"
_QUOTED = re.compile(r"'+[=+\-@]")


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table before its heads are known."""

    number: int
    cells: tuple[str, ...]
    fault: Fault | None = None

    @property
    def empty(self) -> bool:
        """Nothing in any cell."""
        return not self.fault and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heads of a table and the number of their last row."""

    heads: tuple[str, ...]
    last_row: int
    score: int


def find_heading(beginning: Iterable[Cells], kind: str | None) -> Heading:
    """The row, or two rows, among the first that name most known columns; else the first with two cells.

    Raises:
        InvalidInput: nothing but empty rows.
    """
    rows = [row for row in beginning if not row.empty and not row.fault]
    if not rows:
        raise empty_file()
    best: Heading | None = None
    for position, row in enumerate(rows):
        found = [_heading(row.cells, row.number, kind)]
        below = rows[position + 1 : position + 2]
        if below and below[0].number == row.number + 1:
            found.append(_two_rows(row, below[0], kind))
        for heading in found:
            if best is None or heading.score > best.score:
                best = heading
    assert best is not None
    if best.score > 0:
        return best
    first = next((row for row in rows if sum(bool(cell.strip()) for cell in row.cells) > 1), rows[0])
    return _heading(first.cells, first.number, kind)


def _heading(cells: Sequence[str], number: int, kind: str | None) -> Heading:
    score = max(recognised(cells, each) for each in ([kind] if kind else SCHEMAS))
    return Heading(_distinct(cells), number, score)


def _two_rows(upper: Cells, lower: Cells, kind: str | None) -> Heading:
    """Groups above, heads below; a head that spans both rows stands in the upper one.

    Every cell of the lower row must be a known head: otherwise it is the first row of data.
    """
    width = max(len(upper.cells), len(lower.cells))
    above = [*upper.cells, *[""] * (width - len(upper.cells))]
    below = [*lower.cells, *[""] * (width - len(lower.cells))]
    filled = [cell for cell in below if cell.strip()]
    known = max(recognised(filled, each) for each in ([kind] if kind else SCHEMAS))
    joined = [low if low.strip() else high for high, low in zip(above, below, strict=True)]
    heading = _heading(joined, lower.number, kind)
    return heading if known == len(filled) else Heading(heading.heads, lower.number, 0)


def _distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Heads on one line each; an empty one is named by its place, a repeated one is numbered."""
    heads: list[str] = []
    trimmed = list(cells)
    while trimmed and not trimmed[-1].strip():
        trimmed.pop()
    for place, cell in enumerate(trimmed, 1):
        head = " ".join(cell.split())[:60] or f"第 {place} 列"
        number, distinct = 2, head
        while distinct in heads:
            distinct, number = f"{head} ({number})", number + 1
        heads.append(distinct)
    return tuple(heads)


def table_rows(begin: Callable[[], Iterator[Cells]], heading: Heading) -> Callable[[], Iterator[RawRow]]:
    """Passes over the rows below the heads; empty rows are skipped."""

    def rows() -> Iterator[RawRow]:
        for row in begin():
            if row.number > heading.last_row and not row.empty and not _is_example(row):
                yield _row(row, heading.heads)

    return rows


def _row(row: Cells, heads: tuple[str, ...]) -> RawRow:
    values = {head: _plain(cell) for head, cell in zip(heads, row.cells, strict=False) if cell.strip()}
    surplus = [cell for cell in row.cells[len(heads) :] if cell.strip()]
    if row.fault or not surplus:
        return RawRow(row.number, values, row.fault)
    values |= {f"第 {len(heads) + place} 列": cell for place, cell in enumerate(surplus, 1)}
    fault = told(
        "这一行有 %(cells)s 格，表头只有 %(heads)s 列，内容可能错位",
        "请把含有分隔符的内容用英文双引号括起来，或补上表头",
        cells=len(row.cells), heads=len(heads),
    )  # fmt: skip
    return RawRow(row.number, values, fault)


def _is_example(row: Cells) -> bool:
    """Whether it is the row by which a template shows what to write."""
    return "".join(row.cells[:1]).strip().startswith(EXAMPLE_MARK)


def _plain(cell: str) -> str:
    """Without the apostrophe by which an exported cell keeps a formula from running."""
    return cell[1:] if _QUOTED.match(cell) else cell


def empty_file() -> InvalidInput:
    """The error for a file without anything in it."""
    return InvalidInput(
        Message("文件是空的。"),
        hint=Message("请确认选对了文件，且内容已经保存。"),
        fields={"file": Message("文件里没有内容；请换一个文件。")},
    )
