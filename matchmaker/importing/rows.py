"""A row as a file gives it, and where its file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from matchmaker.importing.faults import Fault

#: Characters of one cell or one line of JSON; longer ones are a fault of their row.
MOST_CHARACTERS = 4 << 20


@dataclass(slots=True)
class RawRow:
    """One row.

    Attributes:
        number: line of JSONL, row of a table (its heads included), element of a JSON array; from 1.
        values: head → cell; empty cells of tables are absent.
        fault: why the row could not be read, or None.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file, opened and understood as rows.

    Attributes:
        format: jsonl, json, csv or xlsx.
        encoding: label for people; "" for xlsx.
        heads: columns in their order; of JSON those of the first rows.
        delimiter, sheet, sheets: of tables.
        rows: begins a new pass over the rows.
    """

    format: str
    encoding: str
    heads: tuple[str, ...]
    rows: Callable[[], Iterator[RawRow]]
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
