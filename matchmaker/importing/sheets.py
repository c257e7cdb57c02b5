"""Rows of XLSX, read as a stream; what a formula last gave counts, not the formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.importing.cleaning import as_text
from matchmaker.importing.decoding import BLOCK
from matchmaker.importing.rows import Source
from matchmaker.importing.tables import LOOKED_AT, Cells, Heading, empty_file, find_heading, table_rows
from matchmaker.messages import Message

#: How much larger than the largest allowed file its unpacked content may be.
UNPACKED = 4


def open_xlsx(path: Path, kind: str | None, megabytes: int) -> Source:
    """The sheet whose heads are known best; the first of several that are alike."""
    _refuse_bomb(path, megabytes)
    sheets = _sheet_names(path)
    found: list[tuple[int, int, str, Heading]] = []
    for name in sheets:
        try:
            heading = find_heading(islice(_cells(path, name), LOOKED_AT), kind)
        except InvalidInput:
            continue
        found.append((heading.score, -len(found), name, heading))
    if not found:
        raise empty_file()
    _score, _place, sheet, heading = max(found, key=lambda item: item[:2])
    rows = table_rows(lambda: _cells(path, sheet), heading)
    return Source("xlsx", "", heading.heads, rows, sheet=sheet, sheets=tuple(sheets))


def _refuse_bomb(path: Path, megabytes: int) -> None:
    """Looks at the sizes in the directory of the ZIP; Python never unpacks more than they say."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise _unreadable() from fault
    if "xl/workbook.xml" not in names:
        raise _unreadable()
    if size > UNPACKED * megabytes * (1 << 20):
        raise InvalidInput(
            Message(
                "表格解压后有 %(size)s MB，超过上限 %(most)s MB。",
                {"size": size >> 20, "most": UNPACKED * megabytes},
            ),
            hint=Message("请拆成几个较小的文件，或另存为 CSV。"),
            fields={"file": Message("解压后太大；请拆分，或另存为 CSV。")},
        )


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Any]:
    """A workbook; opened as a stream, since openpyxl goes by the ending of a name."""
    from openpyxl import load_workbook

    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=values, keep_links=False)
        except Exception as fault:  # openpyxl lets whatever its XML parser meets pass through
            raise _unreadable() from fault
        try:
            yield book
        finally:
            book.close()


def _sheet_names(path: Path) -> list[str]:
    with _opened(path, values=True) as book:
        return [sheet.title for sheet in book.worksheets]


def _cells(path: Path, name: str) -> Iterator[Cells]:
    with ExitStack() as stack:
        books = [stack.enter_context(_opened(path, values=True))]
        if _has_formulas(path):
            books.append(stack.enter_context(_opened(path, values=False)))
        sheets = []
        for book in books:
            sheet = book[name]
            sheet.reset_dimensions()
            sheets.append(sheet.iter_rows(values_only=True))
        try:
            for number, rows in enumerate(zip(*sheets, strict=False), 1):
                yield Cells(number, _trimmed([_text(*both) for both in zip(*rows, strict=False)]))
        except (ValueError, KeyError, TypeError, IndexError, SyntaxError, zipfile.BadZipFile) as fault:
            raise _unreadable() from fault


def _has_formulas(path: Path) -> bool:
    """Whether any sheet has one: then a formula never computed is kept as the text it is."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if not entry.startswith("xl/worksheets/"):
                continue
            with archive.open(entry) as file:
                before = b""
                while block := file.read(BLOCK):
                    if re.search(rb"<f[ >/]", before + block):
                        return True
                    before = block[-4:]
    return False


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _text(value: Any, formula: Any = None) -> str:
    if value is None:
        return formula if isinstance(formula, str) else ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return as_text(value)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        Message("这个 XLSX 文件打不开：它损坏了、加了密，或不是 XLSX。"),
        hint=Message("请用 Excel 或 WPS 打开后另存为 XLSX 或 CSV（UTF-8），再导入。"),
        fields={"file": Message("打不开；请另存为 XLSX 或 CSV 再试。")},
    )
