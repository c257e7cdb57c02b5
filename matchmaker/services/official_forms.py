"""Official forms both ways: a problem as its filled form, filled forms as problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from matchmaker.importing.official_document import write
from matchmaker.indexing.documents import indicator_line
from matchmaker.models import Organization, Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import problems
from matchmaker.services.official_files import Entry
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import REGIONS, official

#: Columns of a problem that are shorter than what a form may hold; the whole stays beside them.
_BOUNDED = {"title": 300, "organization": 200, "contact_name": 100, "contact_phone": 50, "contact_email": 200}
#: What the form says of the body, beyond its name.
_OF_BODY = (
    "code",
    "body",
    "body_note",
    "legal",
    "department",
    "region",
    "address",
    "website",
    "landline",
    "fax",
    "intro",
)
#: What the form says of the need in words and codes of its own.
_OF_NEED = (
    "years", "solution", "solution_note", "partners", "activity", "activity_note", "field", "field_note",
)  # fmt: skip


def look_up(uow: UnitOfWork, actor: Actor, entries: Iterable[Entry]) -> None:
    """Notes which forms are there already, as far as the actor may know it."""
    for entry in entries:
        if entry.importable and entry.problem is None:
            entry.known = _known(uow, actor, entry.values)


def document(values: Mapping[str, Any]) -> bytes:
    """The Word file of a form; the blank one of no values."""
    return write(values)


def values_for(uow: UnitOfWork, actor: Actor, number: int) -> dict[str, Any]:
    """The form of a problem: its own codes where it came with them, else those that ours lead to."""
    row = problems.get(uow, actor, number)
    require(actor, "problem:form", row)
    return form_of(row)


def form_of(row: Problem) -> dict[str, Any]:
    """A problem in the fields of the official form."""
    held: Mapping[str, Any] = row.official or {}
    lines = [line for line in map(indicator_line, row.indicators) if line not in row.key_technology]
    whole = held.get("whole", {})
    values: dict[str, Any] = {
        "organization": row.organization.name if row.organization else "",
        "code": row.organization.code if row.organization else "",
        "address": row.organization.address if row.organization else "",
        "website": row.organization.website if row.organization else "",
        "region": _region(row),
        "contact_name": row.contact_name,
        "contact_phone": row.contact_phone,
        "contact_email": row.contact_email,
        "title": row.title,
        "main_problem": row.main_problem or row.text or row.background,
        "key_technology": "\n".join(part for part in (row.key_technology, *lines) if part),
        "goal": row.goal,
        "keywords": list(row.keywords),
        "budget_fen": row.budget_fen,
        "industry": row.industry,
        "years": {"to": row.deadline.year} if row.deadline else {},
        "solution": next(iter(official.mapped(row.cooperation, official.COOPERATION_TO_OFFICIAL)), ""),
        "field": next(iter(official.mapped(row.fields, official.FIELDS_TO_OFFICIAL)), ""),
        "body": official.BODIES_TO_OFFICIAL.get(row.organization.kind, "") if row.organization else "",
    }
    values |= {name: held[name] for name in _OF_NEED if held.get(name)}
    values |= {name: value for name, value in held.get("organization", {}).items() if value}
    values |= {name: whole[name] for name in _BOUNDED if whole.get(name)}
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def _region(row: Problem) -> str:
    code = row.region or (row.organization.region if row.organization else "")
    return REGIONS.text(code) if code else ""


def as_problem(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says, as ``posting.create`` takes it; nothing of it is lost."""
    own = {name: values[name] for name in _OF_NEED if values.get(name)}
    own["organization"] = {name: values[name] for name in _OF_BODY if values.get(name)}
    cut = {name: values[name] for name, most in _BOUNDED.items() if len(values.get(name) or "") > most}
    if cut:
        own["whole"] = cut
    bounded = {name: (values.get(name) or "")[:most] for name, most in _BOUNDED.items()}
    last = (values.get("years") or {}).get("to")
    return {
        **bounded,
        **{name: values.get(name) or "" for name in ("main_problem", "key_technology", "goal", "industry")},
        "keywords": list(values.get("keywords") or ()),
        "budget_fen": values.get("budget_fen"),
        "fields": official.mapped([values.get("field") or ""], official.FIELDS_FROM_OFFICIAL),
        "cooperation": official.mapped([values.get("solution") or ""], official.COOPERATION_FROM_OFFICIAL),
        "organization_kind": official.BODIES_FROM_OFFICIAL.get(values.get("body") or "", ""),
        "region": REGIONS.mentioned(values.get("region") or values.get("address") or "") or "",
        "deadline": date(last, 12, 31) if last else None,
        "source": "导入",
        "official": own,
    }


def _known(uow: UnitOfWork, actor: Actor, values: Mapping[str, Any]) -> int | None:
    wanted = as_problem(values)
    statement = select(Problem.id).where(Problem.title == wanted["title"], problems.shown_to(actor))
    if wanted["organization"]:
        statement = statement.where(Problem.organization.has(Organization.name == wanted["organization"]))
    return uow.session.scalars(statement.order_by(Problem.id).limit(1)).one_or_none()
