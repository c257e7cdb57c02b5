"""What every answer of the API is made of: described fields, ids, codes with names, amounts, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

from matchmaker.messages import Message
from matchmaker.taxonomy import FIELDS, Table
from web.request import language


def described(about: Message, **facts: Any) -> dict[str, Any]:
    """Metadata with the sentence that the documentation shows; it is translated there."""
    return {"description": about.template, **facts}


def text(about: Message, **options: Any) -> fields.String:
    """A text of an answer."""
    return fields.String(metadata=described(about), **options)


def texts(about: Message, **options: Any) -> fields.List[Any]:
    """A list of texts of an answer."""
    return fields.List(fields.String(), metadata=described(about), **options)


def whole(about: Message, **options: Any) -> fields.Integer:
    """A whole number of an answer, or null."""
    return fields.Integer(metadata=described(about), allow_none=True, **options)


def real(about: Message, **options: Any) -> fields.Float:
    """A number of an answer, or null."""
    return fields.Float(metadata=described(about), allow_none=True, **options)


def moment(about: Message, **options: Any) -> fields.DateTime:
    """A moment in UTC, or null."""
    return fields.DateTime("%Y-%m-%dT%H:%M:%SZ", metadata=described(about), allow_none=True, **options)


def day(about: Message, **options: Any) -> fields.Date:
    """A day, or null."""
    return fields.Date(metadata=described(about), allow_none=True, **options)


def counts(about: Message, **options: Any) -> fields.Dict:
    """Names with numbers."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), metadata=described(about), **options)


def several(schema: type[Schema], about: Message, **options: Any) -> fields.List[Any]:
    """A list of parts that have a schema of their own."""
    return fields.List(fields.Nested(schema), metadata=described(about), **options)


class Identifier(fields.String):
    """``kind:number`` of a row; the same id stands in searches and rankings."""

    def __init__(self, **options: Any) -> None:
        about = Message("编号，形如 problem:12；地址中也可只写数字。")
        super().__init__(attribute="id", metadata=described(about), **options)

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **_options: Any) -> str:  # noqa: ARG002
        """The id of the row itself, whatever the name of the field."""
        return f"{obj.__tablename__}:{obj.id}"


class Code(Schema):
    """A value of a code table."""

    code = text(Message("代码。"))
    name = text(Message("名称，按请求的语言。"))


class Coded(fields.Nested):
    """A code, or a list of them, with the name in the language of the request."""

    def __init__(self, table: Table, about: Message, *, many: bool = False, **options: Any) -> None:
        super().__init__(Code, many=many, allow_none=not many, metadata=described(about), **options)
        self.table = table

    def _serialize(  # type: ignore[override]
        self, value: Any, _attr: Any, _obj: Any, **_kwargs: Any
    ) -> Any:
        if self.many:
            return [self._named(str(code)) for code in value or ()]
        return self._named(str(value)) if value not in {None, ""} else None

    def _named(self, code: str) -> dict[str, str]:
        return {"code": code, "name": self.table.label(code, language())}


class Behind(fields.Nested):
    """What stands behind a row, as far as the reader may know it: ``find`` decides, never the row alone."""

    def __init__(
        self, schema: type[Schema], find: Callable[[Any], Any], about: Message, *, many: bool = False
    ) -> None:
        super().__init__(schema, many=many, allow_none=not many, metadata=described(about))
        self.find = find

    def get_value(self, obj: Any, attr: str, accessor: Any = None, default: Any = None) -> Any:  # noqa: ARG002
        """What was found for the row."""
        return self.find(obj)


def technical_fields() -> Coded:
    """The technical fields of a row; marshmallow keeps the name ``fields`` for itself."""
    about = Message("技术领域。")
    return Coded(FIELDS, about, many=True, attribute="fields", data_key="fields")


class Wan(fields.Float):
    """An amount in 万元 with two decimals from 分; null when it is negotiable."""

    def __init__(self, attribute: str, about: Message) -> None:
        super().__init__(attribute=attribute, allow_none=True, metadata=described(about))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return super()._serialize(None if value is None else value / 1_000_000, attr, obj, **options)


class Paging(Schema):
    """Where a list stands."""

    page = whole(Message("本页，从 1 起；超出末页时给末页。"), attribute="number")
    per_page = whole(Message("每页条数。"), attribute="size")
    total = whole(Message("总条数。"))
    pages = whole(Message("总页数。"))


class Fault(Schema):
    """The inside of the one shape of errors."""

    code = text(Message("错误代码，不随语言变化。"))
    message = text(Message("出了什么问题。"))
    hint = text(Message("下一步怎么做。"))
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        data_key="fields",
        metadata=described(Message("每一项的问题。")),
    )
    incident = text(Message("意外错误的编号，报给管理员；其余为空。"))


class Error(Schema):
    """The one shape of every error below /api."""

    error = fields.Nested(Fault, metadata=described(Message("错误。")))
