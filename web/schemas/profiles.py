"""What stands in the form of a profile: texts, chosen codes, small rows; nothing that no text may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker.services.profile_fields import MOST_ROWS, ROWS, SPARE_ROWS, Field, Step
from web.schemas.fields import Several, Text
from web.schemas.parsing import Input, load

#: Characters of what one field may hold, whatever it is.
_LONGEST = 20_000
#: Fields whose text may have several lines.
_LINES = frozenset({"text", "lines"})


def read(step: Step, form: MultiDict[str, str]) -> dict[str, Any]:
    """Field → what was typed: text, list of codes, or rows of texts.

    Raises:
        InvalidInput: with one entry in ``fields`` for each fault; ``typed`` gives what is to be shown again.
    """
    load(_schema(step, form)(), form)
    return typed(step, form)


def typed(step: Step, form: MultiDict[str, str]) -> dict[str, Any]:
    """The same as it came, to be shown again when something is wrong with it."""
    return {field.name: _typed(field, form) for field in step.fields}


def rows_shown(rows: list[dict[str, str]], *, more: bool) -> list[dict[str, str]]:
    """The rows of a form with some empty ones below; ``more`` of them were asked for."""
    spare = SPARE_ROWS + (3 if more else 0)
    return [*rows, *({} for _ in range(min(spare, max(MOST_ROWS - len(rows), 0))))]


def _typed(field: Field, form: MultiDict[str, str]) -> Any:
    if field.kind == "codes":
        return [code for code in form.getlist(field.name) if code]
    if field.kind == "rows":
        columns = [name for name, _label, _longest in ROWS[field.name]]
        rows = [
            {column: form.get(f"{field.name}-{place}-{column}", "") for column in columns}
            for place in _places(field, form)
        ]
        return [
            row
            for row in rows
            if any(value.strip() for name, value in row.items() if name not in {"kind", "comparator"})
        ]
    return form.get(field.name, "")


def _places(field: Field, form: MultiDict[str, str]) -> list[int]:
    pattern = re.compile(rf"{field.name}-(\d{{1,3}})-\w+")
    return sorted({int(found[1]) for name in form if (found := pattern.fullmatch(name))})[: MOST_ROWS + 1]


def _schema(step: Step, form: MultiDict[str, str]) -> type[Input]:
    """A schema of the fields of this form as it was sent: its rows are as many as it has."""
    found: dict[str, Any] = {}
    for field in step.fields:
        if field.kind == "codes":
            found[field.name] = Several(Text(longest=60), most=60)
        elif field.kind == "rows":
            found.update(_cells(field, form))
        else:
            found[field.name] = Text(
                longest=max(field.longest, 200) if field.kind != "text" else _LONGEST,
                lines=field.kind in _LINES,
            )
    return type("ProfileForm", (Input,), found)


def _cells(field: Field, form: MultiDict[str, str]) -> Iterator[tuple[str, Text]]:
    for place in _places(field, form):
        for column, _label, longest in ROWS[field.name]:
            yield f"{field.name}-{place}-{column}", Text(longest=longest, lines=longest > 400)
