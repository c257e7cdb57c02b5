"""An event with one thing changed: what a proposal would make of it."""

from __future__ import annotations

from dataclasses import replace

from matchmaker.planning.facts import Key
from matchmaker.planning.instance import Instance, Pair, Person, Pin, Problem, Table


def with_pin(instance: Instance, old: Pin, new: Pin) -> Instance:
    """One pin in another's place."""
    return replace(instance, pinned=tuple(new if pin == old else pin for pin in instance.pinned))


def with_person(instance: Instance, new: Person) -> Instance:
    """A person's row changed."""
    return replace(instance, people=tuple(new if row.id == new.id else row for row in instance.people))


def with_problem(instance: Instance, new: Problem) -> Instance:
    """A problem's row changed."""
    return replace(instance, problems=tuple(new if row.id == new.id else row for row in instance.problems))


def with_pair(instance: Instance, new: Pair) -> Instance:
    """A pair's row changed."""
    return replace(instance, pairs=tuple(new if row.key == new.key else row for row in instance.pairs))


def with_table(instance: Instance, kind: str | None, away: frozenset[int]) -> Instance:
    """One more table of a kind (None: of none), but for the slots in which it is away."""
    known = {table.id for table in instance.tables}
    name = next(name for number in range(len(known) + 1) if (name := f"+{number + 1}") not in known)
    table = Table(name, frozenset() if kind is None else frozenset({kind}), away)
    return replace(instance, tables=(*instance.tables, table))


def without(instance: Instance, key: Key) -> Instance:
    """The pair may still meet; nothing holds it any more."""
    return replace(
        instance,
        pairs=tuple(replace(pair, must=False) if pair.key == key else pair for pair in instance.pairs),
        pinned=tuple(pin for pin in instance.pinned if pin.key != key),
    )


def longer_session(instance: Instance, number: int) -> Instance:
    """A slot more at the end of a session, in which everybody is there; later slots count on by one."""
    last = instance.days[number][1]

    def later(slot: int) -> int:
        return slot + (slot > last)

    def moved(slots: frozenset[int]) -> frozenset[int]:
        return frozenset(later(slot) for slot in slots)

    days = tuple((later(first), later(end) + (at == number)) for at, (first, end) in enumerate(instance.days))
    return replace(
        instance,
        slots=instance.slots + 1,
        sessions=days,
        tables=tuple(replace(each, unavailable=moved(each.unavailable)) for each in instance.tables),
        people=tuple(replace(each, unavailable=moved(each.unavailable)) for each in instance.people),
        pinned=tuple(
            replace(pin, slot=None if pin.slot is None else later(pin.slot)) for pin in instance.pinned
        ),
    )
