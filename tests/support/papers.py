"""Reading documents back: all the text of a PDF, a Word or an Excel file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

#: Signs that stand nowhere on paper: places to break in long words.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufffe\u00ad"))


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF, without line breaks."""
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return [_plain(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def words(content: bytes) -> str:
    """The text of a Word file, with tables, head and foot."""
    from docx import Document

    book = Document(io.BytesIO(content))
    parts = [part.text for part in book.paragraphs]
    parts += [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    for section in book.sections:
        parts += [part.text for part in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join([*parts, book.core_properties.title, book.core_properties.author])


def lines(content: bytes) -> list[list[object]]:
    """The cells of the only sheet of an Excel file."""
    from openpyxl import load_workbook

    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


def _cells(content: bytes) -> str:
    return "\n".join(str(value) for line in lines(content) for value in line if value is not None)


READERS: Mapping[str, Callable[[bytes], str]] = {
    "pdf": lambda content: "\n".join(pages(content)),
    "docx": words,
    "xlsx": _cells,
}


def text_of(content: bytes, form: str) -> str:
    """Everything that stands in a file."""
    return READERS[form](content)


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _plain(text: str) -> str:
    return " ".join(text.translate(_INVISIBLE).split())
