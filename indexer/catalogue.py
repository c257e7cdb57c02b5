"""The truth of the embedded index: one SQLite file that says which documents live, and since which write."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from sys import intern
from threading import RLock
from typing import Any, NamedTuple

from indexer.document import Document, StoredDocument
from indexer.engine import EngineBusy, EngineError
from indexer.vector_store import NO_ROW, broken

#: Columns that hold sets of values, each a JSON list.
SETS = ("kinds", "readers", "hidden", "fields", "regions", "bodies", "people")
_AT_ONCE = 500
#: Stored documents that are kept in memory, by seq; some 4 KiB each.
_MOST_KEPT = 24_576
_TABLES = """
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY,      -- of the last write or deletion of this id; grows with every one
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    live INTEGER NOT NULL,        -- 0: deleted, kept so that an older version stays away
    row INTEGER NOT NULL,         -- of its vector
    date TEXT NOT NULL,
    kinds TEXT NOT NULL, readers TEXT NOT NULL, hidden TEXT NOT NULL, fields TEXT NOT NULL,
    regions TEXT NOT NULL, bodies TEXT NOT NULL, people TEXT NOT NULL
);
CREATE TABLE texts (seq INTEGER PRIMARY KEY, stored BLOB NOT NULL);
"""
_COLUMNS = f"seq, id, version, live, row, date, {', '.join(SETS)}"
_NOTHING = ("[]",) * len(SETS)


class State(NamedTuple):
    """What the catalogue knows of an id before a write."""

    seq: int
    version: int
    live: int
    row: int


class Row(NamedTuple):
    """One document as the filters see it; ``sets`` in SETS order, each a JSON list."""

    seq: int
    id: str
    version: int
    live: int
    row: int
    date: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One change on its way into the catalogue: a document (``stored`` given) or a deletion.

    Attributes:
        old_seq: of the row it takes the place of, if there is one.
        words: segmented words by text field, joined by blanks; empty for a deletion.
    """

    id: str
    version: int
    old_seq: int | None = None
    row: int = NO_ROW
    date: str = ""
    sets: tuple[str, ...] = _NOTHING
    stored: bytes | None = None
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Document, words: tuple[str, ...]) -> Entry:
        """A document on its way in; its place and its row are still to be given."""
        sets = (
            (document.kind,),
            sorted(document.readers),
            sorted(document.hidden_from),
            document.fields,
            document.regions,
            document.bodies,
            document.people,
        )
        texts = (document.title, document.keywords, document.body, document.display, words)
        return cls(
            id=document.id,
            version=int(document.version),
            date=document.date,
            sets=tuple(map(_json, sets)),
            stored=zlib.compress(_json(texts).encode("utf-8"), 1),
            words=words,
        )

    @property
    def live(self) -> bool:
        """Whether it is a document."""
        return self.stored is not None


class Catalogue:
    """One connection, shared by threads under a lock; writers hold the index's write lock besides."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._kept: dict[int, StoredDocument] = {}
        with self._guarded():
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA busy_timeout = 10000")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("SELECT max(seq) FROM documents")

    @staticmethod
    def create(path: Path) -> None:
        """Makes the empty file."""
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_TABLES)
        connection.close()

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._connection.close()

    def last_seq(self) -> int:
        """Seq of the last write, 0 before the first."""
        return int(self._all("SELECT coalesce(max(seq), 0) FROM documents")[0][0])

    def rows(self, after: int, until: int) -> list[Row]:
        """What was written last between two seqs, in order of seq."""
        found = self._all(
            f"SELECT {_COLUMNS} FROM documents WHERE seq > ? AND seq <= ? ORDER BY seq", (after, until)
        )
        return [Row._make((*row[:6], row[6:])) for row in found]

    def entries(self, after: int) -> Iterator[tuple[int, Entry]]:
        """(seq, entry) of what was written last after a seq, with words, to be written again elsewhere."""
        sql = (
            f"SELECT {_COLUMNS}, stored FROM documents LEFT JOIN texts USING (seq)"
            " WHERE seq > ? ORDER BY seq LIMIT ?"
        )
        while rows := self._all(sql, (after, _AT_ONCE)):
            for seq, key, version, live, row, date, *sets, stored in rows:
                words = _opened(stored)[-1] if live else ()
                yield seq, Entry(key, version, seq, row, date, tuple(sets), stored, tuple(words))
                after = seq

    def states(self, ids: Sequence[str]) -> dict[str, State]:
        """What is known of the ids, deleted ones too."""
        rows = self._named("SELECT id, seq, version, live, row FROM documents WHERE id IN ({})", ids)
        return {row[0]: State(*row[1:]) for row in rows}

    def stored(self, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """The live ones among the ids; recent ones are kept, since a seq is never given twice."""
        live = self._named("SELECT id, seq FROM documents WHERE live AND id IN ({})", ids)
        kept = self._recent(live)
        rows = self._named(
            f"SELECT {_COLUMNS}, stored FROM documents JOIN texts USING (seq) WHERE live AND id IN ({{}})",
            [key for key, _seq in live if key not in kept],
        )
        fresh = {row[0]: _document(row) for row in rows}
        with self._lock:
            self._kept |= fresh
            for seq in list(islice(self._kept, max(0, len(self._kept) - _MOST_KEPT))):
                del self._kept[seq]
        return kept | {document.id: document for document in fresh.values()}

    def _recent(self, live: Sequence[tuple[str, int]]) -> dict[str, StoredDocument]:
        """Those of the documents that are kept, which makes them the last to be let go."""
        with self._lock:
            found = {key: self._kept.pop(seq) for key, seq in live if seq in self._kept}
            self._kept |= {seq: found[key] for key, seq in live if key in found}
        return found

    def versions(self) -> list[tuple[str, int]]:
        """Live (id, version) in id order."""
        return self._all("SELECT id, version FROM documents WHERE live ORDER BY id")

    def commit(self, entries: Sequence[Entry]) -> list[int]:
        """Writes the entries durably in one transaction; returns their seqs."""
        with self._guarded():
            first = self.last_seq() + 1
            seqs = list(range(first, first + len(entries)))
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._replace(entries, seqs)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return seqs

    def _replace(self, entries: Sequence[Entry], seqs: Sequence[int]) -> None:
        old = [(entry.old_seq,) for entry in entries if entry.old_seq is not None]
        self._connection.executemany("DELETE FROM texts WHERE seq = ?", old)
        self._connection.executemany("DELETE FROM documents WHERE seq = ?", old)
        self._connection.executemany(
            f"INSERT INTO documents ({_COLUMNS}) VALUES ({', '.join('?' * (6 + len(SETS)))})",
            [
                (seq, e.id, e.version, int(e.live), e.row, e.date, *e.sets)
                for seq, e in zip(seqs, entries, strict=True)
            ],
        )
        self._connection.executemany(
            "INSERT INTO texts VALUES (?, ?)",
            [(seq, e.stored) for seq, e in zip(seqs, entries, strict=True) if e.live],
        )

    def _named(self, sql: str, ids: Sequence[str]) -> list[Any]:
        rows: list[Any] = []
        wanted = [key for key in dict.fromkeys(ids) if _is_text(key)]
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows += self._all(sql.format(",".join("?" * len(part))), part)
        return rows

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._guarded():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as fault:
                if "locked" in str(fault):
                    raise EngineBusy(f"{self._path} is being written; try again later") from fault
                if "full" in str(fault):
                    raise EngineError(f"{self._path}: {fault}; make room on the disk") from fault
                raise broken(self._path, fault) from fault


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=4096)
def _values(raw: str) -> tuple[str, ...]:
    """Most sets are shared by many documents."""
    return tuple(json.loads(raw))


def _opened(stored: bytes) -> list[Any]:
    opened: list[Any] = json.loads(zlib.decompress(stored))
    return opened


def _document(row: Any) -> StoredDocument:
    _seq, key, version, _live, _row, date, *sets, stored = row
    values = dict(zip(SETS, map(_values, sets), strict=True))
    title, keywords, body, display, words = _opened(stored)
    return StoredDocument(
        id=key,
        kind=values["kinds"][0],
        version=version,
        title=title,
        keywords=tuple(keywords),
        body=body,
        people=values["people"],
        bodies=values["bodies"],
        fields=values["fields"],
        regions=values["regions"],
        date=date,
        display=display,
        words=tuple(tuple(map(intern, text.split(" "))) if text else () for text in words),
    )


def _is_text(key: str) -> bool:
    try:
        key.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
