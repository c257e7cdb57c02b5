"""Each PDF of an event: what its template shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.reporting.dossier import Dossier, Item, Need, Pairing, Person
from matchmaker.reporting.lists import by_body, by_organization, concerning, door_lines, programme
from matchmaker.reporting.signs import qr
from matchmaker.reporting.typesetting import pdf
from matchmaker.reporting.wording import breakable, by_place, of_slot, side_of, span, where
from matchmaker.taxonomy import ATTENDANCE, INTENT_WAYS, MEETING_OUTCOMES, UNFIT_REASONS, Table

#: Slots on one page of the overview; rows from which it needs A3.
_MOST_SLOTS, _MOST_ROWS = 10, 17


def sheets(dossier: Dossier) -> bytes:
    """A page for each person, in the order in which they are handed out."""
    meeting = [person for person in dossier.people if person.kind in {"expert", "representative"}]
    return _made("sheets", "个人日程", dossier, people=[_own(dossier, person) for person in meeting])


def tables(dossier: Dossier) -> bytes:
    """A sheet for each table."""
    return _made(
        "tables", "桌签", dossier, sheets=[_of_table(dossier, at) for at in range(len(dossier.tables))]
    )


def door(dossier: Dossier) -> bytes:
    """Who comes, by pinyin."""
    return _made("door", "入场名单", dossier, people=door_lines(dossier))


def badges(dossier: Dossier) -> bytes:
    """Badges of everybody who comes to the place."""
    there = [person for person in dossier.people if not person.is_online]
    told = [
        {
            "name": one.name,
            "title": one.title,
            "body": one.body,
            "role": one.role,
            "kind": one.kind,
            "badge_number": one.badge_number,
            "qr": qr(one.badge),
        }
        for one in sorted(there, key=lambda each: each.badge_number)
    ]
    return _made("badges", "胸牌", dossier, people=told)


def overview(dossier: Dossier) -> bytes:
    """All tables and slots."""
    parts = [
        part
        for at in range(0, len(dossier.slots), _MOST_SLOTS)
        if (part := dossier.slots[at : at + _MOST_SLOTS])
    ]
    rows = [place.name for place in dossier.tables]
    if any(not each.table for each in dossier.meetings):
        rows.append("")
    told = [
        {
            "name": "、".join(dict.fromkeys(slot.session for slot in part if slot.session)),
            "slots": [span(dossier, slot.starts, slot.ends) for slot in part],
            "rows": [_row(dossier, name, [slot.position for slot in part]) for name in rows],
        }
        for part in parts
    ]
    size = "a3" if len(rows) > _MOST_ROWS or len(parts) > 1 else "a4"
    return _made("overview", "排程总览", dossier, size=size, points=7 if size == "a4" else 8, sheets=told)


def signin(dossier: Dossier) -> bytes:
    """签到表."""
    return _made("signin", "签到表", dossier, count=len(dossier.people), bodies=by_body(dossier))


def cards(dossier: Dossier) -> bytes:
    """结果卡, a page for each meeting, table by table."""
    return _made(
        "cards",
        "结果卡",
        dossier,
        meetings=[_card(dossier, each) for each in by_place(dossier)],
        attendance=_labels(ATTENDANCE),
        outcomes=_labels(MEETING_OUTCOMES),
        ways=_labels(INTENT_WAYS),
        reasons=_labels(UNFIT_REASONS),
    )


def handbook(dossier: Dossier) -> bytes:
    """会议手册."""
    return _made(
        "handbook",
        "会议手册",
        dossier,
        partners=dossier.partners,
        summary=dossier.summary,
        theme=dossier.theme,
        programme=programme(dossier),
        experts=[_introduced(person) for person in by_organization(dossier)],
        bodies=len({person.body for person in dossier.experts if person.body}),
        needs=[_told(need) for need in dossier.needs],
    )


def _own(dossier: Dossier, person: Person) -> dict[str, Any]:
    mine = dossier.of(person)
    lines = [(_start(dossier, each), _meeting(dossier, person, each)) for each in mine]
    lines += [(item.starts.isoformat(), _agenda(dossier, item)) for item in concerning(dossier, person)]
    return {
        "badge_number": person.badge_number,
        "name": person.name,
        "title": person.title,
        "body": person.body,
        "is_online": person.is_online,
        "qr": qr(person.page) if person.page else "",
        "lines": [line for _, line in sorted(lines, key=lambda pair: pair[0])],
        "meets": bool(mine),
        "tables": sorted({each.table for each in mine if each.table}),
    }


def _start(dossier: Dossier, meeting: Pairing) -> str:
    return next((slot.starts.isoformat() for slot in dossier.slots if slot.position == meeting.slot), "")


def _meeting(dossier: Dossier, person: Person, meeting: Pairing) -> dict[str, str]:
    need, expert = dossier.needs_by_number[meeting.need], dossier.by_number.get(meeting.expert)
    if person.number == meeting.expert:
        side, people = side_of(dossier, need)
    else:
        side = expert.name if expert else ""
        people = f"{expert.body} {expert.title}".strip() if expert else ""
    return {
        "kind": "meeting",
        "time": of_slot(dossier, meeting.slot),
        "table": meeting.table or "线上",
        "side": side,
        "people": people,
        "what": breakable(need.known_as),
        "why": breakable(meeting.why),
        "link": breakable(meeting.link),
    }


def _agenda(dossier: Dossier, item: Item) -> dict[str, str]:
    return {
        "kind": "agenda",
        "time": span(dossier, item.starts, item.ends),
        "what": item.title,
        "room": item.room,
    }


def _of_table(dossier: Dossier, at: int) -> dict[str, Any]:
    place = dossier.tables[at]
    held = dossier.at(place.name)
    lines: list[dict[str, Any]] = []
    for slot in dossier.slots:
        time = span(dossier, slot.starts, slot.ends)
        lines.append(
            {"empty": True, "time": time}
            if slot.position not in held
            else _sides(dossier, held[slot.position], time)
        )
    return {"name": place.name, "room": place.room, "kinds": place.kinds, "lines": lines}


def _sides(dossier: Dossier, meeting: Pairing, time: str) -> dict[str, Any]:
    expert = dossier.by_number.get(meeting.expert)
    side, people = side_of(dossier, dossier.needs_by_number[meeting.need])
    return {
        "empty": False,
        "time": time,
        "expert": expert.name if expert else "",
        "expert_body": f"{expert.body} {expert.title}".strip() if expert else "",
        "side": side,
        "people": people,
    }


def _row(dossier: Dossier, name: str, positions: Sequence[int]) -> dict[str, Any]:
    cells: list[list[str]] = []
    for position in positions:
        here = [each for each in dossier.meetings if each.table == name and each.slot == position]
        told = [_sides(dossier, each, "") for each in here]
        cells.append(
            []
            if not told
            else ["、".join(one["expert"] for one in told), "、".join(one["side"] for one in told)]
        )
    return {"name": name or "线上", "cells": cells}


def _card(dossier: Dossier, meeting: Pairing) -> dict[str, Any]:
    need = dossier.needs_by_number[meeting.need]
    return {
        "number": meeting.number,
        "qr": qr(f"meeting:{meeting.number}"),
        "table": meeting.table,
        "what": breakable(need.known_as),
        **_sides(dossier, meeting, of_slot(dossier, meeting.slot)),
    }


def _introduced(person: Person) -> dict[str, str]:
    return {
        "name": person.name,
        "title": person.title,
        "body": person.body,
        "fields": person.fields,
        "profile": breakable(person.profile),
    }


def _told(need: Need) -> dict[str, Any]:
    goals = [
        {"name": goal.name, "current": goal.current, "target": goal.target, "required": goal.required}
        for goal in need.goals
    ]
    return {
        "code": need.code,
        "title": breakable(need.title),
        "side": "" if need.is_anonymous else need.side,
        "summary": breakable(need.summary),
        "goals": goals,
        "cooperation": need.cooperation,
        "budget": need.budget,
    }


def _labels(table: Table) -> list[str]:
    return [table.label(code) for code in table]


def _made(template: str, name: str, dossier: Dossier, **parts: Any) -> bytes:
    stamp = {"text": dossier.stamp.text, "is_provisional": dossier.stamp.is_provisional}
    common: Mapping[str, Any] = {
        "name": f"{dossier.title} · {name}",
        "title": dossier.title,
        "hosts": dossier.hosts,
        "days": dossier.days,
        "where": where(dossier),
        "contact": dossier.contact,
        "stamp": stamp,
        "tables": [{"name": place.name, "room": place.room} for place in dossier.tables],
    }
    return pdf(template, {**common, **parts})
