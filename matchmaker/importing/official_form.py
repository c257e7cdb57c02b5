"""A filled official form, whatever its layout: blocks of a Word file → values, with a report by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from matchmaker.importing.faults import Fault, Finding, told
from matchmaker.importing.official_fields import BY_NAME, FIELDS, NOTHING, inline, label_of
from matchmaker.importing.official_values import clean, value_of

Block = str | list[list[str]]

#: Fields whose value goes on over the cells that follow in the same row.
_SPREAD = frozenset({"keywords", "years", "solution", "activity", "field", "industry", "body", "budget"})
#: Fields whose value goes on over the paragraphs that follow.
_LONG = frozenset({"overview", "main_problem", "key_technology", "goal", "intro", "partners"})
_PARTS = ("main_problem", "key_technology", "goal")
MISSING = told("没有填写", "请在原表或编辑页面上补上")


@dataclass(slots=True)
class OfficialForm:
    """What a file says.

    Attributes:
        values: name → value as JSON holds it: texts, codes, ``keywords``, ``years``, ``budget_fen``.
        findings: faults and notes by field ("" for the file).
        is_form: whether it looks like the form at all.
    """

    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_form: bool = False

    @property
    def importable(self) -> bool:
        """It has a title and says something."""
        return bool(self.values.get("title")) and any(self.values.get(name) for name in _PARTS)


def understand(blocks: Iterable[Block]) -> OfficialForm:
    """The form in some blocks; what is missing or wrong is told, nothing that was written is lost."""
    raw = _collected(blocks)
    form = OfficialForm(is_form="title" in raw and len(raw) >= 3)
    if not form.is_form:
        form.findings.append(
            Finding(
                "", told("不像重大技术需求征集表：找不到表中的栏目", "请用空白表格填写，或改用 Excel 模板")
            )
        )
        return form
    _divide(raw)
    for each in FIELDS:
        if each.name == "overview":
            continue
        values, faults = value_of(each, "\n".join(raw.get(each.name, ())))
        form.values.update(values)
        form.findings += [Finding(each.name, fault) for fault in faults]
        if not values and not faults and (each.required or each.name in _WANTED):
            form.findings.append(Finding(each.name, MISSING))
    if not form.values.get("contact_phone") and form.values.get("landline"):
        form.values["contact_phone"] = form.values["landline"]
        form.findings = [one for one in form.findings if one.field != "contact_phone"]
    return form


_WANTED = frozenset(
    {
        "contact_phone",
        "years",
        "key_technology",
        "goal",
        "keywords",
        "budget",
        "solution",
        "activity",
        "field",
        "industry",
    }
)


def _collected(blocks: Iterable[Block]) -> dict[str, list[str]]:
    """Field → what was written in it, in its order."""
    found: dict[str, list[str]] = {}
    current = ""
    for block in blocks:
        if isinstance(block, str):
            current = _paragraph(block, current, found)
        else:
            for name, text in _in_table(block):
                found.setdefault(name, []).append(text)
            current = ""
    found.pop(NOTHING, None)
    return found


def _paragraph(text: str, current: str, found: dict[str, list[str]]) -> str:
    """One paragraph; several fields may stand in it, divided by wide gaps. Gives the field that goes on."""
    for piece in re.split(r"(?:\s{3,}|\t+)(?=[^:：\s]{2,16}\s*[:：])", text):
        name = label_of(piece)
        said = inline(piece)
        if name:
            current = name
            found.setdefault(name, [])
        elif said:
            current = said[0]
            found.setdefault(current, []).append(said[1])
        elif current in _LONG or (current and piece.strip() and not any(found.get(current, ()))):
            found.setdefault(current, []).append(piece)
    return current


def _in_table(rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Field and text: the cell beside a label, the one below it, or what follows in the label's own cell."""
    above: list[str | None] = []
    for row in rows:
        current, taken = "", False
        names: list[str | None] = []
        for place, cell in enumerate(row):
            name, said = label_of(cell), inline(cell)
            names.append(name)
            if name:
                current, taken = name, False
                yield name, ""
            elif said:
                yield from _lines(cell)
                current, taken = "", True
            elif current and (not taken or current in _SPREAD):
                yield current, cell
                taken = True
            elif not taken and len(above) == len(row) and (upper := above[place]):
                yield upper, cell
        above = names if all(names) or len(row) == 1 else []


def _lines(cell: str) -> Iterator[tuple[str, str]]:
    """A cell that holds labels and values line by line."""
    found: dict[str, list[str]] = {}
    current = ""
    for line in cell.split("\n"):
        current = _paragraph(line, current, found)
    for name, texts in found.items():
        yield name, "\n".join(texts)


def _divide(raw: dict[str, list[str]]) -> None:
    """The description as a whole into its three parts, by the headings within it."""
    whole = clean("\n".join(raw.pop("overview", ())))
    if not whole:
        return
    parts: dict[str, list[str]] = {"": []}
    current = ""
    for line in whole.split("\n"):
        name, said = label_of(line), inline(line)
        if name in _PARTS:
            current = str(name)
        elif said and said[0] in _PARTS:
            current = said[0]
            parts.setdefault(current, []).append(said[1])
        else:
            parts.setdefault(current, []).append(line)
    for name, lines in parts.items():
        raw.setdefault(name or "main_problem", []).extend(line for line in lines if line)


def label(name: str) -> str:
    """How the form calls a field."""
    return BY_NAME[name].label if name in BY_NAME else ""


def as_faults(form: OfficialForm) -> list[tuple[str, Fault]]:
    """Label and fault of everything that was found."""
    return [(label(finding.field), finding.fault) for finding in form.findings]
