"""What is to be planned, as data: the planning file's keys as Python values, checked by ``reading``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Wish = Literal["must", "willing", "veto"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``kinds`` it is fit for, ``unavailable``: slots in which nobody meets there."""

    id: str
    kinds: frozenset[str] = frozenset()
    unavailable: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """An expert or a representative of a problem.

    Attributes:
        body: for the level "experts of at least two bodies"; "" when unknown.
        max_in_a_row: longest run of meetings in neighbouring slots of one session.
    """

    id: str
    body: str = ""
    unavailable: frozenset[int] = frozenset()
    min_meetings: int = 0
    max_meetings: int | None = None
    max_in_a_row: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is brought to a table; all ``people`` (representatives) sit in each of its meetings."""

    id: str
    people: tuple[str, ...] = ()
    min_meetings: int = 0
    max_meetings: int | None = None
    table_kind: str | None = None
    priority: float = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """An expert and a problem that may meet.

    Attributes:
        score: 0 … 1.
        must: held in every plan, whatever the score.
        session: index of the only session in which they may meet.
    """

    expert: str
    problem: str
    score: float
    expert_wish: Wish | None = None
    problem_wish: Wish | None = None
    must: bool = False
    session: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Expert and problem: no pair stands twice in a plan."""
        return self.expert, self.problem

    @property
    def is_vetoed(self) -> bool:
        """Either side's 不见 wins over everything."""
        return "veto" in (self.expert_wish, self.problem_wish)

    @property
    def is_wished(self) -> bool:
        """Whether a side wants to meet."""
        return not {self.expert_wish, self.problem_wish}.isdisjoint({"must", "willing"})


@dataclass(frozen=True, slots=True)
class Pin:
    """A meeting that is held, at this slot and table where they are given."""

    expert: str
    problem: str
    slot: int | None = None
    table: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Expert and problem."""
        return self.expert, self.problem


@dataclass(frozen=True, slots=True, order=True)
class Meeting:
    """A meeting of a plan."""

    expert: str
    problem: str
    slot: int
    table: str

    @property
    def key(self) -> tuple[str, str]:
        """Expert and problem."""
        return self.expert, self.problem


@dataclass(frozen=True, slots=True)
class Weights:
    """Factors of a side's wish, and the share of the best total that may be given for the worst-off."""

    must: float = 1.3
    willing: float = 1.1
    fairness_price: float = 0.05


@dataclass(frozen=True)
class Instance:
    """All of it. Ids are texts; ``sessions`` are (first, last) slots, inclusive.

    Attributes:
        published: meetings of an earlier plan, of which the new one moves as few as it can.
        objective: match (choose meetings, then times) or timetable (every pair is ``must``).
        min_score: pairs below it are planned only when a side wishes it, they are ``must`` or pinned.
    """

    slots: int
    tables: tuple[Table, ...]
    people: tuple[Person, ...]
    problems: tuple[Problem, ...]
    pairs: tuple[Pair, ...]
    name: str = ""
    sessions: tuple[tuple[int, int], ...] = ()
    pinned: tuple[Pin, ...] = ()
    published: tuple[Meeting, ...] = ()
    objective: Literal["match", "timetable"] = "match"
    weights: Weights = field(default_factory=Weights)
    min_score: float = 0.0

    @cached_property
    def days(self) -> tuple[tuple[int, int], ...]:
        """The sessions, or the whole day as one."""
        return self.sessions or ((0, self.slots - 1),)

    @cached_property
    def session_of(self) -> Mapping[int, int]:
        """Slot → index of its session; a slot of none has no meeting."""
        return {slot: at for at, (first, last) in enumerate(self.days) for slot in range(first, last + 1)}

    @cached_property
    def person(self) -> Mapping[str, Person]:
        """People by id."""
        return {each.id: each for each in self.people}

    @cached_property
    def problem(self) -> Mapping[str, Problem]:
        """Problems by id."""
        return {each.id: each for each in self.problems}

    @cached_property
    def table(self) -> Mapping[str, Table]:
        """Tables by id."""
        return {each.id: each for each in self.tables}

    @cached_property
    def pair(self) -> Mapping[tuple[str, str], Pair]:
        """Pairs by expert and problem."""
        return {each.key: each for each in self.pairs}

    @cached_property
    def held(self) -> frozenset[tuple[str, str]]:
        """Pairs that every plan holds: ``must`` and pinned ones."""
        return frozenset(each.key for each in self.pairs if each.must) | {pin.key for pin in self.pinned}

    def attending(self, key: tuple[str, str]) -> tuple[str, ...]:
        """Everybody who sits in a meeting: the expert, then the representatives, nobody twice."""
        expert, problem = key
        return tuple(dict.fromkeys((expert, *self.problem[problem].people)))
