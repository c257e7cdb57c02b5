"""Measures against values computed by hand."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from indexer.evaluation import (
    MEASURES,
    auc,
    bootstrap,
    bootstrap_auc,
    folds,
    measure,
    measure_run,
    precision_recall,
    read_judgments,
    write_trec,
)

GRADES = {"a": 3, "b": 2, "c": 1, "d": 0}


def test_a_perfect_ranking_is_one():
    assert measure(["a", "b", "c", "d"], GRADES) == {
        "ndcg@10": 1.0,
        "recall@10": 1.0,
        "success@3": 1.0,
        "mrr": 1.0,
    }


def test_gains_and_discounts_by_hand():
    ideal = 7 / log2(2) + 3 / log2(3) + 1 / log2(4)
    found = 1 / log2(2) + 0 / log2(3) + 7 / log2(5)
    told = measure(["c", "unjudged", "d", "a"], GRADES)
    assert told["ndcg@10"] == pytest.approx(found / ideal)
    assert (told["recall@10"], told["success@3"], told["mrr"]) == (0.5, 0.0, 0.25)


def test_only_the_first_ten_count_save_for_the_first_relevant():
    told = measure([*(f"x{place}" for place in range(10)), "a"], GRADES)
    assert told == {"ndcg@10": 0.0, "recall@10": 0.0, "success@3": 0.0, "mrr": pytest.approx(1 / 11)}


def test_a_grade_of_one_is_not_relevant_but_gains():
    told = measure(["c"], {"c": 1})
    assert told == {"ndcg@10": 1.0, "recall@10": 0.0, "success@3": 0.0, "mrr": 0.0}


@pytest.mark.parametrize("ranked", [[], ["a"]])
def test_nothing_to_find_is_zero(ranked):
    assert set(measure(ranked, {"a": 0}).values()) == {0.0}


def test_a_run_gives_a_value_a_query_in_their_order():
    told = measure_run({"2": ["a"]}, {"1": {"a": 2}, "2": {"a": 2}}, ["1", "2"])
    assert {name: values.tolist() for name, values in told.items()} == {key: [0.0, 1.0] for key in MEASURES}


def test_auc_counts_pairs_and_halves_ties():
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    assert auc(scores, np.array([True, True, False, False])) == (1 + 1 + 0.5 + 1) / 4
    assert auc(scores, np.array([False, False, True, True])) == 0.125
    assert auc(scores, np.ones(4, dtype=bool)) == 0.5


def test_an_interval_holds_its_mean_and_repeats():
    values = np.array([0.0, 0.2, 0.4, 1.0])
    first = bootstrap(values)
    assert first == bootstrap(values)
    assert first.low <= first.mean <= first.high
    assert first.mean == pytest.approx(0.4)
    assert bootstrap(np.full(5, 0.5)).high == 0.5
    assert bootstrap(np.zeros(0)).mean == 0.0


def test_an_interval_of_auc_narrows_with_cases():
    chance = np.random.default_rng(0)

    def width(count):
        positive = np.arange(count) % 2 == 0
        interval = bootstrap_auc(chance.normal(size=count) + positive, positive, samples=200)
        assert interval.low <= interval.mean <= interval.high
        return interval.high - interval.low

    assert width(400) < width(40)


def test_precision_and_recall_of_a_statement():
    said, true = np.array([True, True, False, False]), np.array([True, False, True, True])
    assert precision_recall(said, true) == (0.5, pytest.approx(1 / 3))
    nothing = np.zeros(4, dtype=bool)
    assert precision_recall(nothing, true) == (0.0, 0.0)
    assert precision_recall(said, nothing) == (0.0, 0.0)


def test_folds_share_out_every_case_once_with_its_share_of_true():
    marks = [place % 3 == 0 for place in range(31)]
    parts = folds(marks, 5, seed=1)
    assert sorted(np.concatenate(parts).tolist()) == list(range(31))
    assert {sum(marks[place] for place in part) for part in parts} <= {2, 3}
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert [part.tolist() for part in folds(marks, 5, seed=1)] == [part.tolist() for part in parts]
    assert [part.tolist() for part in folds(marks, 5, seed=2)] != [part.tolist() for part in parts]


def test_judgments_are_read_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "qrels.tsv"
    path.write_text("1\ta\t3\n\n1\tb\t0\n2\ta\t-1\n", "utf-8")
    assert read_judgments(path) == {"1": {"a": 3, "b": 0}, "2": {"a": -1}}
    for line in ("1 a 3", "1\ta", "1\ta\tgood"):
        path.write_text(f"1\ta\t3\n{line}\n", "utf-8")
        with pytest.raises(ValueError, match="line 2"):
            read_judgments(path)


def test_runs_are_written_as_trec_wants_them(tmp_path):
    write_trec(tmp_path / "run", "ours", {"1": [("a", 2.5), ("b", 1.0)], "2": []})
    assert (tmp_path / "run").read_text("utf-8") == "1 Q0 a 1 2.500000 ours\n1 Q0 b 2 1.000000 ours\n"
