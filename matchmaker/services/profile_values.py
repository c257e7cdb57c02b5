"""From what stands in a form to values of a row and back; checked as an imported row is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from matchmaker import taxonomy
from matchmaker.errors import InvalidInput
from matchmaker.importing.faults import Fault
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message
from matchmaker.permissions import Actor, allowed
from matchmaker.services.contacts import masked_email, masked_name, masked_phone
from matchmaker.services.profile_fields import ATTRIBUTES, MOST_ROWS, OWN_FIELDS, ROWS, Field, Step

#: What a form holds: text, several codes, or small rows.
Typed = Mapping[str, Any]
VISIBLE = {"expert": ("public", "members"), "achievement": ("public", "members", "anonymous")}


def parse(kind: str, step: Step, typed: Typed) -> dict[str, Any]:
    """Attribute → value of one step; masked fields that were left empty are absent.

    Raises:
        InvalidInput: with one entry in ``fields`` for each fault.
    """
    data: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for field in step.fields:
        value = typed.get(field.name, [] if field.kind in {"codes", "rows"} else "")
        if field.masked and not value:
            continue
        if field.kind == "rows":
            value = [_row(field.name, row) for row in value]
            value = [row for row in value if set(row) - {"kind", "comparator"}]  # a choice alone is no row
        (own if field.name in OWN_FIELDS else data)[field.name] = value
    faults = _own_faults(kind, step, own) | _codes(step, data)
    schema = SCHEMAS[kind]()
    values: dict[str, Any] = {}
    try:
        values = dict(schema.load(data, partial=True))
    except ValidationError as error:
        faults |= {str(name): _told(found) for name, found in _by_field(error).items()}
    faults |= {note.field: _sentence(note.fault) for note in schema.notes}
    if "institution" in values:
        values["organization"] = values.pop("institution")
    _check_rows(step, typed, faults)
    if faults:
        raise InvalidInput(Message("有 %(number)s 项需要更正。", {"number": len(faults)}), fields=faults)
    return values | {name: _own_value(name, value) for name, value in own.items()}


def show(kind: str, step: Step, row: Any, actor: Actor) -> dict[str, Any]:
    """What the form of a row holds: field → text, codes, or rows of texts."""
    return {field.name: _shown(kind, field, row, actor) for field in step.fields}


def masked(step: Step, row: Any) -> dict[str, str]:
    """Field → its contact as those see it who may not read it."""
    masks = {"phone": masked_phone, "email": masked_email, "name": masked_name}
    return {
        field.name: masks[field.name.rpartition("_")[2]](value)
        for field in step.fields
        if field.masked and (value := getattr(row, field.name, ""))
    }


def price_kind(row: Any) -> str:
    """How the price is meant; where nobody said, a price is fixed and none is negotiable."""
    return row.price_kind or ("fixed" if row.price_fen is not None else "negotiable")


def _shown(kind: str, field: Field, row: Any, actor: Actor) -> Any:
    if field.masked and not may_see_contacts(actor, row):
        return ""
    if field.kind == "body":
        return row.organization.name if row.organization else ""
    if field.kind == "town":
        return ""
    value = getattr(row, ATTRIBUTES.get(field.name, field.name))
    if field.kind == "rows":
        columns = [name for name, _label, _longest in ROWS[field.name]]
        return [{name: _text(getattr(each, name)) for name in columns} for each in value]
    if field.kind == "codes":
        return list(value)
    if field.kind in {"list", "lines"}:
        return ("；" if field.kind == "list" else "\n").join(value)
    if field.name == "price_wan":
        return "" if value is None else f"{Decimal(value) / 1_000_000:f}".rstrip("0").rstrip(".")
    if field.name == "visibility" and kind == "expert" and value == "draft":
        return "public"
    return _text(value)


def may_see_contacts(actor: Actor, row: Any) -> bool:
    """Whether the form may show contacts as they are: to oneself and to those who answer for the body."""
    return row.id is None or allowed(actor, "contact:read", row)


def _by_field(error: ValidationError) -> Mapping[str, Any]:
    return error.messages if isinstance(error.messages, dict) else {"": error.messages}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _row(name: str, row: Mapping[str, Any]) -> dict[str, str]:
    known = {column for column, _label, _longest in ROWS[name]}
    return {key: str(value).strip() for key, value in row.items() if key in known and str(value).strip()}


def _codes(step: Step, data: dict[str, Any]) -> dict[str, Message]:
    """Typed names as codes, in place; the faults of those that mean none. A discipline may be free text."""
    faults = {}
    for field in step.fields:
        if field.kind != "code" or field.name not in data:
            continue
        table = taxonomy.TABLES[field.table]
        code, fault = taxonomy.picked(table, data[field.name])
        if field.name == "discipline":
            data[field.name] = table.label(code) if code else data[field.name]
        elif fault is not None:
            faults[field.name] = fault
            del data[field.name]
        else:
            data[field.name] = code
    return faults


def _check_rows(step: Step, typed: Typed, faults: dict[str, Message]) -> None:
    for field in step.fields:
        if field.kind == "rows" and len(typed.get(field.name, [])) > MOST_ROWS:
            faults[field.name] = Message("最多 %(most)s 行，请合并或删减。", {"most": MOST_ROWS})


def _own_faults(kind: str, step: Step, own: Mapping[str, Any]) -> dict[str, Message]:
    faults: dict[str, Message] = {}
    for field in step.fields:
        value = own.get(field.name)
        if field.name == "visibility" and value and value not in VISIBLE[kind]:
            faults["visibility"] = Message("没有这个选项，请重新选择。")
        elif field.name in {"leader_id", "town"} and value and not (value.isascii() and value.isdigit()):
            faults[field.name] = Message("没有这个选项，请重新选择。")
    return faults


def _own_value(name: str, value: str) -> Any:
    if name == "visibility":
        return value or "public"
    return int(value) if value and len(value) < 10 else None


def _told(found: Any) -> Message:
    """The first fault of a field as one sentence."""
    while isinstance(found, dict | list):
        found = next(iter(found.values())) if isinstance(found, dict) else found[0]
    return _sentence(found) if isinstance(found, Fault) else Message("%(fault)s", {"fault": found})


def _sentence(fault: Fault) -> Message:
    return Message("%(fault)s。%(remedy)s。", {"fault": fault.fault, "remedy": fault.remedy})
