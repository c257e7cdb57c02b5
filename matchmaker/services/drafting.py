"""What a form holds into a problem: texts, codes, money, indicators, bodies; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from matchmaker.attachments.marks import marks_in
from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Indicator, Organization, Problem
from matchmaker.permissions import Actor
from matchmaker.services.problem_bodies import by_name, set_bodies
from matchmaker.storage.unit_of_work import UnitOfWork

#: Fields of a form that are columns of the problem as they are.
COLUMNS = (
    "title", "kind", "industry", "fields", "text", "background", "main_problem", "tried", "key_technology",
    "scene", "goal", "deliverables", "cooperation", "budget_fen", "ip_intent", "solver_conditions",
    "deadline", "contact_name", "contact_phone", "contact_email", "keywords", "region", "source",
    "visibility", "hidden_words",
)  # fmt: skip
#: Texts below the title, any of which says what is needed.
TEXTS = ("text", "background", "main_problem", "tried", "key_technology", "scene", "goal")
#: Fields that name bodies → their role.
BODIES = {"participants": "participant", "invited": "invited", "rivals": "rival"}
#: Fields by which readers change: permission problem:visibility.
ABOUT_READERS = frozenset({"visibility", "invited", "rivals", "hidden_words"})
#: Sources of a problem that people choose from.
SOURCES = ("自主填报", "走访", "对接会", "导入")
STOPS = Message("含有密级标志，不能保存或提交。涉密内容不得录入本系统。")


def put(uow: UnitOfWork, actor: Actor, row: Problem, values: Mapping[str, Any]) -> None:
    """Writes the fields that the form gave; those that it did not give stay.

    Raises:
        InvalidInput: a text holds a mark of classification; nothing of it is stored.
    """
    refuse_marked(values)
    for name in COLUMNS:
        if name in values and getattr(row, name) != values[name]:
            setattr(row, name, values[name])
    if "indicators" in values:
        _put_indicators(row, values["indicators"])
    if "official" in values:
        row.official = _merged(row.official, values["official"])
    if "organization" in values:
        _put_owner(uow, actor, row, values["organization"], values.get("organization_kind", ""))
    for name, role in BODIES.items():
        if name in values:
            set_bodies(uow, actor, row, role, values[name])


def from_snapshot(uow: UnitOfWork, held: Mapping[str, Any]) -> dict[str, Any]:
    """A version as the values of a form."""
    values = {name: held[name] for name in COLUMNS if name in held}
    if isinstance(values.get("deadline"), str):
        values["deadline"] = date.fromisoformat(values["deadline"])
    values["indicators"] = list(held.get("indicators", ()))
    values["official"] = dict(held.get("official", {}))
    names = body_names(uow, held)
    values["organization"] = names.get(held.get("organization_id") or 0, "")
    for name, role in BODIES.items():
        bodies = [each["organization_id"] for each in held.get("bodies", ()) if each["role"] == role]
        values[name] = [names[number] for number in bodies if number in names]
    return values


def body_names(uow: UnitOfWork, *held: Mapping[str, Any]) -> dict[int, str]:
    """Names of every body that these versions mention."""
    numbers = {each["organization_id"] for facts in held for each in facts.get("bodies", ())}
    numbers |= {facts["organization_id"] for facts in held if facts.get("organization_id")}
    rows = uow.session.execute(select(Organization.id, Organization.name).where(Organization.id.in_(numbers)))
    return dict(rows.all())


def refuse_marked(values: Mapping[str, Any]) -> None:
    """Stops what looks classified before it reaches the database, naming each place."""
    faults = {}
    for name, value in values.items():
        for text in _texts_in(value):
            if marks := marks_in(text):
                faults[name] = Message(
                    "发现密级标志“%(mark)s”（“%(place)s”）。涉密内容不得录入；确不涉密的，请删去标志。",
                    {"mark": marks[0].text, "place": marks[0].sentence},
                )
                break
    if faults:
        raise InvalidInput(STOPS, hint=Message("请按各项提示更正后再试，填写的内容没有保存。"), fields=faults)


def marked_fields(row: Problem) -> dict[str, str]:
    """Field → what in it looks like a mark of classification, of a stored problem (an imported one)."""
    found = {}
    values: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
    values["indicators"] = [_line(each) for each in row.indicators]
    values["official"] = row.official
    for name, value in values.items():
        marks = [mark for text in _texts_in(value) for mark in marks_in(text)]
        if marks:
            found[name] = marks[0].sentence
    return found


def _texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _texts_in(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts_in(each)]
    return []


def _put_indicators(row: Problem, lines: list[Mapping[str, Any]]) -> None:
    """Replaces the table unless it is the same, so that a save without a change makes no version."""
    wanted = [{**_EMPTY, **line} for line in lines]
    if [_line(each) for each in row.indicators] != wanted:
        row.indicators = [Indicator(position=place, **line) for place, line in enumerate(wanted)]


_EMPTY = {"name": "", "current": "", "target": "", "unit": "", "comparator": "", "required": True}


def _line(indicator: Indicator) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in _EMPTY}


def _merged(held: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """What the form gave, over what the official form holds besides; an empty value takes one out."""
    together = {**held, **given}
    return {name: value for name, value in together.items() if value not in ("", None, [], {})}


def _put_owner(uow: UnitOfWork, actor: Actor, row: Problem, name: str, kind: str) -> None:
    owner = by_name(uow, actor, name, kind) if name else None
    number = owner.id if owner else None
    if row.organization_id != number:
        row.organization_id = number
        row.organization = owner
    if owner is not None and not row.region:
        row.region = owner.region
