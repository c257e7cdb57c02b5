"""What commands share: opening the application, telling faults, progress, printing."""

from __future__ import annotations

import json
import logging
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from matchmaker.bootstrap import Application, build
from matchmaker.config import load, use_timezone
from matchmaker.errors import MatchmakerError, Unavailable
from matchmaker.messages import Message


@contextmanager
def application(ctx: click.Context) -> Iterator[Application]:
    """The application of the chosen home, closed at the end; its database must exist and be current."""
    settings = load(ctx.find_root().obj["home"])
    use_timezone(settings.timezone)
    app = build(settings)
    try:
        from matchmaker.services import codes
        from matchmaker.storage import schema

        if schema.current(app.database) is None:
            raise Unavailable(
                Message("%(home)s 中还没有安装。", {"home": app.settings.home}),
                hint=Message("请先运行 matchmaker init（或用 --home 指定安装文件夹）。"),
            )
        schema.check(app.database)
        with app.reading() as uow:
            codes.refresh(uow)
        yield app
    finally:
        app.close()


def explain(fault: Exception) -> int:
    """Prints an error as a sentence with its hint; returns the exit code."""
    from indexer.embedder import EmbedderError
    from indexer.engine import EngineError
    from indexer.packed_model import ModelFileError

    if isinstance(fault, MatchmakerError):
        click.echo(click.style("✗ ", fg="red") + str(fault.message), err=True)
        for field, message in fault.fields.items():
            click.echo(f"  {field}: {message}", err=True)
        reason = getattr(fault.__cause__, "orig", None)  # what the database itself says
        if reason is not None:
            click.echo(f"  {str(reason).strip()}", err=True)
        if str(fault.hint):
            click.echo(f"  → {fault.hint}", err=True)
        return fault.exit_code
    if isinstance(fault, (EngineError, EmbedderError, ModelFileError)):
        click.echo(click.style("✗ ", fg="red") + str(fault), err=True)
        return Unavailable.exit_code
    logging.getLogger("matchmaker").error("unexpected fault", exc_info=fault)
    click.echo(
        click.style("✗ ", fg="red") + f"意外故障 / unexpected fault: {type(fault).__name__}: {fault}",
        err=True,
    )
    return 1


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line now and then elsewhere; call with (done, total)."""
    from tqdm import tqdm

    bar: Any = None

    def tell(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(
                total=total,
                desc=label,
                unit="",
                file=sys.stderr,
                mininterval=0.2 if sys.stderr.isatty() else 5,
            )
        bar.total = total
        bar.update(done - bar.n)

    try:
        yield tell
    finally:
        if bar is not None:
            bar.close()


@contextmanager
def embedding(app: Application) -> Iterator[None]:
    """A bar for what the model embeds meanwhile; nothing is shown when the cache holds it all."""
    with progress("嵌入 / embedding") as tell:
        app.embedder.watcher = lambda done, total: tell(done, total) if total > 1 else None
        try:
            yield
        finally:
            app.embedder.watcher = None


def say(line: str) -> None:
    """A line about what is being done, on standard error so that answers stay clean."""
    click.echo(line, err=True)


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(rows: list[list[str]], heads: list[str]) -> str:
    """Columns aligned by how wide characters really are on a terminal."""
    lines = [heads, *rows]
    widths = [max(width(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell + " " * (widths[column] - width(cell)) for column, cell in enumerate(line)).rstrip()
        for line in lines
    )


def width(text: str) -> int:
    """Columns a text takes on a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
