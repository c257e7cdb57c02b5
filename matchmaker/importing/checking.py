"""One row: cleaned, its columns as fields, each field checked; everything wrong with it is told at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from marshmallow import ValidationError

from matchmaker.importing.cleaning import UnusableError, clean
from matchmaker.importing.columns import REPORT_HEADS, Head, attributes, head_of, understand
from matchmaker.importing.faults import Fault, Finding, shortened, told
from matchmaker.importing.fields import wide_to_narrow
from matchmaker.importing.rows import RawRow
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.importing.structures import CLASSIFIED

#: Fields of which the first that is given names a row.
TITLE_FIELDS = ("title", "name", "abstract")


@dataclass(slots=True)
class CheckedRow:
    """A row after checking.

    Attributes:
        values: attribute → value, of the fields that the row gives.
        given: fields that the row gives.
        faults: why it is left out; empty for a good row.
        notes: what was changed or left out without rejecting it.
        raw: the row as it came, cleaned; of a classified row its id alone.
        matching: fingerprint of the told matching key, of a good row.
    """

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    matching: str = ""

    @property
    def key(self) -> str:
        """The sender's id, or ""."""
        return str(self.values.get("key") or "")

    @property
    def title(self) -> str:
        """What a person would call the row, for previews."""
        return shortened(next((self.given[name] for name in TITLE_FIELDS if self.given.get(name)), ""), 80)


class Checker:
    """Checks the rows of one file.

    ``columns`` says what its heads mean; those not named there are understood as they come.
    """

    def __init__(self, kind: str, columns: Mapping[str, str] | None = None) -> None:
        self.kind = kind
        self._schema = SCHEMAS[kind]()
        self._fields = {head: name for head, name in (columns or {}).items() if name in self._schema.fields}
        self._ignored = {*REPORT_HEADS, *(head for head in columns or {} if head not in self._fields)}
        self._attributes = attributes(kind)

    def check(self, raw: RawRow) -> CheckedRow:
        """The row with everything that is wrong with it."""
        row = CheckedRow(raw.number)
        if raw.fault:
            row.faults.append(Finding("", raw.fault))
        cleaned = self._clean(raw.values, row)
        if any(finding.fault is CLASSIFIED for finding in row.faults):
            return self._without_content(row, cleaned)
        row.raw = {head: _cell(value) for head, value in cleaned.items()}
        if not row.faults:
            self._load(self._by_field(cleaned, row), row)
        if not row.faults:
            row.matching = match_key(self.kind, row.values)
        if any(finding.fault is CLASSIFIED for finding in row.faults):
            return self._without_content(row, cleaned)
        return row

    def _clean(self, values: Mapping[str, Any], row: CheckedRow) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for head, value in values.items():
            name = self._fields.get(head, "") or head
            try:
                cleaned = clean(value)
            except UnusableError as unusable:
                row.faults.append(Finding(name, unusable.fault))
                continue
            found[clean(head).value[:60]] = cleaned.value
            if cleaned.secret:
                row.faults.append(Finding("classified", CLASSIFIED))
            row.notes.extend(Finding(name, fault) for fault in _remarks(cleaned.controls, cleaned.broken))
        return found

    def _by_field(self, values: Mapping[str, Any], row: CheckedRow) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for head, value in values.items():
            if head not in self._fields and head not in self._ignored:
                self._meet(head, row)
            name = self._fields.get(head)
            if name and not data.get(name):
                data[name] = value
        return data

    def _meet(self, head: str, row: CheckedRow) -> None:
        """A key that was not among the first rows: understood, or told once and left out."""
        found = understand([*self._fields, head], self.kind)[-1]
        if found.field and found.field not in self._fields.values():
            self._fields[head] = found.field
            return
        self._ignored.add(head)
        row.notes.append(Finding(head, unknown_column(found)))

    def _load(self, data: dict[str, Any], row: CheckedRow) -> None:
        self._schema.notes.clear()
        understood: Mapping[str, Any] = {}
        try:
            understood = row.values = self._schema.load(data)
        except ValidationError as error:
            row.faults.extend(_findings(error.messages))
            understood = error.valid_data if isinstance(error.valid_data, dict) else {}
        row.given = {name: understood.get(self._attributes.get(name, name)) for name in data}
        row.notes.extend(self._schema.notes)

    def _without_content(self, row: CheckedRow, cleaned: Mapping[str, Any]) -> CheckedRow:
        """A classified row leaves nothing behind but its number and id."""
        raw = {head: _cell(value)[:200] for head, value in cleaned.items() if self._fields.get(head) == "id"}
        return CheckedRow(row.number, faults=[Finding("classified", CLASSIFIED)], raw=raw)


def unknown_column(head: Head) -> Fault:
    """The note about a column that is kept out."""
    if head.suggestion:
        fault = "不认识这一列，已忽略；是不是“%(nearest)s”？"
        return told(fault, "请在“列的含义”中指定，或改列名", nearest=head.suggestion)
    return told("不认识这一列，已忽略", "需要的话，请对照导入说明改列名")


def _remarks(controls: int, broken: int) -> Iterator[Fault]:
    if controls:
        yield told("删去了 %(number)s 个控制字符", "请核对内容", number=controls)
    if broken:
        yield told("%(number)s 个残缺的字符已换成“\ufffd”", "请核对内容，并检查文件的编码", number=broken)


def _findings(messages: Any) -> Iterator[Finding]:
    """What marshmallow collected: field → faults, nested for lists."""
    for name, found in messages.items():
        for fault in _flat(found):
            yield Finding(str(name), fault)


def _flat(found: Any) -> Iterator[Fault]:
    if isinstance(found, Fault):
        yield found
    elif isinstance(found, dict):
        for inner in found.values():
            yield from _flat(inner)
    else:
        for inner in found:
            yield from _flat(inner)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def match_key(kind: str, values: Mapping[str, Any]) -> str:
    """Fingerprint of the told matching key of a kind, or "" when the row lacks what it is made of."""
    parts = [_folded(values.get(name) or "") for name in SCHEMAS[kind].MATCHING]
    if kind == "patent":
        parts = [parts[0]] if parts[0] else ["", *parts[1:]]
    elif kind == "problem":
        parts = parts[:2] if parts[1] else [parts[0], "", parts[2]]
    if not any(parts):
        return ""
    return sha256("\x1f".join([kind, *parts]).encode()).hexdigest()


def _folded(value: str) -> str:
    """Without blanks, case and width, so that retyped names still agree."""
    return "".join(wide_to_narrow(value).split()).casefold()


def matching_heads(kind: str) -> tuple[str, ...]:
    """The heads of the matching key, for the preview."""
    return tuple(head_of(kind, name) for name in SCHEMAS[kind].MATCHING)
