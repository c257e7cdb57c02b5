"""Outcome cards on pages: what was typed, read and given back; the rows of the grid for paper cards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker import taxonomy
from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.messages import Message
from matchmaker.services.outcomes import Card
from matchmaker.taxonomy.table import Table
from web.i18n import tell
from web.schemas.outcomes import CardIn
from web.schemas.parsing import load

#: Columns of the grid, in the order of a paper card.
COLUMNS = ("meeting", "side", "attended", "result", "ways", "amount", "reason", "next_step", "note")
#: What is typed for a side.
SIDE_KEYS: dict[str, tuple[str, ...]] = {
    "demand": ("1", "需", "需求方", "企业", "d"),
    "supply": ("2", "专", "专家", "专家方", "s"),
    "office": ("0", "未", "未注明", "o"),
}
#: Empty rows that stand ready.
READY = 12
MOST_ROWS = 200
_DIVIDERS = re.compile(r"[\s,，、;；/+]+")
_CODED = {
    "attended": taxonomy.ATTENDANCE,
    "result": taxonomy.MEETING_OUTCOMES,
    "reason": taxonomy.UNFIT_REASONS,
}
_NUMBER = Message("请填写洽谈的编号。")
_SIDE = Message("请填 1（需求方）、2（专家方）或 0（未注明）。")
_CODE = Message("请填上方所列的序号或名称。")


@dataclass
class Row:
    """A line of the grid: as it was typed, with what is wrong beside the cells."""

    place: int
    typed: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    revision: int = 0


def card_of(form: MultiDict[str, str]) -> tuple[Card, int | None]:
    """The card of a form and the revision that the form began with."""
    given = load(CardIn(), form)
    revision = given.pop("revision")
    return made(given), revision


def made(given: Mapping[str, Any]) -> Card:
    """A card from what a form or a row gave."""
    values = dict(given)
    values["amount_fen"] = values.pop("amount")
    values["ways"] = tuple(values["ways"])
    values["rating"] = int(values["rating"]) if values["rating"] else None
    return Card(**values)


def typed_of(card: Any) -> MultiDict[str, str]:
    """A stored card as its form holds it."""
    if card is None:
        return MultiDict()
    amount = "" if card.amount_fen is None else f"{card.amount_fen / 1_000_000:.2f}".rstrip("0").rstrip(".")
    pairs = [
        ("attended", card.attended), ("result", card.result), ("amount", amount), ("reason", card.reason),
        ("next_step", card.next_step), ("next_who", card.next_who),
        ("next_on", card.next_on.isoformat() if card.next_on else ""),
        ("rating", str(card.rating or "")), ("note", card.note), *(("ways", way) for way in card.ways),
    ]  # fmt: skip
    return MultiDict(pairs)


def faults_of(fault: MatchmakerError) -> dict[str, str]:
    """Faults by field; of an item of a list under the list."""
    found: dict[str, str] = {}
    for name, message in fault.fields.items():
        found.setdefault(name.partition(".")[0], tell(message))
    return found


def rows_of(form: MultiDict[str, str]) -> list[Row]:
    """The lines in which anything was typed."""
    found = []
    for text in form.getlist("row")[:MOST_ROWS]:
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            continue
        typed = {name: form.get(f"row-{text}-{name}", "").strip() for name in COLUMNS}
        told = form.get(f"row-{text}-revision", "")
        revision = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0
        if any(typed.values()):
            found.append(Row(int(text), typed, {}, revision))
    return found


def read(row: Row) -> tuple[int, str, Card]:
    """Number of the meeting, side and card of a line; InvalidInput with the fault of each cell."""
    typed, faults = row.typed, {}
    number = int(typed["meeting"]) if re.fullmatch(r"[0-9]{1,9}", typed["meeting"]) else 0
    if not number:
        faults["meeting"] = tell(_NUMBER)
    side = next((name for name, keys in SIDE_KEYS.items() if typed["side"].lower() in keys), "")
    if not side:
        faults["side"] = tell(_SIDE)
    coded: list[tuple[str, str]] = []
    for name, table in _CODED.items():
        code = _code(table, typed[name])
        if code is None:
            faults[name] = tell(_CODE)
        coded.append((name, code or ""))
    ways = [_code(taxonomy.INTENT_WAYS, part) for part in _DIVIDERS.split(typed["ways"]) if part]
    if None in ways:
        faults["ways"] = tell(_CODE)
    plain = [(name, typed[name]) for name in ("amount", "next_step", "note")]
    try:
        given = load(CardIn(), MultiDict([*coded, *plain, *(("ways", way) for way in ways if way)]))
    except InvalidInput as fault:
        faults = {**faults_of(fault), **faults}
    if faults:
        raise GridFault(faults)
    given.pop("revision")
    return number, side, made(given)


class GridFault(Exception):
    """Faults of a line, by column, as they are shown."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(str(faults))
        self.faults = faults


def numbered(table: Table) -> Sequence[tuple[int, str]]:
    """Places and codes of a table: what is typed is the place, or the name, or the code."""
    return list(enumerate(table, 1))


def _code(table: Table, text: str) -> str | None:
    """The code that was meant; "" for nothing, None for what cannot be understood."""
    if not text:
        return ""
    codes = list(table)
    if text.isascii() and text.isdigit():
        return codes[int(text) - 1] if 0 < int(text) <= len(codes) else None
    return next((code for code in codes if text in {code, table.label(code), table.label(code, "en")}), None)
