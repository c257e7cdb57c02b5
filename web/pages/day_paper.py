"""补录: arrivals, beginnings, ends and no-shows from paper, by keyboard, with contradictions shown."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.services import board, day_conflicts, day_paper
from matchmaker.services.day_entries import SIDES
from matchmaker.services.day_paper import Line, Paper
from web.day_parts import clock, day_of, when
from web.i18n import _, tell
from web.request import actor, application, number_argument

blueprint = Blueprint("day_paper", __name__)

_MOST_TIME = 8


@blueprint.get("/events/<int:number>/day/paper")
def show(number: int) -> str:
    """The grid of one round, or of everybody's arrival."""
    return _page(number, {}, None)


@blueprint.post("/events/<int:number>/day/paper")
def enter(number: int) -> ResponseReturnValue:
    """Saves a grid whole, or shows it again with what is to be checked."""
    try:
        with application().unit_of_work() as uow:
            written = day_paper.enter(uow, actor(), number, _paper(), when())
    except InvalidInput as fault:
        return _page(number, request.form, fault), fault.status
    flash(_("已补录 %(n)s 条。", n=written) if written else _("没有新的内容。"), "done")
    slot = request.form.get("slot", "")
    return redirect(
        url_for(
            "day_paper.show",
            number=number,
            slot=slot if slot.isdigit() else None,
            day=request.form.get("day"),
        ),
        303,
    )


@blueprint.post("/events/<int:number>/day/conflicts/<int:entry>")
def settle(number: int, entry: int) -> ResponseReturnValue:
    """A contradiction was looked at; what holds now stays."""
    with application().unit_of_work() as uow:
        day_conflicts.settle(uow, actor(), number, entry, at=when().now)
    flash(_("已核对。"), "done")
    return redirect(url_for("day_paper.show", number=number), 303)


def _page(number: int, typed: Any, fault: InvalidInput | None) -> str:
    with application().reading() as uow:
        day = day_of(uow, number)
        asked = number_argument("slot") or _whole(request.form.get("slot", ""))
        slot = asked - 1 if asked and asked - 1 in day.slots else None
        days = sorted({row.starts.date() for row in day.slots.values()}) or [application().today()]
        chosen = _day(request.values.get("day", ""))
        return render_template(
            "pages/day_paper.html",
            event=day.event,
            day=day,
            slot=slot,
            meetings=day.at_slot(slot) if slot is not None else [],
            days=days,
            chosen=chosen if chosen in days else days[0],
            conflicts=day_conflicts.open_conflicts(uow, day),
            known=lambda moment: day_paper.known(day, moment),
            typed=typed,
            fault=fault,
            faults={name: tell(text) for name, text in fault.fields.items()} if fault else {},
            sides=SIDES,
            demand_label=board.demand_label,
            clock=clock,
        )


def _paper() -> Paper:
    form = request.form
    arrivals: dict[int, str] = {}
    lines: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        kind, _dash, text = name.partition("-")
        number = _whole(text)
        if not number or not value.strip():
            continue
        if kind == "arrived":
            arrivals[number] = value[:_MOST_TIME]
        elif kind in ("began", "ended", "missing"):
            lines.setdefault(number, {})[kind] = value[:_MOST_TIME]
    right = frozenset(name.removeprefix("right-") for name in form if name.startswith("right-"))
    chosen = _day(form.get("day", "")) or application().today()
    return Paper(chosen, arrivals, {number: Line(**line) for number, line in lines.items()}, right)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
