"""What may happen to a published plan, as data, and the planning file with it in; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.services import plan_changes

#: Kind of a change → how it is told.
WHATS: dict[str, Message] = {
    "away": Message("某人有的时段来不了（迟到、不来、提前走）"),
    "table": Message("一张桌不能用"),
    "move": Message("把一场移到别处"),
    "cancel": Message("取消一场"),
    "add": Message("加一场"),
    "again": Message("人员、难题有了变化，补排一下"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened.

    Attributes:
        what: of WHATS.
        person: id in the planning file, of whom ``away`` speaks; ``slots``: when, also of a table.
        table: name of a table.
        expert, problem: ids of a pair; ``slot``, ``table``: where it is to be (None: wherever it fits).
        fills: lost meetings may be replaced by other pairs.
    """

    what: str
    person: str = ""
    slots: tuple[int, ...] = ()
    table: str = ""
    expert: str = ""
    problem: str = ""
    slot: int | None = None
    fills: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For the run that keeps it."""
        return {**asdict(self), "slots": list(self.slots)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Happened:
        """From the run that kept it."""
        return cls(**{**stored, "slots": tuple(stored["slots"])})


def altered(inputs: Mapping[str, Any], happened: Happened) -> dict[str, Any]:
    """The planning file with the change in it.

    Raises:
        InvalidInput: it names nobody, no table, no pair of the event.
    """
    made = deepcopy(dict(inputs))
    _ALTER[happened.what](made, happened)
    return made


def _away(made: dict[str, Any], happened: Happened) -> None:
    row = _one(made["people"], happened.person, "person", Message("请选择一位参会人。"))
    new = set(happened.slots)
    if not new:
        raise lacking("slots", Message("请选择至少一个时段。"))
    row["unavailable"] = sorted({*row["unavailable"], *new})
    row["min_meetings"] = 0
    sitting = plan_changes.sitting_of(made)
    is_gone = len(row["unavailable"]) >= made["slots"]

    def concerns(each: Mapping[str, Any]) -> bool:
        return happened.person in {each["expert"], *sitting.get(each["problem"], ())}

    _unpin(made, lambda pin: concerns(pin) and (pin["slot"] in new or (is_gone and pin["slot"] is None)))
    for pair in made["pairs"]:
        if is_gone and concerns(pair):
            pair.pop("must", None)


def _table(made: dict[str, Any], happened: Happened) -> None:
    row = _one(made["tables"], happened.table, "table", Message("请选择一张桌。"))
    slots = set(happened.slots) or set(range(made["slots"]))
    row["unavailable"] = sorted({*row["unavailable"], *slots})
    for pin in made["pinned"]:
        if pin["table"] == happened.table and (pin["slot"] is None or pin["slot"] in slots):
            pin["table"] = None


def _move(made: dict[str, Any], happened: Happened) -> None:
    _pair(made, happened)
    if happened.slot is None and not happened.table:
        raise lacking("slot", Message("请选择移到哪个时段或哪张桌。"))
    _pinned(made, happened)


def _add(made: dict[str, Any], happened: Happened) -> None:
    _pair(made, happened)["must"] = True
    if happened.slot is not None or happened.table:
        _pinned(made, happened)


def _cancel(made: dict[str, Any], happened: Happened) -> None:
    gone = _pair(made, happened)
    made["pairs"] = [row for row in made["pairs"] if row is not gone]
    _unpin(made, lambda pin: (pin["expert"], pin["problem"]) == (happened.expert, happened.problem))


def _again(_made: dict[str, Any], _happened: Happened) -> None:
    """The rows have changed already."""


_ALTER: dict[str, Callable[[dict[str, Any], Happened], None]] = {
    "away": _away,
    "table": _table,
    "move": _move,
    "add": _add,
    "cancel": _cancel,
    "again": _again,
}


def _pinned(made: dict[str, Any], happened: Happened) -> None:
    """A pin for the pair; another meeting that is pinned to that place gives way."""
    place = {"slot": happened.slot, "table": happened.table or None}
    _unpin(made, lambda pin: (pin["expert"], pin["problem"]) == (happened.expert, happened.problem))
    _unpin(made, lambda pin: (pin["slot"], pin["table"]) == (happened.slot, happened.table))
    made["pinned"].append({"expert": happened.expert, "problem": happened.problem, **place})


def _unpin(made: dict[str, Any], goes: Callable[[Mapping[str, Any]], bool]) -> None:
    made["pinned"] = [pin for pin in made["pinned"] if not goes(pin)]


def _one(rows: Sequence[dict[str, Any]], name: str, field: str, text: Message) -> dict[str, Any]:
    found = next((row for row in rows if row["id"] == name), None)
    if found is None:
        raise lacking(field, text)
    return found


def _pair(made: Mapping[str, Any], happened: Happened) -> dict[str, Any]:
    for row in made["pairs"]:
        if (row["expert"], row["problem"]) == (happened.expert, happened.problem):
            found: dict[str, Any] = row
            return found
    raise lacking("pair", Message("这两方不能安排在一起：不在名单上、设了回避，或者已经没有见成。"))


def lacking(field: str, text: Message) -> InvalidInput:
    """The error for a field that names nothing."""
    return InvalidInput(text, fields={field: text})
