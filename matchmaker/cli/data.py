"""``import``: files into the database, row by row, with a report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application

#: What a file may hold, in the order in which a fresh installation reads them.
KINDS = ("organization", "expert", "publication", "patent", "achievement", "problem")


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--kind", type=click.Choice(KINDS), help="What the rows are; guessed from the columns otherwise."
)
@click.option(
    "--bad-rows", type=click.Path(path_type=Path), metavar="CSV", help="Write the rows left out to this file."
)
@click.option("--no-index", is_flag=True, help="Leave the index to the worker (or a later rebuild).")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_context
def import_(
    ctx: click.Context,
    files: tuple[Path, ...],
    kind: str | None,
    bad_rows: Path | None,
    *,
    no_index: bool,
    as_json: bool,
) -> None:
    """Read problems, experts, publications, patents, achievements or organizations from FILES.

    JSONL, CSV (UTF-8 or GB18030) or XLSX. Bad rows are left out and told: row, field, fault, remedy.
    Reading a file again updates rather than doubles; Ctrl-C stops between two blocks of rows and keeps what
    was read. Columns and codes: docs/import.md.
    """
    from matchmaker.cli.common import application, embedding, print_json, progress, say
    from matchmaker.jobs.worker import Worker
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import importing, index_health

    reports = []
    with application(ctx) as app:
        for path in files:
            with progress(path.name) as tell:
                number = read_file(app, path, kind, tell)
            with app.reading() as uow:
                run = importing.get(uow, SYSTEM, number)
                reports.append(importing.report(run))
                if bad_rows and run.rejected:
                    bad_rows.write_bytes(importing.bad_rows_csv(uow, SYSTEM, number))
            if not as_json:
                _tell(reports[-1])
        if not no_index:
            say("更新索引 / updating the index …")
            with embedding(app):
                Worker(app).drain()
            with app.reading() as uow:
                waiting = index_health.of_database(uow, SYSTEM).waiting
            if waiting:
                say(f"{waiting} 项改动等待写入索引，不会丢失 / changes wait for the index, none is lost")
    if as_json:
        print_json(reports)


def read_file(app: Application, path: Path, kind: str | None, tell: Callable[[int, int], None]) -> int:
    """Imports one file as the pages do; returns the number of the run."""
    from matchmaker.importing.files import inspect
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import importing

    preview = inspect(path, path.name, kind=kind, settings=app.settings)
    app.settings.imports_folder.mkdir(parents=True, exist_ok=True)
    stored = importing.stored_name(path.name)
    shutil.copyfile(path, app.settings.imports_folder / stored)
    with app.unit_of_work() as uow:
        run = importing.create_run(
            uow,
            SYSTEM,
            filename=path.name,
            stored_name=stored,
            kind=preview.kind,
            columns=preview.columns,
            by_caller=True,
        )
        number = run.id
    importing.run_import(app, number, tell)
    return number


def _tell(report: dict[str, object]) -> None:
    click.echo(
        "{filename} ({kind}): 新增 {created}, 更新 {updated}, 未变 {unchanged}, 未导入 {rejected}".format(
            **report
        )
    )
    faults = report["faults"]
    assert isinstance(faults, list)
    for fault in faults[:20]:
        click.echo("  第 {row} 行 {field}: {fault} → {remedy}".format(**fault))
    if len(faults) > 20:
        click.echo(f"  … 另有 {len(faults) - 20} 条 / {len(faults) - 20} more (--json, --bad-rows)")
