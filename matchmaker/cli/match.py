"""``match`` and ``search``: answers with their reasons, for people and for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.matching.result import Ranking

#: Longest text read from standard input, in bytes.
MOST_BYTES = 2_000_000
#: Kinds of works, whose ids ask who else does this.
WORKS = ("achievement", "publication", "patent")


@click.command()
@click.argument("problem", required=False)
@click.option("--expert", metavar="ID", help="The other direction: rank problems for this expert.")
@click.option("--title", default="", help="Title of a text from standard input.")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="Matches shown.")
@click.option("--store", is_flag=True, help="Keep the ranking as a run (for a stored problem or expert).")
@click.option(
    "--json", "as_json", is_flag=True, help="As JSON: score, components, evidence, uncovered points."
)
@click.pass_context
def match(
    ctx: click.Context,
    problem: str | None,
    expert: str | None,
    title: str,
    limit: int,
    *,
    store: bool,
    as_json: bool,
) -> None:
    """Rank experts for PROBLEM: an id, a number (编号), or "-" for a text on standard input.

    The id of a work, as publication:12, asks who else does this.

    \b
      matchmaker match 12
      matchmaker match MX2026-003 --json
      echo "纽扣电镀废水含镍，想降到 0.1 mg/L" | matchmaker match -
      matchmaker match --expert 7
      matchmaker match publication:12
    """  # noqa: D301 - click reads the backspace as “leave these lines as they are”
    from matchmaker.cli.common import application

    if (problem is None) == (expert is None):
        raise click.UsageError("Give a PROBLEM (id, number or '-'), or --expert ID.")
    with application(ctx) as app:
        ranking = _ranked(app, problem, expert, title, limit)
        _show(app, ranking, as_json=as_json, store=store, direction="expert" if expert else "problem")


def _ranked(app: Application, problem: str | None, expert: str | None, title: str, limit: int) -> Ranking:
    from matchmaker import lookups
    from matchmaker.errors import NotFound
    from matchmaker.messages import Message
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import matches

    if problem == "-":
        text = sys.stdin.buffer.read(MOST_BYTES + 1)[:MOST_BYTES].decode("utf-8", "replace")
        return lookups.match_text(app, SYSTEM, title, text, limit=limit)
    if expert is not None:
        number = expert.removeprefix("expert:")
        if not (number.isascii() and number.isdigit()):
            raise NotFound(Message("没有编号为 %(number)s 的专家。", {"number": expert}))
        return lookups.match_expert(app, SYSTEM, int(number), limit=limit)
    if (problem or "").partition(":")[0] in WORKS:
        return lookups.match_work(app, SYSTEM, problem or "", limit=limit)
    with app.reading() as uow:
        found = matches.problem_number(uow, SYSTEM, problem or "")
    if found is None:
        raise NotFound(
            Message("没有编号为 %(number)s 的难题。", {"number": problem}),
            hint=Message("可用 matchmaker search 查找编号；要匹配一段文字，请从标准输入读入并写 -。"),
        )
    return lookups.match_problem(app, SYSTEM, found, limit=limit)


def _show(app: Application, ranking: Ranking, *, as_json: bool, store: bool, direction: str) -> None:
    from matchmaker.cli.common import print_json, say
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import matches, matches_json

    with app.reading() as uow:
        ranking = matches_json.only_readable(uow, SYSTEM, ranking)
    dumped = matches_json.dump(ranking)
    if as_json:
        print_json(dumped)
    else:
        _print(dumped)
    if store and ranking.inputs.get("subject"):
        kind = ranking.inputs["subject"].partition(":")[0]
        way = "expert-problems" if direction == "expert" else f"{kind}-experts"
        with app.unit_of_work() as uow:
            number = matches.store_run(uow, SYSTEM, way, ranking, int(ranking.inputs["version"]))
        say(f"已存为第 {number} 次匹配 / stored as run {number}")


def _print(dumped: dict[str, Any]) -> None:
    verdict = dumped["verdict"]
    click.echo(click.style(f"{verdict['band_name']} ({verdict['probability']:.0%})", bold=True))
    for line in [*verdict["reasons"], *verdict["advice"]]:
        click.echo(f"  {line}")
    for rank, line in enumerate(dumped["experts"] or dumped["problems"], 1):
        who = " ".join(
            part for part in (line.get("name"), line.get("institution"), line.get("position")) if part
        )
        head = who or line.get("title", "")
        click.echo(
            f"\n{rank:2}. "
            + click.style(head, bold=True)
            + f"  {line['band_name']}  {line['score']:.3f}  [{line['id']}]"
        )
        for quote in line["evidence"]:
            click.echo(f"    需求 “{quote['ours']}”")
            click.echo(f"    成果 “{quote['theirs']}” —— {quote['title']} [{quote['document']}]")
        if line["uncovered"]:
            click.echo("    未覆盖: " + "；".join(point["text"][:40] for point in line["uncovered"][:3]))


@click.command()
@click.argument("text")
@click.option("--kind", help="problem, expert, achievement, organization, publication or patent.")
@click.option("--by", type=click.Choice(["both", "words", "meaning"]), default="both", show_default=True)
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def search(ctx: click.Context, text: str, kind: str | None, by: Any, limit: int, *, as_json: bool) -> None:
    """Search everything for TEXT, by words, by meaning, or both."""
    from dataclasses import asdict

    from matchmaker import lookups
    from matchmaker.cli.common import application, print_json, say
    from matchmaker.permissions import SYSTEM
    from matchmaker.services.display import rows

    with application(ctx) as app:
        answer = lookups.search(app, SYSTEM, lookups.SearchRequest(text, kind=kind, by=by, limit=limit))
        with app.reading() as uow:
            known = rows(uow, SYSTEM, [hit.id for hit in answer.hits])
    hits = [hit for hit in answer.hits if hit.id in known]
    if as_json:
        print_json(
            {
                "hits": [asdict(hit) for hit in hits],
                "totals": dict(answer.totals),
                "notice": str(answer.notice or ""),
                "fallback": answer.is_fallback,
            }
        )
        return
    if answer.notice:
        say(str(answer.notice))
    for hit in hits:
        click.echo(click.style(hit.title, bold=True) + f"  [{hit.id}]")
        click.echo(f"    {hit.snippet}")
    if not hits:
        click.echo("没有找到 / nothing found")
