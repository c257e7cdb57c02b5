"""Excel files in the form of the import: heads with remarks, choices from the code tables, an example row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from matchmaker.exporting.cells import Cell, cell, harmless
from matchmaker.exporting.meanings import EXAMPLE, EXAMPLES, meaning
from matchmaker.importing.fields import Amount, Code, CodeList, Day, Industry, Region
from matchmaker.importing.report import MOST_IN_CELL
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.taxonomy import INDUSTRIES, REGIONS, Table

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Kind → name of the sheet that is filled in.
SHEETS: Mapping[str, str] = {
    "problem": "难题",
    "expert": "专家",
    "publication": "论文",
    "patent": "专利",
    "achievement": "成果",
    "organization": "单位",
}
HEAD_ROW = 1
#: Rows below the heads that choices are offered in.
CHOICE_ROWS = 2_000
_CODES = "代码表"
_EXPLAINED = "填写说明"
_WIDE, _NARROW = 40, 16


def template(kind: str) -> bytes:
    """An empty table with an example row, which the import leaves out."""
    example = {"id": EXAMPLE, **EXAMPLES[kind]}
    schema = _fields(kind)
    return _book(kind, [[harmless(example[name]) for name in schema]], without=frozenset())


def table(kind: str, rows: Iterable[Mapping[str, Any]], without: frozenset[str] = frozenset()) -> bytes:
    """Rows of field → value as a table that can be imported again.

    Args:
        kind: of the rows.
        rows: by the names of the fields; what a row does not give is left empty.
        without: fields that this reader may not see: they have no column.
    """
    schema = {name: field for name, field in _fields(kind).items() if name not in without}
    lines = ([_fitting(cell(field, row.get(name))) for name, field in schema.items()] for row in rows)
    return _book(kind, lines, without)


def _fields(kind: str) -> dict[str, fields.Field[Any]]:
    """The fields of a kind; that of the sender's number comes first."""
    found = dict(SCHEMAS[kind]().fields)
    return {"id": found.pop("id"), **found}


def _fitting(value: Cell) -> Cell:
    """What a cell holds; a longer text stands in the explanation's place as none, never cut in silence."""
    return None if isinstance(value, str) and len(value) > MOST_IN_CELL else harmless(value)


def _book(kind: str, lines: Iterable[list[Cell]], without: frozenset[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEETS[kind]
    schema = {name: field for name, field in _fields(kind).items() if name not in without}
    _write_heads(sheet, schema)
    for number, line in enumerate(lines, HEAD_ROW + 1):
        _write_line(sheet, number, line)
    _offer_choices(book, sheet, schema)
    _explain(book, kind, schema)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_heads(sheet: Worksheet, schema: Mapping[str, fields.Field[Any]]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for place, (name, field) in enumerate(schema.items(), 1):
        head: Any = sheet.cell(HEAD_ROW, place, field.metadata["head"] + ("*" if field.required else ""))
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="A1242B" if field.required else "1D3F7A")
        head.alignment = Alignment(wrap_text=True, vertical="center")
        must = "必填。" if field.required else ""
        head.comment = Comment(f"{must}{meaning(name, field)}。", "matchmaker", height=90, width=260)
        is_long = getattr(field, "longest", 0) > 1_000
        sheet.column_dimensions[get_column_letter(place)].width = _WIDE if is_long else _NARROW
    sheet.freeze_panes = f"B{HEAD_ROW + 1}"


def _write_line(sheet: Worksheet, number: int, line: list[Cell]) -> None:
    from openpyxl.styles import Alignment

    for place, value in enumerate(line, 1):
        if value is None:
            continue
        written = sheet.cell(number, place, value)
        if isinstance(value, str):
            written.data_type = "s"  # “#N/A” is a text too
            written.alignment = Alignment(wrap_text=True, vertical="top")


def _offer_choices(book: Workbook, sheet: Worksheet, schema: Mapping[str, fields.Field[Any]]) -> None:
    """Choices stand on a hidden sheet: a list in the cell itself may have 255 characters only."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    codes = book.create_sheet(_CODES)
    codes.sheet_state = "hidden"
    columns: dict[int, str] = {}
    for place, field in enumerate(schema.values(), 1):
        letter = get_column_letter(place)
        cells = f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + CHOICE_ROWS}"
        table_of_field = _choices(field)
        if table_of_field is not None:
            if id(table_of_field) not in columns:
                columns[id(table_of_field)] = _list_codes(codes, table_of_field)
            offered = DataValidation("list", formula1=columns[id(table_of_field)], allow_blank=True)
            offered.showErrorMessage = isinstance(field, Code)
            offered.error, offered.errorTitle = "请从列表中选择，或填代码", table_of_field.name
        elif isinstance(field, Day):
            offered = DataValidation("date", "greaterThan", "18264", allow_blank=True)
            offered.showErrorMessage, offered.error = True, "请填日期，如 2027-06-30"
        elif isinstance(field, Amount):
            offered = DataValidation("decimal", "greaterThanOrEqual", "0", allow_blank=True)
            offered.showErrorMessage, offered.error = True, "请填以万元为单位的数；面议请留空"
        else:
            continue
        offered.errorStyle = "warning"
        offered.add(cells)
        sheet.add_data_validation(offered)


def _choices(field: fields.Field[Any]) -> Table | None:
    if isinstance(field, (Code, CodeList)):
        return field.table
    if isinstance(field, Region):
        return REGIONS
    return INDUSTRIES if isinstance(field, Industry) else None


def _list_codes(sheet: Worksheet, codes: Table) -> str:
    """Writes a table as the next column; returns its cells as a formula."""
    from openpyxl.utils import get_column_letter

    place = sheet.max_column + 1 if sheet.cell(1, 1).value else 1
    for number, code in enumerate(codes, 1):
        sheet.cell(number, place, codes.text(code)).data_type = "s"
    letter = get_column_letter(place)
    return f"'{_CODES}'!${letter}$1:${letter}${len(codes)}"


def _explain(book: Workbook, kind: str, schema: Mapping[str, fields.Field[Any]]) -> None:
    """What each column means, with an example; as sentences, so that no reader takes it for the table."""
    sheet = book.create_sheet(_EXPLAINED)
    for text in _told(kind, schema):
        sheet.append([text])
    sheet.column_dimensions["A"].width = 120


def _told(kind: str, schema: Mapping[str, fields.Field[Any]]) -> Iterator[str]:
    yield f"请在“{SHEETS[kind]}”一页填写，每行一条；红色的列必填，其余可以留空。"
    yield "第一列是“示例”的行不会导入。留空的格子在更新时保持原值。"
    yield f"每格最多 {MOST_IN_CELL} 字；更长的文字不写入本表（导入时保持原值）。"
    for name, field in schema.items():
        example = str(EXAMPLES[kind].get(name, "")).replace("\n", " ⏎ ")
        yield f"【{field.metadata['head']}】{meaning(name, field)}" + (f"。例：{example}" if example else "")
