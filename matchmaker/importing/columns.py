"""What the columns of a file mean: heads to fields, the kind of the rows, suggestions for unknown heads."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from matchmaker.errors import InvalidInput
from matchmaker.importing.fields import wide_to_narrow
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message

#: Columns that our own list of bad rows adds; they are left out without a word.
REPORT_HEADS = ("行号", "字段", "问题", "处理建议")
#: Words of a file's name that tell its kind when the columns leave two open.
NAME_WORDS = {
    "problem": ("problem", "难题", "需求"),
    "expert": ("expert", "专家", "人才"),
    "publication": ("publication", "paper", "论文", "文献"),
    "patent": ("patent", "专利"),
    "achievement": ("achievement", "成果"),
    "organization": ("organization", "institute", "单位", "机构", "院所"),
}
#: Kind → columns of which one must be there, where the compulsory ones are not enough.
MARKS = {
    "publication": {"title", "abstract"},
    "patent": {"number", "ipc", "inventors", "status", "organization"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field that a column may stand for."""

    field: str
    head: str
    others: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Head:
    """One column of a file as it was understood.

    Attributes:
        field: "" when the column is left out.
        suggestion: the known head that is nearest to an unknown one, or "".
    """

    head: str
    field: str
    suggestion: str = ""


@cache
def columns(kind: str) -> Mapping[str, Column]:
    """Field → column of a kind."""
    schema = SCHEMAS[kind]()
    return {
        name: Column(name, field.metadata["head"], tuple(field.metadata["others"]), bool(field.required))
        for name, field in schema.fields.items()
    }


@cache
def attributes(kind: str) -> Mapping[str, str]:
    """Field → name of the attribute that holds it, for the few where they differ."""
    return {name: field.attribute for name, field in SCHEMAS[kind]().fields.items() if field.attribute}


def head_of(kind: str, field: str) -> str:
    """The Chinese head of a field; "" for the row as a whole."""
    column = columns(kind).get(field)
    return column.head if column else field


@cache
def _spellings(kind: str) -> Mapping[str, str]:
    """Normalised head → field; a field's own head wins over another's other name."""
    found: dict[str, str] = {}
    for column in columns(kind).values():
        for other in column.others:
            found.setdefault(normalised(other), column.field)
    for column in columns(kind).values():
        found[normalised(column.head)] = column.field
    for column in columns(kind).values():
        found[normalised(column.field)] = column.field
    return found


def normalised(head: str) -> str:
    """A head without case, blanks, stars and “必填”."""
    text = re.sub(r"[\s*_:：]", "", wide_to_narrow(head)).casefold()
    return re.sub(r"\((必填|选填|可选|可多选|多选|required|optional)\)", "", text)


def field_of(head: str, kind: str) -> str:
    """The field that a head means, or "". Remarks in brackets are ignored, units of money are not."""
    spellings = _spellings(kind)
    text = normalised(head)
    if text in spellings:
        return spellings[text]
    bare = re.sub(r"\([^()]*\)|【[^】]*】", "", text)
    return spellings.get(bare, "") if "元" not in text else ""


def understand(heads: Iterable[str], kind: str) -> tuple[Head, ...]:
    """Each column with its field; a second column for the same field is left out."""
    taken: set[str] = set()
    found = []
    for head in heads:
        field = field_of(head, kind)
        if field and field not in taken:
            taken.add(field)
            found.append(Head(head, field))
        else:
            found.append(Head(head, "", "" if field or head in REPORT_HEADS else _nearest(head, kind)))
    return tuple(found)


def _nearest(head: str, kind: str) -> str:
    known = _spellings(kind)
    nearest = difflib.get_close_matches(normalised(head), list(known), 1, 0.5)
    return head_of(kind, known[nearest[0]]) if nearest else ""


def recognised(heads: Iterable[str], kind: str) -> int:
    """How many different fields of a kind the heads name."""
    return len({field_of(head, kind) for head in heads} - {""})


def guess_kind(heads: Iterable[str], filename: str) -> str | None:
    """The kind whose columns fit best, with its compulsory ones all there; None when two fit alike."""
    given = list(heads)
    scores: dict[str, int] = {}
    for kind in SCHEMAS:
        fields = {field_of(head, kind) for head in given}
        required = {column.field for column in columns(kind).values() if column.required}
        if required <= fields and _has_mark(kind, fields):
            own = sum(normalised(head) == normalised(head_of(kind, field_of(head, kind))) for head in given)
            scores[kind] = 10 * len(fields - {""}) + own
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    if len(best) == 1:
        return best[0]
    name = PurePath(filename).stem.casefold()
    named = [kind for kind in best or SCHEMAS if any(word in name for word in NAME_WORDS[kind])]
    return named[0] if len(named) == 1 else None


def _has_mark(kind: str, fields: set[str]) -> bool:
    """Whether one of the columns is there by which a kind is told from others that have the same ones."""
    return kind not in MARKS or not fields.isdisjoint(MARKS[kind])


def require_columns(heads: Iterable[Head], kind: str) -> None:
    """Raises InvalidInput that names the compulsory columns that no head stands for."""
    present = {head.field for head in heads}
    missing = [column for column in columns(kind).values() if column.required and column.field not in present]
    if missing:
        names = "、".join(column.head for column in missing)
        raise InvalidInput(
            Message("文件里没有必需的列：%(names)s。", {"names": names}),
            hint=Message("请在表头中加上这些列，或在“列的含义”中指定；各列的名称见导入说明。"),
            fields={column.field: Message("没有这一列") for column in missing},
        )
