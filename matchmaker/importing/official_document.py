"""The official form as a Word file, filled or blank; reading it again gives the same values."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from matchmaker.importing.cleaning import CONTROLS, SURROGATES
from matchmaker.importing.official_fields import FIELDS, MOST_IN_PART, MOST_KEYWORDS, SECTIONS, FormField
from matchmaker.importing.official_values import OPEN, TICKED
from matchmaker.taxonomy import INDUSTRIES

TITLE = "重大技术需求征集表"
_FONT = "宋体"
#: What stands behind a label, for whoever fills the form by hand.
_REMARKS = {
    "years": "（起止年）",
    "main_problem": f"（限 {MOST_IN_PART} 字）",
    "key_technology": f"（限 {MOST_IN_PART} 字）",
    "goal": f"（限 {MOST_IN_PART} 字）",
    "keywords": f"（1 至 {MOST_KEYWORDS} 个，用“；”隔开）",
    "industry": "（GB/T 4754）",
}
_WIDTHS = (4.2, 12.3)


def write(values: Mapping[str, Any]) -> bytes:
    """The form with these values; an empty mapping gives the blank form."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    heading = document.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = heading.add_run(TITLE)
    run.bold, run.font.size = True, Pt(18)
    for section, title in SECTIONS.items():
        document.add_paragraph().add_run(title).bold = True
        table = document.add_table(0, 2)
        table.style = "Table Grid"
        for field in FIELDS:
            if field.section == section and field.kind != "parts":
                cells = table.add_row().cells
                for cell, width in zip(cells, _WIDTHS, strict=True):
                    cell.width = Cm(width)
                star = "*" if field.required else ""
                cells[0].text = f"{star}{field.label}{_REMARKS.get(field.name, '')}"
                cells[1].text = _written(field, values)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _written(field: FormField, values: Mapping[str, Any]) -> str:
    value = values.get(field.name)
    match field.kind:
        case "choice":
            return _options(field, value, str(values.get(f"{field.name}_note") or ""))
        case "years":
            return _years(value or {})
        case "keywords":
            return "；".join(value or ())
        case "amount":
            fen = values.get("budget_fen")
            return "" if fen is None else _wan(int(fen))
        case "industry":
            return " / ".join(f"{code} {INDUSTRIES.label(code)}" for code in INDUSTRIES.path(value or ""))
        case _:
            return SURROGATES.sub("\ufffd", CONTROLS.sub("", str(value or "")))


def _options(field: FormField, chosen: object, note: str) -> str:
    assert field.table is not None
    parts = []
    for code in field.table:
        name = field.table.label(code)
        if code == "other" and note:
            name = f"{name}（{note}）"
        parts.append(f"{TICKED if code == chosen else OPEN}{name}")
    return "　".join(parts)


def _wan(fen: int) -> str:
    """万元 with two decimals, or with as many as it takes."""
    amount = Decimal(fen) / 1_000_000
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"


def _years(years: Mapping[str, Any]) -> str:
    first, last = years.get("from"), years.get("to")
    if first and last:
        return f"{first} 年至 {last} 年"
    return f"{last} 年前" if last else f"{first} 年" if first else ""
