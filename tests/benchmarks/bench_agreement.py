"""Same answers from both engines: top tens and figures of the evaluation, on the embedded engine and a server.

python -m tests.benchmarks.bench_agreement [--papers 300]

The installation is that of the other benchmarks unless --home names one; its cache should hold the vectors of
../shared/data, so that nothing is embedded anew. The server is the tests'. There it makes workspaces named agree-1-…
and agree-3-… (one shard, three shards), and removes them unless --keep.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.engine import Engine
from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings, load
from matchmaker.evaluation import experts, problems, workspace
from matchmaker.matching.model import shipped
from tests.benchmarks.support import DATA, installation
from tests.support import elasticsearch as servers

TOP = 10
#: Lists of a problem that are compared; "ranking" is ours with the shipped model.
LISTS = ("words", "vectors", "ranking")
SHARDS = (1, 3)


@dataclass(frozen=True)
class Answers:
    """What one engine says: for each list the top tens by problem; figures of the evaluation."""

    lists: dict[str, dict[str, list[str]]]
    problems: dict[str, Any]
    experts: dict[str, Any]


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation (default: that of the benchmarks)")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--shards", type=int, nargs="+", default=SHARDS)
    parser.add_argument("--papers", type=int, default=30, help="papers asked for their experts, at most")
    parser.add_argument("--keep", action="store_true", help="leave the workspaces on the server")
    given = parser.parse_args()
    try:
        with servers.server() as url:
            run(given, url)
    except pytest.skip.Exception as absent:
        print(absent)


def run(given: argparse.Namespace, url: str) -> None:
    """Asks every engine the same."""
    settings = replace(load(given.home or installation()), engine="embedded", threads=1)
    here = answers(settings, given.data, given.papers)
    there = {}
    for shards in given.shards:
        server = on_server(settings, url, shards)
        there[f"{shards} shard{'s' if shards > 1 else ''}"] = answers(
            server, given.data, given.papers, is_kept=given.keep
        )
    print(overlaps(here, there))
    print(figures({"embedded": here, **there}))


def on_server(settings: Settings, url: str, shards: int) -> Settings:
    """The same installation with its index on a server."""
    return replace(
        settings,
        engine="elasticsearch",
        elasticsearch_url=url,
        elasticsearch_index=f"agree-{shards}",
        elasticsearch_shards=shards,
    )


def answers(settings: Settings, data: Path, most: int, *, is_kept: bool = True) -> Answers:
    """Everything asked of one engine."""
    folder = workspace.read_folder(data)
    papers = experts.read_papers(data / "loo_papers.json", folder)[:most]
    with _opened(settings, data, folder, is_kept=is_kept) as (app, index):
        found = problems.cases(index, app.embedder, folder)
        weights = np.array(shipped().weights)
        lists = {name: {case.id: case.baselines[name][:TOP] for case in found} for name in LISTS[:2]}
        lists["ranking"] = {
            case.id: [case.ids[row] for row in problems.order_of(case, weights)[0][:TOP]] for case in found
        }
        report = problems.report(found, folder, shipped())
        people, runs = experts.report(index, app.embedder, folder, papers, lambda _done, _total: None)
    lists["experts"] = {
        paper: [person for person, _score in hits[:TOP]] for paper, hits in runs["ours"].items()
    }
    return Answers(lists, report, people)


def overlaps(here: Answers, there: dict[str, Answers]) -> str:
    """How much of the top tens is the same: mean, least, and how many are the same in the same order."""
    lines = ["| list | server | questions | mean overlap | least | same order |", "|---|---|--:|--:|--:|--:|"]
    for name, lists in here.lists.items():
        for server, other in there.items():
            shares = [_overlap(lists[key], other.lists[name][key]) for key in lists]
            same = sum(lists[key] == other.lists[name][key] for key in lists)
            lines.append(
                f"| {name} | {server} | {len(shares)} | {np.mean(shares):.4f} | {min(shares):.2f} | {same} |"
            )
    return "\n".join(lines)


def figures(engines: dict[str, Answers]) -> str:
    """The evaluation's figures side by side."""
    lines = ["", f"| figure | {' | '.join(engines)} |", f"|---|{'--:|' * len(engines)}"]
    every = list(engines.values())
    for system in every[0].problems["systems"]:
        values = [one.problems["systems"][system]["ndcg@10"] for one in every]
        lines.append(_line(f"problems, nDCG@10, {system}", values))
    lines.append(
        _line("problems, AUC of “no good match”", [one.problems["no_match"]["auc"] for one in every])
    )
    for measure in ("mrr", "recall@10", "ndcg@10"):
        values = [one.experts["systems"]["ours"][measure] for one in every]
        lines.append(_line(f"experts, {measure}, ours", values))
    return "\n".join(lines)


@contextmanager
def _opened(
    settings: Settings, data: Path, folder: workspace.Folder, *, is_kept: bool
) -> Iterator[tuple[Application, Engine]]:
    app = build(settings)
    try:
        index = workspace.open_index(app.open_workspace, data, app.embedder, folder, _tell)
        try:
            yield app, index
        finally:
            if not is_kept:
                index.drop()
            index.close()
    finally:
        app.close()


def _tell(done: int, total: int) -> None:
    if done == total:
        print(f"filled: {total} documents", flush=True)


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the longer list that both hold; two empty ones are the same."""
    longest = max(len(one), len(other))
    return len(set(one) & set(other)) / longest if longest else 1.0


def _line(name: str, values: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.4f}' for value in values)} |"


if __name__ == "__main__":
    main()
