"""Repair of a published plan (43 × 28, 8 slots, 16 tables) after random changes, half of which force a move.

python -m tests.benchmarks.bench_repair [--changes 200] [--seed 1] [--seconds 10]

“Others” are people not in a meeting that the change made impossible, whose time or partner changes.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matchmaker.planning.checking import faults
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.published import Rows
from matchmaker.planning.reading import read
from matchmaker.planning.repair import repair
from matchmaker.planning.result import Effort
from matchmaker.planning.solving import solve
from tests.benchmarks.support import percentile
from tests.support.planning_changes import KINDS, changed
from tests.support.planning_instances import event


@dataclass(frozen=True)
class Trial:
    """One change and its repair."""

    kind: str
    is_forced: bool
    seconds: float
    cpu: float
    moved: int
    others: int
    status: str


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="for the plan that is published")
    given = parser.parse_args()
    instance = read(event(seed=given.seed))
    plan = solve(instance, Effort(seconds=given.seconds)).meetings
    trials = run(instance, plan, given.changes, given.seed)
    print(table(trials))


def run(instance: Instance, plan: Sequence[Meeting], count: int, seed: int) -> list[Trial]:
    """As many changes that force a move as others."""
    chance = random.Random(seed)
    wanted = {True: count // 2, False: count - count // 2}
    trials: list[Trial] = []
    tries = 0
    while len(trials) < count and tries < 50 * count:
        kind = KINDS[tries % len(KINDS)]
        tries += 1
        after = changed(instance, plan, kind, chance)
        is_forced = bool(Rows(after).lost)
        if not wanted[is_forced]:
            continue
        wanted[is_forced] -= 1
        start, busy = time.perf_counter(), time.process_time()
        result = repair(after, Effort(seconds=5.0, workers=1))
        seconds, cpu = time.perf_counter() - start, time.process_time() - busy
        if result.figures is None:
            trials.append(Trial(kind, is_forced, seconds, cpu, 0, 0, result.status))
            continue
        wrong = faults(after, result.meetings)
        if wrong:
            raise SystemExit(f"{kind}: {wrong}")
        found = others(after, result.meetings)
        trials.append(Trial(kind, is_forced, seconds, cpu, result.figures.moved, found, result.status))
    return trials


def others(instance: Instance, meetings: Sequence[Meeting]) -> int:
    """People whose time or partner changes although no meeting of theirs became impossible."""
    hit = {person for each in Rows(instance).lost for person in instance.attending(each.key)}
    days: list[dict[str, set[tuple[str, str, int]]]] = []
    for plan in (instance.published, meetings):
        day: dict[str, set[tuple[str, str, int]]] = {person.id: set() for person in instance.people}
        for each in plan:
            for person in instance.attending(each.key):
                day[person].add((*each.key, each.slot))
        days.append(day)
    return sum(days[0][person] != days[1][person] and person not in hit for person in days[0])


def table(trials: Sequence[Trial]) -> str:
    """Markdown."""
    lines = [
        "| change | n | median s | p95 s | largest s | largest processor s | moved, mean | ≤ 2 others | status |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for name in [*KINDS, "forced", "not forced", "all"]:
        own = [each for each in trials if name in {each.kind, "all"} or name == _group(each)]
        if not own:
            continue
        seconds = [each.seconds for each in own]
        calm = sum(each.others <= 2 for each in own) / len(own)
        moved = sum(each.moved for each in own) / len(own)
        status = ", ".join(
            f"{count} {each}" for each, count in sorted(Counter(t.status for t in own).items())
        )
        lines.append(
            f"| {name} | {len(own)} | {percentile(seconds, 0.5):.2f} | {percentile(seconds, 0.95):.2f} "
            f"| {max(seconds):.2f} | {max(each.cpu for each in own):.2f} | {moved:.1f} | {calm:.0%} | {status} |"
        )
    return "\n".join(lines)


def _group(trial: Trial) -> str:
    return "forced" if trial.is_forced else "not forced"


if __name__ == "__main__":
    main()
