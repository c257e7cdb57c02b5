"""The form of a problem: what a page sent, as the service takes it; what is stored, as the page shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, ValidationError
from werkzeug.datastructures import MultiDict

from web.formats import label, labels
from web.problem_steps import COLUMNS, FIELDS, SHORT, STEPS, Field, Step
from web.schemas.fields import Text
from web.schemas.parsing import invalid
from web.schemas.problem_form import MOST_INDICATORS, ProblemIn

_PLACE = re.compile(r"indicator-(\d{1,3})-[a-z]+")


def next_step(step: Step) -> Step:
    """The step after one; the last stays."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def read(step: Step, form: MultiDict[str, str]) -> dict[str, Any]:
    """What a step's form holds, as the service takes it.

    Raises:
        InvalidInput: with one entry in ``fields`` for each fault, under the name of the form's field.
    """
    return _loaded(_sent(step.fields, form))


def read_short(form: MultiDict[str, str]) -> dict[str, Any]:
    """The same for the short path."""
    return _loaded(_sent([FIELDS[name] for name in SHORT], form))


def typed(step: Step, form: MultiDict[str, str]) -> dict[str, Any]:
    """The form's fields as they came, to be shown again."""
    return {
        field.name: indicator_rows(form)
        if field.kind == "indicators"
        else form.getlist(field.name)
        if field.kind == "codes"
        else form.get(field.name, "")
        for field in step.fields
    }


def indicator_rows(form: MultiDict[str, str]) -> list[dict[str, str]]:
    """The lines of the table that hold anything, in their order."""
    places = sorted({int(found[1]) for name in form if (found := _PLACE.fullmatch(name))})
    rows = []
    for place in places[: MOST_INDICATORS + 40]:
        row = {column: form.get(f"indicator-{place}-{column}", "").strip() for column in COLUMNS}
        if any(row[column] for column in ("name", "target", "unit", "current")):
            rows.append(row)
    return rows


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields show for the values of a stored problem (``drafting.from_snapshot``)."""
    found: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if name.startswith("official-"):
            found[name] = _official(values.get("official", {}), name.removeprefix("official-"))
        elif name == "budget_wan":
            found[name] = _wan(values.get("budget_fen"))
        elif field.kind == "indicators":
            found[name] = [_row(line) for line in values.get(name, ())]
        else:
            found[name] = _plain(field, values.get(name))
    return found


def told_value(field: Field, value: Any) -> str:
    """A value of the form as one text, to compare and to show."""
    if field.kind == "indicators":
        return "\n".join(" ".join(filter(None, row.values())) for row in value or ())
    if field.kind == "codes":
        return labels(field.table, [code for code in value or () if code])
    if field.kind in {"choice", "visibility"} and field.table and value:
        return label(field.table, value)
    return str(value or "").replace("\r\n", "\n").strip()


def words(name: str, text: str, longest: int = 2_000) -> str:
    """Words of a reviewer as they may be stored; InvalidInput under the name of their field."""
    try:
        return str(Text(longest=longest, lines=True).deserialize(text))
    except ValidationError as error:
        error.messages = {name: error.messages}
        raise invalid(error) from error


def _plain(field: Field, value: Any) -> Any:
    if field.kind == "codes":
        return list(value or ())
    if field.kind == "list":
        return "；".join(value or ())
    if field.kind == "names":
        return "\n".join(value or ())
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _official(held: Mapping[str, Any], name: str) -> str:
    """A value of the official form; its two years stand together there."""
    if name.startswith("year_"):
        return str((held.get("years") or {}).get(name.removeprefix("year_"), ""))
    return str(held.get(name, ""))


def _wan(fen: int | None) -> str:
    if fen is None:
        return ""
    return f"{Decimal(fen) / 1_000_000:f}"


def _row(line: Mapping[str, Any]) -> dict[str, str]:
    row = {column: str(line.get(column, "")) for column in COLUMNS}
    return {**row, "required": "" if line.get("required", True) else "no"}


def _sent(fields: Any, form: MultiDict[str, str]) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for field in fields:
        if field.kind == "indicators":
            rows = indicator_rows(form)
            sent[field.name] = [{**row, "required": row["required"] != "no"} for row in rows]
        elif field.kind == "codes":
            sent[field.name] = form.getlist(field.name)
        elif field.name.startswith("official-"):
            sent.setdefault("official", {})[field.name.removeprefix("official-")] = form.get(field.name, "")
        elif field.name in form:
            sent[field.name] = form[field.name]
    return sent


def _loaded(sent: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(ProblemIn().load(sent, unknown=EXCLUDE))
    except ValidationError as error:
        fault = invalid(error)
        fault.fields = {_of_form(name): message for name, message in fault.fields.items()}
        raise fault from error


def _of_form(name: str) -> str:
    """Where a fault belongs in the form: ``indicators.0.name`` to the table, ``official.x`` to its field."""
    head, _, rest = name.partition(".")
    return f"official-{rest}" if head == "official" else head
