"""Rows of CSV: the delimiter is found by what its heads mean; one broken row does not end the others."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from matchmaker.importing.decoding import Encoding, lines
from matchmaker.importing.faults import told
from matchmaker.importing.rows import MOST_CHARACTERS, Source
from matchmaker.importing.tables import LOOKED_AT, Cells, Heading, find_heading, table_rows

DELIMITERS = (",", "\t", ";", "|")


def open_csv(path: Path, encoding: Encoding, kind: str | None) -> Source:
    """A CSV file whose delimiter is one of four."""
    delimiter, heading = _delimiter(path, encoding, kind)
    rows = table_rows(lambda: _cells(path, encoding, delimiter), heading)
    return Source("csv", encoding.label, heading.heads, rows, delimiter=delimiter)


def _delimiter(path: Path, encoding: Encoding, kind: str | None) -> tuple[str, Heading]:
    """The delimiter whose heads are known best; else the one that makes most columns."""
    found = [
        (delimiter, find_heading(islice(_cells(path, encoding, delimiter), LOOKED_AT), kind))
        for delimiter in DELIMITERS
    ]
    return max(found, key=lambda item: (item[1].score, len(item[1].heads)))


class _Counted:
    """Lines, with what is known of the row that they are part of."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self.lines = 0
        self.quotes = 0

    def begin(self) -> None:
        """A new row."""
        self.lines = self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.lines += 1
        self.quotes += line.count('"')
        return line


def _cells(path: Path, encoding: Encoding, delimiter: str) -> Iterator[Cells]:
    csv.field_size_limit(MOST_CHARACTERS)
    counted = _Counted(lines(path, encoding))
    reader = csv.reader(counted, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        counted.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fault = told(
                "一格的内容太长，或引号没有配对（吞入了 %(lines)s 行）",
                "请检查这一行的英文双引号",
                lines=counted.lines,
            )
            yield Cells(number, (), fault)
            continue
        if counted.lines > 1 and counted.quotes % 2:
            fault = told(
                "引号没有配对，其后共 %(lines)s 行被并成一行",
                "请补上或删去多余的英文双引号",
                lines=counted.lines,
            )
            yield Cells(number, tuple(cells), fault)
            continue
        yield Cells(number, tuple(cells))
