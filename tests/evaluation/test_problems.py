"""``matchmaker evaluate``: figures of every system, cross-validated where they were fitted."""

from __future__ import annotations

import json

import numpy as np
import pytest

from indexer.evaluation import MEASURES
from matchmaker.evaluation import problems
from matchmaker.matching.model import load, shipped

WANTED = {"words", "vectors", "rrf", "zsum", "ours"}


@pytest.fixture(scope="module")
def cases(made):
    return problems.cases(made.index, made.embedder, made.folder)


@pytest.fixture(scope="module")
def report(made, cases):
    return problems.report(cases, made.folder, shipped())


def test_the_report_has_the_promised_keys(report):
    systems = report["systems"]
    assert set(systems) - {"plain", "shipped"} == WANTED
    assert {name: tuple(values) for name, values in systems.items()} == dict.fromkeys(systems, MEASURES)
    assert MEASURES == ("ndcg@10", "recall@10", "success@3", "mrr")
    assert set(report["paired"]) == WANTED - {"ours"}
    assert (report["problems"], report["judged"], report["no_match"]["without_match"]) == (8, 12, 4)
    assert 0 <= report["no_match"]["auc"] <= 1


def test_the_report_is_json(report):
    assert json.loads(json.dumps(report)) == report


def test_means_lie_within_their_intervals(report):
    for name, values in report["intervals"].items():
        for measure, (mean, low, high) in values.items():
            assert mean == pytest.approx(report["systems"][name][measure])
            assert low <= mean <= high


def test_words_find_what_is_named_in_the_title(report):
    assert report["systems"]["words"]["success@3"] == 1.0


def test_every_case_is_ranked_by_a_model_that_never_saw_it(cases, monkeypatch):
    seen: list[set[str]] = []
    fit = problems.fit

    def noted(some, sheet=None):
        seen.append({case.id for case in some})
        return fit(some, sheet)

    monkeypatch.setattr(problems, "fit", noted)
    result = problems.cross_validated(cases, 0)
    everything = {case.id for case in cases}
    held_out = [everything - some for some in seen]
    assert sorted(one for some in held_out for one in some) == sorted(everything)
    assert set(result.runs) == set(result.verdicts) == everything


def test_fitting_twice_gives_the_same_model_and_it_can_be_kept(cases, tmp_path):
    first, second = problems.fit(cases, {"version": "test"}), problems.fit(cases, {"version": "test"})
    assert first == second
    first.save(tmp_path / "model.json")
    assert load(tmp_path / "model.json") == first
    assert min(*first.weights, *first.pair.coefficients, *first.verdict.coefficients) >= 0


def test_rankings_hold_each_candidate_once_best_first(cases):
    for case in cases:
        order, scores = problems.order_of(case, np.ones(4))
        assert sorted(order.tolist()) == list(range(len(case.ids)))
        assert np.all(np.diff(scores[order]) <= 1e-9)


def test_runs_are_written_in_trec_format(cases, tmp_path):
    problems.save_runs(tmp_path / "run.txt", cases)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "run.rrf.txt", "run.txt", "run.vectors.txt", "run.words.txt", "run.zsum.txt",
    ]  # fmt: skip
    for path, system in ((tmp_path / "run.txt", "ours"), (tmp_path / "run.words.txt", "words")):
        lines = [line.split(" ") for line in path.read_text("utf-8").splitlines()]
        assert {(len(line), line[1], line[5]) for line in lines} == {(6, "Q0", system)}
        for query in {line[0] for line in lines}:
            mine = [line for line in lines if line[0] == query]
            assert [int(line[3]) for line in mine] == list(range(1, len(mine) + 1))
            scores = [float(line[4]) for line in mine]
            assert scores == sorted(scores, reverse=True)
