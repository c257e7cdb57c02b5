"""The bulletin as a Word file: title, paragraphs, a table of its figures. Text is never markup here."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from matchmaker.messages import Message, Translate
from matchmaker.services.bulletin import Written, shown
from matchmaker.services.event_figures import UNITS

if TYPE_CHECKING:
    from docx.document import Document

#: A face that every office has; Word falls back by itself where it is missing.
FONT = "宋体"
_SIZE = 14


def document(written: Written, translate: Translate = str) -> bytes:
    """The file's bytes; missing figures are marked in the text as on the page."""
    import docx
    from docx.shared import Pt

    made: Document = docx.Document()
    style: Any = made.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(_SIZE)
    style.element.rPr.rFonts.set(_east_asia(), FONT)
    made.core_properties.title = written.event.title
    made.core_properties.author = ""
    made.add_heading(Message("%(title)s简报", {"title": written.event.title}).render(translate), level=1)
    for line in written.paragraphs:
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(2 * _SIZE)
        for piece in line:
            run = paragraph.add_run(piece.text)
            run.bold = piece.is_missing
    _figures(made, written, translate)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _figures(made: Document, written: Written, translate: Translate) -> None:
    heads = (Message("数据"), Message("数值"), Message("计量单位"), Message("记录数"))
    made.add_heading(Message("数据及其来源").render(translate), level=2)
    table = made.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.text = head.render(translate)
    for figure in written.figures:
        cells = table.add_row().cells
        texts = (
            figure.title.render(translate), shown(figure), UNITS[figure.unit].render(translate),
            str(len(figure.records)),
        )  # fmt: skip
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
    if written.locked_at is not None:
        locked = Message("数据锁定时间（UTC）：%(at)s", {"at": f"{written.locked_at:%Y-%m-%d %H:%M}"})
        made.add_paragraph(locked.render(translate))


def _east_asia() -> str:
    from docx.oxml.ns import qn

    found: str = qn("w:eastAsia")
    return found
