"""Planning file → Instance; whatever is wrong with it is told at once, each fault with its key and remedy.

The format is described in docs/planning-file.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from matchmaker.planning.instance import (
    Instance,
    Meeting,
    Pair,
    Person,
    Pin,
    Problem,
    Table,
    Weights,
    Wish,
)
from matchmaker.planning.rows import Faults, Row, parsed

FORMAT = "docking-plan/1"
WISHES = ("must", "willing", "veto")
OBJECTIVES = ("match", "timetable")
KEYS = (
    "format",
    "name",
    "slots",
    "sessions",
    "tables",
    "people",
    "problems",
    "pairs",
    "pinned",
    "published",
    "objective",
    "weights",
    "min_score",
)
TABLE_KEYS = ("id", "kinds", "unavailable")
PERSON_KEYS = ("id", "body", "unavailable", "min_meetings", "max_meetings", "max_in_a_row")
PROBLEM_KEYS = ("id", "people", "min_meetings", "max_meetings", "table_kind", "priority")
PAIR_KEYS = ("expert", "problem", "score", "expert_wish", "problem_wish", "must", "session")
PIN_KEYS = ("expert", "problem", "slot", "table")
WEIGHT_KEYS = ("must", "willing", "fairness_price")
MOST = {
    "slots": 1000,
    "tables": 5000,
    "people": 20_000,
    "problems": 20_000,
    "pairs": 1_000_000,
    "pinned": 100_000,
    "published": 100_000,
}
MOST_MEETINGS = 1_000_000
MOST_PRIORITY = 1_000_000.0


def read(data: bytes | str | dict[str, Any]) -> Instance:
    """The instance that a planning file tells.

    Raises:
        InvalidInput: with every fault in ``fields``, by path such as ``pairs[3].expert``.
    """
    faults = Faults()
    top = Row("", data if isinstance(data, dict) else parsed(data), faults, KEYS)
    if top.value.get("format") != FORMAT:
        top.fault(
            "format", "应是 %(format)s，而不是 %(value)s。", format=FORMAT, value=top.value.get("format")
        )
    slots = top.whole("slots", 1, MOST["slots"], is_needed=True) or 1
    sessions = _sessions(top, slots)
    tables = _tables(top, slots)
    people = _listed(top, "people", PERSON_KEYS, lambda row: _person(row, slots))
    known = {each.id: each for each in people}
    problems = _listed(top, "problems", PROBLEM_KEYS, lambda row: _problem(row, known))
    objective = top.choice("objective", OBJECTIVES, "match")
    bringing = {each.id: each for each in problems}
    days = len(sessions) or 1
    every = objective == "timetable"
    pairs = _once(top, "pairs", PAIR_KEYS, lambda row: _pair(row, known, bringing, days, every))
    at = {each.id for each in tables}
    listed = {each.key for each in pairs}
    pinned = _once(top, "pinned", PIN_KEYS, lambda row: _pin(row, known, bringing, slots, at, listed))
    published = _once(top, "published", PIN_KEYS, lambda row: _meeting(row, known, bringing, slots, at))
    instance = Instance(
        slots=slots,
        tables=tables,
        people=tuple(people),
        problems=tuple(problems),
        pairs=tuple(pairs),
        name=_title(top),
        sessions=sessions,
        pinned=tuple(pinned),
        published=tuple(published),
        objective="timetable" if every else "match",
        weights=_weights(top),
        min_score=top.number("min_score", 0.0, 1.0, 0.0),
    )
    faults.check()
    return instance


def _title(top: Row) -> str:
    value = top.value.get("name")
    return "" if value == "" else top.text("name", "") or ""


def _sessions(top: Row, slots: int) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    taken: dict[int, int] = {}
    for number, (path, each) in enumerate(top.items("sessions", MOST["slots"])):
        if not (isinstance(each, list) and len(each) == 2 and all(_is_slot(one, slots) for one in each)):
            top.faults.add(
                path,
                "应是 [起, 止]，两者是 0 至 %(last)s 的整数，而不是 %(value)s。",
                last=slots - 1,
                value=each,
            )
            continue
        first, last = each
        if first > last:
            top.faults.add(path, "起 %(first)s 在止 %(last)s 之后，请对调。", first=first, last=last)
            continue
        over = next((taken[slot] for slot in range(first, last + 1) if slot in taken), None)
        if over is not None:
            top.faults.add(path, "与 sessions[%(other)s] 重叠，请分开。", other=over)
        taken |= dict.fromkeys(range(first, last + 1), number)
        found.append((first, last))
    return tuple(found)


def _is_slot(value: object, slots: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < slots


def _tables(top: Row, slots: int) -> tuple[Table, ...]:
    """Tables told by their number alone are named T1, T2 and so on."""
    if isinstance(top.value.get("tables"), list):
        rows = _listed(top, "tables", TABLE_KEYS, lambda row: _table(row, slots))
        if not top.value["tables"]:
            top.fault("tables", "至少要有一张桌，请填桌数或列出各桌。")
        return tuple(rows)
    count = top.whole("tables", 1, MOST["tables"], is_needed=True) or 0
    return tuple(Table(f"T{number}") for number in range(1, count + 1))


def _table(row: Row, slots: int) -> Table:
    return Table(
        row.text("id", is_needed=True) or "", frozenset(row.names("kinds")), row.slots("unavailable", slots)
    )


def _listed(top: Row, key: str, keys: tuple[str, ...], make: Callable[[Row], Any]) -> list[Any]:
    """Rows with an ``id`` each, none twice."""
    found: dict[str, Any] = {}
    if key in {"people", "problems"} and not top.has(key):
        top.fault(key, "缺少这个键，请补上。")
    for path, value in top.items(key, MOST[key]):
        row = Row(path, value, top.faults, keys)
        made = make(row)
        if not made.id:
            continue
        if made.id in found:
            row.fault("id", "%(id)s 已经用过，请换一个编号。", id=made.id)
        found[made.id] = made
    return list(found.values())


def _once(top: Row, key: str, keys: tuple[str, ...], make: Callable[[Row], Any]) -> list[Any]:
    """Rows of an expert and a problem each, no two of them for the same."""
    found: dict[tuple[str, str], Any] = {}
    places: dict[tuple[str, str], str] = {}
    if key == "pairs" and not top.has(key):
        top.fault(key, "缺少这个键，请补上。")
    for path, value in top.items(key, MOST[key]):
        row = Row(path, value, top.faults, keys)
        made = make(row)
        if made is None:
            continue
        if made.key in found:
            row.fault("expert", "与 %(other)s 是同一对，请只留一个。", other=places[made.key])
        found[made.key] = made
        places[made.key] = path
    return list(found.values())


def _range(row: Row) -> tuple[int, int | None]:
    least = row.whole("min_meetings", 0, MOST_MEETINGS, 0) or 0
    most = row.whole("max_meetings", 0, MOST_MEETINGS)
    if most is not None and least > most:
        row.fault(
            "min_meetings",
            "下限 %(least)s 大于上限 max_meetings %(most)s，请改其一。",
            least=least,
            most=most,
        )
    return least, most


def _person(row: Row, slots: int) -> Person:
    least, most = _range(row)
    return Person(
        id=row.text("id", is_needed=True) or "",
        body="" if row.value.get("body") == "" else row.text("body", "") or "",
        unavailable=row.slots("unavailable", slots),
        min_meetings=least,
        max_meetings=most,
        max_in_a_row=row.whole("max_in_a_row", 1, MOST_MEETINGS),
    )


def _problem(row: Row, known: dict[str, Any]) -> Problem:
    least, most = _range(row)
    return Problem(
        id=row.text("id", is_needed=True) or "",
        people=row.names("people", known, "people"),
        min_meetings=least,
        max_meetings=most,
        table_kind=row.text("table_kind"),
        priority=row.number("priority", 0.0, MOST_PRIORITY, 1.0),
    )


def _both(row: Row, people: dict[str, Any], problems: dict[str, Any]) -> tuple[str, str] | None:
    expert = row.name("expert", people, "people")
    problem = row.name("problem", problems, "problems")
    return None if expert is None or problem is None else (expert, problem)


def _pair(row: Row, people: dict[str, Any], problems: dict[str, Any], days: int, every: bool) -> Pair | None:
    score = row.number("score", 0.0, 1.0, 0.0, is_needed=True)
    wishes = [cast("Wish | None", row.choice(f"{side}_wish", WISHES)) for side in ("expert", "problem")]
    must = row.flag("must")
    session = row.whole("session", 0, days - 1)
    key = _both(row, people, problems)
    return None if key is None else Pair(*key, score, wishes[0], wishes[1], must or every, session)


def _pin(
    row: Row,
    people: dict[str, Any],
    problems: dict[str, Any],
    slots: int,
    tables: set[str],
    listed: set[tuple[str, str]],
) -> Pin | None:
    slot = row.whole("slot", 0, slots - 1)
    table = row.name("table", tables, "tables", is_needed=False)
    key = _both(row, people, problems)
    if key is not None and key not in listed:
        row.fault(
            "expert",
            "pairs 中没有 %(expert)s 与 %(problem)s 这一对，请先列出。",
            expert=key[0],
            problem=key[1],
        )
        return None
    return None if key is None else Pin(*key, slot, table)


def _meeting(
    row: Row, people: dict[str, Any], problems: dict[str, Any], slots: int, tables: set[str]
) -> Meeting | None:
    slot = row.whole("slot", 0, slots - 1, is_needed=True)
    table = row.name("table", tables, "tables")
    key = _both(row, people, problems)
    return None if key is None or slot is None or table is None else Meeting(*key, slot, table)


def _weights(top: Row) -> Weights:
    if not top.has("weights"):
        return Weights()
    row = Row("weights", top.value["weights"], top.faults, WEIGHT_KEYS)
    usual = Weights()
    return Weights(
        must=row.number("must", 0.0, 1000.0, usual.must),
        willing=row.number("willing", 0.0, 1000.0, usual.willing),
        fairness_price=row.number("fairness_price", 0.0, 1.0, usual.fairness_price),
    )
