"""The need clinic for pages and API: a form as typed is read leniently, proposals are told and adopted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker import consulting, taxonomy
from matchmaker.consulting import Comparison, Consultation, Form, Proposal
from matchmaker.messages import Message
from matchmaker.permissions import Actor
from matchmaker.services import clinic, owners
from matchmaker.services.display import rows
from web.formats import label, labels, wan
from web.i18n import _, tell
from web.request import MOST_NUMBER, actor, application
from web.schemas.clinic import MOST_LINES, ClinicForm
from web.schemas.parsing import invalid

if TYPE_CHECKING:
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Fields of the form → how they are called.
NAMES: dict[str, Message] = {
    "title": Message("难题名称"),
    "text": Message("需求内容"),
    "background": Message("背景"),
    "main_problem": Message("主要问题"),
    "tried": Message("已尝试的方案"),
    "key_technology": Message("关键技术"),
    "goal": Message("预期目标"),
    "scene": Message("应用场景"),
    "deliverables": Message("交付物"),
    "indicators": Message("指标表"),
    "kind": Message("类型"),
    "industry": Message("行业"),
    "fields": Message("技术领域"),
    "keywords": Message("关键词"),
    "cooperation": Message("期望合作方式"),
    "budget_fen": Message("拟投入资金"),
    "deadline": Message("截止日期"),
}
TEXT_FIELDS = (
    "text", "background", "main_problem", "tried", "key_technology", "goal", "scene", "deliverables",
)  # fmt: skip
#: Points of the checklist whose proposed sentence can be taken over → the field that it is put into.
WRITABLE = {
    "title": "title", "text": "text", "main_problem": "main_problem", "tried": "tried", "indicators": "goal",
}  # fmt: skip
_TABLES = {
    "kind": "PROBLEM_KINDS", "industry": "INDUSTRIES", "fields": "FIELDS", "cooperation": "COOPERATION",
}  # fmt: skip
FORM_NAMES = tuple(field.name for field in fields(Form))
_LINE = re.compile(r"indicator-(\d{1,3})-(name|current|target|unit|comparator|required)")
_SEPARATORS = re.compile("[、，,；;\\s]+")
_SIGNS = {">=": "≥", "<=": "≤", "range": ""}


@dataclass(frozen=True, slots=True)
class Moved:
    """A move with the row of its expert and his body."""

    move: Any
    expert: Any
    organization: Any


def read(given: MultiDict[str, str]) -> tuple[Form, dict[str, str]]:
    """The form as typed, and what is wrong with it by field; a faulty field counts as empty, others hold."""
    raw = _raw(given)
    try:
        return clinic.form_of(ClinicForm().load(raw)), {}
    except ValidationError as wrong:
        faults = {name: tell(message) for name, message in invalid(wrong).fields.items()}
    kept = {
        name: value for name, value in raw.items() if name not in {key.partition(".")[0] for key in faults}
    }
    return clinic.form_of(ClinicForm().load(kept)), faults


def problem_number(given: MultiDict[str, str]) -> int | None:
    """The number of the stored problem that is being edited, if the form names one."""
    text = given.get("problem", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 11
    return int(text) if is_number and 0 < int(text) <= MOST_NUMBER else None


def whole(given: MultiDict[str, str]) -> tuple[Form, dict[str, str]]:
    """As ``read``; where a stored problem is being edited step by step, fields of other steps are its own.

    NotFound when the reader may not see that problem.
    """
    form, faults = read(given)
    number = problem_number(given)
    if number is None:
        return form, faults
    kept = consulting.stored(application(), actor(), number)
    absent = [name for name in FORM_NAMES if not _is_sent(given, name)]
    return replace(form, **{name: getattr(kept, name) for name in absent}), faults


def consult(given: MultiDict[str, str]) -> tuple[Form, dict[str, str], Consultation]:
    """The form, its faults and the answer of the clinic for whoever asks."""
    form, faults = whole(given)
    return form, faults, consulting.consult(application(), actor(), form, exclude=problem_number(given))


def adopted(given: MultiDict[str, str], proposals: Iterable[Proposal]) -> MultiDict[str, str]:
    """The values of a form with the proposals put in whose key is ticked as ``adopt``."""
    ticked = set(given.getlist("adopt"))
    values = MultiDict(item for item in given.items(multi=True) if item[0] != "adopt")
    for one in proposals:
        if one.key in ticked:
            _put(values, one)
    return values


def line_rows(values: MultiDict[str, str]) -> list[dict[str, str]]:
    """The lines of the table of indicators of a form, in order, empty ones left out."""
    found: dict[int, dict[str, str]] = {}
    for name in values:
        if match := _LINE.fullmatch(name):
            found.setdefault(int(match[1]), {})[match[2]] = values[name]
    lines = [found[place] for place in sorted(found)]
    return [
        line for line in lines if any(line.get(part, "").strip() for part in ("name", "current", "target"))
    ]


def is_divided(values: MultiDict[str, str]) -> bool:
    """Whether anything stands in the fields below the paragraph: they are then shown open."""
    names = (*TEXT_FIELDS[1:], "kind", "industry", "fields", "cooperation", "keywords", "budget", "deadline")
    return bool(line_rows(values)) or any(values.get(name, "").strip() for name in names)


def field_name(field: str) -> str:
    """What a field of the form is called."""
    return tell(NAMES.get(field, Message(field)))


def shown(one: Proposal) -> str:
    """A proposal as people read it."""
    if one.line is not None:
        line = one.line
        sign = _SIGNS.get(line.comparator, line.comparator)
        text = " ".join(part for part in (line.name, sign, line.target, line.unit) if part)
        return _("%(line)s（现值 %(current)s）", line=text, current=line.current) if line.current else text
    if one.field == "keywords":
        return "、".join(one.codes)
    if one.codes:
        return labels(_TABLES[one.field], one.codes)
    if one.field == "budget_fen":
        return wan(int(one.value))
    return label(_TABLES[one.field], one.value) if one.field in _TABLES else one.value


def filling(one: Proposal) -> dict[str, Any]:
    """What the script needs to put a proposal into the form."""
    if one.line is not None:
        return {"indicator": {name: getattr(one.line, name) for name in
                              ("name", "current", "target", "unit", "comparator")}}  # fmt: skip
    if one.field == "budget_fen":
        return {"names": ["budget", "budget_wan"], "value": _wan_text(int(one.value))}
    if one.field == "keywords":
        return {"names": ["keywords"], "value": "、".join(one.codes)}
    if one.codes:
        told = "；".join(taxonomy_label(one.field, code) for code in one.codes)
        return {"names": [one.field], "values": list(one.codes), "told": told}
    told = taxonomy_label(one.field, one.value) if one.field in _TABLES else ""
    return {"names": [one.field], "value": one.value, "told": told}


def _wan_text(fen: int) -> str:
    """万元 as somebody types them."""
    text = f"{Decimal(fen) / 1_000_000:.2f}"
    return text.removesuffix(".00")


def taxonomy_label(field: str, code: str) -> str:
    """The Chinese name of a code, which every picker understands."""
    return str(getattr(taxonomy, _TABLES[field]).label(code))


def moved(uow: UnitOfWork, who: Actor, comparison: Comparison) -> list[Moved]:
    """The moves of experts whom the reader may see, with their rows."""
    known = rows(uow, who, [one.id for one in comparison.moves])
    quoted = {quote.document for one in comparison.moves for quote in one.evidence}
    readable = rows(uow, who, quoted)
    bodies = owners.by_numbers(uow, who, (row.organization_id for row in known.values()))
    return [
        Moved(_only_readable(one, readable), known[one.id], bodies.get(known[one.id].organization_id))
        for one in comparison.moves
        if one.id in known
    ]


def _only_readable(move: Any, readable: dict[str, Any]) -> Any:
    return replace(move, evidence=tuple(quote for quote in move.evidence if quote.document in readable))


def _raw(given: MultiDict[str, str]) -> dict[str, Any]:
    """A browser's form by the names of the schema; names of codes become codes."""
    raw: dict[str, Any] = {}
    for name in ("title", *TEXT_FIELDS, "deadline"):
        raw[name] = given.get(name, "").replace("\r\n", "\n")
    for name in ("fields", "cooperation"):
        raw[name] = _codes(name, given.getlist(name))
    for name in ("kind", "industry"):
        raw[name] = next(iter(_codes(name, [given.get(name, "")])), "")
    keywords = [word for word in _SEPARATORS.split(given.get("keywords", "")) if word]
    raw["keywords"] = [word[:50] for word in keywords[:20]]
    budget = given.get("budget", given.get("budget_wan", "")).strip()
    raw["is_negotiable"] = budget == "面议" or given.get("is_negotiable", "") not in {"", "0", "false"}
    raw["budget_wan"] = "" if budget == "面议" else budget
    raw["indicators"] = [_line(line) for line in line_rows(given)[:MOST_LINES]]
    return raw


def _is_sent(given: MultiDict[str, str], name: str) -> bool:
    if name in {"budget_fen", "is_negotiable"}:
        return "budget" in given or "budget_wan" in given
    if name == "indicators":
        return any(_LINE.fullmatch(key) for key in given)
    return name in given


def _codes(field: str, texts: Iterable[str]) -> list[str]:
    table = getattr(taxonomy, _TABLES[field])
    parts = [part for text in texts for part in re.split("[；;]", text) if part.strip()]
    found = (table.find(part) or table.find(part.strip().partition(" ")[0]) for part in parts)
    return [code for code in dict.fromkeys(found) if code]


def _line(line: dict[str, str]) -> dict[str, Any]:
    comparator = taxonomy.COMPARATORS.find(line.get("comparator", "")) or ""
    required = line.get("required", "1") not in {"0", "false", "no"}
    texts = {name: line.get(name, "") for name in ("name", "current", "target", "unit")}
    return {**texts, "comparator": comparator, "required": required}


def _put(values: MultiDict[str, str], one: Proposal) -> None:
    if one.line is not None:
        taken = [
            int(match[1]) for name in values if (match := _LINE.fullmatch(name)) and values[name].strip()
        ]
        place = max(taken, default=-1) + 1
        for name, text in filling(one)["indicator"].items():
            values[f"indicator-{place}-{name}"] = text
        return
    put = filling(one)
    name = put["names"][0]
    values.setlist(name, put["values"] if "values" in put else [put["value"]])
