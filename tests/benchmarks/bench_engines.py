"""Both engines on one installation, one after the other: writing, questions, recall, readers beside writers, memory.

python -m tests.benchmarks.bench_engines --documents 200000 --seconds 60 --writes 5000 --heap 2g

The papers are made of real ones (see ``engines_corpus``); their vectors are cached: nothing is embedded. The
Elasticsearch is the local test server, or the one named in MATCHMAKER_TEST_ELASTICSEARCH_URL.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import indexer.elasticsearch_engine
from indexer.document import PUBLIC, FloatArray
from indexer.elasticsearch_mapping import mapping
from indexer.engine import Engine
from indexer.fusion import fuse_ranks
from indexer.query import Filter, Hit, WordQuery
from matchmaker.bootstrap import Application, _server, build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.indexing.documents import drafts, question_of
from matchmaker.jobs.worker import Worker
from matchmaker.matching.analysis import analyse
from matchmaker.matching.candidates import heaviest, word_rarity
from matchmaker.models import Problem, Publication
from tests.benchmarks.engines_corpus import Cached, Corpus, Paper, copied
from tests.benchmarks.support import percentile
from tests.support import elasticsearch as servers

DEPTH = 100
READERS = 50
EVERYBODY = Filter(frozenset({PUBLIC}), kinds=("publication",))
#: Documents written before the clock runs: a server of Java is slow at first.
WARMING = 4000
#: Rows written in one unit of work while people read.
UNIT = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored problem as a question."""

    query: WordQuery
    vector: FloatArray

    def words(self, index: Engine) -> Sequence[Hit]:
        return index.search(self.query, EVERYBODY, DEPTH).hits

    def meaning(self, index: Engine) -> Sequence[Hit]:
        return index.nearest(self.vector, EVERYBODY, DEPTH)

    def both(self, index: Engine) -> Sequence[Hit]:
        return fuse_ranks([self.words(index), self.meaning(index)])


@dataclass(slots=True)
class Bench:
    """One engine's installation and what was asked of the whole benchmark."""

    name: str
    app: Application
    options: argparse.Namespace
    asked: list[Asked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15.0, help="of reading while documents are written")
    parser.add_argument("--writes", type=int, default=1_000)
    parser.add_argument("--heap", default="1g")
    parser.add_argument(
        "--bulk",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="time the client's own bulk as well",
    )
    parser.add_argument("--folder", type=Path, help="where the installations are made (default: temporary)")
    options = parser.parse_args()
    if "OPENBLAS_NUM_THREADS" not in os.environ:  # as the command does; numpy reads it when it is imported
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.bench_engines", *sys.argv[1:]])
    sync.KINDS = ("publication",)
    servers.HEAP = options.heap
    try:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder, server() as (url, nodes):
            run(Path(folder), url, nodes, options)
    except pytest.skip.Exception as absent:
        print(absent)


@contextmanager
def server() -> Iterator[tuple[str, list[str]]]:
    """Address of the server, and the processes of its nodes when they are ours."""
    named = os.environ.get(servers.VARIABLE)
    if named:
        yield named, []
        return
    with servers.cluster(1) as started:
        yield started.url, list(_processes(str(started.folder)))


def _processes(folder: str) -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if folder.encode() in command and command.split(b"\0")[0].endswith(b"java"):
                yield entry.name


def run(folder: Path, url: str, nodes: Sequence[str], options: argparse.Namespace) -> None:
    """Prints every table."""
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {options.documents} documents\n")
    corpus = Corpus()
    vectors = corpus.fill(folder / "embedded", options.documents, options.writes)
    copied(folder / "embedded", folder / "elasticsearch")
    model = Cached(corpus.fingerprint, corpus.dimension)
    embedded = build(Settings(home=folder / "embedded"), embedder=model)
    settings = Settings(home=folder / "elasticsearch", engine="elasticsearch", elasticsearch_url=url)
    with servers.prefix(url) as prefix:
        far = build(replace(settings, elasticsearch_index=prefix), embedder=model)
        apps = {"embedded": embedded, "elasticsearch": far}
        writing(apps, vectors, options.bulk)
        benches = [Bench(name, app, options, problems(app, options.queries)) for name, app in apps.items()]
        questions(benches, vectors)
        candidates(benches[1], vectors)
        raw_questions(benches[1])
        memory(benches, nodes)
        beside_writers(benches, corpus)
        for app in apps.values():
            app.close()


def problems(app: Application, number: int) -> list[Asked]:
    """Stored problems: the words the ranking asks for, and the vectors of their documents."""
    with app.reading() as uow:
        rows = uow.session.query(Problem).order_by(Problem.id).limit(number).all()
        analyses = [analyse(question_of(row)) for row in rows]
        found = drafts(uow.session, [f"problem:{row.id}" for row in rows])
    documents = sync.complete(app.embedder, [draft for draft in found.values() if draft])
    return [
        Asked(heaviest(analysis, word_rarity(app.index, analysis.weights)), document.vector)
        for analysis, document in zip(analyses, documents, strict=True)
        if document.vector is not None
    ]


def table(title: str, *columns: str) -> None:
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|---|{'--:|' * (len(columns) - 1)}", flush=True)


def line(*cells: object) -> None:
    print(f"| {' | '.join(str(cell) for cell in cells)} |", flush=True)


# Writing


def writing(apps: dict[str, Application], vectors: FloatArray, is_compared: bool) -> None:
    """A rebuild out of the database, against the client's own bulk of ready documents."""
    table("Writing", "what", "documents/s written", "s", "documents/s with the merge at the end", "s")
    speeds = {}
    for name, app in apps.items():
        speeds[name] = rebuilt(app)
        line(f"{name}: database → index", *_speeds(len(vectors), *speeds[name]))
    if not is_compared:
        return
    raw = raw_bulk(apps["elasticsearch"], vectors)
    line("elasticsearch.helpers.bulk of ready documents", *_speeds(len(vectors), *raw))
    ratios = [theirs / ours for theirs, ours in zip(raw, speeds["elasticsearch"], strict=True)]
    line("ratio to it", f"{ratios[0]:.2f}", "", f"{ratios[1]:.2f}", "")


def _speeds(number: int, written: float, merged: float) -> list[str]:
    return [f"{number / written:.0f}", f"{written:.1f}", f"{number / merged:.0f}", f"{merged:.1f}"]


def rebuilt(app: Application) -> tuple[float, float]:
    """Seconds until the last document was written, and until the index was in use and compared."""
    begin, written = time.perf_counter(), 0.0

    def watch(_done: int, _total: int) -> None:
        nonlocal written
        written = time.perf_counter() - begin

    for start in range(0, WARMING, sync.BATCH):
        sync.sync(app, [f"publication:{start + place + 1}" for place in range(sync.BATCH)])
    begin = time.perf_counter()
    report = sync.rebuild(app, watch)
    assert not report.failed, report.failed
    return written, time.perf_counter() - begin


def raw_bulk(app: Application, vectors: FloatArray) -> tuple[float, float]:
    """The same, of documents that lie ready in memory, into an index of the same mapping."""
    from elasticsearch import helpers

    client, live, name = (
        raw_client(app),
        app.index.health().generation,
        app.settings.elasticsearch_index + ".raw",
    )
    found = helpers.scan(client, index=live, size=2000)
    ready = [{"_index": name, "_id": hit["_id"], "_source": hit["_source"]} for hit in found]
    for action in ready:
        action["_source"]["vector"] = vectors[_number(action["_source"]["id"]) - 1]
    client.indices.create(
        index=name,
        mappings=mapping(app.embedder.fingerprint, app.embedder.dimension),
        settings={"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"},
    )
    gc.freeze()
    begin = time.perf_counter()
    helpers.bulk(client, ready)
    written = time.perf_counter() - begin
    client.indices.forcemerge(index=name, max_num_segments=1)
    client.indices.refresh(index=name)
    merged = time.perf_counter() - begin
    gc.unfreeze()
    client.indices.delete(index=name)
    client.close()
    return written, merged


def raw_client(app: Application) -> Any:
    """A plain client with the same JSON library as ours."""
    from elasticsearch import Elasticsearch, OrjsonSerializer

    serializers = {OrjsonSerializer.mimetype: OrjsonSerializer()}
    return Elasticsearch(app.settings.elasticsearch_url, request_timeout=1200, serializers=serializers)


# Questions


def questions(benches: Sequence[Bench], vectors: FloatArray) -> None:
    """Words, meaning and both, the engines in turn, question by question."""
    kinds: dict[str, Callable[[Asked, Engine], Sequence[Hit]]] = {
        "words, limit 100": Asked.words,
        "vectors, limit 100": Asked.meaning,
        "both, fused": Asked.both,
    }
    number = statistics.median(len(each.query.words) for each in benches[0].asked)
    columns = [f"{bench.name} {share} ms" for bench in benches for share in ("median", "p95")]
    table(f"Stored problems as questions, {number:.0f} words (median)", "question", "n", *columns)
    for name, ask in kinds.items():
        spent = timed([calls_of(ask, bench.asked, bench.app.index) for bench in benches])
        line(name, len(spent[0]), *(figure for some in spent for figure in _figures(some)))
    short = [[replace(e, query=WordQuery(_few(e.query), e.query.boosts)) for e in b.asked] for b in benches]
    for name, ask in (("words, the 24 heaviest", Asked.words), ("both, the 24 heaviest words", Asked.both)):
        spent = timed([calls_of(ask, e, b.app.index) for b, e in zip(benches, short, strict=True)])
        line(name, len(spent[0]), *(figure for some in spent for figure in _figures(some)))
    truth = nearest_of_all(benches[0].asked, vectors)
    table("Recall of vectors", "engine", "recall@10", "recall@100")
    for bench in benches:
        line(bench.name, *_recall(bench.app.index, bench.asked, truth, DEPTH))


def calls_of(
    ask: Callable[[Asked, Engine], object], asked: Sequence[Asked], index: Engine
) -> list[Callable[[], object]]:
    return [partial(ask, each, index) for each in asked]


def _few(query: WordQuery) -> dict[str, float]:
    """The words that come first are the heaviest by weight and rarity."""
    return dict(list(query.words.items())[:24])


def timed(columns: Sequence[Sequence[Callable[[], object]]]) -> list[list[float]]:
    """Seconds of each call after one round to warm up, the columns in turn."""
    for calls in zip(*columns, strict=True):
        for call in calls:
            call()
    spent: list[list[float]] = [[] for _ in columns]
    for calls in zip(*columns, strict=True):
        for own, call in zip(spent, calls, strict=True):
            begin = time.perf_counter()
            call()
            own.append(time.perf_counter() - begin)
    return spent


def _figures(spent: Sequence[float]) -> list[str]:
    return [f"{statistics.median(spent) * 1e3:.1f}", f"{percentile(spent, 0.95) * 1e3:.1f}"]


def nearest_of_all(asked: Sequence[Asked], vectors: FloatArray) -> list[list[str]]:
    """By brute force, best first."""
    found = []
    for each in asked:
        cosines = vectors @ each.vector
        best = np.argpartition(-cosines, DEPTH)[:DEPTH]
        found.append([f"publication:{row + 1}" for row in best[np.argsort(-cosines[best])]])
    return found


def _recall(index: Engine, asked: Sequence[Asked], truth: Sequence[list[str]], limit: int) -> list[str]:
    found = [[hit.id for hit in index.nearest(each.vector, EVERYBODY, limit)] for each in asked]
    return [
        f"{statistics.mean(len(set(a[:d]) & set(b[:d])) / d for a, b in zip(found, truth, strict=True)):.3f}"
        if d <= limit
        else ""
        for d in (10, DEPTH)
    ]


def candidates(bench: Bench, vectors: FloatArray) -> None:
    """Recall and time by the setting elasticsearch_candidates and by how many are compared by whole vectors."""
    from indexer.factory import open_elasticsearch

    truth, held = nearest_of_all(bench.asked, vectors), indexer.elasticsearch_engine._OVERSAMPLE
    table(
        "Vectors looked at",
        "candidates",
        "oversampled",
        "limit",
        "recall@10",
        "recall@100",
        "median ms",
        "p95 ms",
    )
    for number in (100, 200, 400, 800):
        server = replace(_server(bench.app.settings), candidates=number)
        index = open_elasticsearch(server, bench.app.embedder.fingerprint, bench.app.embedder.dimension)
        for factor in (held, 2 * held):
            indexer.elasticsearch_engine._OVERSAMPLE = factor
            for limit in (10, DEPTH):
                calls = [lambda v=e.vector, n=limit, i=index: i.nearest(v, EVERYBODY, n) for e in bench.asked]
                times = _figures(timed([calls])[0])
                line(number, factor, limit, *_recall(index, bench.asked, truth, limit), *times)
        index.close()
    indexer.elasticsearch_engine._OVERSAMPLE = held


def raw_questions(bench: Bench) -> None:
    """Our path against the very same bodies sent by a plain client, in turn."""
    index, client = bench.app.index, raw_client(bench.app)
    table("Our path and the plain client", "question", "ours median ms", "client median ms", "ratio")
    for name, ask in (("words", Asked.words), ("vectors", Asked.meaning)):
        ours = calls_of(ask, bench.asked, index)
        bodies = [recorded(index, call) for call in ours]
        raw = [lambda b=body: client.search(**b).body for body in bodies]
        rounds = [timed([ours, raw]) for _ in range(3)]
        medians = [statistics.median(t for each in rounds for t in each[side]) for side in (0, 1)]
        line(name, *(f"{value * 1e3:.2f}" for value in medians), f"{medians[0] / medians[1]:.3f}")
    client.close()


def recorded(index: Any, ask: Callable[[], object]) -> dict[str, Any]:
    """What the engine gives its client's ``search`` for a question."""
    client, bodies = index._ask._client, []

    class Recorder:
        def search(self, **asked: Any) -> Any:
            bodies.append(asked)
            return client.search(**asked)

    index._ask._client = Recorder()
    try:
        ask()
    finally:
        index._ask._client = client
    (body,) = bodies
    return body


# Memory


def memory(benches: Sequence[Bench], nodes: Sequence[str]) -> None:
    """A fresh process that asks every question, the index on disk, the node."""
    table("Memory and disk", "what", "MiB")
    for bench in benches:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            model = (bench.app.embedder.fingerprint, bench.app.embedder.dimension)
            before, after = pool.apply(resident_after, (bench.app.settings, model, bench.asked))
        line(f"{bench.name}: a process that asked, before it opened the index", f"{before:.0f}")
        line(f"{bench.name}: the same after {len(bench.asked)} questions", f"{after:.0f}")
        line(f"{bench.name}: index on disk", f"{bench.app.index.health().bytes_on_disk / 2**20:.0f}")
    for process in nodes:
        line(f"elasticsearch: the node, heap {benches[0].options.heap}", f"{_resident(process):.0f}")


def resident_after(settings: Settings, model: tuple[str, int], asked: list[Asked]) -> tuple[float, float]:
    before = _resident("self")
    app = build(settings, embedder=Cached(*model))
    for each in asked:
        each.both(app.index)
    return before, _resident("self")


def _resident(process: str) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


# Readers beside writers


def beside_writers(benches: Sequence[Bench], corpus: Corpus) -> None:
    """Readers without a pause while documents go through the queue of jobs into the index."""
    options = benches[0].options
    table(
        f"{READERS} readers for {options.seconds:.0f} s while {options.writes} documents are written",
        *("engine", "questions", "errors", "p50 ms", "p95 ms", "max ms", "all written after s", "drift"),
    )
    for bench in benches:
        spent, errors = [], []
        end = time.monotonic() + options.seconds
        threads = [
            threading.Thread(target=read, args=(bench, place, end, spent, errors)) for place in range(READERS)
        ]
        begin = time.monotonic()
        with working(bench.app) as worker:
            for thread in threads:
                thread.start()
            publish(bench.app, corpus, options)
            for thread in threads:
                thread.join()
        worker.drain()
        seconds = time.monotonic() - begin
        sizes = [percentile(spent, share) for share in (0.5, 0.95)] + [max(spent)]
        cells = (f"{value * 1e3:.0f}" for value in sizes)
        line(bench.name, len(spent), len(errors), *cells, f"{seconds:.0f}", sync.compare(bench.app).total)
        if errors:
            print(errors[0], file=sys.stderr)


def read(bench: Bench, place: int, end: float, spent: list[float], errors: list[Exception]) -> None:
    while time.monotonic() < end:
        place = (place + 1) % len(bench.asked)
        begin = time.perf_counter()
        try:
            bench.asked[place].both(bench.app.index)
        except Exception as fault:  # whatever a reader meets is counted
            errors.append(fault)
        spent.append(time.perf_counter() - begin)


@contextmanager
def working(app: Application) -> Iterator[Worker]:
    """A worker in a thread, as ``serve`` has one; stopped after the batch in hand, then free to be drained."""
    stop = threading.Event()
    thread = threading.Thread(target=lambda: Worker(app, stop).run(pause=0.2))
    thread.start()
    try:
        yield Worker(app)
    finally:
        stop.set()
        thread.join()


def publish(app: Application, corpus: Corpus, options: argparse.Namespace) -> None:
    """Half new papers, half old ones with a new text, evenly over four fifths of the time.

    A tenth of each unit is changed once more in the next one, while its first change is perhaps under way.
    """
    papers = list(corpus.papers(options.documents + 1, options.writes))
    units = [papers[start : start + UNIT] for start in range(0, len(papers), UNIT)]
    pause, again = 0.8 * options.seconds / len(units), list[int]()
    for turn, unit in enumerate(units):
        begin = time.monotonic()
        with app.unit_of_work() as uow:
            numbers = [put(uow.session, paper, options.documents) for paper in unit]
            for number in again:
                row = uow.session.get_one(Publication, number)
                row.year, row.index_version = 2000 + turn % 20, row.index_version + 1
            for number in (*numbers, *again):
                uow.enqueue("index", f"publication:{number}")
        again = numbers[: UNIT // 10]
        time.sleep(max(0.0, pause - (time.monotonic() - begin)))


def put(session: Any, paper: Paper, documents: int) -> int:
    """A new row for an even paper; for an odd one its text in an old row."""
    if paper.number % 2:
        row = session.get_one(Publication, (paper.number * 7919) % documents + 1)
        row.index_version += 1
    else:
        row = Publication(
            key=f"made-{paper.number}", match_key=f"made-{paper.number}", readers=" office public "
        )
        session.add(row)
    row.title, row.keywords, row.abstract = paper.title, list(paper.keywords), paper.abstract
    session.flush()
    return int(row.id)


def _number(identifier: str) -> int:
    return int(identifier.partition(":")[2])


if __name__ == "__main__":
    main()
