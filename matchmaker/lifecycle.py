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
    "renew": frozenset({"expired"}),
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
