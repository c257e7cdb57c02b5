"""``database``: check it, copy it into another one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchmaker.storage.copying import Content


@click.group()
def database() -> None:
    """Check the database, copy it into another one (SQLite to PostgreSQL, or back)."""


@database.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    """Count every table and compare the tables with what this release expects; exit code 5 when they differ.

    The digests tell whether two databases hold the same.
    """
    from matchmaker.cli.common import application, print_json, progress, say
    from matchmaker.storage import copying, schema

    with application(ctx) as app, progress("数据库 / database") as tell:
        held = copying.contents(app.database, tell)
        differences = [str(each) for each in schema.differences(app.database)]
        revision, name = schema.current(app.database), app.database.name
    if as_json:
        tables = {table: {"rows": each.rows, "digest": each.digest} for table, each in held.items()}
        print_json({"database": name, "revision": revision, "tables": tables, "differences": differences})
    else:
        say(f"数据库 / database: {name}, {revision}")
        _show(held)
        for each in differences:
            say(f"与程序不符 / differs: {each}")
    if differences:
        ctx.exit(5)


@database.command("copy")
@click.option(
    "--to", "url", required=True, metavar="URL", help="postgresql://… or sqlite:///…; must be empty."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def copy_(ctx: click.Context, url: str, *, as_json: bool) -> None:
    """Copy everything into an empty database, read it back and compare; this one stays as it is.

    Stop 'matchmaker serve' and 'matchmaker work' first: what they write later is not in the copy. The copy is
    one transaction: stopped or killed, it leaves the other database as it was.
    """
    from matchmaker.bootstrap import open_database
    from matchmaker.cli.common import application, print_json, progress, say
    from matchmaker.storage import copying

    began = time.perf_counter()
    with application(ctx) as app:
        target = open_database(url)
        try:
            say(f"{app.database.name} → {target.name}")
            with progress("复制 / copying") as tell:
                copied = copying.copy(app.database, target, tell)
        finally:
            target.close()
        file = app.settings.home / "matchmaker.toml"
    seconds = time.perf_counter() - began
    if as_json:
        tables = {table: {"rows": each.rows, "digest": each.digest} for table, each in copied.items()}
        print_json({"target": target.name, "seconds": round(seconds, 1), "tables": tables})
    else:
        _show(copied)
    rows = sum(each.rows for each in copied.values())
    say(f"已复制并核对 / copied and verified: {rows} rows, {seconds:.1f} s")
    say(f'→ 请在 {file} 中设置 / now set: database_url = "{target.name}"')


def _show(tables: Mapping[str, Content]) -> None:
    from matchmaker.cli.common import table

    lines = [[name, str(each.rows), each.digest[:12]] for name, each in tables.items()]
    lines.append(["=", str(sum(each.rows for each in tables.values())), ""])
    click.echo(table(lines, ["table", "rows", "digest"]))
