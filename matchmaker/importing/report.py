"""The rows that were left out, as a table to correct and import again; formulas are made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matchmaker.importing.columns import REPORT_HEADS

#: Characters of one cell of XLSX.
MOST_IN_CELL = 32_767
#: What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

#: Row, fields, faults, remedies, cells by head.
BadRow = tuple[int, str, str, str, Mapping[str, Any]]


def bad_rows_as_csv(heads: Sequence[str], rows: Sequence[BadRow]) -> bytes:
    """UTF-8 with a mark, so that Excel reads it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(_lines(heads, rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def bad_rows_as_xlsx(heads: Sequence[str], rows: Sequence[BadRow]) -> bytes:
    """One sheet; cells longer than XLSX allows are cut."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("未导入的行")
    for line in _lines(heads, rows):
        sheet.append([cell[:MOST_IN_CELL] if isinstance(cell, str) else cell for cell in line])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def harmless(cell: object) -> str:
    """Text that no spreadsheet takes for a formula; reading it again takes the apostrophe off."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(heads: Sequence[str], rows: Sequence[BadRow]) -> Iterator[list[str | int]]:
    """The columns of the file in their order, those of single rows after them, ours at the end."""
    own = [head for head in heads if head not in REPORT_HEADS]
    all_heads = list(
        dict.fromkeys([*own, *(head for row in rows for head in row[4] if head not in REPORT_HEADS)])
    )
    yield [*(harmless(head) for head in all_heads), *REPORT_HEADS]
    for number, field, fault, remedy, cells in rows:
        yield [
            *(harmless(cells.get(head, "")) for head in all_heads),
            number,
            *map(harmless, (field, fault, remedy)),
        ]
