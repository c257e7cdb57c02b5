"""Makes the index agree with the database: some objects, all of them beside the live index, or a check.

Three steps, none within another's transaction: read the rows, embed and write the index, tell the database. A
rebuild reads and embeds one batch while the index takes the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from indexer.document import Document, FloatArray
from indexer.embedder import Embedder, Use
from indexer.engine import Alive, Engine, EngineError, Writer, WriteReport
from matchmaker.indexing.documents import INDEXED_STATES, Draft, drafts
from matchmaker.jobs.queue import enqueue_many
from matchmaker.matching.question import mixed
from matchmaker.models import Problem
from matchmaker.storage.queries import TABLES
from matchmaker.storage.unit_of_work import UnitOfWork

#: Objects dealt with at a time.
BATCH = 500
#: Order of a rebuild: experts last, since their vectors are made of those of their works.
KINDS = ("organization", "problem", "publication", "patent", "achievement", "attachment", "expert")

Progress = Callable[[int, int], None]


class Reading(Protocol):
    """What a sync needs of the application."""

    @property
    def embedder(self) -> Embedder:
        """Makes vectors."""
        ...

    @property
    def index(self) -> Engine:
        """The live index."""
        ...

    def index_to_rebuild(self) -> Engine:
        """A handle of its own, which a broken index gives too."""
        ...

    def reading(self) -> UnitOfWork:
        """A unit that only reads."""
        ...


@dataclass(slots=True)
class Drift:
    """Where index and database disagree.

    Attributes:
        missing, outdated, surplus: index ids to be written, written again, removed.
        in_database, in_index: objects by kind.
    """

    missing: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    in_database: dict[str, int] = field(default_factory=dict)
    in_index: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many objects disagree."""
        return len(self.missing) + len(self.outdated) + len(self.surplus)


def sync(
    app: Reading,
    ids: Sequence[str],
    deletions: Mapping[str, int] | None = None,
    alive: Alive = lambda: None,
) -> WriteReport:
    """Makes the named objects agree.

    Args:
        app: database, embedder, index.
        ids: index ids, at most some 500.
        deletions: versions known of objects that were removed.
        alive: called while texts are embedded.
    """
    with app.reading() as uow:
        found = drafts(uow.session, ids)
    report = app.index.write(complete(app.embedder, [draft for draft in found.values() if draft], alive))
    gone = [identifier for identifier, draft in found.items() if draft is None]
    if gone:
        stored = app.index.get(gone)
        versions = {
            identifier: max((deletions or {}).get(identifier, 0), stored[identifier].version + 1)
            for identifier in gone
            if identifier in stored
        }
        report.deleted = app.index.delete(versions).deleted
    app.index.refresh()
    return report


def rebuild(
    app: Reading, progress: Progress = lambda _done, _total: None, alive: Alive = lambda: None
) -> WriteReport:
    """Fills a new index beside the live one and switches; a killed rebuild leaves the live one as it was.

    What changed in the database meanwhile is made to agree before it returns. The old index is kept until the
    new one was compared with the database.

    Raises:
        EngineError: the new index lacks something; the one before is still there.
    """
    index = app.index_to_rebuild()
    try:
        with index.rebuild() as fresh:
            report = _fill(app, fresh, progress, alive)
            fresh.switch(alive)
        lacking = _catch_up(app, report.failed, alive)
        if lacking:
            raise EngineError(
                f"the new index lacks {len(lacking)} objects, as {lacking[0]}; the old one is kept"
            )
        index.prune()
    finally:
        index.close()
    return report


def _catch_up(app: Reading, refused: Mapping[str, str], alive: Alive) -> list[str]:
    """Writes what changed while a rebuild ran; gives what is missing still, but for what was refused."""
    drift = compare(app)
    ids = [name for name in (*drift.missing, *drift.outdated, *drift.surplus) if name not in refused]
    failed = dict(refused)
    for start in range(0, len(ids), BATCH):
        failed |= sync(app, ids[start : start + BATCH], alive=alive).failed
    known = set(ids) - set(failed)
    return [name for name in compare(app).missing if name in known] if known else []


def compare(app: Reading) -> Drift:
    """Counts and names every disagreement; writes nothing."""
    drift = Drift()
    indexed = dict(app.index.versions())
    for identifier in indexed:
        kind = identifier.partition(":")[0]
        drift.in_index[kind] = drift.in_index.get(kind, 0) + 1
    with app.reading() as uow:
        drift.in_database = _counts(uow.session)
        for kind in KINDS:
            for number, version in uow.session.execute(_indexable(kind, "versions")):
                identifier = f"{kind}:{number}"
                held = indexed.pop(identifier, None)
                if held is None:
                    drift.missing.append(identifier)
                elif held != version:
                    drift.outdated.append(identifier)
    drift.surplus = sorted(indexed)
    return drift


def repair(uow: UnitOfWork, drift: Drift) -> int:
    """Enqueues an index job for every disagreement."""
    ids = [*drift.missing, *drift.outdated, *drift.surplus]
    enqueue_many(uow.session, "index", [(identifier, {}) for identifier in ids])
    return len(ids)


def complete(embedder: Embedder, wanted: Sequence[Draft], alive: Alive = lambda: None) -> list[Document]:
    """Documents with their vectors: all texts of a batch are embedded together, each text once."""
    wanted_texts: dict[Use, list[str]] = {"query": [], "passage": []}
    for draft in wanted:
        for part in draft.parts:
            wanted_texts[part.use].append(part.text)
        wanted_texts["query"].extend(draft.further)
    vectors: dict[tuple[Use, str], FloatArray] = {}
    for use, some in wanted_texts.items():
        distinct = list(dict.fromkeys(some))
        if distinct:
            encoded = embedder.encode(distinct, use, lambda _done, _total: alive())
            vectors.update({(use, text): vector for text, vector in zip(distinct, encoded, strict=True)})
    return [replace(draft.document, vector=_mean(draft, vectors)) for draft in wanted]


def _mean(draft: Draft, vectors: Mapping[tuple[Use, str], FloatArray]) -> FloatArray | None:
    if not draft.parts:
        return None
    return mixed([(vectors[part.use, part.text], part.share) for part in draft.parts])


def _fill(app: Reading, target: Writer, progress: Progress, alive: Alive) -> WriteReport:
    """Writes everything indexable; while the index takes one batch a thread reads and embeds the next.

    ``alive`` is called in that thread; what it raises ends the work.
    """
    with app.reading() as uow:
        total = sum(_counts(uow.session).values())
    report, done = WriteReport(), 0
    is_over = Event()

    def still_wanted() -> None:
        if is_over.is_set():
            raise CancelledError
        alive()

    def prepared(ids: Sequence[str]) -> list[Document]:
        with app.reading() as uow:
            found = drafts(uow.session, ids)
        return complete(app.embedder, [draft for draft in found.values() if draft], still_wanted)

    with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
        try:
            for number, documents in _one_ahead(pool, prepared, _all_ids(app)):
                _add(report, target.write(documents))
                done += number
                progress(done, total)
        finally:
            is_over.set()
    return report


def _one_ahead(
    pool: Executor, prepared: Callable[[Sequence[str]], list[Document]], batches: Iterable[Sequence[str]]
) -> Iterator[tuple[int, list[Document]]]:
    """Size and documents of each batch; the next one is under way when one is given out."""
    waiting: tuple[int, Future[list[Document]]] | None = None
    for ids in batches:
        ready, waiting = waiting, (len(ids), pool.submit(prepared, ids))
        if ready is not None:
            yield ready[0], ready[1].result()
    if waiting is not None:
        yield waiting[0], waiting[1].result()


def _all_ids(app: Reading) -> Iterator[Sequence[str]]:
    """Index ids of everything indexable, kind by kind, in batches."""
    for kind in KINDS:
        with app.reading() as uow:
            numbers = [row[0] for row in uow.session.execute(_indexable(kind, "versions"))]
        for start in range(0, len(numbers), BATCH):
            yield [f"{kind}:{number}" for number in numbers[start : start + BATCH]]


def _counts(session: Session) -> dict[str, int]:
    return {kind: session.scalar(_indexable(kind, "count")) or 0 for kind in KINDS}


def _indexable(kind: str, what: str) -> Any:
    table = TABLES[kind]
    columns = (func.count(),) if what == "count" else (table.id, table.index_version)
    statement = select(*columns).select_from(table).where(table.visibility != "draft")
    if table is Problem:
        statement = statement.where(Problem.state.in_(INDEXED_STATES))
    return statement.order_by(table.id) if what != "count" else statement


def _add(total: WriteReport, part: WriteReport) -> None:
    total.written += part.written
    total.stale += part.stale
    total.failed |= part.failed
