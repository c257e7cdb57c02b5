"""An installation of papers made of real ones' words and vectors and of seeded noise, as large as is wanted."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.document import Document, FloatArray, text_of
from indexer.embedder import Use, content_hash
from indexer.text import words
from tests.benchmarks.support import installation

#: Length of the noise beside a vector of length 1: two copies of one paper have a cosine of about 0.92.
NOISE = 0.3
#: Words of a made paper: of its title, at most so many keywords, its abstract.
TITLE, KEYWORDS, BODY = 10, 5, 48
_BATCH = 2000
_ADD_PAPER = "INSERT INTO publication SELECT {columns} FROM source.publication AS paper JOIN made ON made.paper = paper.id"


class Cached:
    """Stands for the model: every text must be in the cache."""

    def __init__(self, fingerprint: str, dimension: int) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension

    def encode(self, texts: Sequence[str], use: Use, progress: object = None) -> FloatArray:
        raise LookupError(
            f"{len(texts)} texts without a vector, as {texts[0][:60]!r}; a benchmark embeds none"
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """A made publication: number, real paper it is made of, text, vector."""

    number: int
    source: int
    title: str
    keywords: tuple[str, ...]
    abstract: str
    vector: FloatArray

    @property
    def text(self) -> str:
        """What is embedded of it."""
        return text_of(
            Document(id="", kind="", version=0, title=self.title, keywords=self.keywords, body=self.abstract)
        )


class Corpus:
    """Papers by number, from 1, the same ones at every call; the first ones have the real papers' vectors."""

    def __init__(self) -> None:
        self.home = installation()
        with closing(_read_only(self.home / "cache" / "vectors.sqlite")) as cache:
            self.fingerprint = str(cache.execute("SELECT DISTINCT model FROM vectors").fetchone()[0])
            known = dict(cache.execute("SELECT hash, vector FROM vectors WHERE use = 'passage'").fetchall())
        self._ids: list[int] = []
        self._parts: list[tuple[list[str], list[str], list[str]]] = []
        vectors = []
        with closing(_read_only(self.home / "matchmaker.sqlite")) as database:
            for number, title, keywords, abstract in database.execute(
                "SELECT id, title, keywords, abstract FROM publication ORDER BY id"
            ):
                named = tuple(json.loads(keywords))
                raw = known.get(content_hash(Paper(0, 0, title, named, abstract, np.zeros(0)).text))
                if raw is not None:
                    self._ids.append(number)
                    self._parts.append((words(title), list(named[:KEYWORDS]), words(abstract)))
                    vectors.append(np.frombuffer(raw, np.float32))
        self._vectors = np.stack(vectors)
        self.dimension = self._vectors.shape[1]

    def papers(self, first: int, number: int) -> Iterator[Paper]:
        """Papers ``first`` … ``first + number − 1``."""
        for at in range(first, first + number):
            rng = np.random.default_rng((2026, at))
            row = (at - 1) % len(self._ids)
            title, keywords, body = self._parts[row]
            is_real = at <= len(self._ids)
            vector = self._vectors[row] if is_real else self._noisy(self._vectors[row], rng)
            yield Paper(
                at,
                self._ids[row],
                " ".join(title[:TITLE] if is_real else _drawn(title, TITLE, rng)),
                tuple(keywords),
                " ".join([*(body[:BODY] if is_real else _drawn(body + title, BODY, rng)), f"{at:07d}"]),
                vector,
            )

    def _noisy(self, vector: FloatArray, rng: np.random.Generator) -> FloatArray:
        noise = rng.standard_normal(self.dimension, dtype=np.float32)
        mixed = vector + NOISE * noise / np.linalg.norm(noise)
        return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)

    def fill(self, home: Path, documents: int, further: int) -> FloatArray:
        """Makes the installation: rows of ``documents`` papers, vectors of ``further`` ones too; gives theirs."""
        (home / "cache").mkdir(parents=True)
        for name in ("matchmaker.sqlite", "cache/vectors.sqlite"):
            with closing(_read_only(self.home / name)) as old, closing(sqlite3.connect(home / name)) as new:
                old.backup(new)
        vectors = np.empty((documents, self.dimension), np.float32)
        with (
            closing(sqlite3.connect(home / "matchmaker.sqlite", isolation_level=None)) as rows,
            closing(sqlite3.connect(home / "cache" / "vectors.sqlite")) as cache,
        ):
            _begin(rows, self.home / "matchmaker.sqlite")
            for start in range(1, documents + further + 1, _BATCH):
                some = list(self.papers(start, min(_BATCH, documents + further + 1 - start)))
                _add_vectors(cache, self.fingerprint, some)
                held = [paper for paper in some if paper.number <= documents]
                _add_rows(rows, held)
                for paper in held:
                    vectors[paper.number - 1] = paper.vector
            rows.execute("COMMIT")
            cache.commit()
        return vectors


def copied(home: Path, to: Path) -> Path:
    """The same installation once more, without its index."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("index"))
    return to


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _drawn(from_: Sequence[str], number: int, rng: np.random.Generator) -> list[str]:
    return [from_[place] for place in rng.integers(0, len(from_), number)] if from_ else []


def _begin(rows: sqlite3.Connection, source: Path) -> None:
    rows.execute(f"ATTACH 'file:{source}?mode=ro' AS source")
    rows.execute("BEGIN")
    for table in ("authorship", "publication", "job"):
        rows.execute(f"DELETE FROM main.{table}")
    rows.execute("CREATE TEMP TABLE made (number, paper, title, keywords, abstract)")


def _add_rows(rows: sqlite3.Connection, papers: Sequence[Paper]) -> None:
    """Each as its real paper is, with the same authors, but for number, key and text."""
    rows.execute("DELETE FROM made")
    rows.executemany(
        "INSERT INTO made VALUES (?, ?, ?, ?, ?)",
        [(each.number, each.source, each.title, json.dumps(each.keywords), each.abstract) for each in papers],
    )
    own = {"id": "made.number", "key": "'made-' || made.number", "match_key": "'made-' || made.number"}
    own |= {name: f"made.{name}" for name in ("title", "keywords", "abstract")}
    names = [row[1] for row in rows.execute("PRAGMA main.table_info(publication)")]
    columns = ", ".join(own.get(name, f'paper."{name}"') for name in names)
    rows.execute(_ADD_PAPER.format(columns=columns))
    rows.execute(
        "INSERT INTO authorship (publication_id, expert_id, position) SELECT made.number, expert_id, position"
        " FROM source.authorship JOIN made ON made.paper = publication_id"
    )


def _add_vectors(cache: sqlite3.Connection, fingerprint: str, papers: Sequence[Paper]) -> None:
    cache.executemany(
        "INSERT OR REPLACE INTO vectors VALUES (?, 'passage', ?, ?)",
        [(fingerprint, content_hash(paper.text), paper.vector.tobytes()) for paper in papers],
    )
