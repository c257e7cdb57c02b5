"""``evaluate`` and ``train``: how good the ranking is, and fitting its few numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application

DATA = click.Path(exists=True, file_okay=False, path_type=Path)
GIVEN = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.option(
    "--data", type=DATA, metavar="DIR", help="Folder: problems, expertise, experts .jsonl, qrels.tsv."
)
@click.option(
    "--run", "run_file", type=FILE, metavar="FILE", help="Also write the rankings in TREC run format."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def evaluate(ctx: click.Context, data: Path | None, run_file: Path | None, *, as_json: bool) -> None:
    """Measure the ranking of papers for problems against graded judgments.

    Prints nDCG@10, recall@10, success@3 and MRR for words alone, vectors alone, reciprocal rank fusion, the
    sum of z-scores and ours (cross-validated by problem), with bootstrap intervals and paired differences,
    and how well “no good match” is told. The data stays in a workspace of its own. Embedding 13,522 papers
    takes some 15 minutes at first and nothing afterwards.
    """
    if ctx.invoked_subcommand:
        return
    if data is None:
        raise click.UsageError("Give --data DIR, or a subcommand: experts.")
    from matchmaker.cli.common import application, print_json, progress
    from matchmaker.evaluation import problems, workspace
    from matchmaker.matching.model import shipped

    folder = workspace.read_folder(data)
    with application(ctx) as app:
        with progress("索引 / index") as tell:
            index = workspace.open_index(app.open_workspace, data, app.embedder, folder, tell)
        with progress("难题 / problems") as tell:
            cases = problems.cases(index, app.embedder, folder, tell)
        index.close()
    facts = problems.report(cases, folder, shipped())
    if run_file:
        problems.save_runs(run_file, cases)
    if as_json:
        print_json(facts)
    else:
        _print_problems(facts)


def _print_problems(facts: dict[str, Any]) -> None:
    _print_systems(facts)
    click.echo(f"\nours − baseline, nDCG@10, paired over {facts['problems']} problems:")
    for name, (mean, low, high) in facts["paired"].items():
        click.echo(f"  {name:8s} {mean:+.3f}  [{low:+.3f}, {high:+.3f}]")
    told = facts["no_match"]
    low, high = told["interval"]
    click.echo(
        f"\nno good match ({told['without_match']} of {facts['judged']}): AUC {told['auc']:.3f} "
        f"[{low:.3f}, {high:.3f}]; at threshold {told['threshold']}: "
        f"precision {told['precision']:.2f}, recall {told['recall']:.2f}"
    )
    for name, note in facts["notes"].items():
        click.echo(f"  {name}: {note}")


def _print_systems(facts: dict[str, Any]) -> None:
    from matchmaker.cli.common import table

    measures = next(iter(facts["systems"].values()))
    lines = []
    for name, values in facts["intervals"].items():
        cells = [f"{mean:.3f} [{low:.3f}, {high:.3f}]" for mean, low, high in (values[m] for m in measures)]
        lines.append([name, *cells])
    click.echo(table(lines, ["system", *measures]))


@evaluate.command("experts")
@click.option(
    "--data", type=DATA, required=True, metavar="DIR", help="Folder with expertise and experts .jsonl."
)
@click.option("--papers", type=GIVEN, required=True, metavar="FILE", help="JSON list of expertise ids.")
@click.option(
    "--run", "run_file", type=FILE, metavar="FILE", help="Also write the rankings in TREC run format."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def experts_(ctx: click.Context, data: Path, papers: Path, run_file: Path | None, *, as_json: bool) -> None:
    """Leave-one-out on authorship: how well a paper finds its own authors among the experts.

    The query is a paper's title and abstract; that paper and any with the same abstract leave the index, the
    experts' texts and their means. Candidates and gold are experts with at least 3 papers.
    """
    from matchmaker.cli.common import application, print_json, progress
    from matchmaker.evaluation import experts, workspace

    folder = workspace.read_folder(data, need_judgments=False)
    wanted = experts.read_papers(papers, folder)
    with application(ctx) as app:
        with progress("索引 / index") as tell:
            index = workspace.open_index(app.open_workspace, data, app.embedder, folder, tell)
        with progress("论文 / papers") as tell:
            facts, runs = experts.report(index, app.embedder, folder, wanted, tell)
        index.close()
    if run_file:
        experts.save_runs(run_file, runs)
    if as_json:
        print_json(facts)
    else:
        _print_systems(facts)


@click.command()
@click.option("--data", type=DATA, metavar="DIR", help="Folder with graded judgments, as for 'evaluate'.")
@click.option("--out", type=FILE, metavar="FILE", help="Where the fitted model goes (JSON).")
@click.option("--show", is_flag=True, help="Show the shipped model's data sheet instead.")
@click.pass_context
def train(ctx: click.Context, data: Path | None, out: Path | None, *, show: bool) -> None:
    """Fit the ranker's few numbers to graded judgments; prints the data sheet."""
    from matchmaker.cli.common import application, print_json, progress
    from matchmaker.evaluation import problems, workspace
    from matchmaker.matching.model import shipped

    if show:
        print_json(dict(shipped().sheet))
        return
    if data is None or out is None:
        raise click.UsageError("Give --data DIR and --out FILE, or --show.")
    folder = workspace.read_folder(data)
    with application(ctx) as app, progress("索引 / index") as tell:
        index = workspace.open_index(app.open_workspace, data, app.embedder, folder, tell)
        cases = problems.cases(index, app.embedder, folder)
        model = problems.fit(cases, _sheet(app, folder, cases))
        index.close()
    model.save(out)
    print_json(dict(model.sheet))


def _sheet(app: Application, folder: Any, cases: list[Any]) -> dict[str, Any]:
    from datetime import date

    judged = sum(len(grades) for grades in folder.judgments.values())
    return {
        "version": f"listwise/{date.today():%Y-%m-%d}",
        "what": "weights of four relative signals; logistic models of one pair and of a whole list",
        "fitted_on": f"{len(cases)} problems with {judged} graded pairs; "
        f"{sum(case.good for case in cases)} of them have a paper worth a meeting",
        "method": "listwise softmax with L2 and weights ≥ 0; logistic regression with coefficients ≥ 0",
        "embedding": app.embedder.fingerprint,
        "not_for": "other languages than Chinese; other embedding models without fitting again",
    }
