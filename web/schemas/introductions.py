"""Forms and answers of introductions: the same schemas for pages and API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.services import introductions
from matchmaker.services.introduction_records import MOST_WORDS
from web.request import actor
from web.schemas.fields import Choice, Text, WholeNumber, fault
from web.schemas.objects import ExpertShort, OrganizationShort
from web.schemas.output import (
    Behind,
    Coded,
    Identifier,
    Paging,
    day,
    described,
    moment,
    several,
    text,
)
from web.schemas.parsing import Input
from web.schemas.problem_form import Day
from web.schemas.requests import ListAsked

SIDES = ("demand", "supply")
_SIDE = Message("哪一方：demand 需求方，supply 专家方。")


def _number(about: Message) -> WholeNumber:
    return WholeNumber(low=1, high=2**31 - 1, required=True, metadata=described(about))


def _words(about: Message) -> Text:
    return Text(longest=MOST_WORDS, lines=True, load_default="", metadata=described(about))


class Clock(Text):
    """A time of day, HH:MM; "" is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=5, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        found = super()._deserialize(value, attr, data, **options)
        if found and not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", found):
            raise fault(Message("请写成 14:30 这样的时间。"))
        return found


class AskIn(Input):
    """Interest that begins an introduction."""

    problem = _number(Message("难题的编号（数字）。"))
    expert = _number(Message("专家的编号（数字）。"))
    side = Choice(SIDES, required=True, metadata=described(_SIDE))
    message = _words(Message("写给对方的话；请勿写联系方式。"))


class ReasonIn(Input):
    """Why something is declined or closed."""

    reason = Text(longest=20, load_default="", metadata=described(Message("不合适原因的代码。")))
    words = _words(Message("补充说明；对方在几天内读到，组织者可先改写。"))
    again_from = Day(load_default=None, metadata=described(Message("从这一天起可以再次推荐。")))
    side = Choice(SIDES, load_default="", metadata=described(_SIDE))


class AnswerIn(ReasonIn):
    """The answer of the side that was asked."""

    answer = Choice(
        ("accept", "decline"), required=True, metadata=described(Message("accept 接受，decline 婉拒。"))
    )


class MeetingIn(Input):
    """When and where the two meet."""

    day = Day(load_default=None, metadata=described(Message("日期。")))
    time = Clock(load_default="", metadata=described(Message("时间，如 14:30。")))
    place = Text(load_default="", metadata=described(Message("地点。")))
    note = _words(Message("备注。"))


class WordsIn(Input):
    """Some words: an entry of the thread, a note, a reason for going back."""

    text = _words(Message("文字。"))
    side = Choice(SIDES, load_default="", metadata=described(_SIDE))


class FollowerIn(Input):
    """Who follows an introduction; nothing for nobody."""

    account = WholeNumber(low=0, high=2**31 - 1, load_default=0)


class IntroductionsAsked(ListAsked):
    """Query string of the list of introductions."""

    tab = Choice(
        tuple(tab for tab in introductions.TABS if tab),
        load_default="",
        metadata=described(Message("asked 待答复，talking 洽谈中，intention 达成意向，ended 已结束。")),
    )
    mine = Choice(("1",), load_default="", metadata=described(Message("1：只看我跟进的。")))


def _firm(row: Any) -> Any:
    return introductions.firm_of(actor(), row)


def _body(row: Any) -> Any:
    return row.expert.organization


class PairedProblem(Schema):
    """The problem of an introduction."""

    id = Identifier()
    number = text(Message("难题编号。"))
    title = text(Message("名称。"))


class IntroductionOut(Schema):
    """An introduction without anybody's contacts."""

    id = Identifier()
    state = text(Message("状态：asked、accepted、meeting、intention、closed、declined、lapsed 或 recalled。"))
    asked_by = text(_SIDE)
    problem = fields.Nested(PairedProblem, metadata=described(Message("难题。")))
    expert = fields.Nested(ExpertShort, metadata=described(Message("专家。")))
    firm = Behind(OrganizationShort, _firm, Message("难题单位；匿名难题在双方接受前为 null。"))
    body = Behind(OrganizationShort, _body, Message("专家单位。"))
    message = text(Message("发起方写的话。"))
    asked_at = moment(Message("发起的时间（UTC）。"))
    answer_by = moment(Message("答复期限（UTC）。"))
    answered_at = moment(Message("答复的时间（UTC）；未答复为 null。"))
    reason = fields.Method("_reason", metadata=described(Message("不合适的原因；尚未转达给您时为 null。")))
    follower = text(Message("跟进的技术经理人。"))
    meeting_at = moment(Message("最近一次见面的时间（UTC）。"))
    meeting_place = text(Message("见面地点。"))

    def _reason(self, row: Any) -> dict[str, Any] | None:
        if not introductions.may_know_reason(actor(), row):
            return None
        return dict(ReasonOut().dump(row))


class ReasonOut(Schema):
    """Why an introduction was declined or closed."""

    reason = Coded(taxonomy.DECLINE_REASONS, Message("原因。"))
    words = fields.Function(
        lambda row: introductions.words_for(actor(), row), metadata=described(Message("补充说明。"))
    )
    refused_by = text(_SIDE)
    refused_on = day(Message("日期。"))


class ReachOut(Schema):
    """How to reach one side."""

    name = text(Message("姓名。"))
    body = text(Message("单位。"))
    phone = text(Message("电话。"))
    email = text(Message("邮箱。"))


class ContactsOut(Schema):
    """How to reach both sides; every look is written down."""

    demand = fields.Nested(ReachOut, metadata=described(Message("需求方。")))
    supply = fields.Nested(ReachOut, metadata=described(Message("专家方。")))


class IntroductionList(Schema):
    """One page of introductions."""

    items = several(IntroductionOut, Message("本页的引荐。"))
    paging = fields.Nested(Paging, metadata=described(Message("页码。")))
