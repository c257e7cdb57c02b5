"""Excel files of an event: texts stay texts (no formula comes alive), heads are repeated in print."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from matchmaker.exporting.cells import Cell, harmless
from matchmaker.reporting.dossier import Dossier
from matchmaker.reporting.lists import by_body, door_lines
from matchmaker.reporting.wording import of_slot, side_of
from matchmaker.reporting.words import PROVISIONAL, SIGNING_HEADS, signing_lines

_CONTROL = {number: None for number in range(32) if number not in (9, 10)}


def signin(dossier: Dossier) -> bytes:
    """签到表."""
    lines: list[Sequence[Cell]] = [
        (one["place"], one["badge_number"], one["name"], body["name"], one["title"], one["role"], "")
        for body in by_body(dossier)
        for one in body["people"]
    ]
    heads = ("序号", "胸牌", "姓名", "单位", "职务", "身份", "签名")
    return _book(dossier, "签到表", heads, lines, (6, 6, 18, 34, 18, 12, 22), height=26)


def door(dossier: Dossier) -> bytes:
    """入场名单."""
    lines: list[Sequence[Cell]] = [
        (one["letter"], one["name"], one["body"], one["role"], one["badge_number"], one["first"])
        for one in door_lines(dossier)
    ]
    heads = ("首字母", "姓名", "单位", "身份", "胸牌", "首场")
    return _book(dossier, "入场名单", heads, lines, (8, 18, 36, 12, 8, 24))


def overview(dossier: Dossier) -> bytes:
    """Every meeting as a line, by time and table."""
    order = {place.name: at for at, place in enumerate(dossier.tables)}
    known = dossier.by_number
    lines: list[Sequence[Cell]] = []
    for each in sorted(dossier.meetings, key=lambda one: (one.slot, order.get(one.table, len(order)))):
        need, expert = dossier.needs_by_number[each.need], known.get(each.expert)
        side, people = side_of(dossier, need)
        lines.append(
            (
                each.number, of_slot(dossier, each.slot), each.table or "线上", expert.name if expert else "",
                expert.body if expert else "", side, people, need.code,
            )
        )  # fmt: skip
    heads = ("场次号", "时间", "桌号", "专家", "专家单位", "需求方", "代表", "难题编号")
    return _book(dossier, "排程总览", heads, lines, (8, 18, 8, 14, 28, 30, 18, 14))


def signings(dossier: Dossier) -> bytes:
    """签约项目清单."""
    return _book(
        dossier, "签约项目清单", SIGNING_HEADS, signing_lines(dossier), (6, 14, 40, 28, 28, 16, 14, 12, 12)
    )


def _book(
    dossier: Dossier,
    name: str,
    heads: Sequence[str],
    lines: Sequence[Sequence[Cell]],
    widths: Sequence[int],
    height: int = 0,
) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = name
    mark = f"（{PROVISIONAL}）" if dossier.stamp.is_provisional else ""
    _written(sheet, 1, 1, f"{dossier.title} · {name}{mark}").font = Font(bold=True, size=14)
    _written(sheet, 2, 1, f"{dossier.days} · {dossier.stamp.text}")
    thin = Side(style="thin", color="AAAAAA")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    for row, line in enumerate([heads, *lines], 3):
        for column, value in enumerate(line, 1):
            cell = _written(sheet, row, column, value)
            cell.border = border
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            cell.font = Font(bold=row == 3)
        if height and row > 3:
            sheet.row_dimensions[row].height = height
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text = dossier.stamp.text
    sheet.oddFooter.right.text = "第 &P / &N 页"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _written(sheet: Any, row: int, column: int, value: Cell) -> Any:
    clean = value.translate(_CONTROL) if isinstance(value, str) else value
    cell = sheet.cell(row, column, harmless(clean))
    if isinstance(value, str):
        cell.data_type = "s"
    return cell
