"""Made changes to a published plan: people late or gone, a table broken, a new pair, a move by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from matchmaker.planning.facts import possible_pairs
from matchmaker.planning.instance import Instance, Meeting, Pair, Pin, Problem

KINDS = ("late", "absent", "leaves", "table", "moved by hand", "new problem")


def changed(instance: Instance, plan: Sequence[Meeting], kind: str, chance: random.Random) -> Instance:
    """The instance with the plan published and one change of a kind."""
    published = replace(instance, published=tuple(plan))
    if kind in {"late", "absent", "leaves"}:
        return _away(published, kind, chance)
    if kind == "table":
        broken = chance.choice([each.table for each in plan])
        gone = frozenset(range(chance.randrange(instance.slots), instance.slots))
        tables = tuple(
            replace(each, unavailable=each.unavailable | gone) if each.id == broken else each
            for each in instance.tables
        )
        return replace(published, tables=tables)
    if kind == "must":
        return _must(published, chance)
    if kind == "moved by hand":
        meeting = chance.choice(plan)
        slot = chance.choice([each for each in range(instance.slots) if each != meeting.slot])
        return replace(published, pinned=(*instance.pinned, Pin(meeting.expert, meeting.problem, slot)))
    return _problem(published, chance)


def _away(instance: Instance, kind: str, chance: random.Random) -> Instance:
    meeting = chance.choice(instance.published)
    who = chance.choice(instance.attending(meeting.key))
    gone = {
        "late": range(chance.randint(1, max(1, instance.slots // 4))),
        "absent": range(meeting.slot, meeting.slot + 1),
        "leaves": range(instance.slots - chance.randint(1, instance.slots // 2), instance.slots),
    }[kind]
    people = tuple(
        replace(each, unavailable=each.unavailable | frozenset(gone)) if each.id == who else each
        for each in instance.people
    )
    return replace(instance, people=people)


def _must(instance: Instance, chance: random.Random) -> Instance:
    held = {each.key for each in instance.published}
    key = chance.choice([each.key for each in possible_pairs(instance) if each.key not in held])
    pairs = tuple(replace(each, must=True) if each.key == key else each for each in instance.pairs)
    return replace(instance, pairs=pairs)


def _problem(instance: Instance, chance: random.Random) -> Instance:
    """A firm that is there brings one more project, which wants a meeting."""
    old = chance.choice(instance.problems)
    new = Problem("NEW", old.people, 1, 2)
    pairs = tuple(
        Pair(each.expert, new.id, chance.uniform(0.5, 1.0))
        for each in instance.pairs
        if each.problem == old.id
    )
    return replace(instance, problems=(*instance.problems, new), pairs=instance.pairs + pairs)
