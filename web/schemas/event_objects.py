"""Events as the API tells them: public facts, without people."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from matchmaker import taxonomy
from matchmaker.lifecycle import EVENT_STATES
from matchmaker.messages import Message
from matchmaker.services import owners
from matchmaker.services.event_listing import TABS
from web.i18n import tell
from web.request import actor
from web.schemas.fields import Choice, Text
from web.schemas.objects import OrganizationShort
from web.schemas.output import Coded, Identifier, Paging, day, described, several, text, texts, whole
from web.schemas.requests import ListAsked


class EventsAsked(ListAsked):
    """Query string of the list of events."""

    tab = Choice(
        tuple(TABS),
        load_default="",
        metadata=described(Message("coming 即将举办（默认），past 已举办，draft 筹备中，cancelled 已取消。")),
    )
    kind = Choice(taxonomy.EVENT_KINDS, load_default="", metadata=described(Message("活动类型。")))
    series = Text(longest=100, load_default="", metadata=described(Message("系列名称。")))


def _local(attribute: str) -> fields.DateTime:
    about = Message("当地时间，不带时区。")
    return fields.DateTime("%Y-%m-%dT%H:%M", attribute=attribute, metadata=described(about))


class EventOut(Schema):
    """An event of a list."""

    id = Identifier()
    number = text(Message("活动编号。"))
    title = text(Message("名称。"))
    kind = Coded(taxonomy.EVENT_KINDS, Message("活动类型。"))
    state = text(Message("状态的代码。"))
    state_name = fields.Function(
        lambda row: tell(EVENT_STATES[row.state]), metadata=described(Message("状态。"), type="string")
    )
    series = text(Message("系列。"))
    theme = text(Message("主题。"))
    fields_ = Coded(taxonomy.FIELDS, Message("技术领域。"), many=True, attribute="fields", data_key="fields")
    hosts = texts(Message("主办单位。"))
    first_day = day(Message("第一天。"))
    last_day = day(Message("最后一天。"))
    venue = text(Message("场地。"))
    call_until = day(Message("报名和征集截止。"))


class EventWhole(EventOut):
    """An event with all that everybody may know of it."""

    summary = text(Message("介绍。"))
    partners = texts(Message("承办、协办单位。"))
    region = Coded(taxonomy.REGIONS, Message("地区。"))
    address = text(Message("地址。"))
    outcome = text(Message("成效（对接会以外的活动）。"))


class SessionOut(Schema):
    """A stretch of meetings."""

    name = text(Message("叫法，如上午。"))
    starts = _local("starts")
    ends = _local("ends")


class AgendaOut(Schema):
    """An item of the programme."""

    kind = Coded(taxonomy.AGENDA_KINDS, Message("议程类型。"), attribute="item.kind")
    title = text(Message("内容。"), attribute="item.title")
    starts = _local("starts")
    ends = _local("ends")
    room = text(Message("房间。"), attribute="item.room")
    speaker = text(Message("主讲或主持。"), attribute="item.speaker")


class EventProblemOut(Schema):
    """A problem that takes part."""

    id = fields.Function(
        lambda row: f"problem:{row.problem_id}", metadata=described(Message("难题的编号。"), type="string")
    )
    number = text(Message("难题编号。"), attribute="problem.number")
    title = text(Message("难题名称。"), attribute="problem.title")
    organization = fields.Method("_owner", metadata=described(Message("单位；匿名的为 null。")))

    def _owner(self, row: Any) -> Any:
        firm = owners.shown(actor(), row.problem)
        return OrganizationShort().dump(firm) if firm is not None else None


class EventFull(Schema):
    """An event with its programme and problems."""

    event = fields.Nested(EventWhole, metadata=described(Message("活动。")))
    sessions = several(SessionOut, Message("洽谈或活动的场次。"))
    programme = several(AgendaOut, Message("议程。"))
    problems = several(EventProblemOut, Message("参加的难题中您可见的。"))
    other_problems = whole(Message("另有几项您不能查看。"))
    experts = whole(Message("已确认参加的专家人数。"))


class EventList(Schema):
    """One page of events."""

    items = several(EventOut, Message("本页的活动。"))
    paging = fields.Nested(Paging, metadata=described(Message("页码。")))
