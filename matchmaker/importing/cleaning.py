"""Makes text storable: broken characters out, told; secrets and binary rubbish recognised."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from matchmaker.attachments.marks import marks_in
from matchmaker.importing.faults import Fault, told

#: Control characters but tab and line feed, and two code points that XML knows not.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
SURROGATES = re.compile("[\ud800-\udfff]")
#: A text with a larger part of broken characters is no text.
MOST_BROKEN = 0.1
#: Lists within lists that a value may have.
DEEPEST = 6

NO_TEXT = told("内容不是文字（许多字符无法识别）", "请检查文件的编码，另存为 UTF-8 后再导入")


class UnusableError(Exception):
    """A value that no row can hold: no text, no number, or nested too deep."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(slots=True)
class Cleaned:
    """A value as it is stored.

    Attributes:
        controls, broken: characters removed, and characters replaced by U+FFFD.
        secret: whether a marking of secrecy was found.
    """

    value: Any
    controls: int = 0
    broken: int = 0
    secret: bool = False


def clean(value: Any) -> Cleaned:
    """Every scalar as trimmed text, lists and objects as they are built.

    Raises:
        UnusableError: see there.
    """
    result = Cleaned(None)
    result.value = _cleaned(value, result, 0)
    return result


def _cleaned(value: Any, result: Cleaned, depth: int) -> Any:
    if depth > DEEPEST:
        raise UnusableError(told("嵌套太深", "请按导入说明改成简单的对象"))
    if isinstance(value, list):
        return [_cleaned(item, result, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): _cleaned(item, result, depth + 1) for key, item in value.items()}
    return _clean_text(as_text(value), result)


def as_text(value: Any) -> str:
    """A scalar as a person would write it: 是 and 否, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UnusableError(told("%(value)s 不是数", "请改为一个数，或删去这一项", value=value))
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    return str(value)


def _clean_text(text: str, result: Cleaned) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text, controls = CONTROLS.subn("", text)
        text, broken = SURROGATES.subn("\ufffd", text)
        if controls + broken > max(8, MOST_BROKEN * (len(text) + controls)):
            raise UnusableError(NO_TEXT)
        result.controls += controls
        result.broken += broken
    result.secret = result.secret or ("密" in text and bool(marks_in(text)))
    return text.strip("\ufeff \t\n\u3000")
