"""Sentences for users: a Chinese template with named values, translated at the edge that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Message:
    """``Message("第 %(row)s 行", {"row": 3})``; the template is the key of the translation catalogue."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Translate = str) -> str:
        """The sentence in the language of ``translate``; values that are Messages are translated too."""
        values = {
            key: value.render(translate) if isinstance(value, Message) else value
            for key, value in self.values.items()
        }
        template = translate(self.template)
        return template % values if values else template

    def __str__(self) -> str:
        return self.render()
