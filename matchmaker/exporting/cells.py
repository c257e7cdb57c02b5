"""Values as the cells of a spreadsheet: each is written so that the import reads the same value again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from matchmaker.importing.fields import Amount, Code, CodeList, Industry, Region, TextList
from matchmaker.importing.structures import Indicators, Projects
from matchmaker.taxonomy import COMPARATORS, EXPERIENCE_KINDS, INDUSTRIES, REGIONS

#: 分 in 0.01 万元, the smallest amount that is written in 万元.
FEN_IN_STEP = 10_000
FEN_IN_WAN = 1_000_000

Cell = str | int | float | date | None


def cell(field: fields.Field[Any], value: Any) -> Cell:
    """The cell of a value; None for nothing."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(field, Amount):
        return _amount(value)
    if isinstance(field, (Code, Region, Industry)):
        return _code(field, str(value))
    if isinstance(field, (Indicators, Projects)):
        return _lines(field, value)
    if isinstance(field, CodeList):
        return "；".join(field.table.label(code) for code in value)
    if isinstance(field, TextList):
        return _readable(field, value, "；".join)
    if isinstance(value, (int, float, date)) and not isinstance(value, bool):
        return value
    return str(value)


def _amount(fen: int) -> Cell:
    """In 万元 as a number; with 分 that 万元 with two decimals cannot tell, in 元 as a text."""
    if fen % FEN_IN_STEP:
        return f"{fen // 100}.{fen % 100:02d}元"
    return fen // FEN_IN_WAN if fen % FEN_IN_WAN == 0 else round(fen / FEN_IN_WAN, 2)


def _code(field: Code | Region | Industry, code: str) -> str:
    table = field.table if isinstance(field, Code) else REGIONS if isinstance(field, Region) else INDUSTRIES
    return table.text(code)


def _lines(field: Indicators | Projects, items: Sequence[Mapping[str, Any]]) -> str:
    line = _indicator if isinstance(field, Indicators) else _experience
    return _readable(field, [dict(item) for item in items], lambda each: "\n".join(map(line, each)))


def _readable(field: fields.Field[Any], value: list[Any], write: Callable[[Iterable[Any]], str]) -> str:
    """As people write it where that is read as the same value, else as JSON."""
    text = write(value)
    try:
        if field.deserialize(text) == value:
            return text
    except ValidationError:
        pass
    return json.dumps(value, ensure_ascii=False)


def _indicator(item: Mapping[str, Any]) -> str:
    comparator = "" if item["comparator"] == "range" else COMPARATORS.label(item["comparator"])
    parts = [item["name"], comparator, item["target"], item["unit"]]
    now = f"(现值 {item['current']})" if item["current"] else ""
    wish = "" if item["required"] else "(期望)"
    return " ".join(part for part in [*parts, now, wish] if part)


def _experience(item: Mapping[str, Any]) -> str:
    kind = item.get("kind") or "project"
    name = "" if kind == "project" else f"{EXPERIENCE_KINDS.label(kind)}："
    return f"{name}{item['title']}"


#: Beginnings that a spreadsheet takes for a formula, also after apostrophes that a text has of its own.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def harmless(value: Cell) -> Cell:
    """Text that no spreadsheet takes for a formula; the import takes the apostrophe off again."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
