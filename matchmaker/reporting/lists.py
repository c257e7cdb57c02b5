"""Lists that more than one form of a document shows: who comes, by name and by body; the programme."""

from __future__ import annotations

from typing import Any

from matchmaker.reporting.dossier import Dossier, Item, Person
from matchmaker.reporting.wording import letter, of_slot, on_day


def door_lines(dossier: Dossier) -> list[dict[str, Any]]:
    """A line for each person, as the door knows him."""
    lines = []
    for person in dossier.people:
        first = next(iter(dossier.of(person)), None)
        place = f"{of_slot(dossier, first.slot)} · {first.table or '线上'}" if first else ""
        lines.append(
            {
                "letter": letter(person.order),
                "name": person.name,
                "body": person.body,
                "role": person.role,
                "badge_number": person.badge_number,
                "first": place,
            }
        )
    return lines


def by_body(dossier: Dossier) -> list[dict[str, Any]]:
    """Everybody in groups of his body, counted on."""
    groups: dict[str, list[Person]] = {}
    for person in dossier.people:
        groups.setdefault(_group(person), []).append(person)
    found: list[dict[str, Any]] = []
    place = 0
    for name, people in groups.items():
        lines = []
        for person in people:
            place += 1
            lines.append(
                {
                    "place": place,
                    "badge_number": person.badge_number,
                    "title": person.title,
                    "role": person.role,
                    "name": f"{person.name}（{person.body}）" if person.is_veiled else person.name,
                }
            )
        found.append({"name": name, "people": lines})
    return found


def programme(dossier: Dossier) -> list[dict[str, str]]:
    """The agenda with the stretches of meetings, by time."""
    lines = [
        (
            item.starts,
            item.ends,
            f"{item.title}（{item.speaker}）" if item.speaker else item.title,
            item.room,
            item.note,
        )
        for item in dossier.agenda
        if item.is_for_all
    ]
    halls = "、".join(dict.fromkeys(place.room for place in dossier.tables if place.room))
    for name in dict.fromkeys((slot.starts.date(), slot.session) for slot in dossier.slots):
        own = [slot for slot in dossier.slots if (slot.starts.date(), slot.session) == name]
        lines.append((own[0].starts, own[-1].ends, f"一对一洽谈，共 {len(own)} 场", halls, ""))
    return [
        {
            "day": on_day(starts),
            "time": f"{starts:%H:%M}–{ends:%H:%M}",
            "what": what,
            "room": room,
            "note": note,
        }
        for starts, ends, what, room, note in sorted(lines, key=lambda line: line[:3])
    ]


def by_organization(dossier: Dossier) -> list[Person]:
    """Experts, those of one body together."""
    return sorted(dossier.experts, key=lambda person: (person.body_order, person.body, person.order))


def concerning(dossier: Dossier, person: Person) -> list[Item]:
    """Items of the agenda in which somebody takes part."""
    return [item for item in dossier.agenda if item.is_for_all or person.number in item.people]


def _group(person: Person) -> str:
    return "需求方（匿名）" if person.is_veiled else person.body or "其他"
