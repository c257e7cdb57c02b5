"""The questions of a purpose as an Excel file, one row a recipient, and such a file read back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message, Translate
from matchmaker.models import SecretLink
from matchmaker.services.answers import Line, Purpose, Question
from matchmaker.services.secret_links import of_row, row_token

#: Bytes of a file, and of what it unpacks to.
MOST_BYTES, MOST_UNPACKED = 5 << 20, 60 << 20
#: Rows that are read.
MOST_ROWS = 500
#: Columns before the questions: the hidden token, who, what about.
_BEFORE = 3
_SEVERAL = re.compile(r"[、,，;；/\s]+")
_UNREADABLE = Message("无法读取这个文件。")


@dataclass(frozen=True, slots=True)
class Read:
    """One row of a file that came back.

    Attributes:
        number: of the row in the file, as Excel shows it.
        link: None where the hidden token is missing, forged or of another task.
        typed: answers as a form would send them.
        faults: by question; "" for the row as a whole.
    """

    number: int
    who: str
    link: SecretLink | None
    typed: Mapping[str, Any]
    faults: Mapping[str, Message] = field(default_factory=dict)


def write(what: Purpose, lines: Sequence[Line], secret: bytes, translate: Translate) -> bytes:
    """The file: drop-downs for choices, help as comments, formulas made harmless, the first row frozen."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "answers"
    heads = ["ID", Message("填写人").render(translate), Message("关于").render(translate)]
    heads += [
        question.label.render(translate) + ("*" if question.required else "") for question in what.questions
    ]
    for column, head in enumerate(heads, 1):
        cell: Any = sheet.cell(1, column, head)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = 24
    for place, question in enumerate(what.questions, _BEFORE + 1):
        if question.help or question.kind == "several":
            told = [question.help.render(translate)] if question.help else []
            told += ["、".join(each.render(translate) for each in question.choices.values())]
            sheet.cell(1, place).comment = Comment("\n".join(part for part in told if part), "")
        if question.kind == "choice":
            names = ",".join(each.render(translate).replace(",", "，") for each in question.choices.values())
            rule = DataValidation(type="list", formula1=f'"{names}"', allow_blank=True)
            if len(names) < 250:  # Excel takes no longer list
                sheet.add_data_validation(rule)
                letter = get_column_letter(place)
                rule.add(f"{letter}2:{letter}{len(lines) + 1}")
    for row, line in enumerate(lines, 2):
        texts = [row_token(secret, line.link), line.link.recipient, line.about]
        texts += [_cell(question, line.values.get(question.name), translate) for question in what.questions]
        for column, value in enumerate(texts, 1):
            written = sheet.cell(row, column)
            written.value, written.data_type = value, "s"
            written.number_format = "@"
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = "C2"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def cells(content: bytes) -> list[list[str]]:
    """Every row of the first sheet as texts; InvalidInput for what is no such file.

    Formulas count as what they last gave.
    """
    from openpyxl import load_workbook

    _refuse_bomb(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = [
            [_text(value) for value in row]
            for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=60, values_only=True)
        ]
        book.close()
    except Exception as fault:  # openpyxl lets whatever its XML parser meets pass through
        raise _unreadable() from fault
    return rows


def understood(
    what: Purpose,
    rows: Sequence[Sequence[str]],
    links: Mapping[int, SecretLink],
    secret: bytes,
    translate: Translate,
) -> list[Read]:
    """Rows as answers: columns by their heads, links by their tokens, choices by their names."""
    heads = {head.rstrip("*").strip(): place for place, head in enumerate(rows[0])} if rows else {}
    places = {question.name: heads.get(question.label.render(translate)) for question in what.questions}
    if "ID" not in heads or not any(place is not None for place in places.values()):
        raise InvalidInput(
            Message("这不是由本系统下载的表：找不到表头。"),
            hint=Message("请重新下载表格，只填写其中的单元格，不要删除第一行和隐藏的第一列。"),
            fields={"file": Message("找不到表头，请用重新下载的表格填写。")},
        )
    found, seen = [], set()
    for number, row in enumerate(rows[1:], 2):
        if not any(row):
            continue
        read = _read(what, number, row, heads, places, links, secret, translate)
        if read.link is not None and read.link.id in seen:
            faults = {"": Message("这一行与前面的一行是同一个人，只取前面的。")}
            read = Read(number, read.who, None, read.typed, faults)
        elif read.link is not None:
            seen.add(read.link.id)
        found.append(read)
    return found


def _read(
    what: Purpose,
    number: int,
    row: Sequence[str],
    heads: Mapping[str, int],
    places: Mapping[str, int | None],
    links: Mapping[int, SecretLink],
    secret: bytes,
    translate: Translate,
) -> Read:
    def at(place: int | None) -> str:
        return row[place].strip() if place is not None and place < len(row) else ""

    link = of_row(secret, links, at(heads["ID"]))
    who = link.recipient if link else at(heads["ID"] + 1)
    faults: dict[str, Message] = {}
    if link is None:
        faults[""] = Message("认不出这一行是谁的（隐藏的编号缺失、被改，或已不需要填写），没有读入。")
    typed: dict[str, Any] = {}
    for question in what.questions:
        typed[question.name], unknown = _typed(question, at(places[question.name]), translate)
        if unknown:
            names = "、".join(each.render(translate) for each in question.choices.values())
            faults[question.name] = Message(
                "没有“%(value)s”这个选项；可用的有：%(names)s。", {"value": unknown[:60], "names": names}
            )
    return Read(number, who, link, typed, faults)


def _typed(question: Question, text: str, translate: Translate) -> tuple[Any, str]:
    """A cell as a form would send it, and what is no choice of the question."""
    codes = {each.render(translate): code for code, each in question.choices.items()}
    codes |= {code: code for code in question.choices}
    if question.kind == "choice":
        return codes.get(text, ""), "" if not text or text in codes else text
    if question.kind == "several":
        parts = [part for part in _SEVERAL.split(text) if part]
        wrong = [part for part in parts if part not in codes]
        return [codes[part] for part in parts if part in codes], "、".join(wrong)
    return text, ""


def _cell(question: Question, value: Any, translate: Translate) -> str:
    names = {code: each.render(translate) for code, each in question.choices.items()}
    if question.kind == "several":
        return "、".join(names.get(code, str(code)) for code in value or ())
    if question.kind == "choice":
        return names.get(value, "")
    return "" if value is None else str(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refuse_bomb(content: bytes) -> None:
    """Python never unpacks more than the directory of the ZIP says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError) as fault:
        raise _unreadable() from fault
    if "xl/workbook.xml" not in names or size > MOST_UNPACKED or len(content) > MOST_BYTES:
        raise _unreadable()


def _unreadable() -> InvalidInput:
    return InvalidInput(
        _UNREADABLE,
        hint=Message("请选择由本页下载、填好后保存为 .xlsx 的文件（最大 5 MB）。"),
        fields={"file": Message("请选择由本页下载、填好后保存为 .xlsx 的文件（最大 5 MB）。")},
    )
