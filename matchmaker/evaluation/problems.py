"""Problems against graded papers: our ranking beside four baselines, and “no good match”.

What was fitted on the very judgments is shown cross-validated by problem; the shipped numbers are marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.embedder import CachedEmbedder
from indexer.engine import Reader
from indexer.evaluation import (
    MEASURES,
    RELEVANT,
    auc,
    bootstrap,
    bootstrap_auc,
    folds,
    measure_run,
    precision_recall,
)
from indexer.fusion import fuse_ranks, fuse_scores
from indexer.query import Filter, Hit, WordQuery
from indexer.text import words
from matchmaker.evaluation.workspace import Folder
from matchmaker.matching import ranker, training
from matchmaker.matching.analysis import analyse
from matchmaker.matching.candidates import BOOSTS, LITERATURE
from matchmaker.matching.features import in_list, listed
from matchmaker.matching.model import PLAIN, UNFITTED, Model
from matchmaker.matching.question import Question

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]

#: Candidates of our ranking in an evaluation: papers only, since only they are judged.
KEEP: dict[tuple[str, ...], int] = {LITERATURE: 200}
DEPTH = 1000
FOLDS = 5
#: Seeds of the folds; figures are means over them.
SEEDS = (0, 1, 2, 3)
PREFIX = "publication:"
BASELINES = ("words", "vectors", "rrf", "zsum")


@dataclass
class Case:
    """One judged problem with everything that scoring and training need.

    Attributes:
        grades: of the candidates, −1 where unjudged.
    """

    id: str
    scored: ranker.Scores
    grades: npt.NDArray[np.int64]
    baselines: dict[str, list[str]]
    good: bool

    @property
    def ids(self) -> list[str]:
        """Paper ids of the candidates."""
        return [document.id.removeprefix(PREFIX) for document in self.scored.pool.stored]


@dataclass
class Fitted:
    """Out-of-fold answers of one cross-validation: nothing of a problem was used for its own."""

    runs: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
    verdicts: dict[str, float] = field(default_factory=dict)


def cases(
    index: Reader, embedder: CachedEmbedder, folder: Folder, progress: Progress = lambda _d, _t: None
) -> list[Case]:
    """Every judged problem, in the order of its id, run through the first stage and the features."""
    queries = sorted(folder.judgments)
    wanted = [folder.problems[query] for query in queries]
    warm(embedder, wanted, progress)
    return [_case(index, embedder, folder, query) for query in queries]


def warm(embedder: CachedEmbedder, questions: Sequence[Question], progress: Progress) -> None:
    """Embeds every text of the questions at once: small batches of like length are fastest."""
    texts = [
        text
        for question in questions
        for text in (question.text, question.title, *analyse(question).chunks)
        if text.strip()
    ]
    embedder.encode(texts, "query", progress)
    embedder.encode([question.text for question in questions if question.text.strip()], "passage", progress)


def report(found: Sequence[Case], folder: Folder, fitted: Model) -> dict[str, Any]:
    """All figures; the JSON of ``matchmaker evaluate``."""
    answerable = [case.id for case in found if case.good]
    runs = [cross_validated(found, seed) for seed in SEEDS]
    measured = {
        name: measure_run({case.id: case.baselines[name] for case in found}, folder.judgments, answerable)
        for name in BASELINES
    }
    each = [measure_run(run.runs, folder.judgments, answerable) for run in runs]
    measured["ours"] = {name: np.mean([some[name] for some in each], axis=0) for name in MEASURES}
    plain = {case.id: _ordered(case, np.array(PLAIN)) for case in found}
    measured["plain"] = measure_run(plain, folder.judgments, answerable)
    kept = {case.id: _ordered(case, np.array(fitted.weights)) for case in found}
    measured["shipped"] = measure_run(kept, folder.judgments, answerable)
    return {
        "systems": {
            name: {measure: float(values[measure].mean()) for measure in MEASURES}
            for name, values in measured.items()
        },
        "intervals": {
            name: {measure: _interval(values[measure]) for measure in MEASURES}
            for name, values in measured.items()
        },
        "paired": {
            name: _interval(measured["ours"]["ndcg@10"] - measured[name]["ndcg@10"]) for name in BASELINES
        },
        "no_match": _no_match(found, runs, fitted),
        "notes": {
            "ours": f"cross-validated by problem, {FOLDS} folds, mean of {len(SEEDS)} splits",
            "plain": "weights set by hand, nothing fitted",
            "shipped": "the model of this version; optimistic if it was fitted on these judgments",
        },
        "problems": len(answerable),
        "judged": len(found),
    }


def cross_validated(found: Sequence[Case], seed: int) -> Fitted:
    """Ranks and verdicts of every problem by models that never saw it."""
    result = Fitted()
    for held_out in folds([case.good for case in found], FOLDS, seed=seed):
        outside = set(held_out.tolist())
        model = fit([case for place, case in enumerate(found) if place not in outside])
        for place in held_out:
            case = found[place]
            order, scores = order_of(case, np.array(model.weights))
            ids = case.ids
            result.runs[case.id] = [ids[row] for row in order]
            result.scores[case.id] = [(ids[row], float(scores[row])) for row in order[:100]]
            values = listed(case.scored.features, order)
            result.verdicts[case.id] = float(model.verdict.probability(values)[0])
    return result


def fit(found: Sequence[Case], sheet: Mapping[str, Any] | None = None) -> Model:
    """A model fitted to the given cases."""
    weights = training.fit_weights(
        [case.scored.features.relative for case in found], [case.grades for case in found]
    )
    orders = [order_of(case, np.array(weights))[0] for case in found]
    values = np.stack(
        [listed(case.scored.features, order) for case, order in zip(found, orders, strict=True)]
    )
    good = np.array([case.good for case in found])
    verdict = training.fit_logistic(values, good, training.VERDICT_C)
    judged = [case.grades >= 0 for case in found]
    absolute = np.vstack(
        [case.scored.features.absolute[rows] for case, rows in zip(found, judged, strict=True)]
    )
    relevant = np.concatenate(
        [case.grades[rows] >= RELEVANT for case, rows in zip(found, judged, strict=True)]
    )
    pair = training.fit_logistic(absolute, relevant, training.PAIR_C)
    chances = verdict.probability(values)
    placed = np.vstack(
        [
            in_list(
                case.scored.features.absolute, case.scored.features.relative @ np.array(weights), float(p)
            )[rows]
            for case, rows, p in zip(found, judged, chances, strict=True)
        ]
    )
    ranked = training.fit_logistic(placed, relevant, training.PAIR_C)
    return Model(
        weights=weights,
        pair=pair,
        ranked=ranked,
        verdict=verdict,
        bands=training.bands(ranked.probability(placed), relevant),
        no_match=training.NO_MATCH,
        sheet=dict(sheet or {}),
    )


def order_of(case: Case, weights: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """(rows best first, scores); equal scores in the order of their ids."""
    scores = case.scored.features.relative @ weights
    ids = case.ids
    order = sorted(range(len(ids)), key=lambda row: (-round(float(scores[row]), 9), ids[row]))
    return np.array(order, dtype=np.intp), scores


def _ordered(case: Case, weights: Array) -> list[str]:
    ids = case.ids
    return [ids[row] for row in order_of(case, weights)[0]]


def _case(index: Reader, embedder: CachedEmbedder, folder: Folder, query: str) -> Case:
    question, grades = folder.problems[query], folder.judgments[query]
    analysis = analyse(question)
    vectors = ranker.vectors_of(index, embedder, question, analysis, thorough=True)
    where = Filter(None)
    scored = ranker.score(index, analysis, vectors, where, UNFITTED, KEEP)
    ids = [document.id.removeprefix(PREFIX) for document in scored.pool.stored]
    return Case(
        id=query,
        scored=scored,
        grades=np.array([grades.get(identifier, -1) for identifier in ids], dtype=np.int64),
        baselines=_baselines(index, embedder, question),
        good=max(grades.values()) >= RELEVANT,
    )


def _baselines(index: Reader, embedder: CachedEmbedder, question: Question) -> dict[str, list[str]]:
    """Words (title twice, fields boosted as in our first stage), vectors, and their two fusions."""
    where = Filter(None, kinds=("publication",))
    counts: dict[str, float] = {}
    for word in [*words(question.title), *words(question.title), *words(question.body)]:
        counts[word] = counts.get(word, 0.0) + 1.0
    by_words = index.search(WordQuery(counts, BOOSTS), where, DEPTH).hits
    vector = embedder.encode([question.text], "query")[0]
    by_vector = index.nearest(vector, where, DEPTH)
    lists: dict[str, Sequence[Hit]] = {
        "words": by_words,
        "vectors": by_vector,
        "rrf": fuse_ranks([by_words, by_vector]),
        "zsum": fuse_scores([by_words, by_vector]),
    }
    return {name: [hit.id.removeprefix(PREFIX) for hit in hits[:100]] for name, hits in lists.items()}


def _no_match(found: Sequence[Case], runs: Sequence[Fitted], model: Model) -> dict[str, Any]:
    """How well “there is no good match” is told; a case is positive when there is none."""
    none = np.array([not case.good for case in found])
    scores = [np.array([1 - run.verdicts[case.id] for case in found]) for run in runs]
    mean = np.mean(scores, axis=0)
    interval = bootstrap_auc(mean, none)
    told = [precision_recall(some > 1 - model.no_match, none) for some in scores]
    precision, recall = np.mean(told, axis=0)
    return {
        "auc": float(np.mean([auc(some, none) for some in scores])),
        "interval": [interval.low, interval.high],
        "threshold": model.no_match,
        "precision": float(precision),
        "recall": float(recall),
        "without_match": int(none.sum()),
    }


def _interval(values: Array) -> list[float]:
    interval = bootstrap(values)
    return [interval.mean, interval.low, interval.high]


def save_runs(path: Path, found: Sequence[Case]) -> None:
    """Rankings of every system in TREC run format, ours cross-validated."""
    from indexer.evaluation import write_trec

    ours = cross_validated(found, SEEDS[0])
    write_trec(path, "ours", ours.scores)
    for name in BASELINES:
        part = path.with_name(f"{path.stem}.{name}{path.suffix}")
        ranked = {
            case.id: [(identifier, 1.0 / rank) for rank, identifier in enumerate(case.baselines[name], 1)]
            for case in found
        }
        write_trec(part, name, ranked)
