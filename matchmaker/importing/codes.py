"""Files of codes: rows checked against a table before any of them is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.importing.cleaning import UnusableError, clean
from matchmaker.importing.columns import normalised
from matchmaker.importing.faults import Fault, shortened, told
from matchmaker.importing.files import count_rows, open_file
from matchmaker.importing.rows import RawRow
from matchmaker.messages import Message
from matchmaker.taxonomy import REGIONS, Entry, Table
from matchmaker.taxonomy.pinyin import syllables_of

#: Field → its heads; the first is the one that we write ourselves.
HEADS: Mapping[str, tuple[str, ...]] = {
    "code": ("代码", "编码", "code"),
    "chinese": ("名称", "中文名称", "name", "chinese"),
    "english": ("英文名称", "英文名", "english"),
    "parent": ("上级代码", "上级", "parent"),
    "year": ("年份", "版本", "year"),
    "source": ("来源", "source"),
}
LONGEST: Mapping[str, int] = {
    "code": 20,
    "chinese": 200,
    "english": 200,
    "parent": 20,
    "year": 20,
    "source": 200,
}
#: Faults that are told.
MOST_TOLD = 100
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\-/]*")
_REGION = re.compile(r"\d{6}(\d{3}){0,2}")


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row of the file."""

    row: int
    head: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class CodeFile:
    """What a file holds; with faults nothing of it is taken."""

    entries: tuple[Entry, ...]
    faults: tuple[RowFault, ...]


def read_codes(path: Path, table: Table, settings: Settings) -> CodeFile:
    """Every row of a CSV or XLSX (or JSON) as an entry of a table.

    Raises:
        InvalidInput: the file cannot be read, has too many rows, or lacks the columns of code and name.
    """
    source = open_file(path, None, settings)
    count_rows(source, settings)
    columns = _columns(source.heads)
    reader = _Reader(table, columns)
    for row in source.rows():
        reader.take(row)
    return reader.finished()


def _columns(heads: Iterable[str]) -> dict[str, str]:
    """Head of the file → field."""
    known = {normalised(name): field for field, names in HEADS.items() for name in names}
    found: dict[str, str] = {}
    for head in heads:
        field = known.get(normalised(head), "")
        if field and field not in found.values():
            found[head] = field
    missing = [HEADS[field][0] for field in ("code", "chinese") if field not in found.values()]
    if missing:
        raise InvalidInput(
            Message("文件里没有必需的列：%(names)s。", {"names": "、".join(missing)}),
            hint=Message(
                "列名为：%(names)s；前两列必需。", {"names": "、".join(names[0] for names in HEADS.values())}
            ),
            fields={"file": Message("没有这些列：%(names)s", {"names": "、".join(missing)})},
        )
    return found


class _Reader:
    """Rows so far: entries by code, and what is wrong."""

    def __init__(self, table: Table, columns: Mapping[str, str]) -> None:
        self._table = table
        self._columns = columns
        self._entries: dict[str, Entry] = {}
        self._rows: dict[str, int] = {}
        self._faults: list[RowFault] = []

    def take(self, row: RawRow) -> None:
        """One row."""
        if row.fault:
            self._tell(row.number, "", row.fault)
            return
        values = dict.fromkeys(HEADS, "")
        for head, field in self._columns.items():
            try:
                cleaned = clean(row.values.get(head, "")).value
            except UnusableError as unusable:
                self._tell(row.number, field, unusable.fault)
                return
            values[field] = " ".join(str(cleaned).split())
        if self._holds(row.number, values):
            code = values["code"]
            self._rows[code] = row.number
            self._entries[code] = Entry(
                code,
                values["chinese"],
                values["english"],
                values["parent"],
                syllables_of(values["chinese"]),
                values["year"],
                values["source"],
            )

    def _holds(self, number: int, values: Mapping[str, str]) -> bool:
        code = values["code"]
        before = len(self._faults)
        for field in ("code", "chinese"):
            if not values[field]:
                self._tell(number, field, told("没有填写", "此项必填，请补上"))
        for field, value in values.items():
            if len(value) > LONGEST[field]:
                self._tell(number, field, told("超过 %(most)s 个字", "请缩短", most=LONGEST[field]))
        pattern = _REGION if self._table is REGIONS else _CODE
        if code and not pattern.fullmatch(code):
            remedy = (
                "行政区划代码为 6 位（县以上）、9 位（乡镇街道）或 12 位数字"
                if self._table is REGIONS
                else "代码由字母、数字和 . - / 组成，以字母或数字开头"
            )
            self._tell(number, "code", told("“%(code)s”不是代码", remedy, code=shortened(code)))
        if code in self._rows:
            self._tell(
                number, "code", told("代码与第 %(row)s 行重复", "每个代码只写一行", row=self._rows[code])
            )
        return len(self._faults) == before

    def _tell(self, number: int, field: str, fault: Fault) -> None:
        self._faults.append(RowFault(number, HEADS[field][0] if field else "", fault))

    def finished(self) -> CodeFile:
        """With the larger wholes filled in and checked, once all codes are known."""
        for code, entry in self._entries.items():
            whole = entry.parent or self._whole(code)
            if whole == code or (whole and not self._known(whole)):
                fault = told("上级代码“%(code)s”不存在", "请先添加上级，或更正上级代码", code=whole)
                self._tell(self._rows[code], "parent", fault)
            self._entries[code] = Entry(
                code, entry.chinese, entry.english, whole, entry.pinyin, entry.year, entry.source
            )
        for code in self._entries:
            if self._turns(code):
                fault = told("上级关系绕成了一圈", "请更正上级代码")
                self._tell(self._rows[code], "parent", fault)
        return CodeFile(tuple(self._entries.values()), tuple(sorted(self._faults, key=lambda each: each.row)))

    def _known(self, code: str) -> bool:
        return code in self._entries or code in self._table

    def _whole(self, code: str) -> str:
        """The larger whole where the file does not tell it: the delivered one, else by the digits."""
        held = self._table.entry(code)
        if held is not None:
            return held.parent
        if self._table is REGIONS:
            nearer = [code[:9], code[:6], f"{code[:4]}00", f"{code[:2]}0000"]
        else:
            nearer = [code[:length] for length in range(len(code) - 1, 0, -1)]
        return next((each for each in nearer if each != code and self._known(each)), "")

    def _turns(self, code: str) -> bool:
        seen: set[str] = set()
        while code and code not in seen:
            seen.add(code)
            entry = self._entries.get(code) or self._table.entry(code)
            code = entry.parent if entry else ""
        return bool(code)
