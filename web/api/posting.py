"""/problems: posting and review by programs: create, change, submit, publish, return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from matchmaker.messages import Message
from matchmaker.services import drafting, posting, problems, reviewing
from matchmaker.services.versions import StaleForm
from web.api.blueprint import ApiBlueprint, answer, number_of
from web.errors import error_body
from web.i18n import tell
from web.request import actor, application
from web.schemas.objects import ProblemDetail
from web.schemas.problem_form import (
    ProblemChanged,
    ProblemCreated,
    ProblemPublished,
    ProblemReturned,
    ProblemSubmitted,
)
from web.schemas.requests import Asked

blueprint = ApiBlueprint("posting", Message("提交难题：新建、修改、送审、审核。"), "/problems")

#: What a change of one problem may answer besides the problem.
CHANGED = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_NOT_FIELDS = frozenset({"submit", "declared", "revision"})


@blueprint.operation(
    "",
    Message("新建难题"),
    Asked,
    ProblemDetail,
    method="POST",
    status=201,
    body=ProblemCreated,
    about=Message("默认存为草稿；submit 为 true 时同时送审，须有名称、说明、联系电话和不含国家秘密的确认。"),
    example={
        "title": "镀层变色",
        "text": "镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
        "contact_phone": "13912345601",
        "organization": "某某有限公司",
        "submit": True,
        "declared": True,
    },
    errors=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create(given: dict[str, Any], _asked: dict[str, Any]) -> Response:
    """A draft, or a submitted problem."""
    app, who = application(), actor()
    with app.unit_of_work() as uow:
        if given["submit"]:
            row = posting.post(
                uow, who, _values(given), declared=given["declared"], at=app.clock(),
                open_to_visitors=app.settings.posting_open == "on",
            )  # fmt: skip
        else:
            row = posting.create(uow, who, _values(given))
        uow.session.flush()
        made = answer(ProblemDetail, row)
        made.status_code = 201
        return made


@blueprint.operation(
    "/<identifier>",
    Message("修改难题"),
    Asked,
    ProblemDetail,
    method="PATCH",
    body=ProblemChanged,
    about=Message("未给出的项不变。revision 落后时得到 409，versions 中有 mine、theirs、base 三份内容。"),
    example={"revision": 3, "tried": "换过两家药水"},
    errors=CHANGED,
)
def change(given: dict[str, Any], _asked: dict[str, Any], identifier: str) -> Response:
    """Some fields of a problem."""
    app, number = application(), number_of(identifier, "problem")
    try:
        with app.unit_of_work() as uow:
            row = posting.edit(
                uow, actor(), number, _values(given), revision=given.get("revision"), at=app.clock(),
                declared=given["declared"],
            )  # fmt: skip
            return answer(ProblemDetail, row)
    except StaleForm as fault:
        return _both(number, given, fault)


@blueprint.operation(
    "/<identifier>/submit",
    Message("提交审核"),
    Asked,
    ProblemDetail,
    method="POST",
    body=ProblemSubmitted,
    example={"declared": True},
    errors=CHANGED,
)
def submit(given: dict[str, Any], _asked: dict[str, Any], identifier: str) -> Response:
    """A draft or a returned problem goes to the reviewer."""
    app, number = application(), number_of(identifier, "problem")
    try:
        with app.unit_of_work() as uow:
            row = posting.submit(
                uow,
                actor(),
                number,
                declared=given["declared"],
                at=app.clock(),
                revision=given.get("revision"),
            )
            return answer(ProblemDetail, row)
    except StaleForm as fault:
        return _both(number, {}, fault)


@blueprint.operation(
    "/<identifier>/publish",
    Message("审核通过并发布"),
    Asked,
    ProblemDetail,
    method="POST",
    body=ProblemPublished,
    example={"visibility": "public", "revision": 4},
    errors=CHANGED,
)
def publish(given: dict[str, Any], _asked: dict[str, Any], identifier: str) -> Response:
    """It appears, until it expires."""
    app, number = application(), number_of(identifier, "problem")
    until = app.today() + timedelta(days=app.settings.problem_expiry_days)
    try:
        with app.unit_of_work() as uow:
            row = reviewing.publish(
                uow, actor(), number, at=app.clock(), expires_on=given.get("expires_on") or until,
                visibility=given.get("visibility"), overrule=given["overrule"],
                revision=given.get("revision"),
            )  # fmt: skip
            return answer(ProblemDetail, row)
    except StaleForm as fault:
        return _both(number, {}, fault)


@blueprint.operation(
    "/<identifier>/return",
    Message("退回并说明原因"),
    Asked,
    ProblemDetail,
    method="POST",
    body=ProblemReturned,
    example={"reasons": ["target"], "words": "请写明盐雾标准"},
    errors=CHANGED,
)
def send_back(given: dict[str, Any], _asked: dict[str, Any], identifier: str) -> Response:
    """It goes back to its poster."""
    number = number_of(identifier, "problem")
    with application().unit_of_work() as uow:
        row = reviewing.send_back(uow, actor(), number, reasons=given["reasons"], words=given["words"])
        return answer(ProblemDetail, row)


def _values(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in _NOT_FIELDS}


def _both(number: int, given: Mapping[str, Any], fault: StaleForm) -> Response:
    """The fault with both versions: what was sent, what is stored, and what the sender began with."""
    with application().reading() as uow:
        problems.get(uow, actor(), number)
        theirs = drafting.from_snapshot(uow, fault.theirs)
        base = drafting.from_snapshot(uow, fault.base) if fault.base else None
        revision = problems.get(uow, actor(), number).revision
    body = error_body(fault.code, tell(fault.message), hint=tell(fault.hint))
    body["versions"] = {
        "revision": revision,
        "mine": _plain(_values(given)),
        "theirs": _plain(theirs),
        "base": _plain(base) if base else None,
    }
    told = jsonify(body)
    told.status_code = fault.status
    return told


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON holds them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
