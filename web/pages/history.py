"""操作记录: who did, saw or exported what and when; for the office."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import history
from web.formats import moment
from web.i18n import _, tell
from web.request import PAGES_BY_KIND, actor, application, page_number, url_for_id
from web.tables import csv_answer

blueprint = Blueprint("history", __name__)

NOT_DAY = Message("“%(value)s”不是日期；请写成 2026-05-18。")


@blueprint.get("/history")
def listing() -> tuple[str, int]:
    """The lines that pass the filters of the address."""
    require(actor(), "history:read")
    wanted, faults = _wanted()
    with application().reading() as uow:
        page = history.listing(uow, actor(), wanted, page_number())
    shown = render_template(
        "pages/history.html",
        page=page,
        wanted=wanted,
        given=request.args,
        faults=faults,
        source_names=[(code, tell(name)) for code, name in history.SOURCES.items()],
        words=lambda action: tell(history.words_of(action)),
        place=place,
        told=told,
    )
    return shown, 422 if faults else 200


@blueprint.get("/history.csv")
def export() -> Response:
    """The same list as a file; the export itself is written down."""
    require(actor(), "history:read")
    wanted, _faults = _wanted()
    with application().unit_of_work() as uow:
        lines = history.export(uow, actor(), wanted)
    heads = (
        _("时间"),
        _("类别"),
        _("操作人"),
        _("账号"),
        _("代"),
        _("操作"),
        _("对象"),
        _("名称"),
        _("内容"),
    )
    rows = [
        (
            moment(line.at),
            tell(history.SOURCES[line.source]),
            line.actor,
            line.account_id,
            line.behalf,
            line.action,
            line.subject,
            line.title,
            json.dumps(line.changes, ensure_ascii=False, default=str) if line.changes else "",
        )
        for line in lines
    ]
    return csv_answer("history", heads, rows)


def place(subject: str) -> str:
    """The address of an object's page, or "" when it has none."""
    kind, _colon, number = subject.partition(":")
    return url_for_id(subject) if kind in PAGES_BY_KIND and number.isdigit() else ""


def told(changes: Mapping[str, Any]) -> str:
    """Changes in one line, as far as a line goes."""
    parts = [f"{name}: {_short(value)}" for name, value in changes.items() if value not in ("", None, [], {})]
    return "；".join(parts)


def _short(value: Any, most: int = 80) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 1] + "…"


def _wanted() -> tuple[history.HistoryFilter, dict[str, str]]:
    """The filters of the address, and what is wrong with its days."""
    arguments, faults = request.args, {}
    days: dict[str, date | None] = {"first": None, "last": None}
    for name in days:
        text = arguments.get(name, "").strip()[:40]
        if text:
            try:
                days[name] = date.fromisoformat(text)
            except ValueError:
                faults[name] = tell(Message(NOT_DAY.template, {"value": text}))
    if days["last"] == date.max:
        days["last"] = None
    source = arguments.get("source", "")
    wanted = history.HistoryFilter(
        actor=arguments.get("actor", "").strip()[:100],
        subject=arguments.get("subject", "").strip()[:60],
        action=arguments.get("action", "").strip()[:40],
        source=source if source in history.SOURCES else "",
        **days,
    )
    return wanted, faults
