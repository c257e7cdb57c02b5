"""Text → vectors: what any embedder offers, its fingerprint, and a cache by content hash."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Literal, Protocol, TypeVar

import numpy as np

from indexer.document import FloatArray

#: How a text is being used: models of the e5 family embed questions and passages differently.
Use = Literal["query", "passage"]
#: Called with (texts done, texts in all).
Progress = Callable[[int, int], None]
#: Characters of a text beyond which no model of ours looks; longer ones are cut before hashing.
MOST_CHARACTERS = 4000
_BATCH = 256
#: Of the length of a usual question; never stored.
_WARMING = "树脂纽扣表面缺陷在线检测与分选" * 10
_BUSY_SECONDS = 30.0
Result = TypeVar("Result")


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

    Attributes:
        watcher: told of the progress of every call, besides the caller's own.
    """

    def __init__(self, inner: Embedder, path: Path) -> None:
        self._inner = inner
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self.watcher: Progress | None = None

    @property
    def fingerprint(self) -> str:
        """That of the model within."""
        return self._inner.fingerprint

    @property
    def dimension(self) -> int:
        """That of the model within."""
        return self._inner.dimension

    def encode(
        self, texts: Sequence[str], use: Use, progress: Progress | None = None, *, remember: bool = True
    ) -> FloatArray:
        """As the model within, from the cache where it can be; ``remember`` keeps what was not there."""
        progress = _both(progress, self.watcher)
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
            within = _offset(progress, done, len(texts))
            vectors = self._inner.encode([texts[rows[0]] for _key, rows in batch], use, within)
            if remember:
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

    def load(self) -> None:
        """Loads the model, and lets it prepare itself, so that the first question need not wait for it."""
        self._inner.encode([_WARMING], "query")

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._shut()

    def _known(self, use: Use, keys: Sequence[str]) -> dict[str, FloatArray]:
        model, size = self.fingerprint, 4 * self.dimension

        def look(connection: sqlite3.Connection) -> dict[str, FloatArray]:
            found: dict[str, FloatArray] = {}
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                marks = ",".join("?" * len(part))
                rows = connection.execute(
                    f"SELECT hash, vector FROM vectors WHERE model = ? AND use = ? AND hash IN ({marks})",
                    (model, use, *part),
                )
                found.update((key, np.frombuffer(raw, np.float32)) for key, raw in rows if len(raw) == size)
            return found

        return self._with_file(look)

    def _remember(self, use: Use, keys: Sequence[str], vectors: FloatArray) -> None:
        rows = [
            (self.fingerprint, use, key, np.ascontiguousarray(vector, dtype=np.float32).tobytes())
            for key, vector in zip(keys, vectors, strict=True)
        ]

        def store(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

        self._with_file(store)

    def _with_file(self, act: Callable[[sqlite3.Connection], Result]) -> Result:
        """Does it; a file that proves damaged is moved aside and it is done again with a new one."""
        with self._lock:
            try:
                return act(self._opened())
            except sqlite3.OperationalError as fault:
                raise EmbedderError(f"the cache of vectors {self._path} cannot be used: {fault}") from fault
            except sqlite3.DatabaseError:
                self._shut()
                _move_aside(self._path)
                return act(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _open_cache(self._path)
        return self._connection

    def _shut(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _offset(progress: Progress | None, before: int, total: int) -> Progress | None:
    """The progress of a part as the progress of the whole."""
    if progress is None:
        return None
    return lambda done, _part: progress(before + done, total)


def _both(first: Progress | None, second: Progress | None) -> Progress | None:
    """Tells both, or the one there is."""
    if first is None or second is None:
        return first or second

    def tell(done: int, total: int) -> None:
        first(done, total)
        second(done, total)

    return tell


def content_hash(text: str) -> str:
    """The key of a text in the cache."""
    return hashlib.sha256(text[:MOST_CHARACTERS].encode("utf-8", "replace")).hexdigest()


def _open_cache(path: Path) -> sqlite3.Connection:
    """Opens or makes the cache; DatabaseError when the file is none."""
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        _use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (model TEXT, use TEXT, hash TEXT, vector BLOB NOT NULL,"
            " PRIMARY KEY (model, use, hash)) WITHOUT ROWID"
        )
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite's time-out does not hold for this statement, where two processes that make the file meet."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return


def _move_aside(path: Path) -> None:
    """The damaged cache gets another name, and so does its journal, which would spoil a new file."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(f"{path.stem}.broken{suffix}"))
