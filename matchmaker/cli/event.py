"""``event``: docking events, their figures and bulletins, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from matchmaker.cli.event_day import bring, take

if TYPE_CHECKING:
    from matchmaker.models import Event
    from matchmaker.storage.unit_of_work import UnitOfWork


@click.group()
def event() -> None:
    """List events, show one, its figures, its bulletin; take its day along, bring it back."""


event.add_command(take)
event.add_command(bring)


@event.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List every event, the newest first."""
    from sqlalchemy import select

    from matchmaker.cli.common import application, print_json, table
    from matchmaker.models import Event

    with application(ctx) as app, app.reading() as uow:
        rows = uow.session.scalars(select(Event).order_by(Event.first_day.desc(), Event.id.desc())).all()
        found = [_facts(row) for row in rows]
    if as_json:
        print_json(found)
        return
    heads = ["id", "number", "title", "kind", "state", "first_day"]
    click.echo(table([[str(line[head] or "") for head in heads] for line in found], heads))


@event.command()
@click.argument("number", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def show(ctx: click.Context, number: str, *, as_json: bool) -> None:
    """Show one event and what each of its stages lacks. EVENT is its id or its number."""
    from matchmaker.cli.common import application, print_json
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import event_stages

    with application(ctx) as app, app.reading() as uow:
        row = _found(uow, number)
        facts = _facts(row)
        facts["stages"] = [
            {
                "name": each.stage.name,
                "title": str(each.stage.title),
                "place": each.place,
                "facts": [{"text": str(fact.text), "good": fact.is_good} for fact in each.facts],
            }
            for each in event_stages.standing(uow, SYSTEM, row)
        ]
    if as_json:
        print_json(facts)
        return
    click.echo(f"{facts['title']}  ({facts['number']}, {facts['state']}, {facts['first_day']})")
    for stage in facts["stages"]:
        click.echo(f"\n{stage['title']}")
        for fact in stage["facts"]:
            click.echo(f"  {'✓' if fact['good'] else '!'} {fact['text']}")


@event.command()
@click.argument("number", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def figures(ctx: click.Context, number: str, *, as_json: bool) -> None:
    """Show every figure of an event with its unit and, as JSON, the records behind it."""
    from matchmaker.cli.common import application, print_json, table
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import event_figures, figure_locks

    with application(ctx) as app, app.reading() as uow:
        row = _found(uow, number)
        found = event_figures.read(uow, SYSTEM, row, app.today())
        kept = event_figures.newest_lock(uow, row)
        changed = figure_locks.corrections(uow, kept, found) if kept else []
        told = {
            "event": _facts(row),
            "locked_at": f"{kept.locked_at.isoformat()}Z" if kept else None,
            "figures": [
                {"name": each.name, "title": str(each.title), **each.plain(),
                 "unit": str(event_figures.UNITS[each.unit])}
                for each in found.values()
            ],
            "corrections": [
                {"name": each.figure.name, "locked": each.locked, "now": each.figure.value,
                 "added": list(each.added), "removed": list(each.removed)}
                for each in changed
            ],
        }  # fmt: skip
    if as_json:
        print_json(told)
        return
    lines = [
        [str(each.title), "—" if each.value is None else str(each.value), str(event_figures.UNITS[each.unit])]
        for each in found.values()
    ]
    click.echo(table(lines, ["数据", "值", "单位"]))
    for each in changed:
        click.echo(f"更正 {each.figure.title}: {each.locked} → {each.figure.value}")


@event.command()
@click.argument("number", metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="As JSON: the text, its figures, their records.")
@click.option("--docx", "path", type=click.Path(dir_okay=False), help="Write it as a Word file.")
@click.pass_context
def bulletin(ctx: click.Context, number: str, *, as_json: bool, path: str | None) -> None:
    """Print the bulletin 简报 of an event; each figure comes from its records, locked ones as locked."""
    from pathlib import Path

    from matchmaker.cli.common import application, print_json
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import bulletin as service

    with application(ctx) as app:
        with app.reading() as uow:
            written = service.read(uow, SYSTEM, _found(uow, number), app.today())
        if path:
            from matchmaker.services.bulletin_file import document

            Path(path).write_bytes(document(written))
    if as_json:
        print_json(written.plain())
        return
    click.echo(f"{written.event.title} 简报\n")
    click.echo(written.text)


def _found(uow: UnitOfWork, text: str) -> Event:
    """An event by its id or its number."""
    from sqlalchemy import select

    from matchmaker.errors import NotFound
    from matchmaker.messages import Message
    from matchmaker.models import Event
    from matchmaker.storage.queries import MOST_NUMBER

    where = Event.number == text
    if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= MOST_NUMBER:
        where = Event.id == int(text)
    row = uow.session.scalars(select(Event).where(where).order_by(Event.id).limit(1)).first()
    if row is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的活动。", {"number": text}),
            hint=Message("请先运行 matchmaker event list 查看。"),
        )
    return row


def _facts(row: Event) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "first_day": row.first_day.isoformat() if row.first_day else None,
    }
