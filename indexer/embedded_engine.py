"""The embedded engine: no server, one folder; SQLite, a file of vectors and Tantivy under one contract.

home/manifest.json      which generation is live, and what it was built with
home/g000001/           one generation (see ``indexer.generation``)
home/home.lock, rebuild.lock
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

import numpy as np

from indexer import manifest
from indexer.cursor import place_of, token_of
from indexer.document import Document, FloatArray, StoredDocument
from indexer.embedded_rebuild import EmbeddedRebuild, generations, name_of
from indexer.engine import (
    Capabilities,
    EngineError,
    Health,
    IndexBroken,
    IndexMismatch,
    Rebuild,
    WriteReport,
)
from indexer.generation import Generation, Pen, prepared
from indexer.intake import checked_limit, checked_vector
from indexer.locks import held
from indexer.manifest import Manifest
from indexer.query import Filter, Hit, Page, WordQuery
from indexer.turns import Turns
from indexer.vector_store import NO_ROW
from indexer.view import View

HOME_LOCK = "home.lock"
REBUILD_LOCK = "rebuild.lock"


class EmbeddedEngine:
    """See ``indexer.engine`` for what it promises; made by ``indexer.factory.open_engine``."""

    def __init__(
        self,
        home: Path,
        fingerprint: str,
        dimension: int,
        *,
        lock_wait: float = 10.0,
        is_rebuilding: bool = False,
    ) -> None:
        self._home = home
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._lock = Lock()
        self._turns = Turns(max(2, os.cpu_count() or 1))
        self._live: Generation | None = None
        self._stamp: manifest.Stamp | None = None
        self._retired: list[Generation] = []
        self._is_closed = False
        self.capabilities = Capabilities(
            name="embedded",
            exact_vectors=True,
            exact_totals=True,
            several_writers=False,
            visible_after=1.0,
            lock_wait=lock_wait,
            empty_length=0,
        )
        try:
            self._create_if_missing()
            self._generation().catch_up()
        except (IndexBroken, IndexMismatch):
            self.close()
            if not is_rebuilding:
                raise
            self._is_closed = False

    # Reading

    @property
    def generation(self) -> str:
        """Name of the folder of the live generation."""
        return self._generation().folder.name

    def search(
        self,
        query: WordQuery,
        where: Filter,
        limit: int = 10,
        after: str | None = None,
        *,
        total: bool = False,
    ) -> Page:
        """Clauses 7–10 and 12–15."""
        checked_limit(limit)
        position = int(place_of(after, query, where)) if after is not None else 0
        need = position + limit + 1 if limit else 0
        with self._turns.taken():
            hits, count = self._view().search(query, where, need, total=total)
        end = position + limit
        following = token_of(str(end), query, where) if len(hits) > end else None
        return Page(tuple(hits[position:end]), count, following)

    def nearest(self, vector: FloatArray, where: Filter, limit: int = 10) -> tuple[Hit, ...]:
        """Clauses 11–13."""
        checked_limit(limit)
        asked = checked_vector(vector, self._dimension)
        with self._turns.taken():
            return tuple(self._view().nearest(asked, where, limit))

    def scores(self, vector: FloatArray, ids: Sequence[str]) -> dict[str, float]:
        """Clause 16."""
        return self._view().scores(checked_vector(vector, self._dimension), ids)

    def vectors(self, ids: Sequence[str]) -> dict[str, FloatArray]:
        """Clause 16."""
        return self._view().vectors(ids)

    def get(self, ids: Sequence[str]) -> dict[str, StoredDocument]:
        """Clause 16."""
        return self._generation().stored(ids)

    def count(self, where: Filter) -> int:
        """Clause 12."""
        return self._view().count(where)

    def facets(self, where: Filter, part: str, query: WordQuery | None = None) -> dict[str, int]:
        """Clause 12."""
        with self._turns.taken():
            return self._view().facets(where, part, query)

    def frequencies(self, words: Iterable[str], kinds: Sequence[str] | None = None) -> dict[str, int]:
        """Clause 17."""
        with self._turns.taken():
            return self._view().frequencies(words, kinds)

    def versions(self) -> Iterator[tuple[str, int]]:
        """Clause 18."""
        return iter(self._generation().versions())

    def health(self) -> Health:
        """Sizes and state."""
        generation = self._generation()
        snapshot = generation.view().snapshot
        named = int(np.count_nonzero(snapshot.alive & (snapshot.rows != NO_ROW)))
        lag = generation.lag()
        return Health(
            engine=self.capabilities.name,
            generation=generation.folder.name,
            fingerprint=self._fingerprint,
            dimension=self._dimension,
            documents=snapshot.tally("kinds", snapshot.alive),
            garbage_rows=generation.vector_rows() - named,
            bytes_on_disk=generation.bytes_on_disk(),
            state="behind" if lag else "ok",
            notes=(f"{lag} writes wait for their words",) if lag else (),
        )

    # Writing

    def write(self, documents: Iterable[Document]) -> WriteReport:
        """Clauses 2–4, 6 and 22."""
        report = WriteReport()
        for batch in prepared(documents, self._dimension, report):
            with self._pen() as pen:
                pen.write(batch, report)
        return report

    def delete(self, versions: Mapping[str, int]) -> WriteReport:
        """Clauses 4 and 5."""
        report = WriteReport()
        with self._pen() as pen:
            pen.delete(versions, report)
        return report

    def refresh(self) -> None:
        """Loads what was written; every question does so by itself."""
        self._view()

    def rebuild(self) -> Rebuild:
        """Clause 19."""
        lock = held(self._home / REBUILD_LOCK, self.capabilities.lock_wait, "rebuilding the index")
        return EmbeddedRebuild(
            self._home, self._fingerprint, self._dimension, lock, self.capabilities.lock_wait
        )

    def prune(self) -> None:
        """Removes every generation but the live one; EngineBusy while a rebuild is under way."""
        with held(self._home / REBUILD_LOCK, self.capabilities.lock_wait, "rebuilding the index"):
            current = manifest.load(self._home)
            for folder in generations(self._home):
                if folder.name != current.generation:
                    shutil.rmtree(folder)
            if current.kept:
                manifest.replace(self._home, current.without_kept())

    def drop(self) -> None:
        """Removes the folder; the engine is closed."""
        self.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def close(self) -> None:
        """Lets go of files."""
        with self._lock:
            self._is_closed = True
            for generation in [*self._retired, *([self._live] if self._live else [])]:
                generation.close()
            self._retired, self._live, self._stamp = [], None, None

    # Within

    def _view(self) -> View:
        """The latest view; a generation that was pruned a moment ago is no broken one."""
        generation = self._generation()
        try:
            return generation.view()
        except IndexBroken:
            if self._generation() is generation:
                raise
            return self._view()

    def _generation(self) -> Generation:
        """The live generation; a switch by any process is noticed here."""
        live, stamp = self._live, manifest.stamp(self._home)
        if live is not None and stamp == self._stamp:
            return live
        with self._lock:
            if self._is_closed:
                raise EngineError("the engine is closed; open another")
            if self._live is None or stamp != self._stamp:
                self._live = self._opened()
                self._stamp = stamp
            return self._live

    def _opened(self) -> Generation:
        """The generation the manifest names. The one before stays open: other threads may be reading it."""
        current = manifest.load(self._home)
        current.check(self._fingerprint, self._dimension)
        folder = self._home / current.generation
        if self._live is not None:
            if self._live.folder == folder:
                return self._live
            self._retired.append(self._live)
        for generation in self._retired[:-1]:
            generation.close()
        del self._retired[:-1]
        return Generation(folder, self._dimension)

    @contextmanager
    def _pen(self) -> Iterator[Pen]:
        """Writes to the live generation: another one may have become it while we waited for the lock."""
        while True:
            generation = self._generation()
            with ExitStack() as stack:
                try:
                    pen = stack.enter_context(generation.pen(self.capabilities.lock_wait))
                except IndexBroken:
                    if self._generation() is generation:
                        raise
                    continue
                if self._generation() is generation:
                    yield pen
                    return

    def _create_if_missing(self) -> None:
        """A folder without generations is a fresh one; generations without a manifest are a broken index."""
        if manifest.stamp(self._home) is not None:
            return
        self._home.mkdir(parents=True, exist_ok=True)
        with held(self._home / HOME_LOCK, self.capabilities.lock_wait, "creating the index"):
            if manifest.stamp(self._home) is not None:
                return
            for folder in generations(self._home):
                if not Generation.is_empty(folder):
                    manifest.load(self._home)
                shutil.rmtree(folder)
            folder = self._home / name_of(1)
            Generation.create(folder, self._dimension)
            manifest.replace(self._home, Manifest(folder.name, self._fingerprint, self._dimension))
