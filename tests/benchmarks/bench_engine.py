"""Times the embedded engine on synthetic documents and prints a Markdown table.

Run: python tests/benchmarks/bench_engine.py --documents 200000
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from indexer.document import Document, text_of  # noqa: E402  (a script beside the package)
from indexer.engine import Engine  # noqa: E402
from indexer.factory import open_engine  # noqa: E402
from indexer.query import Filter, WordQuery  # noqa: E402
from indexer.text import words  # noqa: E402

VOCABULARY = 50_000
BATCH = 500
PUBLIC = frozenset({"public", "org:7"})
FILTERS = {
    "public": Filter(PUBLIC),
    "public, one kind of three": Filter(PUBLIC, kinds=("publication",)),
    "public, one region of 300": Filter(PUBLIC, regions=("r7",)),
}


def spelled(number: int) -> str:
    """A made-up word of letters: every engine takes it as one."""
    letters = ""
    for _ in range(5):
        number, rest = divmod(number * 7 + 3, 26) if not letters else divmod(number, 26)
        letters += chr(ord("a") + rest)
    return letters


class Corpus:
    """Seeded documents of some 60 words whose frequencies fall as Zipf's law without the stop words."""

    def __init__(self, documents: int, dimension: int) -> None:
        self.documents = documents
        self.dimension = dimension
        self.words = np.array([spelled(number) for number in range(VOCABULARY)])
        shares = 1.0 / np.arange(20, VOCABULARY + 20) ** 0.9
        self.shares = shares / shares.sum()

    def batches(self) -> Iterator[list[Document]]:
        rng = np.random.default_rng(2026)
        for start in range(0, self.documents, BATCH):
            size = min(BATCH, self.documents - start)
            drawn = rng.choice(self.words, (size, 60), p=self.shares)
            yield [
                self._document(start + row, drawn[row], vector)
                for row, vector in enumerate(self.vectors(rng, size))
            ]

    def vectors(self, rng: np.random.Generator, size: int) -> np.ndarray:
        noise = rng.standard_normal((size, self.dimension), dtype=np.float32)
        return noise / np.linalg.norm(noise, axis=1, keepdims=True)

    def queries(self, number: int, words: int) -> list[WordQuery]:
        rng = np.random.default_rng(7)
        boosts = {"title": 3.0, "keywords": 2.0, "body": 1.0}
        return [
            WordQuery(
                {
                    str(word): float(rng.random() + 0.1)
                    for word in rng.choice(self.words, words, p=self.shares)
                },
                boosts,
            )
            for _ in range(number)
        ]

    def _document(self, number: int, words: np.ndarray, vector: np.ndarray) -> Document:
        return Document(
            id=f"publication:{number:07d}",
            kind=("publication", "expert", "problem")[number % 3],
            version=1,
            title=" ".join(words[:10]),
            keywords=tuple(words[10:15]),
            body=" ".join(words[15:]),
            readers=frozenset({"public"}) if number % 10 else frozenset({f"org:{number % 50}"}),
            hidden_from=frozenset({"org:7"}) if number % 97 == 0 else frozenset(),
            fields=(f"f{number % 40}",),
            regions=(f"r{number % 300}",),
            bodies=(f"b{number % 2000}",),
            people=(f"e{number % 9973}",),
            date=f"20{number % 25:02d}-01-01",
            vector=vector,
        )


def milliseconds(calls: list[Callable[[], object]]) -> tuple[float, float, float, float]:
    """Median and 95th percentile of the calls after three to warm up: by the clock, then of processor time.

    On a busy machine the second pair says more; it holds the calling thread only.
    """
    for call in calls[:3]:
        call()
    spent, worked = [], []
    for call in calls:
        begin, begun = time.perf_counter(), time.thread_time()
        call()
        spent.append(1000 * (time.perf_counter() - begin))
        worked.append(1000 * (time.thread_time() - begun))
    return tuple(float(np.percentile(each, share)) for each in (spent, worked) for share in (50, 95))


def fill(engine: Engine, corpus: Corpus) -> tuple[float, float]:
    """Documents a second within a rebuild, without making them up: with segmentation, and without."""
    spent: list[float] = []
    sample = next(corpus.batches())
    words("")
    begin = time.perf_counter()
    for document in sample:
        words(text_of(document))
    segmenting = (time.perf_counter() - begin) / len(sample)
    with engine.rebuild() as rebuild:
        for batch in corpus.batches():
            begin = time.perf_counter()
            report = rebuild.write(batch)
            spent.append(time.perf_counter() - begin)
            assert not report.failed, report.failed
        begin = time.perf_counter()
        rebuild.switch()
        spent.append(time.perf_counter() - begin)
    return corpus.documents / sum(spent), corpus.documents / (sum(spent) - corpus.documents * segmenting)


def rows(engine: Engine, corpus: Corpus, number: int) -> Iterator[tuple[str, float, float, float, float]]:
    """Every kind of question with its ``milliseconds``."""
    queries = corpus.queries(number, 24)
    vectors = corpus.vectors(np.random.default_rng(9), number)
    for name, where in FILTERS.items():
        for limit in (10, 1000):
            calls = [lambda q=q, w=where, n=limit: engine.search(q, w, n) for q in queries]
            yield f"24 words, limit {limit}, {name}", *milliseconds(calls)
        calls = [lambda v=v, w=where: engine.nearest(v, w, 100) for v in vectors]
        yield f"exact vectors, limit 100, {name}", *milliseconds(calls)
    public = FILTERS["public"]
    yield (
        "24 words with total, public",
        *milliseconds([lambda q=q: engine.search(q, public, 10, total=True) for q in queries]),
    )
    yield (
        "facets of a query, public",
        *milliseconds([lambda q=q: engine.facets(public, "field", q) for q in queries[:20]]),
    )
    yield "count, public", *milliseconds([lambda: engine.count(public)] * number)
    yield "frequencies of 24 words", *milliseconds([lambda q=q: engine.frequencies(q.words) for q in queries])
    ids = [hit.id for hit in engine.nearest(vectors[0], public, 1000)]
    yield "get 1000", *milliseconds([lambda: engine.get(ids)] * 10)
    yield "scores of 1000", *milliseconds([lambda v=v: engine.scores(v, ids) for v in vectors])


def resident() -> float:
    """Resident memory in MiB, mapped vectors included."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--home", type=Path, help="keep the index here and use it again when it is there")
    options = parser.parse_args()
    corpus = Corpus(options.documents, options.dimension)
    home = options.home or Path(tempfile.mkdtemp()) / "index"
    is_there = home.exists()
    engine = open_engine(home, "bench", options.dimension)
    if not is_there:
        speed, unsegmented = fill(engine, corpus)
        print(f"\nwriting: {speed:.0f} documents a second; {unsegmented:.0f} without segmentation\n")
        engine.close()
        engine = open_engine(home, "bench", options.dimension)
    begin = time.perf_counter()
    engine.refresh()
    print(
        f"opening: {time.perf_counter() - begin:.2f} s, {engine.health().bytes_on_disk / 2**20:.0f} MiB on disk\n"
    )
    print("| question | median ms | p95 ms | CPU median | CPU p95 |\n| --- | ---: | ---: | ---: | ---: |")
    for name, *figures in rows(engine, corpus, options.queries):
        print(f"| {name} | {' | '.join(f'{figure:.2f}' for figure in figures)} |", flush=True)
    print(f"\nresident: {resident():.0f} MiB, with the mapped vectors")
    engine.close()
    if options.home is None:
        shutil.rmtree(home.parent)


if __name__ == "__main__":
    main()
