"""A Word file as paragraphs and tables, for a form that is to be understood rather than searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matchmaker.attachments.packages import opened
from matchmaker.attachments.texts import WORD, pieces, root_of

#: A paragraph, or the rows of a table.
Block = str | list[list[str]]

MOST_BLOCKS = 3_000
MOST_IN_CELL = 20_000
#: Elements that stand around what is written without being anything themselves.
_WRAPPERS = frozenset(f"{WORD}{name}" for name in ("sdt", "sdtContent", "ins", "smartTag", "customXml"))


def blocks_of_docx(path: Path) -> list[Block]:
    """Paragraphs and tables in their order; a table within a cell follows the one that it lies in."""
    with opened(path) as archive, archive.open("word/document.xml") as file:
        body = root_of(file).find(f"{WORD}body")
    found: list[Block] = []
    for element in _children(body) if body is not None else ():
        if element.tag == f"{WORD}p":
            found.append(_said(element))
        elif element.tag == f"{WORD}tbl":
            found += _tables(element)
        if len(found) > MOST_BLOCKS:
            break
    return [block for block in found if block]


def _children(element: Any) -> Iterator[Any]:
    """What stands directly in an element, content controls and marked changes looked through."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _children(child)
        elif isinstance(child.tag, str):
            yield child


def _tables(table: Any) -> Iterator[list[list[str]]]:
    rows: list[list[str]] = []
    within: list[list[list[str]]] = []
    for row in _children(table):
        if row.tag != f"{WORD}tr":
            continue
        cells = []
        for cell in _children(row):
            if cell.tag != f"{WORD}tc" or _continues(cell):
                continue
            inner = [each for each in _children(cell) if each.tag == f"{WORD}tbl"]
            within += [held for each in inner for held in _tables(each)]
            lines = [_said(each) for each in _children(cell) if each.tag == f"{WORD}p"]
            cells.append("\n".join(lines).strip()[:MOST_IN_CELL])
        rows.append(cells)
    yield rows
    yield from within


def _continues(cell: Any) -> bool:
    """Whether a cell is the lower part of one that was merged downwards."""
    merged = cell.find(f"{WORD}tcPr/{WORD}vMerge")
    return merged is not None and merged.get(f"{WORD}val", "continue") == "continue"


def _said(element: Any) -> str:
    return "".join(pieces(element)).strip("\n")[:MOST_IN_CELL]
