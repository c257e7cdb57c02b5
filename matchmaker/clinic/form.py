"""A requirement while it is written: the fields of the form, unsaved; names are those of the problem."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

#: Texts of the form below its title, in the order in which they are read.
TEXT_PARTS = (
    "text", "background", "main_problem", "key_technology", "goal", "scene", "tried", "deliverables",
)  # fmt: skip
#: Characters of one part that are looked at: a text of 1 MB must not stall anybody.
MOST_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of indicators; values are texts, as in the table itself."""

    name: str = ""
    current: str = ""
    target: str = ""
    unit: str = ""
    comparator: str = ""
    required: bool = True


@dataclass(frozen=True)
class Form:
    """What somebody has written so far; every field may be empty.

    Attributes:
        budget_fen: in 1/100 yuan; None when nothing was given.
        is_negotiable: the poster chose 面议.
    """

    title: str = ""
    text: str = ""
    background: str = ""
    main_problem: str = ""
    tried: str = ""
    key_technology: str = ""
    scene: str = ""
    goal: str = ""
    deliverables: str = ""
    kind: str = ""
    industry: str = ""
    fields: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    cooperation: tuple[str, ...] = ()
    budget_fen: int | None = None
    is_negotiable: bool = False
    deadline: date | None = None
    indicators: tuple[Line, ...] = ()

    def part(self, name: str) -> str:
        """One of TEXT_PARTS, cut to what is looked at."""
        return str(getattr(self, name))[:MOST_CHARACTERS]

    @cached_property
    def body(self) -> str:
        """The parts as one text, without the table of indicators."""
        return "\n".join(part for part in map(self.part, TEXT_PARTS) if part.strip())

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written at all."""
        return not (self.title.strip() or self.body)


NAMES = frozenset(field.name for field in fields(Form))
