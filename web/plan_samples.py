"""Values by which the style guide shows the components of planning; fictional."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from matchmaker.messages import Message
from matchmaker.services.plan_changes import KINDS, Change
from matchmaker.services.plan_compare import FIGURES, Told
from matchmaker.services.plan_view import Cell, Line, Named, Party
from web.event_samples import SLOTS
from web.plan_parts import Line as Changed
from web.samples import LONG

_EXPERT = Named("attendee:1", "章屹舟", "浙东滨海理工大学", row=1)
_PROBLEM = Named("problem:1", LONG, "澄溪晶彩钮扣有限公司", "MX-001", 1, "problem", is_anonymous=True)


def _table(name: str) -> Any:
    """A table of the hall."""
    return SimpleNamespace(name=name)


_CELLS = (
    Cell(_EXPERT, _PROBLEM, 0, "A01", 0.86, "strong", expert_wish="must", pinned=True),
    Cell(_EXPERT, _PROBLEM, 2, "A02", 0.41, "weak"),
)
SHOWN = SimpleNamespace(
    slots=SLOTS,
    lines=[
        Line(_table("A01"), [_CELLS[0], *[None] * (len(SLOTS) - 1)], frozenset({len(SLOTS) - 1})),
        Line(_table("A02"), [None, None, _CELLS[1], *[None] * (len(SLOTS) - 3)], frozenset()),
    ],
)
MOVED = {_CELLS[1].key}
PARTIES = [Party(_EXPERT, 0.42, _CELLS, 4), Party(_PROBLEM, 0.7, _CELLS[:1], 4)]
WITHOUT = [Party(_PROBLEM, None, (), 4, Message("与合适的对方没有共同的空档"))]
_MOVED = Change("attendee:1", "problem:1", "moved", (0, "A01"), (2, "A02"))
CHANGES = [Changed(_MOVED, _EXPERT, _PROBLEM, "09:00 A01", "10:00 A02")]
CHANGE_NAMES = KINDS
FIGURE_NAMES = FIGURES
FIGURE = Told("worst_satisfaction", 0.42, 0.52)
