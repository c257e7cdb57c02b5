"""``event take`` and ``event bring``: the day of an event on a machine without network, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application


@click.command()
@click.argument("number", metavar="EVENT", type=int)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--contacts", is_flag=True, help="With telephones and e-mail addresses.")
@click.pass_context
def take(ctx: click.Context, number: int, file: Path, *, contacts: bool) -> None:
    """Write the day of EVENT into FILE, for a machine without network, or from there back to the office.

    The file names firms behind anonymous problems: keep it as you keep the list of participants.
    """
    from matchmaker.cli.common import application
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import day_files

    with application(ctx) as app, app.unit_of_work() as uow:
        house = day_files.house_of(app.secret())
        found = day_files.take(uow, SYSTEM, number, house=house, at=app.clock(), contacts=contacts)
        uow.looked_at(SYSTEM, "event:taken", f"event:{number}")
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(found, out, ensure_ascii=False, indent=1)
    click.echo(
        f"{file}: {len(found['people'])} 人, {len(found['meetings'])} 场洽谈, {len(found['entries'])} 条记录"
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def bring(ctx: click.Context, file: Path, *, as_json: bool) -> None:
    """Take FILE in: on an empty machine it makes a copy of the event, at the office it merges what happened.

    The same file twice changes nothing. Contradictions are listed, here and on the page 补录 of the event.
    """
    from matchmaker.cli.common import print_json
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import day_bring, day_files

    data = _read(file)
    with _prepared(ctx) as app, app.unit_of_work() as uow:
        house = day_files.house_of(app.secret())
        report = day_bring.bring(uow, SYSTEM, data, house=house, at=app.clock())
        told = [
            {"attendee": each.attendee_id, "meeting": each.meeting_id, **each.facts}
            for each in report.conflicts
        ]
    if as_json:
        print_json(
            {
                "event": report.event,
                "is_new": report.is_new,
                "changes": report.lines,
                "renumbered": report.renumbered,
                "conflicts": told,
            }
        )
        return
    if report.is_new:
        click.echo(
            f"活动 {report.event} 已在本机；请运行 matchmaker serve --no-work，"
            f"打开 /events/{report.event}/day"
        )
        return
    names = {"people": "现场加入", "problems": "现场难题", "meetings": "新的洽谈", "moved": "调整的洽谈",
             "tables": "停用的桌子", "cards": "结果卡", "entries": "签到和洽谈记录"}  # fmt: skip
    click.echo("、".join(f"{names[what]} {count}" for what, count in report.lines.items()) or "没有新的内容")
    for name, (before, after) in report.renumbered.items():
        click.echo(f"  {name}: 胸牌号 {before} 已被占用，改为 {after}")
    for each in told:
        click.echo(
            f"  ! attendee {each['attendee']} meeting {each['meeting']}: "
            f"{each['ours']} / {each['theirs']} → {each['kept']}"
        )


def _read(file: Path) -> object:
    from matchmaker.errors import InvalidInput
    from matchmaker.messages import Message

    try:
        return json.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, ValueError) as fault:
        raise InvalidInput(
            Message("无法读取 %(file)s：不是有效的 JSON 文件。", {"file": file.name}),
            hint=Message("请使用 matchmaker event take 生成的文件。"),
        ) from fault


@contextmanager
def _prepared(ctx: click.Context) -> Iterator[Application]:
    """The chosen home; an empty one gets its tables, since a hall's machine needs neither model nor index."""
    from matchmaker.bootstrap import build
    from matchmaker.cli.common import application
    from matchmaker.config import load
    from matchmaker.storage import schema

    made = build(load(ctx.find_root().obj["home"]))
    try:
        if schema.current(made.database) is None:
            schema.upgrade(made.database)
    finally:
        made.close()
    with application(ctx) as app:
        yield app
