"""个人数据: everything held about an expert, to read, to take away, and (administrators) to erase."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import person_erasing, person_records
from web.i18n import _, tell
from web.request import actor, application

blueprint = Blueprint("personal", __name__)

#: Rows of a part that the page shows; the file holds all.
MOST_SHOWN = 20
#: Tables whose rows are told by name; others keep their own.
NAMES: dict[str, Message] = {
    "expert": Message("档案"),
    "expert_project": Message("经历"),
    "account": Message("账号"),
    "introduction": Message("引荐"),
    "introduction_event": Message("引荐的经过"),
    "introduction_note": Message("引荐中的留言"),
    "outbox": Message("发给他的消息"),
    "secret_link": Message("答复链接"),
    "history": Message("更改记录"),
    "access_log": Message("查看记录"),
    "version": Message("历次版本"),
    "match": Message("保存的推荐"),
    "merge": Message("合并记录"),
}


@blueprint.get("/experts/<int:number>/data")
def show(number: int) -> str:
    """What is held, part by part."""
    return _page(number, {})


@blueprint.get("/experts/<int:number>/data.json")
def export(number: int) -> Response:
    """The same as a file."""
    file = _collected(number)
    answer = Response(json.dumps(file, ensure_ascii=False, indent=2), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="expert-{number}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/experts/<int:number>/erase")
def erase(number: int) -> ResponseReturnValue:
    """Erases it; the number must be typed once more, since nothing brings it back."""
    require(actor(), "person:erase")
    reason = request.form.get("reason", "")[:500]
    try:
        _confirmed(number)
        with application().unit_of_work() as uow:
            person_erasing.erase(uow, actor(), number, reason)
    except InvalidInput as fault:
        return _page(number, {name: tell(message) for name, message in fault.fields.items()}, reason), 422
    flash(_("专家 %(number)s 的个人数据已抹去，索引将在后台重建。", number=number), "done")
    return redirect(url_for("history.listing", subject=f"expert:{number}"), 303)


def _confirmed(number: int) -> None:
    """Raises InvalidInput unless the number was typed."""
    subject = f"expert:{number}"
    if request.form.get("confirm", "").strip() != subject:
        fault = Message("请原样输入编号 %(subject)s，以确认抹去。", {"subject": subject})
        raise InvalidInput(fault, fields={"confirm": fault})


def _collected(number: int) -> dict[str, Any]:
    app = application()
    with app.unit_of_work() as uow:
        return person_records.collect(uow, actor(), number, made_at=app.clock())


def _page(number: int, faults: dict[str, str], reason: str = "") -> str:
    file = _collected(number)
    return render_template(
        "pages/personal.html",
        number=number,
        file=file,
        names=NAMES,
        most=MOST_SHOWN,
        may_erase=allowed(actor(), "person:erase"),
        faults=faults,
        reason=reason,
    )
