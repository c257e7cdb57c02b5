"""Why somebody has no meeting in a plan, in one sentence, from the planning file and the plan alone; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from matchmaker.messages import Message
from matchmaker.planning.facts import slots_of
from matchmaker.planning.instance import Instance, Pair

Key = tuple[str, str]


def why_none(instance: Instance, held: Iterable[Key], who: tuple[str, str]) -> Message:
    """The first of the reasons that hold, from what nobody can change to what is merely full."""
    kind, name = who
    pairs = [pair for pair in instance.pairs if _concerns(instance, pair, kind, name)]
    if kind == "problem" and not instance.problem[name].people:
        return Message("还没有确认参加的代表")
    if _most(instance, kind, name) == 0:
        return Message("场次上限是 0")
    if not pairs:
        return Message("没有可以见面的对方：都设了回避，或还没有计算匹配")
    open_pairs = [pair for pair in pairs if not pair.is_vetoed]
    if not open_pairs:
        return Message("与每个对方都有一方不愿见")
    good = [
        pair
        for pair in open_pairs
        if pair.score >= instance.min_score or pair.is_wished or pair.key in instance.held
    ]
    if not good:
        best = max(pair.score for pair in open_pairs)
        values = {"best": f"{best:.2f}", "least": f"{instance.min_score:.2f}"}
        if kind == "problem":
            return Message("暂无合适专家：最好的匹配 %(best)s，低于 %(least)s", values)
        return Message("没有合适的对方：最好的匹配 %(best)s，低于 %(least)s", values)
    timely = [pair for pair in good if slots_of(instance, instance.attending(pair.key), pair.session)]
    if not timely:
        return Message("与合适的对方没有共同的空档")
    return _full(instance, set(held), kind, timely)


def _concerns(instance: Instance, pair: Pair, kind: str, name: str) -> bool:
    return pair.problem == name if kind == "problem" else name in instance.attending(pair.key)


def _most(instance: Instance, kind: str, name: str) -> int | None:
    row = instance.problem[name] if kind == "problem" else instance.person[name]
    return row.max_meetings


def _full(instance: Instance, held: set[Key], kind: str, pairs: list[Pair]) -> Message:
    """All could meet, but every other side has what it may have, or places are short."""
    people: Counter[str] = Counter()
    problems: Counter[str] = Counter()
    for key in held:
        people.update(instance.attending(key))
        problems[key[1]] += 1
    full = 0
    for pair in pairs:
        sitting = instance.attending(pair.key)
        limits = [(people[each], instance.person[each].max_meetings) for each in sitting]
        limits.append((problems[pair.problem], instance.problem[pair.problem].max_meetings))
        full += any(most is not None and count >= most for count, most in limits)
    values = {"count": len(pairs)}
    if full == len(pairs):
        if kind == "problem":
            return Message("合适的 %(count)s 位专家都已排满", values)
        return Message("合适的 %(count)s 个对方都已排满", values)
    return Message("有合适的对方（%(count)s 个），但这些时段的人或桌都已占用", values)
