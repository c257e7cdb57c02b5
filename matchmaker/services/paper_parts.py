"""Rows of an event as the plain parts of its documents, each as far as the hall may know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.models import (
    AgendaItem,
    Agreement,
    Attendee,
    Event,
    EventProblem,
    EventSlot,
    Meeting,
    Problem,
)
from matchmaker.reporting.dossier import (
    Dossier,
    Goal,
    Item,
    Need,
    Pairing,
    Person,
    Place,
    Signing,
    Slot,
    Stamp,
)
from matchmaker.reporting.wording import on_day
from matchmaker.services import veils
from matchmaker.services.plan_messages import called
from matchmaker.taxonomy import (
    AGENDA_KINDS,
    ATTENDEE_KINDS,
    COMPARATORS,
    COOPERATION,
    FIELDS,
    INTENT_WAYS,
    TABLE_KINDS,
    Table,
)
from matchmaker.taxonomy.pinyin import syllables_of

#: Purpose of the secret link to somebody's own page.
PAGE = "event_page"
_FEN_IN_WAN = 1_000_000
#: Signs of a profile, of a problem's summary and of a reason on paper.
_PROFILE, _SUMMARY, _REASON = 260, 420, 70
_SUMMARY_PARTS = ("background", "main_problem", "key_technology", "goal", "text")


def whole(
    event: Event,
    *,
    stamp: Stamp,
    slots: Sequence[tuple[EventSlot, str]],
    agenda: Sequence[tuple[AgendaItem, frozenset[int]]],
    people: Sequence[Person],
    needs: Sequence[Need],
    meetings: Sequence[Pairing],
    signings: Sequence[Signing],
) -> Dossier:
    """The event with its parts."""
    contact = " ".join(filter(None, (event.contact_name, event.contact_phone)))
    return Dossier(
        number=event.number,
        title=event.title,
        is_docking=event.kind == "docking",
        theme=event.theme,
        summary=event.summary,
        hosts="、".join(event.hosts),
        partners="、".join(event.partners),
        venue=event.venue,
        address=event.address,
        contact=contact,
        days=days(event),
        stamp=stamp,
        slots=[Slot(row.position, session, row.starts, row.ends) for row, session in slots],
        tables=[Place(row.name, row.room, _labels(TABLE_KINDS, row.kinds)) for row in event.tables],
        agenda=[_item(row, concerned) for row, concerned in agenda],
        people=people,
        needs=needs,
        meetings=meetings,
        signings=signings,
    )


def days(event: Event) -> str:
    """The day or days of an event, in words."""
    if event.first_day is None:
        return "时间待定"
    if event.last_day is None or event.last_day == event.first_day:
        return on_day(event.first_day)
    return f"{on_day(event.first_day)} — {on_day(event.last_day)}"


def person(row: Attendee, veil: str | None, page: str) -> Person:
    """Somebody who comes; ``veil`` are the numbers that stand for his name and body."""
    body = row.organization.name if row.organization else ""
    known: dict[str, Any] = {"name": row.name, "title": row.title, "body": body}
    if veil is not None:
        known = {"name": veils.NAMELESS, "title": "", "body": veil}
    expert = row.expert
    return Person(
        number=row.id,
        badge_number=row.badge_number,
        badge=row.badge,
        kind=row.kind,
        role=ATTENDEE_KINDS.label(row.kind) if row.kind in ATTENDEE_KINDS else row.kind,
        order=syllables_of(known["name"]),
        body_order=syllables_of(known["body"]),
        is_online=row.mode == "online",
        is_veiled=veil is not None,
        page=page,
        profile=_profile(row) if expert is not None else "",
        fields=_labels(FIELDS, expert.fields) if expert is not None else "",
        **known,
    )


def need(row: EventProblem) -> Need:
    """A problem; of one that the hall may not know the number and the field."""
    problem, is_open = row.problem, veils.may_name(row.problem)
    told: dict[str, Any] = {}
    if is_open:
        told = {
            "summary": summary(problem),
            "goals": tuple(_goal(each) for each in problem.indicators),
            "cooperation": _labels(COOPERATION, problem.cooperation),
            "budget": f"{wan(problem.budget_fen)} 万元" if problem.budget_fen is not None else "面议",
        }
    else:
        told = {"summary": "本题不公开名称和单位，内容由会务组提供给对接的专家。"}
    return Need(
        number=row.id,
        code=veils.code(problem),
        side=veils.side(problem),
        title=problem.title if is_open else _labels(FIELDS, problem.fields),
        known_as=called(row),
        people=tuple(each.id for each in row.people),
        is_anonymous=not is_open,
        **told,
    )


def pairing(row: Meeting, why: Mapping[str, Any], link: str, *, is_open: bool) -> Pairing:
    """A published meeting; of a problem that may not be told only the expert's own sentence is quoted."""
    return Pairing(
        number=row.id,
        expert=row.attendee_id,
        need=row.event_problem_id,
        slot=row.slot,
        table=row.table.name if row.table else "",
        why=reason(why, is_open=is_open),
        link=row.online_link or ("" if row.table else link),
    )


def signing(row: Agreement, problem: Problem | None) -> Signing:
    """A line of the list; a firm that the hall may not know is its problem's number."""
    is_open = problem is None or veils.may_name(problem)
    return Signing(
        number=row.number,
        title=row.title if is_open or problem is None else f"难题 {veils.code(problem)}",
        demand=row.demand if is_open or problem is None else veils.side(problem),
        supply=row.supply,
        ways=_labels(INTENT_WAYS, row.ways),
        amount=wan(row.amount_fen) if row.amount_fen is not None else "",
        began_on=row.began_on,
        owner=row.owner,
    )


def wan(fen: int) -> str:
    """分 as 万元 with two decimals and thousands separators."""
    return f"{fen / _FEN_IN_WAN:,.2f}"


def reason(why: Mapping[str, Any], *, is_open: bool) -> str:
    """The best pair of sentences of a match, short; what is kept of it may be read by both sides."""
    quote = next(iter(why.get("quotes") or ()), None)
    if not quote:
        return ""
    sides = [str(quote.get("ours", ""))] if is_open else []
    return " ↔ ".join(f"“{short(side, _REASON)}”" for side in [*sides, str(quote.get("theirs", ""))] if side)


def summary(problem: Problem) -> str:
    """What a problem is about, in a few lines."""
    parts = (getattr(problem, name).strip() for name in _SUMMARY_PARTS)
    return short(" ".join(dict.fromkeys(part for part in parts if part)), _SUMMARY)


def short(text: str, most: int) -> str:
    """At most so many signs of a text, on one line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def _profile(row: Attendee) -> str:
    expert = row.expert
    assert expert is not None
    directions = f"研究方向：{'、'.join(expert.directions)}。" if expert.directions else ""
    return short(directions + expert.profile, _PROFILE)


def _item(row: AgendaItem, people: frozenset[int]) -> Item:
    return Item(
        number=row.id,
        kind=AGENDA_KINDS.label(row.kind) if row.kind in AGENDA_KINDS else row.kind,
        title=row.title,
        starts=row.starts,
        ends=row.ends,
        room=row.room,
        speaker=row.speaker,
        note=row.note,
        is_for_all=row.is_for_all,
        people=people,
    )


def _goal(row: Any) -> Goal:
    sign = COMPARATORS.label(row.comparator) if row.comparator in COMPARATORS else ""
    target = " ".join(filter(None, (sign, row.target, row.unit)))
    current = f"{row.current} {row.unit}".strip() if row.current else ""
    return Goal(row.name, current, target, row.required)


def _labels(table: Table, codes: Sequence[str]) -> str:
    return "、".join(table.label(code) for code in codes if code in table)
