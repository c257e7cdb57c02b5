"""States of a problem and the steps between them: a table, which permissions, forms and buttons follow."""

from __future__ import annotations

from matchmaker.messages import Message

#: States in the order of a problem's life → their names.
STATES: dict[str, Message] = {
    "draft": Message("草稿"),
    "submitted": Message("待审核"),
    "returned": Message("退回"),
    "published": Message("已发布"),
    "docking": Message("对接中"),
    "solved": Message("已解决"),
    "withdrawn": Message("已撤回"),
    "expired": Message("已过期"),
}
#: States in which others than the owner and the office may see it, as far as its readers allow.
SHOWN = frozenset({"published", "docking", "solved"})
#: Step → states that it begins in.
FROM: dict[str, frozenset[str]] = {
    "submit": frozenset({"draft", "returned"}),
    "recall": frozenset({"submitted"}),
    "publish": frozenset({"submitted"}),
    "return": frozenset({"submitted"}),
    "dock": frozenset({"published"}),
    "solve": frozenset({"published", "docking"}),
    "withdraw": frozenset({"submitted", "returned", "published", "docking", "expired"}),
    "expire": frozenset({"published", "docking"}),
    "renew": frozenset({"published", "docking", "expired"}),
    "reopen": frozenset({"withdrawn", "solved"}),
}
#: Step → state that it ends in.
TO: dict[str, str] = {
    "submit": "submitted",
    "recall": "draft",
    "publish": "published",
    "return": "returned",
    "dock": "docking",
    "solve": "solved",
    "withdraw": "withdrawn",
    "expire": "expired",
    "renew": "published",
    "reopen": "draft",
}
#: States in which the owner may change it; what is published goes through review again.
EDITABLE = frozenset({"draft", "returned", "published", "docking", "expired"})
#: Of these, the states that a change by its owner leads back to review.
REVIEWED_AGAIN = frozenset({"published", "docking", "expired"})

#: States of an introduction in the order of its life → their names.
INTRODUCTION_STATES: dict[str, Message] = {
    "asked": Message("等待答复"),
    "accepted": Message("已接受"),
    "meeting": Message("已约见面"),
    "intention": Message("达成意向"),
    "closed": Message("已结束"),
    "declined": Message("已婉拒"),
    "lapsed": Message("逾期未答复"),
    "recalled": Message("已收回"),
}
#: States of an introduction that still goes on: one a pair of problem and expert.
INTRODUCTION_OPEN = frozenset({"asked", "accepted", "meeting", "intention"})
#: States after both sides have agreed: each knows how to reach the other.
INTRODUCTION_CONNECTED = frozenset({"accepted", "meeting", "intention", "closed"})
#: States whose reason the ranking heeds.
INTRODUCTION_REFUSED = frozenset({"declined", "closed"})
#: Step of an introduction → states that it begins in.
INTRODUCTION_FROM: dict[str, frozenset[str]] = {
    "accept": frozenset({"asked"}),
    "decline": frozenset({"asked"}),
    "lapse": frozenset({"asked"}),
    "recall": frozenset({"asked"}),
    "meet": frozenset({"accepted", "meeting"}),
    "intend": frozenset({"accepted", "meeting"}),
    "close": frozenset({"accepted", "meeting", "intention"}),
    "write": frozenset({"accepted", "meeting", "intention"}),
    "back": frozenset({"meeting", "intention", "closed", "declined", "lapsed"}),
}
#: Step of an introduction → state that it ends in; “back” leads where ``INTRODUCTION_BACK`` says.
INTRODUCTION_TO: dict[str, str] = {
    "accept": "accepted",
    "decline": "declined",
    "lapse": "lapsed",
    "recall": "recalled",
    "meet": "meeting",
    "intend": "intention",
    "close": "closed",
}
INTRODUCTION_BACK: dict[str, str] = {
    "meeting": "accepted",
    "intention": "accepted",
    "closed": "accepted",
    "declined": "asked",
    "lapsed": "asked",
}

#: States of an event in the order of its life → their names.
EVENT_STATES: dict[str, Message] = {
    "draft": Message("筹备中"),
    "open": Message("征集与邀请"),
    "choosing": Message("征集意愿"),
    "provisional": Message("初排已公布"),
    "frozen": Message("已定稿"),
    "running": Message("进行中"),
    "ended": Message("已结束"),
    "locked": Message("数据已锁定"),
    "cancelled": Message("已取消"),
}
#: States in which others than the office see an event.
EVENT_SHOWN = frozenset(EVENT_STATES) - {"draft"}
#: States in which who comes with what may change.
EVENT_GATHERING = frozenset({"draft", "open", "choosing", "provisional"})
#: States in which there may be a published plan.
EVENT_PLANNED = frozenset({"provisional", "frozen", "running", "ended", "locked"})
#: States in which outcomes may be told.
EVENT_TELLING = frozenset({"running", "ended"})
#: Step of an event → states that it begins in; only docking chooses, plans and freezes.
EVENT_FROM: dict[str, frozenset[str]] = {
    "open": frozenset({"draft"}),
    "choose": frozenset({"open"}),
    "publish": frozenset({"open", "choosing", "provisional"}),
    "freeze": frozenset({"provisional"}),
    "start": frozenset({"open", "provisional", "frozen"}),
    "end": frozenset({"running"}),
    "lock": frozenset({"ended"}),
    "cancel": frozenset({"draft", "open", "choosing", "provisional", "frozen"}),
    "back": frozenset({"open", "choosing", "provisional", "frozen", "running", "ended", "cancelled"}),
}
#: Step of an event → state that it ends in; “back” leads where ``EVENT_BACK`` says.
EVENT_TO: dict[str, str] = {
    "open": "open",
    "choose": "choosing",
    "publish": "provisional",
    "freeze": "frozen",
    "start": "running",
    "end": "ended",
    "lock": "locked",
    "cancel": "cancelled",
}
EVENT_BACK: dict[str, str] = {
    "open": "draft",
    "choosing": "open",
    "provisional": "choosing",
    "frozen": "provisional",
    "running": "provisional",
    "ended": "running",
    "cancelled": "draft",
}

#: States of somebody at an event → their names.
ATTENDEE_STATES: dict[str, Message] = {
    "nominated": Message("单位已推荐"),
    "invited": Message("已邀请，待回复"),
    "registered": Message("已报名，待审核"),
    "accepted": Message("确认参加"),
    "declined": Message("不能参加"),
    "refused": Message("未通过"),
    "cancelled": Message("已取消"),
}
#: States of those who come and may meet.
COMING = frozenset({"accepted"})
