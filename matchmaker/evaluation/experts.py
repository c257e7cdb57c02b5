"""Leave-one-out on authorship: how well a paper finds its own authors among the experts.

The query is a paper's title and abstract, embedded as the passage it is. That paper and any with the same
abstract leave the lists, the experts' documents, their co-author counts and their means. Candidates and gold
are the experts with at least LEAST papers in the folder, counted before the paper leaves.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.embedder import CachedEmbedder
from indexer.engine import Reader
from indexer.evaluation import MEASURES, RELEVANT, bootstrap, measure_run, write_trec
from indexer.fusion import fuse_ranks, fuse_scores
from indexer.query import MOST_HITS, Filter, Hit, WordQuery
from indexer.text import words
from matchmaker.errors import InvalidInput
from matchmaker.evaluation.workspace import Folder
from matchmaker.matching import colleagues
from matchmaker.matching.candidates import BOOSTS, WORKS, centre_of
from matchmaker.messages import Message

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
Runs = Mapping[str, Mapping[str, Sequence[tuple[str, float]]]]

LEAST = 3
SYSTEMS = ("words", "vectors", "rrf", "zsum", "ours")
#: Depth of the rankings that are kept.
KEPT = 100


@dataclass
class _Means:
    """Sums of the candidates' paper vectors, from which one paper can be taken away exactly."""

    persons: list[str]
    sums: Array
    counts: npt.NDArray[np.int64]
    vectors: Mapping[str, Array]
    rows: Mapping[str, list[int]]

    def without(self, papers: Sequence[str]) -> tuple[Array, npt.NDArray[np.int64]]:
        """(means, numbers of papers left) after some papers have left."""
        sums, counts = self.sums.copy(), self.counts.copy()
        for paper in papers:
            for row in self.rows.get(paper, ()):
                sums[row] -= self.vectors[paper]
                counts[row] -= 1
        return sums / np.maximum(counts, 1)[:, None], counts


def read_papers(path: Path, folder: Folder) -> list[str]:
    """Paper ids of a JSON list; InvalidInput when it is none, or names a paper that is not there."""
    try:
        wanted = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise InvalidInput(Message("无法读取 %(file)s：%(fault)s", {"file": path, "fault": fault})) from fault
    if not isinstance(wanted, list) or not wanted:
        raise InvalidInput(Message("%(file)s 应为论文编号的 JSON 列表。", {"file": path}))
    unknown = [str(paper) for paper in wanted if str(paper) not in folder.papers]
    if unknown:
        raise InvalidInput(
            Message("%(file)s 中有 %(number)s 个编号不在数据里，例如 %(first)s。",
                    {"file": path, "number": len(unknown), "first": unknown[0]}),
            hint=Message("请核对 --data 与 --papers 是否出自同一份数据。"),
        )  # fmt: skip
    return [str(paper) for paper in wanted]


def report(
    index: Reader, embedder: CachedEmbedder, folder: Folder, papers: Sequence[str], progress: Progress
) -> tuple[dict[str, Any], Runs]:
    """(figures, rankings by system)."""
    people = {person.id: person for person in folder.people.values() if len(person.papers) >= LEAST}
    gold: dict[str, dict[str, int]] = {paper: {} for paper in papers}
    for person in people.values():
        for paper in person.papers:
            if paper in gold:
                gold[paper][person.id] = RELEVANT
    answerable = [paper for paper in papers if gold[paper]]
    texts = [_text(folder, paper) for paper in answerable]
    vectors = embedder.encode(texts, "passage")
    means = _means(index, folder, list(people))
    same = _same_abstract(folder)
    centre = centre_of(index, embedder.dimension)
    runs: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in SYSTEMS}
    for done, (paper, text, vector) in enumerate(zip(answerable, texts, vectors, strict=True), 1):
        for name, hits in _answers(index, text, vector, centre, means, same[paper]).items():
            runs[name][paper] = [(hit.id.removeprefix("expert:"), hit.score) for hit in hits[:KEPT]]
        progress(done, len(answerable))
    measured = {
        name: measure_run(
            {paper: [person for person, _ in hits] for paper, hits in some.items()}, gold, answerable
        )
        for name, some in runs.items()
    }
    return _facts(measured, len(answerable), len(people)), runs


def save_runs(path: Path, runs: Runs) -> None:
    """One TREC run file a system; ours under the given name."""
    for name, scored in runs.items():
        write_trec(
            path if name == "ours" else path.with_name(f"{path.stem}.{name}{path.suffix}"), name, scored
        )


def _facts(measured: Mapping[str, Mapping[str, Array]], queries: int, candidates: int) -> dict[str, Any]:
    def intervals(values: Mapping[str, Array]) -> dict[str, list[float]]:
        found = {measure: bootstrap(values[measure]) for measure in MEASURES}
        return {measure: [one.mean, one.low, one.high] for measure, one in found.items()}

    return {
        "systems": {
            name: {measure: float(values[measure].mean()) for measure in MEASURES}
            for name, values in measured.items()
        },
        "intervals": {name: intervals(values) for name, values in measured.items()},
        "problems": queries,
        "candidates": candidates,
    }


def _answers(
    index: Reader,
    text: str,
    vector: npt.NDArray[np.float32],
    centre: npt.NDArray[np.float32],
    means: _Means,
    gone: Sequence[str],
) -> dict[str, list[Hit]]:
    """Rankings of experts by every system; ``gone`` are the papers that left."""
    excluded = tuple(f"publication:{paper}" for paper in gone)
    among = [f"expert:{person}" for person in means.persons]
    where = Filter(None, excluded=excluded)
    left, counts = means.without(gone)
    by_words = _best_documents(index, text, where, among)
    unit = left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9)
    cosines = unit @ vector.astype(np.float64)
    order = sorted(
        range(len(among)), key=lambda row: (-round(float(cosines[row]), 7), -counts[row], among[row])
    )
    by_vector = [Hit(among[row], float(cosines[row])) for row in order]
    ours = colleagues.rank(index, text, vector, centre, where, among)
    return {
        "words": by_words,
        "vectors": by_vector,
        "rrf": fuse_ranks([by_words, by_vector[: len(by_words)]]),
        "zsum": fuse_scores([by_words, by_vector[: max(1, len(by_words))]]),
        "ours": [Hit(one.id, one.score) for one in ours],
    }


def _best_documents(index: Reader, text: str, where: Filter, among: Sequence[str]) -> list[Hit]:
    """Experts by BM25 of their best document."""
    from dataclasses import replace

    counts: dict[str, float] = {}
    for word in words(text):
        counts[word] = counts.get(word, 0.0) + 1.0
    hits = index.search(
        WordQuery(counts, BOOSTS), replace(where, kinds=WORKS, people=tuple(among)), MOST_HITS // 2
    ).hits
    stored, allowed = index.get([hit.id for hit in hits]), set(among)
    best: dict[str, float] = {}
    for hit in hits:
        for person in stored[hit.id].people:
            if person in allowed:
                best.setdefault(person, hit.score)
    return [Hit(person, score) for person, score in sorted(best.items(), key=lambda one: (-one[1], one[0]))]


def _means(index: Reader, folder: Folder, persons: list[str]) -> _Means:
    papers = sorted({paper for person in persons for paper in folder.people[person].papers})
    found = index.vectors([f"publication:{paper}" for paper in papers])
    vectors = {name.removeprefix("publication:"): vector.astype(np.float64) for name, vector in found.items()}
    rows: dict[str, list[int]] = {}
    dimension = len(next(iter(vectors.values()))) if vectors else 1
    sums, counts = np.zeros((len(persons), dimension)), np.zeros(len(persons), dtype=np.int64)
    for row, person in enumerate(persons):
        for paper in folder.people[person].papers:
            if paper in vectors:
                sums[row] += vectors[paper]
                counts[row] += 1
                rows.setdefault(paper, []).append(row)
    return _Means(persons, sums, counts, vectors, rows)


def _same_abstract(folder: Folder) -> dict[str, list[str]]:
    """Paper → itself and every paper with the same abstract."""
    groups: dict[str, list[str]] = {}
    for paper in folder.papers.values():
        groups.setdefault(paper.abstract.strip() or paper.id, []).append(paper.id)
    return {paper: group for group in groups.values() for paper in group}


def _text(folder: Folder, paper: str) -> str:
    one = folder.papers[paper]
    return "\n".join(part for part in (one.title, one.abstract) if part)
