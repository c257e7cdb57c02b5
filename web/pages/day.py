"""会议当天: the organizer's desk: rounds, tables, places that fall free, small changes, walk-ins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.messages import Message
from matchmaker.services import board, calling, checking_in, day_moves, standby, walking_in
from matchmaker.services.day_entries import SIDES
from matchmaker.services.walking_in import Guest
from web.day_parts import POLL, POLL_HIDDEN, clock, day_of, milliseconds, version, when
from web.i18n import _, tell
from web.request import actor, application, number_argument
from web.schemas.day import WalkInIn
from web.schemas.parsing import load

if TYPE_CHECKING:
    from matchmaker.services.day_moves import Change
    from matchmaker.services.day_state import Day
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("day", __name__)

#: Kinds of small changes: name of the number in the address → what is computed from it.
MOVES = ("table", "person", "meeting")
_INCOMPLETE = Message("没有说明是哪个位置；请从列表中选择。")


@blueprint.get("/events/<int:number>/day")
def show(number: int) -> str:
    """The desk: what is on, its tables, who could take a free place."""
    app, shown = application(), version(number)
    with app.reading() as uow:
        day = day_of(uow, number)
        asked = number_argument("slot")
        slot = asked - 1 if asked is not None and asked - 1 in day.slots else day.current
        key = day.event.board_key
        free = day.free_tables(slot) if slot is not None else []
        known = standby.pairs(uow, number) if free else standby.Pairs()
        return render_template(
            "pages/day.html",
            event=day.event,
            day=day,
            slot=slot,
            lines=calling.lines(day, slot),
            proposals=standby.proposals(day, known, slot),
            free=free,
            awaited=checking_in.awaited(day, slot),
            arrivals=checking_in.arrivals(day),
            states=board.STATES,
            sides=SIDES,
            demand_label=board.demand_label,
            clock=clock,
            ms=milliseconds,
            version=shown,
            poll=POLL,
            poll_hidden=POLL_HIDDEN,
            board_link=url_for("board.show", number=number, key=key, _external=True) if key else "",
        )


@blueprint.post("/events/<int:number>/day/slots/<int:slot>/<any(call, start, stop):what>")
def turn(number: int, slot: int, what: str) -> ResponseReturnValue:
    """Calls a round, begins it, ends it; early or late, the plan stays."""
    tables = request.form.get("tables") == "1"
    with application().unit_of_work() as uow:
        if what == "call":
            calling.call(uow, actor(), number, slot - 1, when())
            told = _("第 %(n)s 场已叫号，大屏显示“请就座”。", n=slot)
        elif what == "start":
            calling.start(uow, actor(), number, slot - 1, when(), with_tables=tables)
            told = _("第 %(n)s 场已开始，倒计时以现在为准。", n=slot)
        else:
            calling.stop(uow, actor(), number, when(), with_tables=tables)
            told = _("第 %(n)s 场已结束。", n=slot)
    flash(told, "done")
    return _back(number, slot if what != "stop" else None)


@blueprint.post(
    "/events/<int:number>/day/meetings/<int:meeting>/<any(begin, end, miss, undo, withdraw):what>"
)
def table(number: int, meeting: int, what: str) -> ResponseReturnValue:
    """One word about one table."""
    verbs: dict[str, Callable[..., Any]] = {
        "begin": calling.begin,
        "end": calling.end,
        "undo": calling.undo,
        "withdraw": standby.withdraw,
    }
    with application().unit_of_work() as uow:
        if what == "miss":
            row = calling.miss(uow, actor(), number, meeting, request.form.get("side", ""), when())
            flash(_("已记为未到；空出的桌子可安排候补。"), "done")
        else:
            row = verbs[what](uow, actor(), number, meeting, when())
        slot = row.slot + 1
    return _back(number, slot, f"meeting-{meeting}")


@blueprint.post("/events/<int:number>/day/standby")
def accept(number: int) -> ResponseReturnValue:
    """A pair takes a free place with one press; somebody who was faster is told."""
    names = ("slot", "table", "attendee", "problem")
    given = [request.form.get(name, "") for name in names]
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in given):
        raise InvalidInput(_INCOMPLETE)
    slot, tables, attendee, problem = map(int, given)
    source = "walkin" if request.form.get("source") == "walkin" else "standby"
    try:
        with application().unit_of_work() as uow:
            row = standby.accept(uow, actor(), number, (slot, tables, attendee, problem), when(), source)
            meeting = row.id
    except Conflict as fault:
        flash(f"{tell(fault.message)}{tell(fault.hint)}", "attention")
        return _back(number, slot + 1)
    flash(_("已安排在第 %(n)s 场，大屏已更新。", n=slot + 1), "done")
    return _back(number, slot + 1, f"meeting-{meeting}")


@blueprint.get("/events/<int:number>/day/moves")
def moves(number: int) -> str:
    """What a small change would do to whom, before it is accepted."""
    return _moves(number, None)


@blueprint.post("/events/<int:number>/day/moves")
def move(number: int) -> ResponseReturnValue:
    """Accepts a change as it was shown."""
    shown = request.form.get("shown", "")[:32]
    try:
        with application().unit_of_work() as uow:
            changes = _accepted(uow, number, shown)
            moved = len(changes)
    except (Conflict, InvalidInput) as fault:
        return _moves(number, fault), fault.status
    flash(_("已调整，%(n)s 场洽谈有变化；大屏已更新。", n=moved), "done")
    return _back(number, None)


@blueprint.post("/events/<int:number>/day/tables/<int:table>/open")
def reopen(number: int, table: int) -> ResponseReturnValue:
    """A table can be used again."""
    with application().unit_of_work() as uow:
        name = day_moves.open_table(uow, actor(), number, table, when()).name
    flash(_("%(table)s 已恢复使用。", table=name), "done")
    return _back(number, None)


@blueprint.get("/events/<int:number>/day/walkin")
def walk_in(number: int) -> str:
    """Three fields for somebody who was not expected."""
    return _walk_in(number, {}, None)


@blueprint.post("/events/<int:number>/day/walkin")
def enter(number: int) -> ResponseReturnValue:
    """A badge for him, and the places that he could take."""
    try:
        given = load(WalkInIn(), request.form)
        with application().unit_of_work() as uow:
            person = walking_in.walk_in(uow, actor(), number, Guest(**given), when())
            attendee, badge = person.id, person.badge_number
    except (InvalidInput, Conflict) as fault:
        return _walk_in(number, request.form, fault), fault.status
    flash(_("已登记，胸牌号 %(number)s。", number=badge), "done")
    return redirect(url_for("day.places", number=number, attendee=attendee), 303)


@blueprint.get("/events/<int:number>/day/walkin/<int:attendee>")
def places(number: int, attendee: int) -> str:
    """Free places with good pairs for somebody who is here."""
    with application().reading() as uow:
        day = day_of(uow, number)
        person = day_moves.person_of(day, attendee)
        known = standby.pairs(uow, number)
        first = day.current if day.current is not None else 0
        found = [
            (slot, standby.proposals(day, known, slot, only=[attendee], most=6))
            for slot in sorted(day.slots)
            if slot >= first
        ]
        return render_template(
            "pages/day_places.html",
            event=day.event,
            day=day,
            person=person,
            found=[each for each in found if each[1]],
            demand_label=board.demand_label,
            clock=clock,
        )


def _back(number: int, slot: int | None, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("day.show", number=number, slot=slot, _anchor=anchor), 303)


def _asked() -> tuple[str, int, int | None]:
    """Kind of the change, number of what it is about, table to go to."""
    kind = next((name for name in MOVES if name in request.values), "")
    given = [request.values.get(name, "") for name in (kind, "to")]
    first, to = (int(each) if each.isascii() and each.isdigit() and len(each) < 10 else 0 for each in given)
    return kind, first, to or None


def _until(day: Day) -> datetime | None:
    """The time of the wall clock that was typed; None: he does not come any more."""
    text = request.values.get("until", "").strip()
    if not text:
        return None
    try:
        typed = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a time of the wall clock
    except ValueError as fault:
        raise InvalidInput(
            Message("看不懂这个时间：%(text)s。", {"text": text[:20]}),
            fields={"until": Message("请写成 14:30 这样的时间。")},
        ) from fault
    return day.here_and_now.replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)


def _changes(day: Day) -> list[Change]:
    kind, number, to = _asked()
    if kind == "table":
        return day_moves.closing(day, day_moves.table_of(day, number))
    if kind == "person":
        return day_moves.late(day, day_moves.person_of(day, number), _until(day))
    if kind == "meeting" and to is not None:
        return day_moves.swapped(day, calling.of_day(day, number), day_moves.table_of(day, to))
    return []


def _accepted(uow: UnitOfWork, number: int, shown: str) -> Any:
    kind, first, to = _asked()
    if kind == "table":
        return day_moves.close_table(uow, actor(), number, first, shown, when())
    if kind == "person":
        day = day_of(uow, number)
        return day_moves.be_late(uow, actor(), number, first, _until(day), shown, when())
    if kind == "meeting" and to is not None:
        return day_moves.change_table(uow, actor(), number, first, to, shown, when())
    raise InvalidInput(_INCOMPLETE)


def _moves(number: int, fault: MatchmakerError | None) -> str:
    with application().reading() as uow:
        day = day_of(uow, number)
        kind, first, to = _asked()
        changes: list[Change] = []
        try:
            changes = _changes(day)
        except (Conflict, InvalidInput) as found:
            fault = fault or found
        return render_template(
            "pages/day_moves.html",
            event=day.event,
            day=day,
            kind=kind,
            first=first,
            to=to,
            until=request.values.get("until", "")[:5],
            changes=changes,
            shown=day_moves.fingerprint(changes),
            meeting=next((each for each in day.meetings if kind == "meeting" and each.id == first), None),
            fault=fault,
            faults={name: tell(text) for name, text in fault.fields.items()} if fault else {},
            demand_label=board.demand_label,
            clock=clock,
        )


def _walk_in(number: int, typed: Any, fault: MatchmakerError | None) -> str:
    with application().reading() as uow:
        day = day_of(uow, number)
        return render_template(
            "pages/day_walkin.html",
            event=day.event,
            typed=typed,
            fault=fault,
            faults={name: tell(text) for name, text in fault.fields.items()} if fault else {},
        )
