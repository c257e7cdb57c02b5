"""Rows of an event's forms: sessions and tables as they are typed, rounds as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.services.event_consequences import TableFacts, Times
from matchmaker.services.event_times import MOST_TABLES, Span, names_of
from web.schemas.events import MoreTablesIn, SpanIn, TableIn, TimesIn, at
from web.schemas.parsing import TELL, load

if TYPE_CHECKING:
    from matchmaker.models import Event

#: Sessions that a form can hold, and empty rows at its end.
MOST_SPANS, SPARE_SPANS = 12, 2
_SPAN = ("day", "starts", "ends", "name")
_DIVIDERS = re.compile(r"[\s,，、;；]+")


def typed_times(event: Event) -> MultiDict[str, str]:
    """What the form of sessions shows at first."""
    typed: MultiDict[str, str] = MultiDict(
        {"slot_minutes": str(event.slot_minutes), "break_minutes": str(event.break_minutes)}
    )
    for index, span in enumerate(event.sessions):
        typed.update(
            {
                f"session-{index}-day": f"{span.starts:%Y-%m-%d}",
                f"session-{index}-starts": f"{span.starts:%H:%M}",
                f"session-{index}-ends": f"{span.ends:%H:%M}",
                f"session-{index}-name": span.name,
            }
        )
    return typed


def span_rows(typed: Any) -> range:
    """Rows that the form shows: those that are filled and a few more."""
    filled = [
        index
        for index in range(MOST_SPANS)
        if any(typed.get(f"session-{index}-{name}", "") for name in _SPAN)
    ]
    return range(min((max(filled) + 1 if filled else 0) + SPARE_SPANS, MOST_SPANS))


def times_of(typed: MultiDict[str, str]) -> Times:
    """The sessions as they were typed; empty rows are left out."""
    given = load(TimesIn(), typed)
    spans: list[Span] = []
    faults: dict[str, Message] = {}
    for index in range(MOST_SPANS):
        row = MultiDict({name: typed.get(f"session-{index}-{name}", "") for name in _SPAN})
        if not any(row.values()):
            continue
        try:
            span = load(SpanIn(), row)
        except InvalidInput as fault:
            faults |= {f"session-{index}-{name}": text for name, text in fault.fields.items()}
            continue
        for name in ("day", "starts", "ends"):
            if not span[name]:
                faults[f"session-{index}-{name}"] = Message("必填，请填写。")
        starts, ends = at(span["day"], span["starts"]), at(span["day"], span["ends"])
        if starts and ends:
            spans.append(Span(starts, ends, span["name"]))
    if faults:
        raise InvalidInput(TELL, fields=faults)
    return Times(spans, given["slot_minutes"], given["break_minutes"])


def typed_tables(event: Event) -> MultiDict[str, str]:
    """What the form of tables shows at first."""
    typed: MultiDict[str, str] = MultiDict({"add_prefix": "A"})
    for index, table in enumerate(event.tables):
        typed.update(
            {
                f"table-{index}-id": str(table.id),
                f"table-{index}-name": table.name,
                f"table-{index}-room": table.room,
                f"table-{index}-unavailable": rounds_text(table.unavailable),
            }
        )
        for kind in table.kinds:
            typed.add(f"table-{index}-kinds", kind)
    return typed


def table_rows(typed: Any) -> list[int]:
    """Rows of tables that the form shows."""
    return [index for index in range(MOST_TABLES) if f"table-{index}-name" in typed]


def tables_of(typed: MultiDict[str, str]) -> list[TableFacts]:
    """The tables as they were typed, those to be taken away left out, new ones by number added."""
    found: list[TableFacts] = []
    faults: dict[str, Message] = {}
    for index in table_rows(typed):
        prefix = f"table-{index}-"
        row: MultiDict[str, str] = MultiDict()
        for name in typed:
            if name.startswith(prefix):
                row.setlist(name.removeprefix(prefix), typed.getlist(name))
        try:
            given = load(TableIn(), row)
            if given["gone"]:
                continue
            rounds = rounds_of(given["unavailable"])
        except InvalidInput as fault:
            faults |= {f"{prefix}{name}": text for name, text in fault.fields.items()}
            continue
        found.append(
            TableFacts(given["name"], given["room"], tuple(given["kinds"]), tuple(rounds), given["id"])
        )
    more = load(MoreTablesIn(), typed)
    if faults:
        raise InvalidInput(TELL, fields=faults)
    if more["add_count"]:
        found += _more(found, more["add_count"], more["add_prefix"], more["add_room"])
    return found


def _more(found: list[TableFacts], count: int, prefix: str, room: str) -> list[TableFacts]:
    """Further tables, numbered on behind those that there are."""
    taken = {table.name for table in found}
    names = [name for name in names_of(count + len(found), prefix) if name not in taken]
    return [TableFacts(name, room) for name in names[:count]]


def rounds_of(text: str) -> list[int]:
    """Positions of rounds from "1、3-5"."""
    found: set[int] = set()
    for part in filter(None, _DIVIDERS.split(text)):
        span = re.fullmatch(r"(\d{1,3})(?:[-–—~](\d{1,3}))?", part)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, 0)
        if not 1 <= first <= last:
            told = Message("请写轮次，如 1、3-5；全天可用请留空。")
            raise InvalidInput(TELL, fields={"unavailable": told})
        found.update(range(first - 1, last))
    return sorted(found)


def rounds_text(positions: Iterable[int]) -> str:
    """The same back: "1、3-5"."""
    parts: list[list[int]] = []
    for position in sorted(positions):
        if parts and position == parts[-1][-1] + 1:
            parts[-1].append(position)
        else:
            parts.append([position])
    return "、".join(
        f"{part[0] + 1}" if len(part) == 1 else f"{part[0] + 1}-{part[-1] + 1}" for part in parts
    )
