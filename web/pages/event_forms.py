"""The forms of an event: a new one, its parts, its agenda, a copy; nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, NotFound
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import event_agenda, event_copying, event_forming, event_schedule, events
from matchmaker.services.event_consequences import Consequence, tables_change, times_change
from matchmaker.services.event_forming import PARTS, mark_of
from matchmaker.services.event_readiness import expected_meetings
from matchmaker.services.event_times import tables_for
from matchmaker.services.registering import expected_people
from web.event_forms import span_rows, table_rows, tables_of, times_of, typed_tables, typed_times
from web.faults import by_field
from web.i18n import _
from web.picking import picker_text
from web.request import actor, application
from web.schemas.events import AgendaIn, CopyIn, NewEventIn, RulesIn, WhatIn, at, numbers
from web.schemas.parsing import load

if TYPE_CHECKING:
    from matchmaker.models import AgendaItem, Event
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("event_forms", __name__)

#: Parts of the form in their order → their names.
STEPS: dict[str, Message] = {
    "what": Message("主题和场地"),
    "times": Message("日期和场次"),
    "tables": Message("洽谈桌"),
    "rules": Message("名额和期限"),
}
#: Of an event without meetings.
_PLAIN = ("what", "times", "rules")


@blueprint.get("/events/new")
def new() -> str:
    """A new event: a title and a day are enough."""
    require(actor(), "event:create")
    return _new({}, {})


@blueprint.post("/events/new")
def create() -> ResponseReturnValue:
    """Makes the draft and goes on to its rounds."""
    app = application()
    try:
        given = load(NewEventIn(), request.form)
        first_day = given.pop("first_day")
        with app.unit_of_work() as uow:
            row = event_forming.create(uow, actor(), given, first_day=first_day, today=app.today())
    except InvalidInput as fault:
        return _new(request.form, by_field(fault), fault), fault.status
    flash(_("草稿已建好，其余都按常用的方式填好了；请核对场次。"), "done")
    return redirect(url_for("event_forms.edit", number=row.id, part="times"), 303)


@blueprint.get("/events/<int:number>/edit")
def edit(number: int) -> str:
    """One part of the form."""
    return _edit(number, _part(), None, {})


@blueprint.post("/events/<int:number>/edit")
def save(number: int) -> ResponseReturnValue:
    """Saves one part; "preview" only shows what would come of it."""
    part, typed = _part(), request.form
    if typed.get("do") == "preview":
        return _edit(number, part, typed, {})
    try:
        _save(number, part, typed)
    except (InvalidInput, Conflict) as fault:
        return _edit(number, part, typed, by_field(fault), fault), fault.status
    flash(_("已保存。"), "done")
    if typed.get("do") == "next":
        return redirect(url_for("event_forms.edit", number=number, part=_following(number, part)), 303)
    return redirect(url_for("events.show", number=number), 303)


@blueprint.get("/events/<int:number>/agenda")
def agenda(number: int) -> str:
    """The timeline of the event, and a form for one item."""
    return _agenda(number, None, {})


@blueprint.post("/events/<int:number>/agenda")
def save_agenda(number: int) -> ResponseReturnValue:
    """Adds an item, or changes the one of ``item``."""
    try:
        given = load(AgendaIn(), request.form)
        item = numbers([request.form.get("item", "")])
        with application().unit_of_work() as uow:
            row, found = event_agenda.save(
                uow,
                actor(),
                number,
                {
                    **{name: given[name] for name in ("kind", "title", "room", "speaker", "note")},
                    "starts": at(given["day"], given["starts"]),
                    "ends": at(given["day"], given["ends"]),
                    "is_for_all": given["who"] == "all",
                },
                item=item[0] if item else None,
                people=numbers(given["people"]),
            )
    except (InvalidInput, Conflict) as fault:
        return _agenda(number, request.form, by_field(fault), fault), fault.status
    if found.meetings:
        told = _("已保存。它占用了 %(n)s 场已公布洽谈的时间，请在“排程”中重新安排。", n=found.meetings)
        flash(told, "attention")
    else:
        flash(_("已保存。"), "done")
    return redirect(url_for("event_forms.agenda", number=number, _anchor=f"item-{row.id}"), 303)


@blueprint.post("/events/<int:number>/agenda/<int:item>/remove")
def remove_agenda(number: int, item: int) -> ResponseReturnValue:
    """Takes an item out."""
    with application().unit_of_work() as uow:
        event_agenda.remove(uow, actor(), number, item)
    flash(_("已删除。"), "done")
    return redirect(url_for("event_forms.agenda", number=number), 303)


@blueprint.get("/events/<int:number>/copy")
def copying(number: int) -> str:
    """When the copy is and what it is called."""
    require(actor(), "event:create")
    return _copy(number, {}, {})


@blueprint.post("/events/<int:number>/copy")
def copy(number: int) -> ResponseReturnValue:
    """Makes the copy."""
    app = application()
    try:
        given = load(CopyIn(), request.form)
        with app.unit_of_work() as uow:
            row = event_copying.copy(
                uow,
                actor(),
                number,
                title=given["title"],
                first_day=given["first_day"],
                today=app.today(),
                with_problems=bool(given["with_problems"]),
            )
    except InvalidInput as fault:
        return _copy(number, request.form, by_field(fault), fault), fault.status
    flash(_("已复制为草稿；人员和排程没有带过来。"), "done")
    return redirect(url_for("event_forms.edit", number=row.id, part="times"), 303)


def _save(number: int, part: str, typed: MultiDict[str, str]) -> None:
    app, who, mark = application(), actor(), typed.get("mark", "")
    fallen = numbers(typed.get("fallen", "").split(","))
    if part == "times":
        times = times_of(typed)
        with app.unit_of_work() as uow:
            event_schedule.set_times(uow, who, number, times, mark=mark, fallen=fallen)
    elif part == "tables":
        tables = tables_of(typed)
        with app.unit_of_work() as uow:
            event_schedule.set_tables(uow, who, number, tables, mark=mark, fallen=fallen)
    else:
        given = load(WhatIn() if part == "what" else RulesIn(), typed)
        if "approves" in given:
            given["approves"] = given["approves"] == "yes"
        with app.unit_of_work() as uow:
            event_forming.change(uow, who, number, part, given, mark=mark)


def _new(typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    return render_template("pages/event_new.html", typed=typed, faults=faults, fault=fault)


def _edit(
    number: int, part: str, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None
) -> str:
    """The form of one part: as it is stored, or as it was typed, with what that would mean."""
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        require(who, "event:edit", event)
        steps = {name: STEPS[name] for name in _parts(event)}
        if part not in steps:
            raise NotFound(Message("这类活动没有这一部分。"))
        values = typed if typed is not None else _stored(event, part)
        expected = expected_meetings(uow, event)
        mark = mark_of(event, part)
        if typed is not None and not isinstance(fault, Conflict):
            mark = typed.get("mark", "")
        return render_template(
            "pages/event_edit.html",
            event=event,
            part=part,
            steps=steps,
            typed=values,
            mark=mark,
            found=_consequence(uow, event, part, values) if typed is not None else None,
            spans=span_rows(values) if part == "times" else (),
            tables=table_rows(values) if part == "tables" else (),
            expected=expected,
            sensible=tables_for(expected, len(event.slots)),
            faults=faults,
            fault=fault,
        )


def _consequence(uow: UnitOfWork, event: Event, part: str, typed: Any) -> Consequence | None:
    """What saving would mean, as far as what was typed holds."""
    try:
        if part == "times":
            return times_change(uow, event, times_of(typed))
        if part == "tables":
            return tables_change(uow, event, tables_of(typed))
    except InvalidInput:
        return None
    return None


def _agenda(number: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    app, who = application(), actor()
    with app.reading() as uow:
        event = events.get(uow, who, number)
        require(who, "event:edit", event)
        lines = event_agenda.timeline(uow, event, with_collisions=True)
        chosen = numbers([request.values.get("item", "")])
        item = next((line.item for line in lines if line.item and [line.item.id] == chosen), None)
        there = item.people if item else []
        return render_template(
            "pages/event_agenda.html",
            event=event,
            lines=lines,
            item=item,
            typed=typed if typed is not None else _item(event, item),
            chosen=numbers(typed.getlist("people")) if typed is not None else [each.id for each in there],
            people=expected_people(uow, event),
            faults=faults,
            fault=fault,
        )  # fmt: skip


def _item(event: Event, item: AgendaItem | None) -> dict[str, Any]:
    if item is None:
        return {"day": f"{event.first_day or ''}", "who": "all", "kind": "opening"}
    return {
        **{name: getattr(item, name) for name in ("kind", "title", "room", "speaker", "note")},
        "day": f"{item.starts:%Y-%m-%d}",
        "starts": f"{item.starts:%H:%M}",
        "ends": f"{item.ends:%H:%M}",
        "who": "all" if item.is_for_all else "some",
    }


def _copy(number: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        return render_template("pages/event_copy.html", event=event, typed=typed, faults=faults, fault=fault)


def _stored(event: Event, part: str) -> Any:
    if part == "times":
        return typed_times(event)
    if part == "tables":
        return typed_tables(event)
    values = {name: getattr(event, name) for name in PARTS[part]}
    if part == "what":
        lists = {name: "；".join(values[name]) for name in ("hosts", "partners")}
        return {**values, **lists, "region": picker_text("regions", event.region)}
    plain = {name: "" if value is None else f"{value}" for name, value in values.items()}
    return {**plain, "approves": "yes" if event.approves else "no"}


def _part() -> str:
    part = request.values.get("part", "what")
    if part not in STEPS:
        raise NotFound(Message("没有这一步。"), hint=Message("请从活动页面打开。"))
    return part


def _parts(event: Event) -> tuple[str, ...]:
    return tuple(STEPS) if event.kind == "docking" else _PLAIN


def _following(number: int, part: str) -> str:
    with application().reading() as uow:
        parts = _parts(events.get(uow, actor(), number))
    at_hand = parts.index(part) + 1
    return parts[at_hand] if at_hand < len(parts) else part
