"""No plan exists: the smallest changes after which one does, each tried by the solver before it is proposed.

A plan exists exactly when the held pairs (musts and pins) can be placed: minima are wishes, other pairs may
stay away. So the search looks at held pairs alone: first for a few of them that cannot be held together, then
for single changes about its people, the small ones first; then, when none helps, for two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matchmaker.messages import Message
from matchmaker.planning.altering import (
    longer_session,
    with_pair,
    with_person,
    with_pin,
    with_problem,
    with_table,
    without,
)
from matchmaker.planning.assignment import Assignment
from matchmaker.planning.facts import Key, figures
from matchmaker.planning.greedy import greedy
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.result import Effort, Relaxation
from matchmaker.planning.search import Clock, maximise

Values = Mapping[str, str | int | float]

#: Code → (Chinese, English). The order is that of smallness.
CHANGES: dict[str, tuple[Message, str]] = {
    "pin_place": (
        Message("不固定 %(expert)s 与 %(problem)s 的时段和桌号"),
        "free the slot and table of the pinned meeting of %(expert)s and %(problem)s",
    ),
    "person_slot": (
        Message("%(person)s 在时段 %(slot)s 也能到场"),
        "%(person)s is available in slot %(slot)s too",
    ),
    "table_slot": (
        Message("时段 %(slot)s 增加一张桌（%(kind)s）"),
        "one more table (%(kind)s) in slot %(slot)s",
    ),
    "max_person": (Message("%(person)s 的上限提高到 %(most)s 场"), "%(person)s up to %(most)s meetings"),
    "max_problem": (Message("%(problem)s 的上限提高到 %(most)s 场"), "%(problem)s up to %(most)s meetings"),
    "in_a_row": (Message("%(person)s 可连续洽谈 %(most)s 场"), "%(person)s up to %(most)s meetings in a row"),
    "session": (
        Message("%(expert)s 与 %(problem)s 可在任何场次洽谈"),
        "%(expert)s and %(problem)s may meet in any session",
    ),
    "table": (Message("全程增加一张桌（%(kind)s）"), "one more table (%(kind)s) all the time"),
    "slot": (Message("第 %(session)s 场次延长一个时段"), "one slot more at the end of session %(session)s"),
    "veto": (
        Message("撤回 %(expert)s 与 %(problem)s 的“不见”"),
        "lift the veto on %(expert)s and %(problem)s",
    ),
    "must": (
        Message("%(expert)s 与 %(problem)s 不再必排"),
        "the meeting of %(expert)s and %(problem)s is no longer held in every plan",
    ),
}
#: Proposals told at most.
MOST = 12
#: Changes of the first conflict that are looked at when one alone does not help.
FIRST = 6
#: Pairs up to which a plan is drawn up for the figures after a change.
QUICK = 5000
#: Seconds for a single question to the solver.
QUESTION = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """A change with its code and values, and the instance as it would be."""

    code: str
    values: Values
    instance: Instance


def described(relaxation: Relaxation) -> str:
    """In English, for the result file."""
    return " + ".join(CHANGES[code][1] % dict(values) for code, values in _parts(relaxation))


def sentence(relaxation: Relaxation) -> list[Message]:
    """One Message for each change that belongs to it."""
    return [replace(CHANGES[code][0], values=dict(values)) for code, values in _parts(relaxation)]


def _parts(relaxation: Relaxation) -> Iterator[tuple[str, Values]]:
    """Changes that belong together stand as ``first+second`` with values ``1.name``, ``2.name`` …."""
    codes = relaxation.change.split("+")
    if len(codes) == 1:
        yield codes[0], relaxation.values
        return
    for number, code in enumerate(codes, 1):
        mark = f"{number}."
        yield (
            code,
            {
                name.removeprefix(mark): value
                for name, value in relaxation.values.items()
                if name.startswith(mark)
            },
        )


def relaxations(instance: Instance, effort: Effort) -> tuple[Relaxation, ...]:
    """Single changes after which a plan exists; pairs of changes when no single one helps. Ends in time."""
    clock = Clock(effort)
    clock.tell("relaxations")
    singles = list(_changes(instance, _core(_bare(instance), clock)))
    found: list[Relaxation] = []
    for change in singles:
        if clock.is_over or len(found) >= MOST:
            break
        meetings = placed(_bare(change.instance), clock)
        if meetings is not None:
            found.append(Relaxation(change.code, change.values, _then(change.instance, meetings)))
    return tuple(found) or tuple(_pairs(singles, clock)) or _all(instance, clock)


def _pairs(singles: Sequence[Change], clock: Clock) -> Iterator[Relaxation]:
    """Two changes together: the second about what is still in conflict after the first."""
    told = 0
    firsts = sorted(singles, key=lambda each: each.code in {"must", "veto"})
    leading = [*firsts[:FIRST], *(each for each in firsts[FIRST:] if each.code in {"must", "veto", "table"})]
    for one in leading:
        if clock.is_over or told >= MOST:
            return
        core = _core(_bare(one.instance), clock)
        for other in _changes(one.instance, core):
            if clock.is_over or told >= MOST:
                return
            meetings = placed(_bare(other.instance), clock)
            if meetings is not None:
                told += 1
                values = {f"1.{name}": value for name, value in one.values.items()}
                values |= {f"2.{name}": value for name, value in other.values.items()}
                yield Relaxation(f"{one.code}+{other.code}", values, _then(other.instance, meetings))
                break


def _all(instance: Instance, clock: Clock) -> tuple[Relaxation, ...]:
    """As few held pairs as possible are given up together: what is left when two changes do not help."""
    assignment = Assignment(_bare(instance), with_slots=True)
    columns = range(len(assignment.pairs))
    for column in columns:
        assignment.model.lower[column] = 0
        assignment.model.upper[column] = int(bool(assignment.room.slots[assignment.pairs[column].key]))
    found = maximise(assignment.model, dict.fromkeys(columns, 1), clock, clock.left)
    if found.values is None:
        return ()
    held = {assignment.pairs[column].key for column in columns if found.values[column]}
    lost = sorted(instance.held - held)
    less = instance
    for key in lost:
        less = without(less, key)
    meetings = placed(_bare(less), clock)
    if meetings is None or not 1 < len(lost) <= MOST:
        return ()
    values = {f"{at}.{name}": value for at, key in enumerate(lost, 1) for name, value in _names(key).items()}
    return (Relaxation("+".join(["must"] * len(lost)), values, _then(less, meetings)),)


def _bare(instance: Instance) -> Instance:
    """The instance with its held pairs alone."""
    pairs = tuple(pair for pair in instance.pairs if pair.key in instance.held)
    return replace(instance, pairs=pairs, published=())


def placed(instance: Instance, clock: Clock) -> list[Meeting] | None:
    """The held pairs with slots (tables are known to be enough), None when they do not fit or time ends."""
    if not instance.pairs:
        return []
    assignment = Assignment(instance, with_slots=True)
    if assignment.is_hopeless:
        return None
    plan = greedy(instance, assignment.room, order=(), minima=False)
    if plan is not None:
        return list(plan)
    found = maximise(assignment.model, {}, clock, min(QUESTION, clock.left))
    if found.values is None:
        return None
    return [
        Meeting(*assignment.pairs[column].key, slot, "")
        for (column, slot), place in assignment.places.items()
        if found.values[place]
    ]


def _is_impossible(instance: Instance, keys: Sequence[Key], clock: Clock) -> bool:
    """Whether these held pairs surely do not fit together."""
    wanted = set(keys)
    part = replace(
        instance,
        pairs=tuple(pair for pair in instance.pairs if pair.key in wanted),
        pinned=tuple(pin for pin in instance.pinned if pin.key in wanted),
    )
    assignment = Assignment(part, with_slots=True)
    if assignment.is_hopeless:
        return True
    if greedy(part, assignment.room, order=(), minima=False) is not None:
        return False
    return maximise(assignment.model, {}, clock, min(QUESTION, clock.left)).state == "infeasible"


def _core(instance: Instance, clock: Clock) -> list[Key]:
    """A few held pairs that do not fit together: parts are left out while the rest still conflicts."""
    keys = [pair.key for pair in instance.pairs]
    end = clock.spent + clock.left / 3
    size = max(1, len(keys) // 2)
    while True:
        start = 0
        while start < len(keys) and clock.spent < end:
            rest = keys[:start] + keys[start + size :]
            if rest and _is_impossible(instance, rest, clock):
                keys = rest
            else:
                start += size
        if size == 1 or clock.spent >= end:
            return keys
        size = max(1, size // 2)


def _changes(instance: Instance, core: Sequence[Key]) -> Iterator[Change]:
    """Single changes about a conflict, the small ones first."""
    people = list(dict.fromkeys(person for key in core for person in instance.attending(key)))
    problems = list(dict.fromkeys(key[1] for key in core))
    wanted = set(core)
    pins = {pin.key: pin for pin in instance.pinned}
    for key in core:
        pin = pins.get(key)
        if pin is not None and (pin.slot is not None or pin.table is not None):
            free = replace(pin, slot=None, table=None)
            yield Change("pin_place", _names(key), with_pin(instance, pin, free))
    for name in people:
        row = instance.person[name]
        for slot in sorted(row.unavailable & instance.session_of.keys()):
            there = replace(row, unavailable=row.unavailable - {slot})
            yield Change("person_slot", {"person": name, "slot": slot}, with_person(instance, there))
    kinds = list(dict.fromkeys(instance.problem[name].table_kind for name in problems))
    for kind in kinds:
        for slot in sorted(instance.session_of):
            away = frozenset(range(instance.slots)) - {slot}
            here: Values = {"slot": slot, "kind": kind or "-"}
            yield Change("table_slot", here, with_table(instance, kind, away))
    for name in people:
        row = instance.person[name]
        if row.max_meetings is not None:
            more = replace(row, max_meetings=row.max_meetings + 1)
            yield Change(
                "max_person", {"person": name, "most": row.max_meetings + 1}, with_person(instance, more)
            )
    for name in problems:
        problem = instance.problem[name]
        if problem.max_meetings is not None:
            larger = replace(problem, max_meetings=problem.max_meetings + 1)
            values: Values = {"problem": name, "most": problem.max_meetings + 1}
            yield Change("max_problem", values, with_problem(instance, larger))
    for name in people:
        row = instance.person[name]
        if row.max_in_a_row is not None:
            longer = replace(row, max_in_a_row=row.max_in_a_row + 1)
            yield Change(
                "in_a_row", {"person": name, "most": row.max_in_a_row + 1}, with_person(instance, longer)
            )
    for pair in instance.pairs:
        if pair.key in wanted and pair.session is not None:
            yield Change("session", _names(pair.key), with_pair(instance, replace(pair, session=None)))
    for kind in kinds:
        yield Change("table", {"kind": kind or "-"}, with_table(instance, kind, frozenset()))
    for number in range(len(instance.days)):
        yield Change("slot", {"session": number}, longer_session(instance, number))
    for pair in instance.pairs:
        if pair.key in wanted and pair.is_vetoed:
            wishes = [None if wish == "veto" else wish for wish in (pair.expert_wish, pair.problem_wish)]
            lifted = replace(pair, expert_wish=wishes[0], problem_wish=wishes[1])
            yield Change("veto", _names(pair.key), with_pair(instance, lifted))
    for key in core:
        yield Change("must", _names(key), without(instance, key))


def _names(key: Key) -> Values:
    return {"expert": key[0], "problem": key[1]}


def _then(instance: Instance, meetings: Sequence[Meeting]) -> dict[str, float | int | None]:
    """Figures of a greedy plan; of the held pairs alone where it is not found at once."""
    plan = greedy(instance) if len(instance.pairs) <= QUICK else None
    held = list(plan if plan is not None else meetings)
    return {"meetings": len(held)} | figures(instance, held).as_dict()
