"""Writing to Elasticsearch: batches by bulk, an older version never over a newer one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from indexer.document import Document
from indexer.elasticsearch_mapping import json_of, key_of, tombstone_of
from indexer.elasticsearch_server import guarded
from indexer.engine import EngineUnavailable, IndexBroken, WriteReport
from indexer.intake import checked

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: Documents of one request: while one is under way the next one is segmented.
CHUNK = 250
#: Attempts of what a busy server refused, and the pause before the first further one, s; it doubles.
_ATTEMPTS = 6
_PAUSE = 0.2
#: Seconds for one request of writing.
_TIMEOUT = 120.0
_STALE, _MISSING, _BUSY = 409, 404, {429, 502, 503, 504}
#: Ids asked for at a time.
LOOK_UPS = 1000


@dataclass(frozen=True, slots=True)
class Action:
    """One document or tombstone to be written."""

    id: str
    version: int
    body: bytes

    def line(self) -> bytes:
        """What to do with the body."""
        return orjson.dumps(
            {"index": {"_id": key_of(self.id), "version": self.version, "version_type": "external_gte"}}
        )


@dataclass(slots=True)
class Outcome:
    """What became of actions: written ids with repetitions, others once."""

    written: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Takes over another's."""
        self.written += other.written
        self.stale += other.stale
        self.failed |= other.failed


class Target:
    """One alias that is written to.

    Args:
        client: the way there.
        alias: an alias of one index; no index is made by writing.
        must: whether its absence is a fault; an index that a rebuild fills may go at any time.
    """

    def __init__(self, client: Elasticsearch, alias: str, *, must: bool = True) -> None:
        self._client = client
        self.alias = alias
        self._must = must

    def send(self, actions: Sequence[Action]) -> Outcome:
        """Writes, durably on return; what a busy server refused is tried again.

        Raises:
            IndexBroken: the alias is not there.
            EngineUnavailable: the server does not take it; some of it may be written, and may be again.
        """
        outcome, waiting = Outcome(), list(actions)
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE * 2 ** (attempt - 1))
            waiting = self._once(waiting, outcome)
            if not waiting:
                return outcome
        raise EngineUnavailable(
            f"Elasticsearch is too busy to take {len(waiting)} documents; try again later"
        )

    def _once(self, actions: Sequence[Action], outcome: Outcome) -> list[Action]:
        lines: Any = [line for action in actions for line in (action.line(), action.body)]
        with guarded("writing"):
            answer = self._client.options(request_timeout=_TIMEOUT).bulk(
                operations=lines,
                index=self.alias,
                require_alias=True,
                filter_path="items.*.status,items.*.error.type,items.*.error.reason",
            )
        again = []
        for action, item in zip(actions, answer["items"], strict=True):
            if self._is_busy(action, item["index"], outcome):
                again.append(action)
        return again

    def _is_busy(self, action: Action, item: Mapping[str, Any], outcome: Outcome) -> bool:
        """Notes what became of one action; True when it is to be tried again."""
        status, error = int(item["status"]), item.get("error", {})
        if "error" not in item:
            outcome.written.append(action.id)
        elif status == _STALE:
            outcome.stale.append(action.id)
        elif status in _BUSY:
            return True
        elif status == _MISSING:
            if self._must:
                raise IndexBroken(f"the index {self.alias} is lost; run: matchmaker index rebuild")
        else:
            outcome.failed[action.id] = f"Elasticsearch: {error.get('type')}: {error.get('reason')}"[:500]
        return False


def write(targets: Sequence[Target], documents: Iterable[Document], dimension: int) -> WriteReport:
    """Writes to every target, in order; the report is that of the first."""
    report, total = WriteReport(), Outcome()
    with ThreadPoolExecutor(1, thread_name_prefix="writing") as pool:
        under_way: Future[Outcome] | None = None
        for chunk in _chunks(documents, dimension, report):
            if under_way is not None:
                total.add(under_way.result())
            under_way = pool.submit(_everywhere, targets, chunk)
        if under_way is not None:
            total.add(under_way.result())
    report.written, report.stale = len(total.written), total.stale
    report.failed |= total.failed
    return report


def delete(client: Elasticsearch, targets: Sequence[Target], versions: Mapping[str, int]) -> WriteReport:
    """Leaves a tombstone for each id in every target; the report is that of the first."""
    report = WriteReport()
    names = list(versions)
    for start in range(0, len(names), LOOK_UPS):
        part = names[start : start + LOOK_UPS]
        living = _living(client, targets[0].alias, part)
        actions = [Action(name, versions[name], tombstone_of(name, versions[name])) for name in part]
        outcome = _everywhere(targets, actions)
        report.deleted += sum(name in living for name in outcome.written)
        report.stale += outcome.stale
        report.failed |= outcome.failed
    return report


def _everywhere(targets: Sequence[Target], actions: Sequence[Action]) -> Outcome:
    outcomes = [target.send(actions) for target in targets]
    return outcomes[0]


def _chunks(documents: Iterable[Document], dimension: int, report: WriteReport) -> Iterator[list[Action]]:
    chunk: list[Action] = []
    for document, words in checked(documents, dimension, report):
        chunk.append(Action(document.id, document.version, json_of(document, words)))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _living(client: Elasticsearch, alias: str, ids: Sequence[str]) -> set[str]:
    """Which of the ids name a document, and no tombstone."""
    with guarded("looking documents up"):
        found = client.mget(index=alias, ids=[key_of(name) for name in ids], source_includes=["id", "live"])
    sources = [entry["_source"] for entry in found["docs"] if entry.get("found")]
    return {source["id"] for source in sources if source["live"]}
