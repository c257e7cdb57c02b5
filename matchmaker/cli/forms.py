"""``import-forms``: a folder of filled official forms into the database, with a report by file and field."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("import-forms")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--submit",
    is_flag=True,
    help="They hold no state secret: submit the complete ones, keep others as drafts.",
)
@click.option("--dry-run", is_flag=True, help="Only read and report.")
@click.option("--again", is_flag=True, help="Also those of which a problem of the same title is there.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.pass_context
def import_forms(
    ctx: click.Context, folder: Path, *, submit: bool, dry_run: bool, again: bool, as_json: bool
) -> None:
    """Read every filled form 重大技术需求征集表 (.docx) below FOLDER.

    Each becomes a draft (or, with --submit, a problem that waits for review). What is missing, too long or in
    no code list is told by file and field; nothing that was written is lost. Layouts: docs/official-form.md.
    """
    from dataclasses import asdict

    from matchmaker.cli.common import application, print_json
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import official_files, official_forms, official_steps

    paths = [path for path in sorted(folder.rglob("*.docx")) if not path.name.startswith(("~", "."))]
    with application(ctx) as app:
        entries = official_files.read([(str(path.relative_to(folder)), path) for path in paths])
        with app.reading() as uow:
            official_forms.look_up(uow, SYSTEM, entries)
        if not dry_run:
            chosen = [place for place, entry in enumerate(entries) if again or entry.known is None]
            official_steps.save(app, SYSTEM, entries, chosen, declared=submit)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    for entry in entries:
        click.echo(
            f"{entry.filename}: {_became(entry.outcome, known=entry.known, importable=entry.importable)}"
        )
        for name, fault, remedy in entry.told():
            click.echo(f"  {f'{name}: ' if str(name) else ''}{fault} → {remedy}")
    made = sum(entry.problem is not None for entry in entries)
    click.echo(f"{len(entries)} 份表格，生成 {made} 个难题 / {len(entries)} forms, {made} problems made")


def _became(outcome: str, *, known: int | None, importable: bool) -> str:
    told = {
        "submitted": "已提交审核 / submitted",
        "draft": "草稿 / draft",
        "refused": "未能生成 / refused",
    }
    if outcome in told:
        return told[outcome]
    if not importable:
        return "不能导入 / cannot be imported"
    return f"已有难题 {known} / is there already" if known is not None else "可以导入 / can be imported"
