"""Word files of an event: handbook, sign-in sheet, list of what is signed. Texts are set as they stand."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matchmaker.reporting.dossier import Dossier, Need
from matchmaker.reporting.lists import by_body, by_organization, programme
from matchmaker.reporting.wording import where

#: Fonts that every Word has; a machine without them takes its own.
_LATIN, _CHINESE = "Calibri", "微软雅黑"
PROVISIONAL = "初排 · 可能调整"
SIGNING_HEADS = (
    "序号",
    "意向编号",
    "项目名称",
    "需求方",
    "供给方",
    "合作方式",
    "意向金额（万元）",
    "日期",
    "跟进人",
)


def handbook(dossier: Dossier) -> bytes:
    """会议手册, for the office to edit."""
    book = _begun(dossier, "会议手册")
    _cover(book, dossier)
    if dossier.summary:
        book.add_heading("活动简介", 1)
        _paragraphs(book, dossier.summary)
    book.add_heading("议程", 1)
    lines = [(line["day"], line["time"], line["what"], line["room"]) for line in programme(dossier)]
    _table(book, ("日期", "时间", "内容", "地点"), lines)
    book.add_page_break()
    book.add_heading("参会专家", 1)
    for person in by_organization(dossier):
        book.add_heading(_clean(f"{person.name}  {person.title}  {person.body}"), 2)
        if person.fields:
            book.add_paragraph(_clean(f"领域：{person.fields}"))
        _paragraphs(book, person.profile)
    if dossier.needs:
        book.add_page_break()
        book.add_heading("技术难题", 1)
        for need in dossier.needs:
            _need(book, need)
    return _saved(book)


def signin(dossier: Dossier) -> bytes:
    """签到表."""
    book = _begun(dossier, "签到表")
    book.add_heading(_clean(f"{dossier.title} · 签到表"), 0)
    book.add_paragraph(_clean(f"{dossier.days} · {where(dossier)} · 共 {len(dossier.people)} 人"))
    lines: list[Sequence[str]] = []
    for body in by_body(dossier):
        lines.append((f"{body['name']}（{len(body['people'])} 人）",))
        lines += [
            (str(one["place"]), str(one["badge_number"]), one["name"], one["title"], one["role"], "")
            for one in body["people"]
        ]
    _table(
        book, ("序号", "胸牌", "姓名", "职务", "身份", "签名"), lines, widths=(1.3, 1.3, 3.4, 4.2, 2.8, 4.4)
    )
    return _saved(book)


def signings(dossier: Dossier) -> bytes:
    """签约项目清单."""
    book = _begun(dossier, "签约项目清单", landscape=True)
    book.add_heading(_clean(f"{dossier.title} · 签约项目清单"), 0)
    book.add_paragraph(_clean(f"{dossier.days} · {where(dossier)} · 共 {len(dossier.signings)} 项"))
    _table(book, SIGNING_HEADS, signing_lines(dossier), widths=(1.2, 2.6, 5.4, 3.8, 3.8, 2.8, 2.2, 2.3, 2.0))
    return _saved(book)


def signing_lines(dossier: Dossier) -> list[Sequence[str]]:
    """A line for each, as both files print it."""
    return [
        (
            str(place),
            one.number,
            one.title,
            one.demand,
            one.supply,
            one.ways,
            one.amount or "面议",
            f"{one.began_on:%Y-%m-%d}",
            one.owner,
        )
        for place, one in enumerate(dossier.signings, 1)
    ]


def _begun(dossier: Dossier, name: str, *, landscape: bool = False) -> Any:
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    book = Document()
    book.core_properties.title = _clean(f"{dossier.title} · {name}")
    book.core_properties.author = _clean(dossier.hosts)
    for style in ("Normal", "Title", "Heading 1", "Heading 2"):
        font = book.styles[style].font
        font.name = _LATIN
        book.styles[style].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    book.styles["Normal"].font.size = Pt(10.5)
    book.styles["Title"].font.size = Pt(20)
    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = Cm(1.8)
    section.top_margin = section.bottom_margin = Cm(1.9)
    if dossier.stamp.is_provisional:
        section.header.paragraphs[0].text = PROVISIONAL
    section.footer.paragraphs[0].text = _clean(f"{dossier.title} · {dossier.stamp.text}")
    return book


def _cover(book: Any, dossier: Dossier) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    book.add_heading(_clean(dossier.title), 0)
    parts = [
        "会议手册",
        dossier.theme,
        dossier.days,
        where(dossier),
        f"主办：{dossier.hosts}" if dossier.hosts else "",
        f"承办、协办：{dossier.partners}" if dossier.partners else "",
        f"会务联系：{dossier.contact}" if dossier.contact else "",
    ]
    for part in filter(None, parts):
        book.add_paragraph(_clean(part))
    for paragraph in book.paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_page_break()


def _need(book: Any, need: Need) -> None:
    book.add_heading(_clean(f"{need.code}  {need.title}"), 2)
    facts = [
        "" if need.is_anonymous else need.side,
        f"拟投入 {need.budget}" if need.budget else "",
        need.cooperation,
    ]
    if any(facts):
        book.add_paragraph(_clean(" · ".join(filter(None, facts))))
    _paragraphs(book, need.summary)
    if need.goals:
        lines = [
            (goal.name, goal.current, goal.target, "必须" if goal.required else "期望") for goal in need.goals
        ]
        _table(book, ("指标", "现值", "目标值", "要求"), lines)


def _paragraphs(book: Any, text: str) -> None:
    for part in filter(None, text.split("\n")):
        book.add_paragraph(_clean(part))


def _table(
    book: Any, heads: Sequence[str], lines: Sequence[Sequence[str]], widths: Sequence[float] = ()
) -> None:
    """A table whose head is repeated on every page; a line of one cell goes right across."""
    from docx.shared import Cm

    made = book.add_table(rows=1, cols=len(heads), style="Table Grid")
    made.autofit = not widths
    for cell, head in zip(made.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    _mark(made.rows[0], "w:tblHeader")
    for line in lines:
        row = made.add_row()
        _mark(row, "w:cantSplit")
        cells = row.cells
        if len(line) == 1:
            cells[0].merge(cells[-1])
            cells[0].paragraphs[0].add_run(_clean(line[0])).bold = True
            continue
        for cell, text in zip(cells, line, strict=True):
            cell.paragraphs[0].text = _clean(text)
    for at, width in enumerate(widths):
        made.columns[at].width = Cm(width)
        for cell in made.columns[at].cells:
            cell.width = Cm(width)
    book.add_paragraph()


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))  # noqa: SLF001 - python-docx has no other way


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        sign for sign in text if sign in "\t\n" or (ord(sign) >= 32 and sign not in "\ufffe\uffff")
    )


def _saved(book: Any) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
