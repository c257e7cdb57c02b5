"""Text → vectors: what any embedder offers, its fingerprint, and a cache by content hash."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol

import numpy as np

from indexer.document import FloatArray

#: How a text is being used: models of the e5 family embed questions and passages differently.
Use = Literal["query", "passage"]
#: Called with (texts done, texts in all).
Progress = Callable[[int, int], None]
#: Characters of a text beyond which no model of ours looks; longer ones are cut before hashing.
MOST_CHARACTERS = 4000
_BATCH = 256


class EmbedderError(Exception):
    """The model cannot be loaded or used; the message says what to do."""


class Embedder(Protocol):
    """Turns texts into unit vectors; cheap to construct, loads its model at first use."""

    @property
    def fingerprint(self) -> str:
        """Model, revision and text recipe; known without loading the model."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector; known without loading the model."""
        ...

    def encode(self, texts: Sequence[str], use: Use, progress: Progress | None = None) -> FloatArray:
        """Unit vectors, shape (len(texts), dimension), in the order given."""
        ...


class CachedEmbedder:
    """An embedder that asks its model only for texts it has never seen.

    The cache is one SQLite file beside the model: (fingerprint, use, sha256 of the text) → float32 bytes.
    It is committed batch by batch, so that a killed run resumes where it was, and shared by processes.
    """

    def __init__(self, inner: Embedder, path: Path) -> None:
        self._inner = inner
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    @property
    def fingerprint(self) -> str:
        """That of the model within."""
        return self._inner.fingerprint

    @property
    def dimension(self) -> int:
        """That of the model within."""
        return self._inner.dimension

    def encode(self, texts: Sequence[str], use: Use, progress: Progress | None = None) -> FloatArray:
        """As the model within, from the cache where it can be."""
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        keys = [content_hash(text) for text in texts]
        known = self._known(use, keys)
        missing: dict[str, list[int]] = {}
        for row, key in enumerate(keys):
            if key in known:
                result[row] = known[key]
            else:
                missing.setdefault(key, []).append(row)
        done = len(texts) - sum(map(len, missing.values()))
        if progress:
            progress(done, len(texts))
        pending = sorted(missing.items(), key=lambda item: len(texts[item[1][0]]))
        for start in range(0, len(pending), _BATCH):
            batch = pending[start : start + _BATCH]
            vectors = self._inner.encode([texts[rows[0]] for _key, rows in batch], use)
            self._remember(use, [key for key, _rows in batch], vectors)
            for (_key, rows), vector in zip(batch, vectors, strict=True):
                result[rows] = vector
                done += len(rows)
            if progress:
                progress(done, len(texts))
        return result

    def cached(self, text: str, use: Use) -> FloatArray | None:
        """The vector of a text seen before, shape (dimension,), else None; never loads the model."""
        return self._known(use, [content_hash(text)]).get(content_hash(text))

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open_cache(self._path)
        return self._connection

    def _known(self, use: Use, keys: Sequence[str]) -> dict[str, FloatArray]:
        size = 4 * self.dimension
        found: dict[str, FloatArray] = {}
        with self._lock:
            connection = self._open()
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                marks = ",".join("?" * len(part))
                rows = connection.execute(
                    f"SELECT hash, vector FROM vectors WHERE model = ? AND use = ? AND hash IN ({marks})",
                    (self.fingerprint, use, *part),
                )
                found.update((key, np.frombuffer(raw, np.float32)) for key, raw in rows if len(raw) == size)
        return found

    def _remember(self, use: Use, keys: Sequence[str], vectors: FloatArray) -> None:
        rows = [
            (self.fingerprint, use, key, np.ascontiguousarray(vector, dtype=np.float32).tobytes())
            for key, vector in zip(keys, vectors, strict=True)
        ]
        with self._lock, self._open() as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)


def content_hash(text: str) -> str:
    """The key of a text in the cache."""
    return hashlib.sha256(text[:MOST_CHARACTERS].encode("utf-8", "replace")).hexdigest()


def _open_cache(path: Path) -> sqlite3.Connection:
    """Opens the cache; a file that is no database is moved aside, since it can be made again."""
    for attempt in range(2):
        connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (model TEXT, use TEXT, hash TEXT, vector BLOB NOT NULL,"
                " PRIMARY KEY (model, use, hash)) WITHOUT ROWID"
            )
            return connection
        except sqlite3.DatabaseError as fault:
            connection.close()
            if isinstance(fault, sqlite3.OperationalError) or attempt:
                raise EmbedderError(f"the cache of vectors {path} cannot be opened: {fault}") from fault
            path.rename(path.with_suffix(".broken"))
    raise AssertionError("unreachable")
