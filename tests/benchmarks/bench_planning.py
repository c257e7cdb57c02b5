"""Whole plans of made events, beside a greedy plan, a random one and the solver's bounds.

python -m tests.benchmarks.bench_planning [--seeds 1 2 3 4 5] [--only small|middle|large]

Each event is solved in a process of its own through ``matchmaker plan``, so that time and memory are those of the
command. Satisfaction: see docs/planning-file.md.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matchmaker.planning.checking import faults
from matchmaker.planning.facts import Figures, figures
from matchmaker.planning.greedy import greedy
from matchmaker.planning.instance import Instance, Meeting
from matchmaker.planning.reading import read
from matchmaker.planning.room import Room
from tests.support.planning_instances import dense, event

HEADS = (
    "event | plan | s | peak MiB | unmet | score | gap | worst | of its bound | idle (bound) | worst idle | "
    "table changes"
)


@dataclass(frozen=True)
class Case:
    """An event to be planned within some seconds."""

    name: str
    file: dict[str, Any]
    seconds: float


def cases(seeds: list[int], only: str | None) -> Iterator[Case]:
    """Small ones for several seeds, then the larger ones."""
    if only in {None, "small"}:
        for seed in seeds:
            yield Case(f"43 × 28, seed {seed}", event(seed=seed), 15)
        yield Case("43 × 28, all pairs, seed 1", dense(seed=1), 15)
    if only in {None, "middle"}:
        middle = event(150, 120, 16, 40, bodies=40)
        yield Case("150 × 120, 10 s", middle, 10)
        yield Case("150 × 120, 60 s", middle, 60)
        yield Case("150 × 120, all pairs, 60 s", dense(150, 120, 16, 40), 60)
    if only in {None, "large"}:
        yield Case("600 × 500, two days", event(600, 500, 32, 100, days=2, candidates=25, bodies=100), 85)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--only", choices=["small", "middle", "large"])
    given = parser.parse_args()
    print(f"| {HEADS} |\n|---|---|{'--:|' * (HEADS.count('|') - 1)}")
    for case in cases(given.seeds, given.only):
        instance = read(case.file)
        for name, plan in (("random", shuffled), ("greedy", best_first)):
            started = time.monotonic()
            meetings = plan(instance)
            print(
                line(case, name, time.monotonic() - started, None, figures(instance, meetings), {}),
                flush=True,
            )
        print(solved(case, instance), flush=True)


def best_first(instance: Instance) -> tuple[Meeting, ...]:
    """The baseline of a careful person: best pair first."""
    return greedy(instance, minima=False) or ()


def shuffled(instance: Instance) -> tuple[Meeting, ...]:
    """Possible pairs in any order."""
    room = Room(instance)
    order = list(room.pairs)
    random.Random(1).shuffle(order)
    return greedy(instance, room, order, minima=False) or ()


def solved(case: Case, instance: Instance) -> str:
    """The command's own plan, checked once more."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "event.json"), Path(folder, "result.json")
        source.write_text(json.dumps(case.file), "utf-8")
        command = [sys.executable, "-m", "matchmaker.cli.main", "plan", str(source), "--out", str(target)]
        started = time.monotonic()
        subprocess.run([*command, "--seconds", str(case.seconds)], check=True, capture_output=True)
        seconds = time.monotonic() - started
        told = json.loads(target.read_text("utf-8"))
    meetings = [
        Meeting(*(each[key] for key in ("expert", "problem", "slot", "table"))) for each in told["meetings"]
    ]
    assert faults(instance, meetings) == []
    # The largest child so far: cases come in the order of their size.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return line(case, f"**{told['status']}**", seconds, peak, figures(instance, meetings), told["bounds"])


def line(
    case: Case, plan: str, seconds: float, peak: float | None, told: Figures, bounds: dict[str, float]
) -> str:
    """A row of the table."""
    gap = f"{max(0.0, 1 - told.score / bounds['score']):.2%}" if bounds.get("score") else ""
    least = told.worst_satisfaction or 0.0
    share = f"{least / bounds['worst_satisfaction']:.3f}" if bounds.get("worst_satisfaction") else ""
    idle = f"{told.idle_slots} ({bounds['idle_slots']:g})" if bounds else str(told.idle_slots)
    cells = [
        case.name,
        plan,
        f"{seconds:.1f}",
        "" if peak is None else f"{peak:.0f}",
        f"{told.unmet_minima:g}",
        f"{told.score:.2f}",
        gap,
        f"{least:.4f}",
        share,
        idle,
        told.worst_idle,
        told.table_changes,
    ]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
