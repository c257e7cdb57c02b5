"""Moments, sides and long words as documents print them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from matchmaker.reporting.dossier import Dossier, Need, Pairing, Person

#: Latin runs longer than this may break anywhere: no cell is wide enough for them.
_RUN = re.compile(r"[!-~]{25,}")
_BREAK = "\u200b"
_WEEKDAYS = "一二三四五六日"


def breakable(text: str) -> str:
    """The text with invisible places to break in long words and addresses."""
    return _RUN.sub(lambda run: _BREAK.join(run[0][at : at + 12] for at in range(0, len(run[0]), 12)), text)


def span(dossier: Dossier, starts: datetime, ends: datetime) -> str:
    """09:00–09:25, with the day where the event has several."""
    time = f"{starts:%H:%M}–{ends:%H:%M}"
    return f"{starts:%-m月%-d日} {time}" if _has_days(dossier) else time


def on_day(day: date) -> str:
    """2027-03-18（周四）."""
    return f"{day:%Y-%m-%d}（周{_WEEKDAYS[day.weekday()]}）"


def of_slot(dossier: Dossier, position: int) -> str:
    """The time of a slot; "" for one that there is not any more."""
    for slot in dossier.slots:
        if slot.position == position:
            return span(dossier, slot.starts, slot.ends)
    return ""


def where(dossier: Dossier) -> str:
    """Venue and address."""
    return " ".join(filter(None, (dossier.venue, dossier.address))) or "地点另行通知"


def named(people: Iterable[Person]) -> str:
    """Names with titles; nothing for whoever is veiled."""
    return "、".join(f"{one.name} {one.title}".strip() for one in people if not one.is_veiled)


def side_of(dossier: Dossier, need: Need) -> tuple[str, str]:
    """The demand side: firm (or number), and the names of those who sit there."""
    known = dossier.by_number
    return need.side, named(known[number] for number in need.people if number in known)


def by_place(dossier: Dossier) -> list[Pairing]:
    """Meetings table by table, each by time; those without a table last."""
    order = {place.name: at for at, place in enumerate(dossier.tables)}
    return sorted(dossier.meetings, key=lambda each: (order.get(each.table, len(order)), each.slot))


def letter(order: str) -> str:
    """The letter that a name stands under."""
    first = order[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def _has_days(dossier: Dossier) -> bool:
    moments = [slot.starts for slot in dossier.slots] or [item.starts for item in dossier.agenda]
    return len({moment.date() for moment in moments}) > 1
