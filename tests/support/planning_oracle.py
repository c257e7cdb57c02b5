"""What a plan must keep and what it is worth, written once more from the description of the format.

It works on the file's own JSON and shares no code with the package, so that a fault there cannot hide here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

File = dict[str, Any]
Meeting = tuple[str, str, int, str]
Plan = tuple[Meeting, ...]


class Event:
    """A file with its defaults filled in."""

    def __init__(self, file: File) -> None:
        self.slots = file["slots"]
        self.days = file.get("sessions") or [[0, self.slots - 1]]
        tables = file["tables"]
        if isinstance(tables, int):
            tables = [{"id": f"T{number + 1}"} for number in range(tables)]
        self.tables = {
            each["id"]: (set(each.get("kinds", ())), set(each.get("unavailable", ()))) for each in tables
        }
        self.people = {each["id"]: each for each in file["people"]}
        self.problems = {each["id"]: each for each in file["problems"]}
        self.pairs = {(each["expert"], each["problem"]): each for each in file["pairs"]}
        self.pins = {(each["expert"], each["problem"]): each for each in file.get("pinned", ())}
        self.published = {
            (each["expert"], each["problem"], each["slot"], each["table"])
            for each in file.get("published", ())
        }
        self.weights = {"must": 1.3, "willing": 1.1, "fairness_price": 0.05} | file.get("weights", {})
        self.min_score = file.get("min_score", 0.0)
        every = file.get("objective") == "timetable"
        self.held = {key for key, pair in self.pairs.items() if every or pair.get("must")} | set(self.pins)

    def sitting(self, key: tuple[str, str]) -> set[str]:
        return {key[0], *self.problems[key[1]].get("people", ())}

    def wishes(self, key: tuple[str, str]) -> list[str | None]:
        return [self.pairs[key].get("expert_wish"), self.pairs[key].get("problem_wish")]

    def worth(self, key: tuple[str, str]) -> float:
        value = self.pairs[key]["score"] * self.problems[key[1]].get("priority", 1.0)
        for wish in self.wishes(key):
            value *= {"must": self.weights["must"], "willing": self.weights["willing"]}.get(wish, 1.0)
        return value

    def hours(self, names: set[str], session: int | None = None) -> list[int]:
        days = self.days if session is None else [self.days[session]]
        away = {slot for name in names for slot in self.people[name].get("unavailable", ())}
        return [slot for first, last in days for slot in range(first, last + 1) if slot not in away]

    def possible(self, key: tuple[str, str]) -> bool:
        wishes = self.wishes(key)
        if "veto" in wishes:
            return False
        low = self.pairs[key]["score"] < self.min_score
        if low and not ({"must", "willing"} & set(wishes)) and key not in self.held:
            return False
        return bool(self.hours(self.sitting(key), self.pairs[key].get("session")))


def broken(event: Event, plan: Plan) -> list[str]:
    """Rules that a plan breaks."""
    found = []
    keys = [(expert, problem) for expert, problem, _slot, _table in plan]
    if len(set(keys)) < len(keys):
        found.append("a pair twice")
    if event.held - set(keys):
        found.append("a held pair is missing")
    seats = Counter((name, slot) for e, p, slot, _table in plan for name in event.sitting((e, p)))
    places = Counter((table, slot) for _e, _p, slot, table in plan)
    if any(times > 1 for times in (*seats.values(), *places.values())):
        found.append("a person or a table twice in a slot")
    for expert, problem, slot, table in plan:
        key = (expert, problem)
        if not event.possible(key):
            found.append(f"{key} is not possible")
        if slot not in event.hours(event.sitting(key), event.pairs[key].get("session")):
            found.append(f"{key} cannot be in slot {slot}")
        kinds, away = event.tables[table]
        wanted = event.problems[problem].get("table_kind")
        if slot in away or (wanted is not None and wanted not in kinds):
            found.append(f"{key} cannot be at {table}")
        pin = event.pins.get(key, {})
        if pin.get("slot") not in {None, slot} or pin.get("table") not in {None, table}:
            found.append(f"{key} is not where it is pinned")
    for name, row in event.people.items():
        mine = {slot for e, p, slot, _table in plan if name in event.sitting((e, p))}
        most, run = row.get("max_meetings"), row.get("max_in_a_row")
        if most is not None and len(mine) > most:
            found.append(f"{name} has too many")
        for first, last in event.days if run is not None else ():
            if any(mine >= set(range(start, start + run + 1)) for start in range(first, last - run + 1)):
                found.append(f"{name} has too many in a row")
    for name, row in event.problems.items():
        most = row.get("max_meetings")
        if most is not None and sum(key[1] == name for key in keys) > most:
            found.append(f"{name} has too many")
    return found


def unmet(event: Event, keys: set[tuple[str, str]]) -> float:
    missing = 0.0
    for name, row in event.people.items():
        missing += sum(name in event.sitting(key) for key in keys) < row.get("min_meetings", 0)
    for name, row in event.problems.items():
        if sum(key[1] == name for key in keys) < row.get("min_meetings", 0):
            missing += row.get("priority", 1.0)
    return missing


def shares(event: Event, keys: set[tuple[str, str]]) -> list[float]:
    """Satisfactions, smallest first."""
    of = defaultdict(list)
    for key in event.pairs:
        if event.possible(key):
            of["problem", key[1]].append(key)
            for name in event.sitting(key):
                of["person", name].append(key)
    found = []
    for (kind, name), mine in of.items():
        row = event.people[name] if kind == "person" else event.problems[name]
        names = {name} if kind == "person" else set(row.get("people", ()))
        most = row.get("max_meetings")
        k = min(len(event.hours(names)), len(mine)) if most is None else most
        best = sum(sorted((event.worth(key) for key in mine), reverse=True)[:k])
        if best > 0:
            found.append(sum(event.worth(key) for key in mine if key in keys) / best)
    return sorted(found)


def bodies(event: Event, keys: set[tuple[str, str]]) -> int:
    of = defaultdict(set)
    for expert, problem in keys:
        if body := event.people[expert].get("body"):
            of[problem].add(body)
    return sum(len(each) >= 2 for each in of.values())


def waits(event: Event, plan: Plan) -> list[int]:
    """Idle slots of every person."""
    found = []
    for name, row in event.people.items():
        mine = {slot for e, p, slot, _table in plan if name in event.sitting((e, p))}
        total = 0
        for first, last in event.days:
            here = [slot for slot in mine if first <= slot <= last]
            if here:
                inside = range(min(here), max(here))
                total += sum(slot not in mine and slot not in row.get("unavailable", ()) for slot in inside)
        found.append(total)
    return found


def changes(event: Event, plan: Plan) -> int:
    total = 0
    for name in event.people:
        mine = sorted((slot, table) for e, p, slot, table in plan if name in event.sitting((e, p)))
        total += sum(one[1] != other[1] for one, other in pairwise(mine))
    return total


def plans(event: Event) -> Iterator[Plan]:
    """Every plan of a tiny event."""
    keys = [key for key in event.pairs if event.possible(key)]
    if event.held - set(keys):
        return
    yield from _more(event, keys, ())


def _more(event: Event, keys: list[tuple[str, str]], plan: Plan) -> Iterator[Plan]:
    if not keys:
        if not broken(event, plan):
            yield plan
        return
    key, rest = keys[0], keys[1:]
    if key not in event.held:
        yield from _more(event, rest, plan)
    for slot in event.hours(event.sitting(key), event.pairs[key].get("session")):
        if any(slot == at and event.sitting((e, p)) & event.sitting(key) for e, p, at, _table in plan):
            continue
        for table in event.tables:
            if not any((slot, table) == (at, other) for _e, _p, at, other in plan):
                yield from _more(event, rest, (*plan, (*key, slot, table)))
