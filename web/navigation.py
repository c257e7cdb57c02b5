"""The second row of the navigation: what somebody works with, as far as his role may, most used first."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g

from matchmaker.errors import MatchmakerError
from matchmaker.messages import Message
from matchmaker.permissions import MEMBERS, OFFICE, allowed, audiences_of
from matchmaker.services import messages
from web.request import application


@dataclass(frozen=True, slots=True)
class Door:
    """One entry.

    Attributes:
        endpoint: of its page.
        action: what the actor must be allowed.
    """

    endpoint: str
    icon: str
    name: Message
    action: str


#: Daily work.
WORK = (
    Door("posting.mine", "clipboard2-plus", Message("我的难题"), "problem:create"),
    Door("review.queue", "check2-square", Message("审核"), "problem:review"),
    Door("confirming.mine", "person-vcard", Message("我的资料"), "profile:mine"),
    Door("introductions.listing", "people", Message("引荐"), "introduction:read"),
    Door("followups.listing", "telephone-outbound", Message("跟进"), "followup:read"),
    Door("agreements.listing", "file-earmark-check", Message("意向"), "agreement:read"),
    Door("messages.inbox", "chat-left-text", Message("消息"), "message:own"),
    Door("calls.listing", "telephone", Message("电话清单"), "call:read"),
    Door("calendar.show", "calendar3", Message("日历"), "calendar:read"),
    Door("watches.listing", "bell", Message("订阅"), "watch:keep"),
)
#: What is looked after now and then.
CARE = (
    Door("accounts.listing", "person-gear", Message("账号"), "account:read"),
    Door("confirming.stale", "person-check", Message("待核实的资料"), "expert:remind"),
    Door("profiles.waiting", "lightbulb", Message("成果审核"), "achievement:review"),
    Door("merges.listing", "intersect", Message("合并重复"), "expert:merge"),
    Door("answers.listing", "ui-checks-grid", Message("答复"), "answer:read"),
    Door("imports.listing", "upload", Message("导入"), "import:read"),
    Door("codes.listing", "list-ol", Message("代码表"), "codes:import"),
    Door("messages.outbox", "send", Message("发出的消息"), "message:outbox"),
    Door("history.listing", "clock-history", Message("操作记录"), "history:read"),
    Door("health.show", "activity", Message("索引"), "index:read"),
    Door("permissions.show", "shield-check", Message("权限表"), "import:read"),
    Door("purges.listing", "trash", Message("彻底清除"), "object:purge"),
)


def init_app(site: Flask) -> None:
    """Gives the templates both rows."""
    site.jinja_env.globals.update(
        work_doors=lambda: _open(WORK), care_doors=lambda: _open(CARE), unread_messages=_unread
    )


def _unread() -> int:
    """Unread messages of whoever asks: one small question a page, none for a visitor."""
    if audiences_of(g.actor).isdisjoint({MEMBERS, OFFICE}):
        return 0
    try:
        with application().reading() as uow:
            return messages.unread(uow, g.actor)
    except MatchmakerError:  # the page itself says what is away
        return 0


def _open(doors: tuple[Door, ...]) -> list[Door]:
    """Those that this actor may pass."""
    return [
        door
        for door in doors
        if door.endpoint in current_app.view_functions and allowed(g.actor, door.action)
    ]
