"""``matchmaker plan``: one planning file in, one result out; needs no database, home folder or model."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.messages import Message

if TYPE_CHECKING:
    from matchmaker.planning.instance import Instance
    from matchmaker.planning.result import Effort, Result

#: Workers at most unless more are asked for.
WORKERS = 8
#: The largest file that is read.
MOST_BYTES = 512 * 1024 * 1024


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True, help="Time at most."
)
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Repeats a search."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Threads [default: the cores, 8 at most].")
@click.option("--out", metavar="RESULT", type=click.Path(dir_okay=False, path_type=Path), help="Write here.")
def plan(file: str, seconds: float, seed: int, workers: int | None, out: Path | None) -> None:
    """Plan a docking event told in FILE (- for standard input): who meets whom, when, at which table.

    Progress goes to standard error, the result (JSON) to standard output or --out. A file without a plan is
    answered too, with what would have to change. Ctrl-C ends the search with the best plan so far.
    docs/planning-file.md describes both files.
    """
    started = time.monotonic()
    data = _bytes(file)
    if out is not None and not out.absolute().parent.is_dir():
        raise InvalidInput(Message("文件夹 %(folder)s 不存在。", {"folder": out.absolute().parent}))
    from matchmaker.planning.reading import read
    from matchmaker.planning.result import Effort

    instance = read(data)
    del data
    with _interruptible() as stopped:
        effort = Effort(
            seconds=max(0.1, seconds - (time.monotonic() - started)),
            seed=seed,
            workers=workers or min(WORKERS, _cores()),
            told=_teller(),
            stopped=stopped.is_set,
        )
        result = _solved(instance, effort)
    _give(instance, result, out)


def _solved(instance: Instance, effort: Effort) -> Result:
    """The result, looked at once more: a plan with a fault is never written."""
    from matchmaker.planning.checking import faults
    from matchmaker.planning.solving import solve

    result = solve(instance, effort)
    wrong = faults(instance, result.meetings) if result.figures is not None else []
    if wrong:
        raise MatchmakerError(
            Message("排出的结果违反规则，没有写出：%(faults)s", {"faults": "; ".join(wrong[:5])}),
            hint=Message("这是本软件的故障，请把排程文件寄给维护者。"),
        )
    return result


def _bytes(file: str) -> bytes:
    """The whole file; what cannot be read is a sentence."""
    try:
        with click.open_file(file, "rb") as source:
            data = source.read(MOST_BYTES + 1)
    except OSError as fault:
        message = Message(
            "读不到文件 %(file)s：%(reason)s。", {"file": file, "reason": fault.strerror or fault}
        )
        raise InvalidInput(message, hint=Message("请检查路径和权限。")) from None
    if len(data) > MOST_BYTES:
        raise InvalidInput(Message("文件 %(file)s 超过 512 MB，不是一次活动的规模。", {"file": file}))
    return bytes(data)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C and a polite end set the event; a second one ends at once."""
    stopped = threading.Event()
    before: dict[int, Any] = {}

    def hear(number: int, _frame: object) -> None:
        if stopped.is_set():
            signal.signal(number, before[number])
            raise KeyboardInterrupt
        stopped.set()
        click.echo("正在结束，写出目前最好的结果 / stopping with the best plan so far", err=True)

    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, hear)
    try:
        yield stopped
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _teller() -> Any:
    """A line on standard error whenever the stage changes."""
    started = time.monotonic()
    last = ""

    def tell(stage: str, _share: float) -> None:
        nonlocal last
        if stage != last:
            last = stage
            click.echo(f"{time.monotonic() - started:6.1f} s  {stage}", err=True)

    return tell


def _give(instance: Instance, result: Result, out: Path | None) -> None:
    """The result, whole or not at all."""
    from matchmaker.planning.writing import written

    text = json.dumps(written(instance, result), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    told = [result.status, f"{len(result.meetings)} meetings", f"{result.seconds:.1f} s"]
    if result.figures is not None:
        told += [
            f"score {result.figures.score:.3f}",
            f"idle {result.figures.idle_slots}",
            f"unmet {result.figures.unmet_minima:g}",
        ]
    click.echo(" · ".join(told), err=True)
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as target:
            target.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
