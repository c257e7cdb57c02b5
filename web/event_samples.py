"""Values by which the style guide shows the components of events; fictional."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from matchmaker.messages import Message
from matchmaker.services.event_agenda import Collision, Line
from matchmaker.services.event_stages import STAGES, Readiness, Standing
from matchmaker.services.event_times import Span, slots_of
from web.samples import DAY, LONG

_NINE = datetime(DAY.year, DAY.month, DAY.day, 9)  # noqa: DTZ001 - local, as the tables hold it
SLOTS = slots_of([Span(_NINE, _NINE + timedelta(minutes=150), "上午")], 25, 5)
ROUNDS = {slot.position: slot for slot in SLOTS}
EVENT = SimpleNamespace(id=1, kind="docking", title="表面处理对接会")
_FACTS = (
    Readiness(Message("%(n)s 人报名待审核", {"n": 3}), is_good=False, endpoint="#", action=Message("去审核")),
    Readiness(Message("%(n)s 张洽谈桌", {"n": 16}), is_good=True, endpoint="#"),
)
_ITEM: Any = SimpleNamespace(
    id=1, title=LONG, kind="opening", room="多功能厅", speaker="章屹舟", note="", is_for_all=True, people=[]
)
LINES = [
    Line(_NINE - timedelta(minutes=30), _NINE, _ITEM, collision=Collision((1,), 2, ("茶歇",))),
    Line(_NINE, SLOTS[-1].ends, session="上午", rounds=tuple(slot.position + 1 for slot in SLOTS)),
]
_BODY = SimpleNamespace(id=1, name="浙东滨海理工大学")
MEETINGS = [
    SimpleNamespace(
        id=number,
        slot=number,
        table=SimpleNamespace(name=f"A{number + 1:02}", room="多功能厅") if number else None,
        attendee=SimpleNamespace(name="章屹舟", organization=_BODY),
        event_problem=SimpleNamespace(problem=SimpleNamespace(number="MX-001", title=LONG)),
    )
    for number in range(2)
]


def stages() -> list[tuple[Standing, tuple[Readiness, ...], str]]:
    """A stage done, one at hand, one to come."""
    places = ("done", "now", "later")
    return [
        (Standing(stage, place, _FACTS if place == "now" else _FACTS[1:]), _FACTS, "#")
        for stage, place in zip(STAGES, places, strict=False)
    ]


def address(fact: Readiness) -> str:
    """Where a fact leads."""
    return fact.endpoint


def owner(_problem: object) -> None:
    """The firm of an anonymous problem is not told."""
