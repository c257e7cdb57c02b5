"""An event as its documents need it: plain data, with nothing in it that may not be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells an old sheet from a new one, at the foot of every page.

    Attributes:
        plan: number of the published run; 0 while there is none.
        planned_at, printed_at: local moments, as text.
        is_provisional: the plan may still change.
    """

    plan: int = 0
    planned_at: str = ""
    printed_at: str = ""
    is_provisional: bool = False

    @property
    def text(self) -> str:
        """One line."""
        plan = f"排程第 {self.plan} 版（{self.planned_at}）" if self.plan else "尚无排程"
        return f"{plan} · 打印于 {self.printed_at}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A round of meetings; moments are local."""

    position: int
    session: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A table."""

    name: str
    room: str = ""
    kinds: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the agenda; ``people`` are numbers of persons where it is not for all."""

    number: int
    kind: str
    title: str
    starts: datetime
    ends: datetime
    room: str = ""
    speaker: str = ""
    note: str = ""
    is_for_all: bool = True
    people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who comes.

    Attributes:
        number: of the attendee; ``badge_number`` is read aloud, ``badge`` is the opaque code of the QR.
        name, title, body: as they may be printed; of a veiled one "需求方代表" and his problem's number.
        kind: expert, representative, leader, staff, press or other; ``role`` its name.
        order, body_order: by which lists are sorted (pinyin of name and body).
        page: full address of the own page for the telephone, "" without one.
        profile: what an expert does, in a few lines.
    """

    number: int
    badge_number: int
    badge: str
    name: str
    kind: str
    role: str
    body: str = ""
    title: str = ""
    order: str = ""
    body_order: str = ""
    is_online: bool = False
    is_veiled: bool = False
    page: str = ""
    profile: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of a problem's table of indicators."""

    name: str
    current: str
    target: str
    required: bool


@dataclass(frozen=True, slots=True)
class Need:
    """A problem that is brought.

    Attributes:
        code: its number, by which an anonymous one is known.
        side: the firm, or for an anonymous one its number.
        title: "" where only its own pairs may know it.
        known_as: title as whoever meets it may read it.
        people: numbers of its representatives.
        is_told: whether the handbook may describe it.
    """

    number: int
    code: str
    side: str
    title: str
    known_as: str
    people: tuple[int, ...]
    is_anonymous: bool = False
    is_told: bool = True
    summary: str = ""
    goals: Sequence[Goal] = ()
    cooperation: str = ""
    budget: str = ""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A meeting that is held by the plan; ``slot`` is a position, ``table`` a name ("" online)."""

    number: int
    expert: int
    need: int
    slot: int
    table: str = ""
    why: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """A line of the list of what is signed; ``amount`` in 万元 as text, "" when it is open."""

    number: str
    title: str
    demand: str
    supply: str
    ways: str
    amount: str
    began_on: date
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One event; lists stand in the order in which they are printed."""

    number: str
    title: str
    is_docking: bool
    theme: str = ""
    summary: str = ""
    hosts: str = ""
    partners: str = ""
    venue: str = ""
    address: str = ""
    contact: str = ""
    days: str = ""
    stamp: Stamp = field(default_factory=Stamp)
    slots: Sequence[Slot] = ()
    tables: Sequence[Place] = ()
    agenda: Sequence[Item] = ()
    people: Sequence[Person] = ()
    needs: Sequence[Need] = ()
    meetings: Sequence[Pairing] = ()
    signings: Sequence[Signing] = ()

    @property
    def by_number(self) -> Mapping[int, Person]:
        """Everybody by number."""
        return {person.number: person for person in self.people}

    @property
    def needs_by_number(self) -> Mapping[int, Need]:
        """Every problem by number."""
        return {need.number: need for need in self.needs}

    @property
    def experts(self) -> list[Person]:
        """Experts only."""
        return [person for person in self.people if person.kind == "expert"]

    def of(self, person: Person) -> list[Pairing]:
        """Meetings of somebody, by time."""
        own = {need.number for need in self.needs if person.number in need.people}
        mine = [each for each in self.meetings if each.expert == person.number or each.need in own]
        return sorted(mine, key=lambda each: each.slot)

    def at(self, table: str) -> dict[int, Pairing]:
        """Position of a slot → the meeting that a table holds in it."""
        return {each.slot: each for each in self.meetings if each.table == table}
