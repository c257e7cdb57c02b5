"""Versions of events for screens that poll: one statement a moment for all of them, boards rendered once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from flask import current_app

from matchmaker.services import board
from web.request import application

#: Seconds for which the version of an event is believed; with the poll of a screen well below a second.
BELIEVED = 0.2
#: Boards that are kept rendered: events of a day, in both languages.
MOST = 32


@dataclass
class Live:
    """What this process knows: versions for a moment, boards as long as they hold."""

    versions: dict[int, tuple[float, tuple[str, str] | None]] = field(default_factory=dict)
    boards: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


def version(number: int) -> tuple[str, str] | None:
    """(version, key of the board) of an event; None for one that is not there."""
    live, at = _live(), time.monotonic()
    known = live.versions.get(number)
    if known is not None and at - known[0] < BELIEVED:
        return known[1]
    app = application()
    with app.reading() as uow:
        found = board.version(uow, number, now=app.clock(), timezone=app.settings.timezone)
    if len(live.versions) > MOST:
        live.versions.clear()
    live.versions[number] = (at, found)
    return found


def rendered(number: int, language: str, known: str, render: Callable[[], str]) -> str:
    """The board of a version, rendered by the first who asks; the others wait for it and share it."""
    live = _live()
    with live.lock:
        held = live.boards.get((number, language))
        if held is None or held[0] != known:
            if len(live.boards) > MOST:
                live.boards.clear()
            held = (known, render())
            live.boards[number, language] = held
        return held[1]


def _live() -> Live:
    found: Live = current_app.extensions.setdefault("live", Live())
    return found
