"""Why a minimum could not be reached: a code, its values, and the sentence in Chinese and English."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from matchmaker.messages import Message
from matchmaker.planning.facts import Key, slots_of, unmet_minima
from matchmaker.planning.instance import Instance, Meeting, Pair
from matchmaker.planning.result import Unmet
from matchmaker.planning.room import Room

#: Code → (Chinese, English); the values are those that ``unmet`` gives.
REASONS: dict[str, tuple[Message, str]] = {
    "no_pairs": (Message("没有列出任何可洽谈的对象。"), "No pair is listed."),
    "veto": (
        Message("列出的 %(pairs)s 个对象都有一方选择了“不见”。"),
        "All %(pairs)s listed pairs are vetoed by a side.",
    ),
    "below_min_score": (
        Message("暂无合适对象：最高匹配分 %(best)s，低于下限 %(least)s。"),
        "No good match: the best score is %(best)s, below %(least)s.",
    ),
    "no_common_slot": (
        Message("与列出的 %(pairs)s 个对象都没有共同的空闲时段。"),
        "No slot in common with any of the %(pairs)s listed pairs.",
    ),
    "no_table": (Message("没有适用的洽谈桌（%(kind)s）。"), "No table of the kind %(kind)s."),
    "none_possible": (
        Message(
            "%(pairs)s 个对象都不可行：不见 %(veto)s，低分 %(low)s，无共同时段 %(time)s，无适用桌 %(table)s。"
        ),
        (
            "None of the %(pairs)s listed pairs is possible: vetoed %(veto)s, score too low %(low)s, "
            "no common slot %(time)s, no table %(table)s."
        ),
    ),
    "too_few_possible": (
        Message("至少要 %(least)s 场，只有 %(possible)s 个可行对象。"),
        "Wants %(least)s meetings, only %(possible)s pairs are possible.",
    ),
    "too_little_time": (
        Message("至少要 %(least)s 场，到场时段只容得下 %(most)s 场。"),
        "Wants %(least)s meetings, its time allows %(most)s.",
    ),
    "others_full": (
        Message("可行的 %(possible)s 个对象都已排满。"),
        "All %(possible)s possible partners have as many meetings as they can.",
    ),
    "representatives_full": (
        Message("代表 %(person)s 的时段已排满。"),
        "The representative %(person)s has no time left.",
    ),
    "tables_full": (
        Message("全部 %(places)s 个桌位时段已用完。"),
        "All %(places)s places at tables are taken.",
    ),
    "competition": (
        Message("与其他人的下限或必排场次冲突：时段、桌位不能同时满足。"),
        "Other minima and held meetings need the same people, slots or tables.",
    ),
}


def sentence(unmet: Unmet) -> Message:
    """For people who read Chinese (and the catalogue's languages)."""
    return replace(REASONS[unmet.reason][0], values=dict(unmet.values))


def english(unmet: Unmet) -> str:
    """For the result file."""
    template, values = REASONS[unmet.reason][1], dict(unmet.values)
    return template % values if values else template


def unmet(instance: Instance, meetings: Sequence[Meeting], room: Room | None = None) -> tuple[Unmet, ...]:
    """Everybody below the minimum, with the nearest reason."""
    room = room or Room(instance)
    held = {meeting.key for meeting in meetings}
    missing = unmet_minima(instance, held)
    if not missing:
        return ()
    of: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for pair in instance.pairs:
        of["problem", pair.problem].append(pair)
        for person in instance.attending(pair.key):
            of["person", person].append(pair)
    why = _Why(instance, room, held)
    return tuple(
        Unmet(who[1], "min_meetings", code, {"kind": who[0]} | values)
        for who in sorted(missing)
        for code, values in [why.of(who, of[who])]
    )


Values = dict[str, str | int | float]


class _Why:
    """Looks for the reason of one who is short of meetings in a plan."""

    def __init__(self, instance: Instance, room: Room, held: set[Key]) -> None:
        self.instance = instance
        self.room = room
        self.held = held
        self.possible = {pair.key for pair in room.pairs if room.slots[pair.key]}
        self.count: dict[tuple[str, str], int] = defaultdict(int)
        for key in held:
            self.count["problem", key[1]] += 1
            for person in instance.attending(key):
                self.count["person", person] += 1

    def of(self, who: tuple[str, str], pairs: list[Pair]) -> tuple[str, Values]:
        """The first reason that holds."""
        kind, name = who
        row = self.instance.person[name] if kind == "person" else self.instance.problem[name]
        possible = [pair for pair in pairs if pair.key in self.possible]
        if not possible:
            return self._none(pairs)
        if len(possible) < row.min_meetings:
            return "too_few_possible", {"least": row.min_meetings, "possible": len(possible)}
        people = (name,) if kind == "person" else self.instance.problem[name].people
        most = min((self._most(each) for each in people), default=row.min_meetings)
        if most < row.min_meetings:
            return "too_little_time", {"least": row.min_meetings, "most": most}
        if kind == "problem":
            full = [each for each in people if self.count["person", each] >= self._most(each)]
            if full:
                return "representatives_full", {"person": full[0]}
        open_ = [pair for pair in possible if pair.key not in self.held]
        if all(self._is_full(pair, who) for pair in open_):
            return "others_full", {"possible": len(possible)}
        places = sum(self.room.open(None)[slot] for slot in self.instance.session_of)
        if len(self.held) >= places:
            return "tables_full", {"places": places}
        return "competition", {}

    def _none(self, pairs: list[Pair]) -> tuple[str, Values]:
        """Why none of the listed pairs is possible."""
        if not pairs:
            return "no_pairs", {}
        veto = [pair for pair in pairs if pair.is_vetoed]
        low = [pair for pair in pairs if pair not in veto and self._is_low(pair)]
        rest = [pair for pair in pairs if pair not in veto and pair not in low]
        together = [
            pair for pair in rest if slots_of(self.instance, self.instance.attending(pair.key), pair.session)
        ]
        count = len(pairs)
        if len(veto) == count:
            return "veto", {"pairs": count}
        if low and len(veto) + len(low) == count:
            best = max(pair.score for pair in low)
            return "below_min_score", {"best": best, "least": self.instance.min_score}
        if not together and len(rest) == count:
            return "no_common_slot", {"pairs": count}
        kinds = {self.instance.problem[pair.problem].table_kind or "" for pair in together}
        if len(together) == count and len(kinds) == 1:
            return "no_table", {"kind": kinds.pop() or "-"}
        return "none_possible", {
            "pairs": count,
            "veto": len(veto),
            "low": len(low),
            "time": len(rest) - len(together),
            "table": len(together),
        }

    def _is_low(self, pair: Pair) -> bool:
        is_held = pair.key in self.instance.held
        return pair.score < self.instance.min_score and not (pair.is_wished or is_held)

    def _most(self, person: str) -> int:
        row = self.instance.person[person]
        time = self.room.most(row, frozenset(self.instance.session_of))
        return time if row.max_meetings is None else min(time, row.max_meetings)

    def _is_full(self, pair: Pair, who: tuple[str, str]) -> bool:
        """Whether somebody else in this pair can have no more meetings."""
        others = [each for each in self.instance.attending(pair.key) if who != ("person", each)]
        if who[0] == "problem":
            others = [pair.expert]
        most = self.instance.problem[pair.problem].max_meetings
        if who[0] == "person" and most is not None and self.count["problem", pair.problem] >= most:
            return True
        return any(self.count["person", each] >= self._most(each) for each in others)
