"""统计和简报: figures of an event with the records behind each, locked; the bulletin, page and Word."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import (
    bulletin as bulletins,
)
from matchmaker.services import (
    bulletin_file,
    event_figures,
    event_pictures,
    event_records,
    events,
    figure_behind,
    figure_locks,
)
from matchmaker.services.event_figures import SECTIONS, SPLITS, UNITS
from matchmaker.services.history import words_of
from web.i18n import _, tell, translate
from web.request import actor, application, number_argument
from web.tables import csv_answer

blueprint = Blueprint("after", __name__)

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/events/<int:number>/figures")
def figures(number: int) -> str:
    """Every figure beside its last event's, what has changed since the lock, breakdowns, pictures."""
    app = application()
    by = request.args.get("by", "")
    by = by if by in SPLITS else "institute"
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        require(actor(), "event:figures", event)
        records = event_records.load(uow, event)
        found = event_figures.figures(records, app.today())
        kept = event_figures.newest_lock(uow, event)
        before = event_figures.previous(uow, event)
        return render_template(
            "pages/event_figures.html",
            event=event,
            figures=figure_locks.locked_figures(kept, found) if kept else found,
            sections=SECTIONS,
            units=UNITS,
            lock=kept,
            corrections=figure_locks.corrections(uow, kept, found) if kept else [],
            open_points=figure_locks.open_points(records) if kept is None else [],
            before=before,
            compared=event_figures.compared(uow, before, app.today()) if before else {},
            by=by,
            split_names=SPLITS,
            splits=event_figures.splits(records, by),
            pictures=event_pictures.drawn(records, translate),
            may_lock=allowed(actor(), "event:lock", event) and kept is None,
            words=words_of,
        )


@blueprint.get("/events/<int:number>/figures.csv")
def export(number: int) -> Response:
    """The figures as a table, with their units and how many records stand behind each."""
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        found = event_figures.read(uow, actor(), event, app.today())
        kept = event_figures.newest_lock(uow, event)
        locked: dict[str, Any] = kept.figures if kept else {}
    rows = [
        (
            tell(each.title),
            "" if each.value is None else each.value,
            tell(UNITS[each.unit]),
            len(each.records),
            locked[name]["value"] if name in locked else "",
        )
        for name, each in found.items()
    ]
    return csv_answer(
        f"event-{number}-figures", (_("数据"), _("现值"), _("计量单位"), _("记录数"), _("锁定值")), rows
    )


@blueprint.get("/events/<int:number>/figures/<name>")
def behind(number: int, name: str) -> str:
    """The records behind one figure, as it stands now or as it was locked."""
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        found = event_figures.read(uow, actor(), event, app.today())
        figure = found.get(name)
        if figure is None:
            raise NotFound(Message("没有这项数据。"), hint=Message("请从活动的统计页面打开。"))
        kept = event_figures.newest_lock(uow, event)
        is_locked = kept is not None and request.args.get("now") != "1"
        if kept is not None and is_locked:
            figure = figure_locks.locked_figures(kept, found)[name]
        return render_template(
            "pages/figure.html",
            event=event,
            figure=figure,
            unit=UNITS[figure.unit],
            rows=figure_behind.described(uow, actor(), event, figure.records),
            lock=kept if is_locked else None,
        )


@blueprint.post("/events/<int:number>/figures/lock")
def lock(number: int) -> ResponseReturnValue:
    """Keeps the figures as they are now, with a time stamp."""
    app = application()
    try:
        with app.unit_of_work() as uow:
            event = events.get(uow, actor(), number, to_change=True)
            note = request.form.get("note", "")[:2000]
            figure_locks.lock(uow, actor(), event, at=app.clock(), today=app.today(), note=note)
    except Conflict as fault:
        flash(tell(fault.message), "fault")
        return redirect(url_for("after.figures", number=number), 303)
    flash(_("数据已锁定；之后的更改会作为更正列出。"), "done")
    return redirect(url_for("after.figures", number=number), 303)


@blueprint.get("/events/<int:number>/bulletin")
def bulletin(number: int) -> str:
    """The bulletin as it will be printed, each figure a link; missing ones marked."""
    return _bulletin(number, None)


@blueprint.post("/events/<int:number>/bulletin")
def write(number: int) -> ResponseReturnValue:
    """Keeps a new version of the words around the figures."""
    app = application()
    text = request.form.get("text", "")
    try:
        with app.unit_of_work() as uow:
            event = events.get(uow, actor(), number)
            bulletins.write(uow, actor(), event, text, at=app.clock(), today=app.today())
    except InvalidInput as fault:
        return _bulletin(number, text, tell(fault.fields["text"])), 422
    flash(_("简报的文字已保存为新的一版。"), "done")
    return redirect(url_for("after.bulletin", number=number), 303)


@blueprint.get("/events/<int:number>/bulletin.docx")
def word(number: int) -> Response:
    """The bulletin as a Word file."""
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        written = bulletins.read(uow, actor(), event, app.today(), number_argument("version"))
    answer = Response(bulletin_file.document(written, translate), mimetype=_DOCX)
    answer.headers["Content-Disposition"] = f'attachment; filename="bulletin-{number}.docx"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _bulletin(number: int, typed: str | None, fault: str = "") -> str:
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        written = bulletins.read(uow, actor(), event, app.today(), number_argument("version"))
        return render_template(
            "pages/bulletin.html",
            event=event,
            written=written,
            typed=typed if typed is not None else written.source,
            fault=fault,
            versions=bulletins.versions(uow, event),
            known=[(name, each.title) for name, each in written.known.items()],
            facts=bulletins.FACTS,
        )
