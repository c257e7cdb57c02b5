"""The text of Word and Excel files, headers, notes and text boxes included, since a mark may stand there."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from matchmaker.attachments.packages import opened, parsed

#: Cells of a workbook that are read.
MOST_CELLS = 400_000
_WORD_PARTS = re.compile(
    r"word/(?:header\d*|document\d*|footer\d*|footnotes|endnotes|comments|diagrams/data\d*|charts/chart\d*)\.xml"
)
_DRAWN_PARTS = re.compile(r"xl/(?:drawings/drawing\d*|comments\d*|charts/chart\d*)\.xml|xl/comments/.*\.xml")
#: Headers first: that is where a mark stands.
_ORDER = ("header", "document")
#: A text box stands twice in a part, once for old readers.
_TWICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: Boxes and ticks drawn in Wingdings, by the last two digits of their codes.
_SYMBOLS = {
    "FE": "☑", "FD": "☒", "FC": "√", "52": "☑", "A8": "☐", "6F": "☐", "A3": "☐", "6E": "■", "2A": "☐",
}  # fmt: skip
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def text_of_docx(path: Path, most: int) -> str:
    """Paragraphs a line each, cells divided by tabs."""
    with opened(path) as archive:
        names = [name for name in archive.namelist() if _WORD_PARTS.fullmatch(name)]
        names.sort(key=_place)
        return _joined((_text(archive, name) for name in names), most)


def text_of_xlsx(path: Path, most: int) -> str:
    """Sheets one after the other with their headers, a line a row; then comments and text boxes."""
    with opened(path) as archive:
        drawn = [_text(archive, name) for name in archive.namelist() if _DRAWN_PARTS.fullmatch(name)]
    return _joined([*_sheets(path, most), *drawn], most)


def _place(name: str) -> tuple[int, str]:
    return next((at for at, part in enumerate(_ORDER) if part in name), len(_ORDER)), name


def _joined(parts: Iterable[str], most: int) -> str:
    kept: list[str] = []
    length = 0
    for part in parts:
        if part.strip():
            kept.append(part.strip("\n"))
            length += len(part)
        if length > most:
            break
    return "\n".join(kept)[:most]


def _text(archive: zipfile.ZipFile, name: str) -> str:
    """The text of one XML part in its order."""
    with archive.open(name) as file:
        return "".join(pieces(root_of(file))).replace("\n\t", "\t")


def root_of(file: Any) -> Any:
    """The root of an XML part, read without entities and network."""
    from lxml import etree

    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.parse(file, safe).getroot()


def pieces(root: Any) -> Iterator[str]:
    """The pieces of text below an element; boxes and ticks of any kind as ☑ and ☐."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if event == "start":
            if element.tag == _TWICE:
                walk.skip_subtree()
            elif tag in {"t", "v"}:
                yield element.text or ""
            elif tag == "sym":
                yield _SYMBOLS.get(str(element.get(f"{WORD}char") or "").upper()[-2:], "")
            elif tag == "checkBox":
                yield "☑" if _is_checked(element) else "☐"
            elif tag in _BREAKS and str(element.getparent().tag).endswith("}r"):
                yield _BREAKS[tag]
        elif tag == "p":
            yield "\n"
        elif tag == "tc":
            yield "\t"
        elif tag in {"tr", "comment", "pt"}:
            yield "\n"


def _is_checked(element: Any) -> bool:
    """Of a check box of the old kind: its state, else how it begins."""
    for name in ("checked", "default"):
        held = element.find(f"{WORD}{name}")
        if held is not None:
            return str(held.get(f"{WORD}val", "1")) in {"1", "true", "on"}
    return False


def _sheets(path: Path, most: int) -> Iterator[str]:
    from openpyxl import load_workbook

    cells = length = 0
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            lines = [sheet.title]
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                line = "\t".join("" if value is None else str(value) for value in row).strip("\t")
                cells += len(row)
                if line:
                    lines.append(line)
                    length += len(line)
                if cells > MOST_CELLS or length > most:
                    break
            yield "\n".join(lines)
            if cells > MOST_CELLS or length > most:
                break
        book.close()
    yield from _margins(path)


def _margins(path: Path) -> Iterator[str]:
    """Headers and footers of printed sheets; ``&C&"宋体"&12`` before their text is layout."""
    with opened(path) as archive:
        for name in archive.namelist():
            if not re.fullmatch(r"xl/worksheets/sheet\d*\.xml", name):
                continue
            with archive.open(name) as file:
                for element in parsed(file):
                    local = str(element.tag).rpartition("}")[2]
                    if local.endswith(("Header", "Footer")) and element.text:
                        yield re.sub(r'&"[^"]*"|&\d+|&K[0-9A-F]{6}|&[A-Za-z]', "\n", element.text)
                    if local == "row":
                        element.clear()
