"""/me: who the API takes the caller for, by his token or his session."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from marshmallow import Schema, fields

from matchmaker.messages import Message
from web.api.blueprint import ApiBlueprint, answer
from web.request import actor
from web.schemas.output import described, text, texts
from web.schemas.requests import Asked

blueprint = ApiBlueprint("account", Message("账号：调用者是谁，能做什么。"))


class Me(Schema):
    """The caller."""

    name = text(Message("姓名；没有登录时为“访客”。"))
    account = fields.Integer(allow_none=True, metadata=described(Message("账号的编号；没有账号时为 null。")))
    roles = texts(Message("角色。"))
    organizations = fields.List(fields.String(), metadata=described(Message("所属单位的编号。")))
    expert = fields.String(allow_none=True, metadata=described(Message("本人专家档案的编号。")))
    scopes = fields.List(
        fields.String(),
        allow_none=True,
        metadata=described(Message("令牌的权限：read、write、admin；不用令牌时为 null。")),
    )
    behalf = text(Message("代谁操作；为自己时为空。"))


@blueprint.operation(
    "/me",
    Message("我是谁"),
    Asked,
    Me,
    about=Message(
        "用 Authorization: Bearer 令牌 调用时，返回令牌所属的账号及其权限；令牌在“我的账号”中新建。"
    ),
)
def me(_asked: dict[str, Any]) -> Response:
    """The caller as every other operation sees him."""
    asking = actor()
    bodies = sorted({*asking.organizations, *asking.liaison_of})
    return answer(
        Me,
        {
            "name": asking.name,
            "account": asking.account,
            "roles": sorted({asking.role, *asking.also}),
            "organizations": [f"organization:{number}" for number in bodies],
            "expert": f"expert:{asking.expert}" if asking.expert is not None else None,
            "scopes": sorted(asking.scopes) if asking.scopes is not None else None,
            "behalf": g.behalf.name if g.behalf else "",
        },
    )
