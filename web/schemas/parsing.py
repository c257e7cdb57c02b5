"""From what was sent to what holds: one way for JSON, query strings and forms, one error for faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from json import JSONDecodeError
from typing import Any, NoReturn

from flask import Request
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from web.schemas.fields import Several

TELL = Message("填写的内容有误，请按各项的说明更正后再试。")


class Input(Schema):
    """Base of everything that comes in: an unknown name is told, not ignored."""

    #: marshmallow declares strings but passes anything through.
    error_messages: dict[str, Any] = {  # noqa: RUF012 - marshmallow's own name
        "unknown": Message("没有这一项；请检查名称。"),
        "type": Message("应为一组名称和值。"),
        "invalid": Message("无效，请检查。"),
    }


def flatten(messages: Any, name: str = "") -> Iterator[tuple[str, Message]]:
    """Dotted name → fault, from marshmallow's nested form; only the first fault of each place."""
    if isinstance(messages, Mapping):
        for key, value in messages.items():
            part = "" if key == "_schema" else str(key)
            yield from flatten(value, ".".join(filter(None, (name, part))))
    elif isinstance(messages, list):
        first = messages[0]
        yield name, first if isinstance(first, Message) else Message("%(fault)s", {"fault": first})
    else:
        yield name, messages if isinstance(messages, Message) else Message("%(fault)s", {"fault": messages})


def invalid(error: ValidationError) -> InvalidInput:
    """The error of the house for marshmallow's."""
    return InvalidInput(TELL, fields=dict(flatten(error.messages)))


def load(schema: Schema, given: MultiDict[str, str]) -> dict[str, Any]:
    """What a page was asked, from its query string or form; names of no concern are left alone.

    Raises:
        InvalidInput: with one entry in ``fields`` for each fault.
    """
    data = {
        name: given.getlist(name) if isinstance(schema.fields.get(name), Several) else given[name]
        for name in given
    }
    try:
        return dict(schema.load(data, unknown=EXCLUDE))
    except ValidationError as error:
        raise invalid(error) from error


class Parser(FlaskParser):
    """Reads the arguments of the API; an unknown name is a fault everywhere."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def _raw_load_json(self, req: Request) -> Any:
        """The body; one that is not declared as JSON is refused rather than ignored."""
        if not req.is_json and req.get_data(cache=True):
            raise UnsupportedMediaType
        return super()._raw_load_json(req)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002
        schema: Schema,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> NoReturn:
        """Raises what the one error page of the house understands."""
        places = error.messages if isinstance(error.messages, dict) else {"": error.messages}
        error.messages = {name: faults for place in places.values() for name, faults in _named(place)}
        raise invalid(error) from error

    def _handle_invalid_json_error(
        self,
        error: JSONDecodeError | UnicodeDecodeError,
        req: Request,  # noqa: ARG002
        *args: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> NoReturn:
        raise InvalidInput(
            Message("请求正文不是有效的 JSON：%(fault)s。", {"fault": str(error)[:200]}),
            hint=Message("请用 UTF-8 发送一个 JSON 对象，并标明 Content-Type: application/json。"),
        ) from error


def _named(place: Any) -> list[tuple[str, Any]]:
    """(name, faults) of one location; faults of the location as a whole stand under ""."""
    return list(place.items()) if isinstance(place, Mapping) else [("", place)]
