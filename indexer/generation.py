"""One generation of the embedded index: catalogue, vectors and words in a folder, read and written together.

A write appends vectors, then commits the catalogue (the truth), then the words. Killed in between, it
leaves vectors that nothing names, or words that lag behind the catalogue; the next writer catches up.
Readers go from one state to the next when the words have arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np

from indexer.catalogue import Catalogue, Entry, State
from indexer.columns import Board, last_row
from indexer.document import Document, FloatArray, StoredDocument
from indexer.engine import EngineBusy, IndexBroken, WriteReport
from indexer.intake import checked
from indexer.lexical_store import LexicalStore, LexicalWriter, Stamp
from indexer.locks import held
from indexer.vector_store import NO_ROW, VectorFile
from indexer.view import View

_CATALOGUE, _VECTORS, _WORDS, _LOCK = "catalogue.sqlite", "vectors.f32", "words", "write.lock"
#: Documents that are written, and may be lost, together.
_BATCH = 500


class Generation:
    """The files of one generation; the view of them is loaded at the first question."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self.folder = folder
        self._dimension = dimension
        self._catalogue = Catalogue(folder / _CATALOGUE)
        self._vectors = VectorFile(folder / _VECTORS, dimension)
        self._lexical = LexicalStore(folder / _WORDS)
        self._board = Board()
        self._lock = Lock()
        self._view: View | None = None
        self._stamp: Stamp | None = None

    @staticmethod
    def create(folder: Path, dimension: int) -> None:
        """Makes an empty generation."""
        folder.mkdir(parents=True)
        Catalogue.create(folder / _CATALOGUE)
        VectorFile(folder / _VECTORS, dimension).create()
        LexicalStore.create(folder / _WORDS)

    @staticmethod
    def is_empty(folder: Path) -> bool:
        """Whether nothing was ever written to it, as after a creation that was killed."""
        if not (folder / _CATALOGUE).exists():
            return True
        try:
            catalogue = Catalogue(folder / _CATALOGUE)
        except IndexBroken:
            return (folder / _CATALOGUE).stat().st_size == 0
        try:
            return catalogue.last_seq() == 0
        finally:
            catalogue.close()

    def close(self) -> None:
        """Lets go of the files."""
        self._catalogue.close()

    def view(self) -> View:
        """The latest state that all stores have reached."""
        stamp = self._lexical.stamp()
        view = self._view
        if view is None or stamp != self._stamp:
            with self._lock:
                stamp = self._lexical.stamp()  # many may have waited here while one of them loaded it
                if self._view is None or stamp != self._stamp:
                    self._view = self._next_view()
                    self._stamp = stamp
                view = self._view
        return view

    def stored(self, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """The stored documents of the ids."""
        return self._catalogue.stored(ids)

    def versions(self) -> list[tuple[str, int]]:
        """Live (id, version) in id order."""
        return self._catalogue.versions()

    def lag(self) -> int:
        """Writes that the words still lack; above 0 only during a write or after a killed one."""
        return self._catalogue.last_seq() - self._lexical.searcher()[1]

    def vector_rows(self) -> int:
        """Rows in the file of vectors, those without a document too."""
        return self._vectors.rows()

    def bytes_on_disk(self) -> int:
        """Size of all its files; those that vanish meanwhile count nothing."""
        return sum(_size(path) for path in self.folder.rglob("*"))

    @staticmethod
    def locked(folder: Path, wait: float) -> AbstractContextManager[None]:
        """Keeps writers out; EngineBusy after ``wait`` seconds."""
        return held(folder / _LOCK, wait, "writing to the index")

    @contextmanager
    def pen(self, wait: float, words_at_once: int = 0) -> Iterator[Pen]:
        """Writes, as the only one; EngineBusy after ``wait`` seconds.

        With ``words_at_once`` the words are committed when so many documents wait, not with every batch.
        """
        with self.locked(self.folder, wait):
            pen = Pen(self._catalogue, self._vectors, self._lexical, words_at_once)
            try:
                yield pen
            finally:
                pen.close()

    def catch_up(self) -> None:
        """Brings the words up to the catalogue after a killed writer, unless somebody is writing now."""
        if self.lag() <= 0:
            return
        try:
            with self.pen(0.0):
                pass
        except EngineBusy:
            return

    def _next_view(self) -> View:
        searcher, seq = self._lexical.searcher()
        snapshot = self._board.apply(self._catalogue.rows(self._board.seq, seq), seq)
        matrix = self._vectors.mapped(last_row(snapshot) + 1)
        return View(snapshot, matrix, self._lexical, searcher)


class Pen:
    """The one writer of a generation, for one batch or for many."""

    def __init__(
        self, catalogue: Catalogue, vectors: VectorFile, lexical: LexicalStore, words_at_once: int
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._lexical = lexical
        self._writer: LexicalWriter | None = None
        self._words_at_once = words_at_once
        self._waiting = 0
        self._is_behind = True
        self._catch_up()

    def flush(self) -> None:
        """Commits the words that wait."""
        if self._writer is not None and self._waiting:
            self._writer.commit()
            self._waiting = 0

    def close(self) -> None:
        """Ends the writing; what was not flushed is left to the next writer to catch up with."""
        writer, self._writer, self._waiting = self._writer, None, 0
        if writer is not None:
            writer.close()

    def write(self, documents: Sequence[tuple[Entry, FloatArray | None]], report: WriteReport) -> None:
        """Stores a batch; a later one of the same id in the batch takes the place of an earlier."""
        states = self._catalogue.states([entry.id for entry, _vector in documents])
        fresh: dict[str, tuple[Entry, FloatArray | None]] = {}
        for entry, vector in documents:
            known = fresh[entry.id][0].version if entry.id in fresh else _version(states.get(entry.id))
            if entry.version < known:
                report.stale.append(entry.id)
            else:
                fresh[entry.id] = (entry, vector)
                report.written += 1
        if fresh:
            self._commit(self._placed(list(fresh.values()), states), states)

    def delete(self, versions: Mapping[str, int], report: WriteReport) -> None:
        """Removes documents, and remembers the version of those never seen too."""
        states = self._catalogue.states(list(versions))
        gone: list[Entry] = []
        for key, version in versions.items():
            state = states.get(key)
            if version < _version(state):
                report.stale.append(key)
                continue
            gone.append(Entry(key, version, state.seq if state else None))
            report.deleted += 1 if state and state.live else 0
        if gone:
            self._commit(gone, states)

    def _placed(
        self, documents: Sequence[tuple[Entry, FloatArray | None]], states: Mapping[str, State]
    ) -> list[Entry]:
        """The entries with their place in the catalogue and the row of their vector, which is written."""
        entries = [
            replace(entry, old_seq=states[entry.id].seq if entry.id in states else None)
            for entry, _vector in documents
        ]
        changed = [at for at, (_entry, vector) in enumerate(documents) if vector is not None]
        old = self._old_vectors(states)
        for at in list(changed):
            known, vector = old.get(entries[at].id), documents[at][1]
            if known is not None and vector is not None and np.array_equal(known[1], vector):
                entries[at] = replace(entries[at], row=known[0])
                changed.remove(at)
        first = self._vectors.append(np.array([documents[at][1] for at in changed], dtype=np.float32))
        for row, at in enumerate(changed, start=first):
            entries[at] = replace(entries[at], row=row)
        return entries

    def _old_vectors(self, states: Mapping[str, State]) -> dict[str, tuple[int, FloatArray]]:
        rows = {key: state.row for key, state in states.items() if state.live and state.row != NO_ROW}
        if not rows:
            return {}
        matrix = self._vectors.mapped(max(rows.values()) + 1)
        return {key: (row, matrix[row]) for key, row in rows.items()}

    def _commit(self, entries: Sequence[Entry], states: Mapping[str, State]) -> None:
        self._catch_up()
        seqs = self._catalogue.commit(entries)
        self._put(zip(seqs, entries, strict=True), states)

    def _catch_up(self) -> None:
        """Writes the words that a killed or failed write left out."""
        if not self._is_behind:
            return
        reached, last = self._lexical.searcher()[1], self._catalogue.last_seq()
        if reached > last:
            raise IndexBroken(
                f"the words have reached write {reached}, the catalogue {last}; run: matchmaker index rebuild"
            )
        if reached < last:
            self._put(self._catalogue.entries(reached), None)
        self._is_behind = False

    def _put(self, entries: Iterable[tuple[int, Entry]], states: Mapping[str, State] | None) -> None:
        """Writes words; ``states`` None: anything may already be there."""
        self._is_behind = True
        try:
            if self._writer is None:
                self._writer = self._lexical.writer()
            for seq, entry in entries:
                self._writer.put(seq, entry, is_new=states is not None and entry.id not in states)
                self._waiting += 1
            if self._waiting >= self._words_at_once:
                self.flush()
        except BaseException:
            self.close()  # what it has gathered must not be committed by the next batch
            raise
        self._is_behind = False


def prepared(
    documents: Iterable[Document], dimension: int, report: WriteReport
) -> Iterator[list[tuple[Entry, FloatArray | None]]]:
    """Checked and segmented documents in batches; faults go to the report. Needs no lock."""
    batch: list[tuple[Entry, FloatArray | None]] = []
    for document, texts in checked(documents, dimension, report):
        vector = None if document.vector is None else np.asarray(document.vector, dtype=np.float32)
        batch.append((Entry.of(document, tuple(map(" ".join, texts))), vector))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _version(state: State | None) -> int:
    return -1 if state is None else state.version


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
