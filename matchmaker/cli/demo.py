"""``demo``: a fictional county loaded, indexed, ranked and served."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.matching.result import Ranking

#: Best pairs printed.
SHOWN = 12


@click.command()
@click.option("--no-serve", is_flag=True, help="End after printing instead of serving the site.")
@click.option("--port", type=int, help="Port of the site (setting port).")
@click.pass_context
def demo(ctx: click.Context, *, no_serve: bool, port: int | None) -> None:
    """Load a fictional county (17 bodies, 43 experts, 28 problems), rank every problem, serve.

    It can be run again: what is loaded already is updated, not doubled.
    """
    from matchmaker.cli import demo_accounts, demo_activity, demo_events
    from matchmaker.cli.common import say
    from matchmaker.cli.install import prepare
    from matchmaker.cli.serve import run_site
    from matchmaker.config import load

    start = time.perf_counter()
    app = prepare(load(ctx.find_root().obj["home"]))
    try:
        load_data(app)
        _index(app)
        rankings = rank_all(app)
        _print_best(app, rankings)
        entries = demo_accounts.make(app)
        demo_activity.play(app, rankings)
        for line in demo_events.make(app):
            say(line)
        demo_accounts.show(entries)
        say(f"共 {time.perf_counter() - start:.0f} 秒 / seconds in all")
        if not no_serve:
            run_site(app, app.settings.host, port or app.settings.port, work=True)
        else:
            say("启动网站 / to serve the site: matchmaker --home " + str(app.settings.home) + " serve")
    finally:
        app.close()


def load_data(app: Application) -> None:
    """Imports the shipped files through the same door as anybody's."""
    from importlib import resources

    from matchmaker.cli.common import say
    from matchmaker.cli.data import read_file
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import importing

    for kind in ("organization", "expert", "publication", "patent", "achievement", "problem"):
        name = f"{kind}s.jsonl"
        with resources.as_file(resources.files("matchmaker.demo") / "data" / name) as path:
            number = read_file(app, path, kind, lambda _done, _total: None)
        with app.reading() as uow:
            run = importing.get(uow, SYSTEM, number)
            counts = f"新增 {run.created}, 更新 {run.updated}, 未变 {run.unchanged}, 未导入 {run.rejected}"
        say(f"  {name}: {counts}")


def _index(app: Application) -> None:
    from matchmaker.cli.common import embedding, say
    from matchmaker.jobs.worker import Worker

    say("建立索引 / indexing …")
    with embedding(app):
        Worker(app).drain()


def rank_all(app: Application) -> list[tuple[int, Ranking]]:
    """Ranks every published problem and keeps each ranking as a run, unless nothing has changed since."""
    from matchmaker import lookups
    from matchmaker.cli.common import progress
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import matches

    with app.reading() as uow:
        numbers = matches.published_problems(uow, SYSTEM)
    found: list[tuple[int, Ranking]] = []
    with progress("排序 / ranking") as tell:
        for done, number in enumerate(numbers, 1):
            ranking = lookups.match_problem(app, SYSTEM, number)
            with app.unit_of_work() as uow:
                if not matches.is_stored(uow, ranking):
                    matches.store_run(uow, SYSTEM, "problem-experts", ranking, int(ranking.inputs["version"]))
            found.append((number, ranking))
            tell(done, len(numbers))
    return found


def _print_best(app: Application, rankings: list[tuple[int, Ranking]]) -> None:
    from matchmaker.cli.common import table
    from matchmaker.matching.result import BAND_NAMES, NONE
    from matchmaker.permissions import SYSTEM
    from matchmaker.services.display import rows

    best = sorted(
        (
            (ranking.experts[0], number)
            for number, ranking in rankings
            if ranking.experts and ranking.verdict.band != NONE
        ),
        key=lambda pair: -pair[0].probability,
    )
    with app.reading() as uow:
        ids = [f"problem:{number}" for number, _ in rankings] + [expert.id for expert, _ in best]
        known = rows(uow, SYSTEM, ids)
        lines = [
            [
                known[f"problem:{number}"].number,
                known[f"problem:{number}"].title[:28],
                known[expert.id].name,
                str(expert.display.get("organization") or ""),
                str(BAND_NAMES[expert.band]),
            ]
            for expert, number in best[:SHOWN]
        ]
        alone = [
            known[f"problem:{number}"].title for number, ranking in rankings if ranking.verdict.band == NONE
        ]
    click.echo("\n" + table(lines, ["编号", "难题", "首选专家", "单位", "判断"]))
    click.echo(f"\n暂无合适专家 / no good match: {len(alone)}")
    for title in alone:
        click.echo(f"  {title}")
