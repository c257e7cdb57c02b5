"""What the benchmarks share: an installation with the real input, tables, percentiles."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
HOME = ROOT / "var" / "bench"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(name: str, seconds: Sequence[float]) -> str:
    """One line of a table: median and p95 in milliseconds."""
    return f"| {name} | {len(seconds)} | {statistics.median(seconds) * 1e3:.1f} | {percentile(seconds, 0.95) * 1e3:.1f} |"


HEAD = "| what | n | median ms | p95 ms |\n|---|--:|--:|--:|"


def matchmaker(*arguments: str, home: Path = HOME) -> float:
    """Runs a command of ours in a process of its own; returns its seconds."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "matchmaker.cli.main", "--home", str(home), *arguments], check=True, cwd=ROOT
    )
    return time.perf_counter() - start


def installation() -> Path:
    """``var/bench`` with the real input loaded and indexed; made at first use (embedding takes minutes)."""
    if not (HOME / "ready").exists():
        HOME.mkdir(parents=True, exist_ok=True)
        built = ROOT / "var" / "demo" / "models"
        if built.is_dir() and not (HOME / "models").exists():
            shutil.copytree(built, HOME / "models")
        matchmaker("init")
        for kind, name in (("publication", "expertise"), ("expert", "experts"), ("problem", "problems")):
            seconds = matchmaker("import", str(DATA / f"{name}.jsonl"), "--kind", kind, "--no-index")
            print(f"import {name}: {seconds:.0f} s", flush=True)
        matchmaker("index", "rebuild")
        matchmaker("work", "--drain")
        (HOME / "ready").touch()
    return HOME


@contextmanager
def site(home: Path) -> Iterator[tuple[str, int]]:
    """The site of an installation in a process of its own; yields host and port, ready to answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "matchmaker.cli.main",
        "--home",
        str(home),
        "serve",
        "--no-work",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    try:
        _wait(port)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(timeout=30)


def resident() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the site did not start")
