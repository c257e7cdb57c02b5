"""A file looked at before it is imported: format, meaning of its columns, first rows with their faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath

from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import CheckedRow, Checker, matching_heads
from matchmaker.importing.columns import Head, columns, guess_kind, require_columns, understand
from matchmaker.importing.csv_rows import open_csv
from matchmaker.importing.decoding import SAMPLE, Encoding, detect, lines
from matchmaker.importing.json_rows import open_json
from matchmaker.importing.rows import Source
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.importing.sheets import open_xlsx
from matchmaker.importing.tables import empty_file
from matchmaker.messages import Message

#: Rows that a preview shows.
SHOWN = 20
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be imported.

    Attributes:
        kind: given, or guessed from the columns.
        format: jsonl, json, csv or xlsx.
        encoding: label for people; "" for xlsx.
        heads: each column with its field, or with the nearest known head.
        fields: every field of the kind with its Chinese head, to correct ``heads`` with.
        total_rows: exact, but for the rows that turn out empty.
        rows: the first rows with their faults and notes.
        matching: heads of the key by which rows without an id are recognised.
        sheet, sheets: of xlsx: the one that is read, and all.
    """

    kind: str
    format: str
    encoding: str
    heads: tuple[Head, ...]
    fields: Mapping[str, str]
    total_rows: int
    rows: tuple[CheckedRow, ...]
    matching: tuple[str, ...]
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Head → field, "" for a column that is left out, as ``create_run`` takes it."""
        return {head.head: head.field for head in self.heads}

    @property
    def unknown(self) -> tuple[Head, ...]:
        """The columns that are left out."""
        return tuple(head for head in self.heads if not head.field)


def inspect(
    path: Path,
    filename: str,
    *,
    kind: str | None,
    settings: Settings,
    columns_as: Mapping[str, str] | None = None,
) -> Preview:
    """Reads the beginning of a file and counts its rows; ``columns_as`` corrects what columns mean.

    Raises:
        InvalidInput: it cannot be imported as a whole (empty, too large, no text, kind or columns unclear).
    """
    if kind:
        _require_known(kind)
    source = open_file(path, kind, settings)
    found = kind or _guessed(source, filename)
    heads = with_corrections(understand(source.heads, found), columns_as or {})
    require_columns(heads, found)
    total = count_rows(source, settings)
    if not total:
        raise _only_heads()
    checker = Checker(found, {head.head: head.field for head in heads})
    return Preview(
        kind=found,
        format=source.format,
        encoding=source.encoding,
        heads=heads,
        fields={name: column.head for name, column in columns(found).items()},
        total_rows=total,
        rows=tuple(checker.check(row) for row in islice(source.rows(), SHOWN)),
        matching=matching_heads(found),
        delimiter=source.delimiter,
        sheet=source.sheet,
        sheets=source.sheets,
    )


def open_file(path: Path, kind: str | None, settings: Settings) -> Source:
    """The file as rows, by what it holds rather than by its name."""
    size = path.stat().st_size
    if size > settings.import_megabytes << 20:
        values = {"size": size >> 20, "most": settings.import_megabytes}
        raise _too_large(Message("文件有 %(size)s MB，超过上限 %(most)s MB。", values))
    with path.open("rb") as file:
        beginning = file.read(SAMPLE)
    if not beginning.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise empty_file()
    if beginning.startswith(b"PK\x03\x04"):
        return open_xlsx(path, kind, settings.import_megabytes)
    if beginning.startswith(OLD_EXCEL):
        raise InvalidInput(
            Message("这是旧版 Excel（.xls）或加了密的文件，无法读取。"),
            hint=Message("请用 Excel 或 WPS 打开后另存为 XLSX。"),
            fields={"file": Message("旧版或加密的 Excel；请另存为 XLSX。")},
        )
    encoding = detect(path)
    first = _first_character(path, encoding)
    if first in {"{", "["}:
        return open_json(path, encoding, array=first == "[")
    return open_csv(path, encoding, kind)


def _first_character(path: Path, encoding: Encoding) -> str:
    for line in lines(path, encoding):
        text = line.strip().lstrip("\ufeff")
        if text:
            return text[0]
    raise empty_file()


def _require_known(kind: str) -> None:
    if kind not in SCHEMAS:
        raise InvalidInput(
            Message("没有“%(kind)s”这一类。", {"kind": kind}),
            hint=Message("可用的有：%(kinds)s。", {"kinds": "、".join(SCHEMAS)}),
            fields={"kind": Message("请从列表中选择。")},
        )


def _guessed(source: Source, filename: str) -> str:
    found = guess_kind(source.heads, PurePath(filename).name)
    if found:
        return found
    raise InvalidInput(
        Message("从列名（%(heads)s）看不出这个文件是哪一类数据。", {"heads": "、".join(source.heads[:12])}),
        hint=Message("请选择类别（--kind）：难题、专家、论文、专利、成果或单位；各类的列名见导入说明。"),
        fields={"kind": Message("请选择这个文件是哪一类数据。")},
    )


def with_corrections(heads: tuple[Head, ...], columns_as: Mapping[str, str]) -> tuple[Head, ...]:
    """The heads as a person says they are; a field that he gives to one column leaves the others."""
    chosen = {field for field in columns_as.values() if field}
    return tuple(
        Head(head.head, columns_as[head.head])
        if head.head in columns_as
        else Head(head.head, "" if head.field in chosen else head.field, head.suggestion)
        for head in heads
    )


def count_rows(source: Source, settings: Settings) -> int:
    """How many rows there are; InvalidInput when there are more than allowed."""
    total = 0
    for _row in source.rows():
        total += 1
        if total > settings.import_rows:
            raise _too_large(Message("文件超过 %(most)s 行。", {"most": settings.import_rows}))
    return total


def _too_large(message: Message) -> InvalidInput:
    hint = Message("请拆成几个文件分别导入，或请管理员调大上限（import_megabytes、import_rows）。")
    return InvalidInput(message, hint=hint, fields={"file": message})


def _only_heads() -> InvalidInput:
    return InvalidInput(
        Message("文件只有表头，没有数据行。"),
        hint=Message("请在表头下面填写数据后再导入。"),
        fields={"file": Message("只有表头；请填写数据后再导入。")},
    )
