"""A rebuild in Elasticsearch: a new index is filled, by live writes too, then takes the old one's place."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from indexer.document import Document
from indexer.elasticsearch_indices import REFRESH, Indices
from indexer.elasticsearch_lease import Lease
from indexer.elasticsearch_server import guarded
from indexer.elasticsearch_writing import Target, delete, write
from indexer.engine import Alive, EngineError, WriteReport

#: Lucene's segments stay below 5 GB: larger ones would never be merged again when documents in them change.
_SEGMENT_BYTES = 4_000_000_000
_PAUSE = 0.5


class ElasticsearchRebuild:
    """Clause 19. Holds the right to rebuild from entry to exit."""

    def __init__(self, indices: Indices, wait: float) -> None:
        self._indices = indices
        self._wait = wait
        self._stack = ExitStack()
        self._name: str | None = None
        self._is_switched = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(Lease(self._indices, self._wait))
            with guarded("beginning the rebuild"):
                table = self._indices.table()
                left = [
                    index for index, aliases in table.items() if any(".next." in name for name in aliases)
                ]
                self._indices.delete(left)
                self._name = self._indices.new_name(table)
                self._indices.create(self._name, self._indices.next, refresh="-1")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if not self._is_switched and self._name is not None:
                try:
                    with guarded("dropping the rebuild"):
                        self._indices.delete([self._name])
                except EngineError:
                    pass  # the next rebuild clears it
            self._name = None

    def write(self, documents: Iterable[Document]) -> WriteReport:
        """As ``Writer.write``, into the new index."""
        return write([self._target()], documents, self._indices.dimension)

    def delete(self, versions: Mapping[str, int]) -> WriteReport:
        """As ``Writer.delete``, in the new index."""
        return delete(self._indices.client, [self._target()], versions)

    def refresh(self) -> None:
        """Nothing to do: the new index is not searched before the switch."""

    def switch(self, alive: Alive = lambda: None) -> None:
        """Takes the new index into use, merged into few segments; ``alive`` is called while that lasts."""
        name = self._open_name()
        with guarded("merging the new index"):
            self._merge(name, alive)
        with guarded("switching to the new index"):
            client = self._indices.client
            client.indices.put_settings(index=name, settings={"refresh_interval": REFRESH})
            client.options(request_timeout=120).indices.refresh(index=name)
            self._indices.switch(name)
        self._is_switched = True

    def _target(self) -> Target:
        self._open_name()
        return Target(self._indices.client, self._indices.next)

    def _open_name(self) -> str:
        if self._name is None or self._is_switched:
            raise EngineError("this rebuild has ended; begin another")
        return self._name

    def _merge(self, name: str, alive: Alive) -> None:
        """One segment is searched fastest: vectors are looked at in each. The server works, we watch."""
        client = self._indices.client
        stats = client.indices.stats(index=name, metric=["store"])["_all"]["primaries"]
        parts = 1 + stats["store"]["size_in_bytes"] // (_SEGMENT_BYTES * self._indices.server.shards)
        task = client.indices.forcemerge(index=name, max_num_segments=parts, wait_for_completion=False)[
            "task"
        ]
        while not self._is_done(task):
            alive()
            time.sleep(_PAUSE)

    def _is_done(self, task: str) -> bool:
        headers = {"accept": "application/json"}
        client = self._indices.client.options(ignore_status=404)
        answer: Any = client.perform_request("GET", f"/_tasks/{task}", headers=headers).body
        return bool(answer.get("completed", True))  # a node that was lost takes its task with it
