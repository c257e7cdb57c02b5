"""``index``: rebuild, verify and show the index; the same for every engine."""

from __future__ import annotations

import click


@click.group()
def index() -> None:
    """Rebuild, verify, show the search index (it can always be made again from the database)."""


@index.command()
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Build a new index beside the live one, then switch; searches go on meanwhile.

    Vectors come from the cache, so only changed texts are embedded. Stopping it leaves the old index as
    it was.
    """
    from matchmaker.cli.common import application, progress, say
    from matchmaker.indexing import sync
    from matchmaker.jobs.worker import index_lease

    with application(ctx) as app, index_lease(app) as beat, progress("索引 / index") as tell:
        report = sync.rebuild(app, tell, beat)
    say(f"已写入 / written: {report.written}; 失败 / failed: {len(report.failed)}")
    for identifier, reason in list(report.failed.items())[:20]:
        say(f"  {identifier}: {reason}")


@index.command()
@click.option("--repair", is_flag=True, help="Enqueue what differs and work it off at once.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def verify(ctx: click.Context, *, repair: bool, as_json: bool) -> None:
    """Compare index and database; exit code 5 when they differ and --repair is not given."""
    from matchmaker.cli.common import application, print_json, say
    from matchmaker.indexing import sync
    from matchmaker.jobs.worker import Worker

    with application(ctx) as app:
        drift = sync.compare(app)
        if repair and drift.total:
            with app.unit_of_work() as uow:
                sync.repair(uow, drift)
            Worker(app).drain()
            drift = sync.compare(app)
        facts = {
            "in_database": drift.in_database,
            "in_index": drift.in_index,
            "missing": len(drift.missing),
            "outdated": len(drift.outdated),
            "surplus": len(drift.surplus),
        }
        if as_json:
            print_json(facts)
        else:
            for name, value in facts.items():
                click.echo(f"{name}: {value}")
        say("一致 / they agree" if not drift.total else f"有 {drift.total} 处不一致 / {drift.total} differ")
    if drift.total:
        ctx.exit(5)


@index.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Engine, generation, documents by kind, waiting jobs; exit code 6 when the index cannot be asked."""
    from dataclasses import asdict

    from matchmaker.cli.common import application, print_json, say
    from matchmaker.errors import Unavailable
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import index_health

    with application(ctx) as app:
        with app.reading() as uow:
            books = index_health.of_database(uow, SYSTEM)
        state = index_health.of_index(app)
    facts = asdict(state) | {
        "message": str(state.message or ""),
        "jobs": books.jobs,
        "waiting": books.waiting,
        "waiting_since": books.waiting_since,
    }
    if as_json:
        print_json(facts)
    else:
        for name, value in facts.items():
            click.echo(f"{name}: {value}")
    if state.message:
        say("索引不可用；数据没有丢失，改动会在恢复后写入 / no index; nothing is lost, changes wait for it")
        ctx.exit(Unavailable.exit_code)
