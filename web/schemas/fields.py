"""The fields of every schema: their faults are Messages, so that page and API tell them in one language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, missing

from matchmaker.messages import Message
from matchmaker.taxonomy import Table, picked

#: Characters that a one-line field takes unless it says otherwise.
SHORT = 200
#: Characters of a whole text: far above any real need, far below what would stall a request.
LONG = 200_000
#: Control characters and halves of surrogate pairs; a text of several lines may hold line ends and tabs.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UNPRINTABLE_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

REQUIRED = Message("必填，请填写。")
NOT_TEXT = Message("应为文字。")
NOT_NUMBER = Message("应为整数。")
NOT_CHOICE = Message("没有这个选项；可用的有 %(names)s。")

_COMMON = {"required": [REQUIRED], "null": [REQUIRED], "validator_failed": [Message("无效，请检查。")]}


def fault(message: Message) -> ValidationError:
    """A ValidationError that carries a Message instead of a finished sentence."""
    return ValidationError([message])


def _messages(**own: Message) -> Any:
    """Error messages of a field; marshmallow declares strings but passes lists through untouched."""
    return {**_COMMON, **{key: [message] for key, message in own.items()}}


def _described(options: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The options of a field with facts for the OpenAPI description beside its own."""
    return {**options, "metadata": {**facts, **options.get("metadata", {})}}


class Text(fields.String):
    """Text without lone surrogates and control characters, trimmed; the one text field everywhere.

    Args:
        longest: characters at most.
        lines: whether line ends and tabs are allowed.
        empty: whether nothing but blanks is allowed.
    """

    default_error_messages = _messages(invalid=NOT_TEXT, invalid_utf8=NOT_TEXT)

    def __init__(
        self, *, longest: int = SHORT, lines: bool = False, empty: bool = True, **options: Any
    ) -> None:
        super().__init__(**_described(options, maxLength=longest))
        self.longest = longest
        self.lines = lines
        self.empty = empty

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        return self._checked(text.strip())

    def _checked(self, text: str) -> str:
        if not text and not self.empty:
            raise fault(REQUIRED)
        if len(text) > self.longest:
            raise fault(
                Message(
                    "最多 %(longest)s 个字符，现有 %(length)s 个，请删减。",
                    {"longest": self.longest, "length": len(text)},
                )
            )
        refuse_unprintable(text, lines=self.lines)
        return text


def refuse_unprintable(text: str, *, lines: bool) -> None:
    """Raises a ValidationError that names the first character that no text may hold."""
    found = (UNPRINTABLE_IN_LINES if lines else UNPRINTABLE).search(text)
    if not found:
        return
    values = {"position": found.start() + 1, "code": f"U+{ord(found.group()):04X}"}
    if "\ud800" <= found.group() <= "\udfff":
        raise fault(Message("第 %(position)s 个字符（%(code)s）是残缺的编码，请删除后重新输入。", values))
    raise fault(Message("第 %(position)s 个字符（%(code)s）是控制字符，请删除后重新输入。", values))


class WholeNumber(fields.Integer):
    """A whole number between two bounds; texts of digits count, fractions and booleans do not."""

    default_error_messages = _messages(invalid=NOT_NUMBER, too_large=NOT_NUMBER)

    def __init__(self, *, low: int, high: int, **options: Any) -> None:
        super().__init__(strict=True, **_described(options, minimum=low, maximum=high))
        self.low = low
        self.high = high

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> int:
        if isinstance(value, str):
            digits = value.strip()
            if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
                raise fault(NOT_NUMBER)
            value = int(digits)
        elif isinstance(value, bool):
            raise fault(NOT_NUMBER)
        number = super()._deserialize(value, attr, data, **options)
        if not self.low <= number <= self.high:
            raise fault(Message("应在 %(low)s 到 %(high)s 之间。", {"low": self.low, "high": self.high}))
        return number


class Choice(Text):
    """One of a few words; an empty one counts as not given.

    Args:
        choices: a code table or the words themselves.
    """

    def __init__(self, choices: Table | tuple[str, ...], **options: Any) -> None:
        self.choices = tuple(choices)
        super().__init__(**_described(options, enum=list(self.choices)))

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """As a text, with "" meaning that the sender chose nothing."""
        return super().deserialize(missing if value == "" else value, attr, data, **options)

    def _checked(self, text: str) -> str:
        text = super()._checked(text)
        if text not in self.choices:
            raise fault(Message(NOT_CHOICE.template, {"names": ", ".join(self.choices)}))
        return text


class Several(fields.List[Any]):
    """A few values of one kind; in a query string the name is repeated, empty ones are left out."""

    default_error_messages = _messages(invalid=Message("应为列表。"))

    def __init__(self, inner: fields.Field[Any], *, most: int = 20, **options: Any) -> None:
        super().__init__(inner, **_described(options, maxItems=most))
        self.most = most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> list[Any]:
        given = [one for one in value if one != ""] if isinstance(value, list) else value
        if isinstance(given, list) and len(given) > self.most:
            raise fault(Message("最多 %(most)s 项。", {"most": self.most}))
        return list(super()._deserialize(given, attr, data, **options))


class Picked(Text):
    """A code of a table from the code or a name, as a picker sends it; "" when nothing was typed."""

    def __init__(self, table: Table, **options: Any) -> None:
        super().__init__(**options)
        self.table = table

    def _checked(self, text: str) -> str:
        return self._code(self._plain(text))

    def _plain(self, text: str) -> str:
        return super()._checked(text)

    def _code(self, text: str) -> str:
        code, wrong = picked(self.table, text)
        if wrong is not None:
            raise fault(wrong)
        return code


class PickedSeveral(Picked):
    """Codes of a table from names divided by ；, as a picker of several sends them; each once."""

    def _checked(self, text: str) -> Any:
        parts = re.split("[；;]", self._plain(text))
        return list(dict.fromkeys(self._code(part) for part in parts if part.strip()))
