"""A form with what was read out of it once: sentences, quantities, the object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from matchmaker.clinic import subject
from matchmaker.clinic.form import Form
from matchmaker.clinic.indicators import Reading, readings
from matchmaker.clinic.sections import BASIS, Told, told
from matchmaker.messages import Message


@dataclass(frozen=True)
class Read:
    """A form with what was read out of it once."""

    form: Form
    today: date

    @cached_property
    def sentences(self) -> list[Told]:
        """Sentences with their sections."""
        return told(self.form)

    @cached_property
    def readings(self) -> list[Reading]:
        """Quantities with their roles."""
        return readings(self.sentences)

    @cached_property
    def about(self) -> str:
        """What it is about, "" when nothing tells."""
        return subject.object_of(self.form)

    @property
    def thing(self) -> object:
        """The object as a proposed sentence names it."""
        return self.about or Message("（哪种材料、设备、产品或工序）")

    def where(self, *sections: str) -> list[Told]:
        """The sentences of some sections."""
        return [one for one in self.sentences if one.section in sections]

    @cached_property
    def own(self) -> str:
        """The text without what tells of the firm itself: its turnover is no budget."""
        return "\n".join(one.text for one in self.sentences if one.section != BASIS)
