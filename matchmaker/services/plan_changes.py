"""What a plan changes against what is published: meeting by meeting, and for each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from matchmaker.messages import Message

What = Literal["added", "moved", "table", "cancelled"]
#: Kind of change → its name, in the order in which they are told.
KINDS: dict[str, Message] = {
    "cancelled": Message("取消"),
    "moved": Message("改时间"),
    "table": Message("换桌"),
    "added": Message("新增"),
}
Place = tuple[int, str]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting that is not as it was; ``before`` and ``after`` are (slot, table).

    Attributes:
        what: added, moved (to another slot, whatever the table), table (the same slot) or cancelled.
    """

    expert: str
    problem: str
    what: What
    before: Place | None
    after: Place | None

    @property
    def key(self) -> Key:
        """Expert and problem."""
        return self.expert, self.problem


def places(meetings: Iterable[Mapping[str, Any]]) -> dict[Key, Place]:
    """Meetings of a file: (expert, problem) → (slot, table)."""
    return {(row["expert"], row["problem"]): (row["slot"], row["table"]) for row in meetings}


def between(before: Mapping[Key, Place], after: Mapping[Key, Place]) -> list[Change]:
    """Every meeting that differs, what is cancelled first, each kind in the order of time."""
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new:
            found.append(Change(*key, _what(old, new), old, new))
    order = list(KINDS)
    return sorted(found, key=lambda each: (order.index(each.what), each.after or each.before, each.key))


def _what(old: Place | None, new: Place | None) -> What:
    if old is None:
        return "added"
    if new is None:
        return "cancelled"
    return "table" if old[0] == new[0] else "moved"


def by_person(changes: Iterable[Change], sitting: Mapping[str, Sequence[str]]) -> dict[str, list[Change]]:
    """Person → what changes for him; ``sitting``: problem → its representatives."""
    found: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        for person in dict.fromkeys((change.expert, *sitting.get(change.problem, ()))):
            found[person].append(change)
    return dict(found)


def sitting_of(inputs: Mapping[str, Any]) -> dict[str, list[str]]:
    """Problem → its representatives, of a planning file."""
    return {row["id"]: list(row.get("people", ())) for row in inputs.get("problems", ())}


def stored(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """As a run keeps them."""
    return [asdict(each) for each in changes]


def restored(rows: Iterable[Mapping[str, Any]]) -> list[Change]:
    """From what a run keeps."""

    def place(value: Any) -> Place | None:
        return None if value is None else (value[0], value[1])

    return [
        Change(row["expert"], row["problem"], row["what"], place(row["before"]), place(row["after"]))
        for row in rows
    ]
