"""/introductions: who is to meet whom; asked, answered, contacts once both agreed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response

from matchmaker import lookups
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import experts, introducing, introduction_steps, introductions, problems
from matchmaker.services.introducing import BEGINS, Asked
from matchmaker.services.introduction_steps import Refused
from matchmaker.services.introductions import IntroductionFilter
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer, number_of
from web.request import actor, application
from web.schemas.introductions import (
    AnswerIn,
    AskIn,
    ContactsOut,
    IntroductionList,
    IntroductionOut,
    IntroductionsAsked,
)
from web.schemas.requests import Asked as AskedFor

blueprint = ApiBlueprint("introductions", Message("引荐：难题和专家的对接。"), "/introductions")
_CHANGED = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@blueprint.operation(
    "", Message("引荐列表"), IntroductionsAsked, IntroductionList, errors=(HTTPStatus.FORBIDDEN,)
)
def listing(asked: dict[str, Any]) -> Response:
    """The introductions that concern the reader."""
    wanted = IntroductionFilter(tab=asked["tab"], q=asked["q"], mine=asked["mine"] == "1")
    with application().reading() as uow:
        page = introductions.listing(uow, actor(), wanted, asked["page"], asked["per_page"])
        return answer(IntroductionList, {"items": page.rows, "paging": page})


@blueprint.operation(
    "/<identifier>",
    Message("一项引荐"),
    AskedFor,
    IntroductionOut,
    errors=(*ONE_OBJECT, HTTPStatus.FORBIDDEN),
)
def show(_asked: dict[str, Any], identifier: str) -> Response:
    """One introduction, without contacts."""
    number = number_of(identifier, "introduction")
    with application().reading() as uow:
        return answer(IntroductionOut, introductions.get(uow, actor(), number))


@blueprint.operation(
    "",
    Message("发起引荐"),
    AskedFor,
    IntroductionOut,
    method="POST",
    status=201,
    body=AskIn,
    about=Message("每一对难题和专家同时只有一项进行中的引荐；已有时得到 409。"),
    example={"problem": 12, "expert": 7, "side": "demand", "message": "能否面谈？"},
    errors=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create(given: dict[str, Any], _asked: dict[str, Any]) -> Response:
    """Asks the other side."""
    app, who = application(), actor()
    _require_pair(given)
    evidence = lookups.pair(app, who, given["problem"], given["expert"])
    asked = Asked(given["problem"], given["expert"], given["side"], given["message"], evidence)
    with app.unit_of_work() as uow:
        row = introducing.ask(
            uow,
            who,
            asked,
            now=app.clock(),
            answer_days=app.settings.introduction_answer_days,
            reason_days=app.settings.introduction_reason_days,
        )
        made = answer(IntroductionOut, row)
        made.status_code = 201
        return made


def _require_pair(given: dict[str, Any]) -> None:
    """Both are there for this reader, and he may begin it: told before any ranking is asked."""
    found: dict[str, Any] = {}
    with application().reading() as uow:
        for name, get in (("problem", problems.get), ("expert", experts.get)):
            try:
                found[name] = get(uow, actor(), given[name])
            except NotFound as fault:
                raise InvalidInput(fault.message, hint=fault.hint, fields={name: fault.message}) from fault
        require(actor(), BEGINS[given["side"]], found["problem" if given["side"] == "demand" else "expert"])


@blueprint.operation(
    "/<identifier>/answer",
    Message("答复引荐"),
    AskedFor,
    IntroductionOut,
    method="POST",
    body=AnswerIn,
    about=Message("婉拒须说明原因。已有答复时得到 409，并说明发生了什么。"),
    example={"answer": "decline", "reason": "price", "words": "预算有差距"},
    errors=_CHANGED,
)
def give_answer(given: dict[str, Any], _asked: dict[str, Any], identifier: str) -> Response:
    """The asked side accepts or declines."""
    app, number = application(), number_of(identifier, "introduction")
    with app.unit_of_work() as uow:
        if given["answer"] == "accept":
            row = introduction_steps.accept(uow, actor(), number, now=app.clock())
        else:
            refused = Refused(given["reason"], given["words"], given["again_from"])
            row = introduction_steps.decline(uow, actor(), number, refused, now=app.clock())
        return answer(IntroductionOut, row)


@blueprint.operation(
    "/<identifier>/contacts",
    Message("双方的联系方式"),
    AskedFor,
    ContactsOut,
    about=Message("双方接受后才可查看；此前得到 409。每次查看都会记录。"),
    errors=_CHANGED,
)
def contacts(_asked: dict[str, Any], identifier: str) -> Response:
    """How to reach both sides, once both agreed."""
    number = number_of(identifier, "introduction")
    with application().unit_of_work() as uow:
        row = introductions.get(uow, actor(), number)
        require(actor(), "contact:read", row)
        return answer(ContactsOut, introductions.reached(uow, actor(), row))
