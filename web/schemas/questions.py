"""Schemas of what people are asked: made from the questions, for link, grid and file alike."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from marshmallow import fields, missing

from matchmaker.messages import Message
from matchmaker.services.answers import Purpose, Question, purpose
from web.schemas.fields import REQUIRED, Choice, Several, Text, WholeNumber, fault
from web.schemas.parsing import Input

_NOT_DAY = Message("不是日期；请写成 2026-05-18。")


class Day(fields.Date):
    """A day as 2026-05-18; nothing is None."""

    default_error_messages = {  # noqa: RUF012 - marshmallow's own name
        "required": [REQUIRED],
        "null": [REQUIRED],
        "invalid": [_NOT_DAY],
        "format": [_NOT_DAY],
    }

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        """As a date, with "" meaning that none was given."""
        return super().deserialize(missing if value in ("", None) else value, attr, data, **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> date:
        found = super()._deserialize(value, attr, data, **options)
        if not isinstance(found, date) or found.year < 1900 or found.year > 2200:
            raise fault(_NOT_DAY)
        return found


@cache
def schema_of(name: str) -> type[Input]:
    """The schema of a purpose's answers."""
    return schema_from(purpose(name))


def schema_from(what: Purpose) -> type[Input]:
    """The same from the purpose itself."""
    made = {question.name: _field(question) for question in what.questions}
    return type("Answers", (Input,), made)


def _field(question: Question) -> fields.Field[Any]:
    options: dict[str, Any] = {"required": True} if question.required else {}
    if question.kind == "choice":
        return Choice(tuple(question.choices), **(options or {"load_default": ""}))
    if question.kind == "several":
        return Several(Choice(tuple(question.choices)), most=len(question.choices), load_default=list)
    if question.kind == "date":
        return Day(**(options or {"load_default": None}))
    if question.kind == "whole":
        return _Number(low=0, high=question.longest, **(options or {"load_default": None}))
    lines = question.kind == "text"
    return Text(
        longest=question.longest,
        lines=lines,
        empty=not question.required,
        **(options or {"load_default": ""}),
    )


class _Number(WholeNumber):
    """A whole number, where "" means that none was given."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        """As a number or nothing."""
        return super().deserialize(missing if value == "" else value, attr, data, **options)
