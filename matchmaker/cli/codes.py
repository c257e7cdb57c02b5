"""``codes``: the code tables, and the office's own codes on top of them."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def codes() -> None:
    """List the code tables, import further codes into one."""


@codes.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Show every table: its codes, the office's own ones, edition, source."""
    from matchmaker.cli.common import application, print_json, table
    from matchmaker.taxonomy import TABLES

    with application(ctx):
        found = [
            {"table": key, "name": each.name, "codes": len(each), "own": len(each.own), **each.facts}
            for key, each in TABLES.items()
        ]
    if as_json:
        print_json(found)
        return
    names = ("table", "name", "codes", "own", "year", "source")
    click.echo(table([[str(line.get(name, "")) for name in names] for line in found], list(names)))


@codes.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--table", "key", required=True, metavar="TABLE", help="Name of the table: see `codes list`.")
@click.pass_context
def import_(ctx: click.Context, file: Path, key: str) -> None:
    """Add the codes of FILE (CSV or XLSX) to a table, or rename those that are there.

    Columns: 代码, 名称, 英文名称, 上级代码, 年份, 来源; the first two are needed. A file with a fault is left
    alone as a whole. See docs/codes.md.
    """
    from matchmaker.cli.common import application
    from matchmaker.errors import InvalidInput
    from matchmaker.importing.codes import read_codes
    from matchmaker.messages import Message
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import codes as service

    with application(ctx) as app:
        read = read_codes(file, service.table_of(key), app.settings)
        for fault in read.faults[:20]:
            click.echo(f"  第 {fault.row} 行 {fault.head}: {fault.fault}", err=True)
        if read.faults:
            raise InvalidInput(
                Message("文件有 %(number)s 处问题，没有导入任何代码。", {"number": len(read.faults)}),
                hint=Message("请按提示更正后再导入。"),
            )
        with app.unit_of_work() as uow:
            done = service.import_entries(uow, SYSTEM, key, read.entries, file.name)
    click.echo(f"{key}: 新增 {done.added}, 更改 {done.changed}, 未变 {done.unchanged}")
