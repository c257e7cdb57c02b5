"""Which value of two merged records wins, field by field: proposed, chosen, taken over with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.permissions import Actor
from matchmaker.services import provenance
from matchmaker.services.moving import TECHNICAL
from matchmaker.services.profile_fields import labels
from matchmaker.storage.queries import index_id

#: Fields that are never chosen: they follow from the others.
_FOLLOWING = frozenset(
    {"id", "key", "match_key", "confirmed", "provenance", "created_at", "created_by", "reminded_at", "source"}
    | TECHNICAL
)
#: Lists, of which both may be kept.
_LISTS = frozenset({"fields", "directions", "keywords", "representative", "avoid", "tiers", "projects"})
CHOICES = ("first", "second", "both")


@dataclass(frozen=True, slots=True)
class Option:
    """One field of a preview.

    Attributes:
        first: value of the record that is kept.
        second: value of the other.
        choice: what is proposed: a confirmed value, else the one that is there, else the fuller one.
        confirmed: which of the two the person has confirmed: first, second, both or "".
    """

    name: str
    label: Message
    first: Any
    second: Any
    choice: str
    confirmed: str
    both: bool


def options(kind: str, one: Any, other: Any) -> list[Option]:
    """Fields in which the second record says something else than the first, with what is proposed."""
    names = {"name": Message("名称"), **labels(kind)}
    found = []
    for name, label in names.items():
        if name in _FOLLOWING or name == "town" or not hasattr(one, name):
            continue
        first, second = getattr(one, name), getattr(other, name)
        if name == "projects":
            first, second = ([each.title for each in some] for some in (first, second))
        if first == second or not second:
            continue
        confirmed = _confirmed(name, one, other)
        found.append(
            Option(
                name,
                label,
                first,
                second,
                _proposed(name, first, second, confirmed),
                confirmed,
                name in _LISTS,
            )
        )
    return found


def _confirmed(name: str, one: Any, other: Any) -> str:
    held = (name in one.confirmed, name in other.confirmed)
    return {(True, True): "both", (True, False): "first", (False, True): "second"}.get(held, "")


def _proposed(name: str, first: Any, second: Any, confirmed: str) -> str:
    if confirmed in {"first", "second"}:
        return confirmed
    if not first:
        return "second"
    if name in _LISTS:
        return "both"
    return "second" if name in {"profile", "summary"} and len(second) > len(first) else "first"


def chosen_of(kind: str, one: Any, other: Any, choices: Mapping[str, str]) -> dict[str, str]:
    """Field → first, second or both, for every field in which the two differ."""
    found = {}
    for option in options(kind, one, other):
        choice = choices.get(option.name, option.choice)
        if choice not in CHOICES or (choice == "both" and not option.both):
            raise InvalidInput(
                Message("“%(field)s”的选择无效。", {"field": option.label}),
                fields={option.name: Message("请选择保留哪一个。")},
            )
        found[option.name] = choice
    return found


def take(one: Any, other: Any, chosen: Mapping[str, str], actor: Actor, today: date) -> None:
    """The chosen values, with their confirmations and origins."""
    confirmed = set(one.confirmed)
    origins = dict(one.provenance or {})
    for name, choice in chosen.items():
        if choice == "first":
            continue
        if name != "projects":
            mine, theirs = getattr(one, name), getattr(other, name)
            setattr(
                one,
                name,
                [*mine, *(each for each in theirs if each not in mine)] if choice == "both" else theirs,
            )
        if choice == "second":
            confirmed.discard(name)
            origins.pop(name, None)
            if name in (other.provenance or {}):
                origins[name] = other.provenance[name]
    same = {name for name in other.confirmed if getattr(one, name, None) == getattr(other, name, ...)}
    taken = {"projects"} & set(other.confirmed) if chosen.get("projects") == "second" else set()
    one.confirmed = sorted(confirmed | same | taken)
    one.provenance = origins
    both = [name for name, choice in chosen.items() if choice == "both"]
    provenance.note(one, both, "merge", actor, on=today, what=f"{index_id(other)} {other.name}")
    days = [day for day in (one.verified_on, other.verified_on) if day is not None]
    one.verified_on = max(days) if days else None
