"""Timetables: the real brokerage events and the family of made houses, beside a plain CP-SAT model and filling.

python -m tests.benchmarks.bench_timetable [--seconds 60] [--seeds 1 2] [--plain 0] [--only "full house"]

``--plain``: seconds for a plain CP-SAT model (idle slots minimised, no hints); 0 leaves it out. “Filled” is the first
timetable that keeps every rule, without any exchange. A bound stands behind each figure: value ≥ bound.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from matchmaker.planning.chains import Chains
from matchmaker.planning.checking import faults
from matchmaker.planning.frame import frame
from matchmaker.planning.instance import Instance
from matchmaker.planning.reading import read
from matchmaker.planning.result import Effort
from matchmaker.planning.slots_model import SlotsModel
from matchmaker.planning.timetable import solve
from tests.benchmarks.support import DATA
from tests.support.planning_house import FAMILY, house


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--plain", type=float, default=0.0)
    parser.add_argument("--only", default="", help="how the name of an event begins")
    parser.add_argument("--data", type=Path, default=DATA / "planning")
    given = parser.parse_args()
    print("| event | meetings | filled | idle | worst | table changes | seconds | plain model |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, instance in _events(given.data, given.seeds):
        if name.startswith(given.only):
            print(_row(name, instance, given.seconds, given.plain), flush=True)


def _events(data: Path, seeds: list[int]) -> Iterator[tuple[str, Instance]]:
    for file in sorted(data.glob("*.json")):
        yield file.stem, read(file.read_bytes())
    for name, kind in FAMILY.items():
        for seed in seeds:
            yield f"{name} {seed}", house(kind, seed)


def _row(name: str, instance: Instance, seconds: float, plain: float) -> str:
    keys = [each.key for each in instance.pairs]
    start = time.perf_counter()
    found = solve(instance, keys, Effort(seconds=seconds))
    took = time.perf_counter() - start
    if found is None or found.meetings is None:
        return f"| {name} | {len(keys)} | | none found | | | {took:.1f} | |"
    wrong = faults(instance, found.meetings)
    if wrong:
        raise SystemExit(f"{name}: {wrong}")
    return (
        f"| {name} | {len(keys)} | {_filled(instance)} | {found.idle} ≥ {found.idle_bound} "
        f"| {found.worst_idle} ≥ {found.worst_idle_bound} | {found.changes} ≥ {found.changes_bound} "
        f"| {took:.1f} | {_plain(instance, plain) if plain else ''} |"
    )


def _filled(instance: Instance) -> str:
    chains = Chains(frame(instance, [each.key for each in instance.pairs], {}), 1)
    end = time.monotonic() + 5
    chains.fill(lambda: time.monotonic() > end)
    chains.note()
    return str(chains.best.idle) if chains.best else "none"


def _plain(instance: Instance, seconds: float) -> str:
    """Idle slots and bound of the model alone."""
    keys = [each.key for each in instance.pairs]
    view = frame(instance, keys, {})
    start = time.perf_counter()
    answer = SlotsModel(view).solve(seconds, 1, 2, None, 0, len(keys) * view.slots)
    took = time.perf_counter() - start
    if answer.slots is None:
        return f"none in {took:.0f} s"
    chains = Chains(view, 1)
    chains.take(answer.slots)
    idle = chains.best.idle if chains.best else "?"
    return f"{idle} ≥ {answer.bound} in {took:.1f} s"


if __name__ == "__main__":
    main()
