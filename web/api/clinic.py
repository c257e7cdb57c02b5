"""POST /clinic and /clinic/compare: a requirement that is not stored, examined and compared."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, jsonify

from matchmaker import consulting
from matchmaker.messages import Message
from matchmaker.services import clinic as forms
from web import clinic, clinic_told
from web.api.blueprint import ApiBlueprint, answer
from web.request import actor, application
from web.schemas.clinic import ClinicAnswer, ClinicAsked, ClinicComparison, CompareAsked
from web.schemas.requests import Asked

blueprint = ApiBlueprint(
    "clinic", Message("需求体检：检查一条需求写得是否完整，找出重复，比较修改前后。"), "/clinic"
)

_EXAMPLE = {
    "title": "树脂纽扣瑕疵分选",
    "text": "仿贝花色靠人工挑选，漏检率 3% 左右，希望明年 6 月底前降到 0.3% 以下。预算 50 万元。",
}


@blueprint.operation(
    "",
    Message("检查一条需求"),
    Asked,
    ClinicAnswer,
    method="POST",
    about=Message("什么都不保存。索引不可用时，其余检查照常，notice 说明缺了什么。"),
    body=ClinicAsked,
    example=_EXAMPLE,
)
def examine(given: dict[str, Any], _asked: dict[str, Any]) -> Response:
    """What it lacks, what its text already tells, what resembles it."""
    form = forms.form_of(given)
    found = consulting.consult(application(), actor(), form, exclude=given.get("problem"))
    return answer(ClinicAnswer, clinic_told.told(found))


@blueprint.operation(
    "/compare",
    Message("比较修改前后的专家"),
    Asked,
    ClinicComparison,
    method="POST",
    about=Message("两段文字各排一次名，逐人说明变化和新的依据。"),
    body=CompareAsked,
    example={"before": {"title": "纽扣质量问题"}, "after": _EXAMPLE},
    errors=(HTTPStatus.SERVICE_UNAVAILABLE,),
)
def compare(given: dict[str, Any], _asked: dict[str, Any]) -> Response:
    """Experts for both wordings side by side."""
    app, who = application(), actor()
    before, after = (forms.form_of(given[name]) for name in ("before", "after"))
    found = consulting.compare(app, who, before, after)
    with app.reading() as uow:
        moves = clinic.moved(uow, who, found)
        return jsonify(ClinicComparison().dump(clinic_told.told_moves(found, moves)))
