"""/codes: the code tables that forms and imports share, found by name, pinyin, initials and code."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.taxonomy import TABLES, Table
from web.api.blueprint import ONE_OBJECT, ApiBlueprint, answer
from web.request import language
from web.schemas.fields import Text, WholeNumber
from web.schemas.output import described, several, text, whole
from web.schemas.requests import Asked

blueprint = ApiBlueprint(
    "codes", Message("代码表：行业、学科、地区、IPC 等；可按名称、拼音和代码查找。"), "/codes"
)


class CodesAsked(Asked):
    """Query string of a look-up in one table."""

    q = Text(
        longest=100,
        load_default="",
        metadata=described(
            Message("名称、拼音、拼音首字母或代码的一部分；几个词以空格分开。空着列出最上一级。")
        ),
    )
    parent = Text(
        longest=20, load_default="", metadata=described(Message("只看这个代码的下一级；与 q 不能同用。"))
    )
    limit = WholeNumber(low=1, high=100, load_default=20, metadata=described(Message("最多几条。")))


class TableOut(Schema):
    """One table."""

    table = text(Message("代码表在地址中的名称。"))
    name = text(Message("代码表的中文名称。"))
    number = whole(Message("代码个数。"))
    year = text(Message("版本或年份。"))
    source = text(Message("来源。"))


class TablesOut(Schema):
    """All tables."""

    items = several(TableOut, Message("代码表。"))


class CodeOut(Schema):
    """One code."""

    code = text(Message("代码。"))
    name = text(Message("名称，按请求的语言。"))
    parent = text(Message("上一级的代码；没有则为空。"))
    parts = fields.Boolean(metadata=described(Message("是否还有下一级。")))
    text = text(Message("填入表单的文字；按它一定能找回这个代码。"))


class CodesOut(Schema):
    """What was found in a table."""

    items = several(CodeOut, Message("找到的代码，最合适的在前。"))


@blueprint.operation("", Message("有哪些代码表"), Asked, TablesOut)
def tables(_asked: dict[str, Any]) -> Response:
    """Every table with its edition and source."""
    found = [
        {
            "table": key,
            "name": table.name,
            "number": len(table),
            "year": table.facts.get("year", ""),
            "source": table.facts.get("source", ""),
        }
        for key, table in TABLES.items()
    ]
    return answer(TablesOut, {"items": found})


@blueprint.operation("/<table>", Message("在一个代码表中查找"), CodesAsked, CodesOut, errors=ONE_OBJECT)
def search(asked: dict[str, Any], table: str) -> Response:
    """Codes that fit what was typed, or the parts of a code."""
    found = table_of(table)
    if asked["parent"] and not asked["q"]:
        codes = list(found.children(asked["parent"]))[: asked["limit"]]
    else:
        codes = found.search(asked["q"], asked["limit"])
    return answer(CodesOut, {"items": [_told(found, code) for code in codes]})


def table_of(name: str) -> Table:
    """The table of a name in an address."""
    if name not in TABLES:
        raise NotFound(
            Message("没有代码表“%(name)s”。", {"name": name[:40]}),
            hint=Message("有这些：%(names)s。", {"names": "、".join(TABLES)}),
        )
    return TABLES[name]


def _told(table: Table, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": table.label(code, language()),
        "text": table.text(code, language()),
        "parent": table.parent(code),
        "parts": bool(table.children(code)),
    }
