"""Invitations 邀请函 with their reply slip 回执 as Word files, one a person; all of them in one zip."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

_LATIN, _CHINESE = "Calibri", "微软雅黑"
_UNSAFE = re.compile(r"[^\w\u4e00-\u9fff-]+")
_REPLY = (
    ("能否参加", "□ 参加（到现场）  □ 参加（线上）  □ 不能参加  □ 请他人代替"),
    ("在场时间", "□ 全程  □ 只有上午  □ 只有下午    最多安排 ____ 场洽谈"),
    ("不能参加的原因", ""),
    ("代替者姓名、职称、手机", ""),
    ("其他说明", ""),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one invitation says; every part but the names may be empty.

    Attributes:
        number: on the badge, so that a batch is sorted and told apart.
        link: by which he answers; a secret of his, for his own letter only.
    """

    number: int
    person: str
    title: str
    body: str
    event: str
    hosts: str
    when: str
    place: str
    theme: str
    problems: tuple[str, ...]
    day: str
    contact: str
    link: str = ""
    written: str = ""


def word(letter: Letter) -> bytes:
    """The file."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    book = _begun(letter)
    heading = book.add_heading("邀 请 函", 0)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_paragraph(_clean(f"{letter.person}{'　' + letter.title if letter.title else ''}："))
    when = f"，定于 {letter.when}" if letter.when else ""
    place = f"在{letter.place}" if letter.place else ""
    book.add_paragraph(_clean(f"　　诚邀您参加“{letter.event}”{when}{place}。{letter.theme}"))
    if letter.problems:
        book.add_paragraph("　　以下技术难题与您的研究方向相近，期待与您当面交流：")
        for problem in letter.problems:
            book.add_paragraph(_clean(problem), style="List Number")
    until = f"请于 {letter.day} 前" if letter.day else "请尽快"
    ways = "扫描下方二维码或" if letter.link else ""
    book.add_paragraph(
        _clean(f"　　{until}{ways}填写回执答复。{'联系：' + letter.contact if letter.contact else ''}")
    )
    closing = book.add_paragraph(_clean("\n".join(part for part in (letter.hosts, letter.written) if part)))
    closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _slip(book, letter)
    return _saved(book)


def _slip(book: Any, letter: Letter) -> None:
    """What comes back on paper, with the code that leads to the same questions."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm

    head = book.add_heading(_clean(f"回执（{letter.event}）"), 1)
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    lines = [("姓名、单位", f"{letter.person}　{letter.body}"), *_REPLY]
    table = book.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for name, text in lines:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Cm(4.2), Cm(12.8)
        cells[0].paragraphs[0].text, cells[1].paragraphs[0].text = name, _clean(text)
    if letter.link:
        book.add_paragraph()
        book.add_picture(BytesIO(_qr(letter.link)), width=Cm(2.8))
        book.add_paragraph(_clean(f"手机扫码或打开此链接即可答复，不用注册：{letter.link}"))


def batch(letters: Iterable[Letter]) -> bytes:
    """A zip with one file a person, in the order of their numbers."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for letter in letters:
            archive.writestr(f"{letter.number:03}-{file_name(letter.person)}.docx", word(letter))
    return made.getvalue()


def file_name(text: str) -> str:
    """A name as a part of a file's name on every system."""
    return _UNSAFE.sub("_", text)[:40].strip("_") or "x"


def _begun(letter: Letter) -> Any:
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    book = Document()
    book.core_properties.title = _clean(f"邀请函 · {letter.event}")
    book.core_properties.author = _clean(letter.hosts)
    for style in ("Normal", "Title", "Heading 1", "List Number"):
        book.styles[style].font.name = _LATIN
        book.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    book.styles["Normal"].font.size = Pt(12)
    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    return book


def _qr(text: str) -> bytes:
    import segno

    made = BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="png", scale=6, border=2)
    return made.getvalue()


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(sign for sign in text if sign in "\t\n" or ord(sign) >= 32)


def _saved(book: Any) -> bytes:
    made = BytesIO()
    book.save(made)
    return made.getvalue()
