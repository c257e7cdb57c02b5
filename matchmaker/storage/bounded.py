"""A PostgreSQL connection that gives up a server which says nothing: a frozen machine, a hanging disk.

The server's own limits (statement_timeout …) cannot end what it has no time to look at, and the driver would
wait for ever.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import psycopg

#: Seconds; above the server's own limit for a statement, which comes with a better sentence.
SILENT_SECONDS = 40.0


class BoundedConnection(psycopg.Connection[Any]):
    """As psycopg's, but closed after SILENT_SECONDS without a word; ``is_patient`` lifts that for a while."""

    is_patient = False

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **named: Any) -> Any:
        """As the base, for a generator that is ended when nothing comes."""
        return super().wait(self._limited(gen), *arguments, **named)

    def _limited(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        end = time.monotonic() + SILENT_SECONDS
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted  # 0 when nothing came within the driver's interval
                if ready:
                    end = time.monotonic() + SILENT_SECONDS
                elif time.monotonic() > end and not self.is_patient:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no word from the server for {SILENT_SECONDS:g} seconds")
                wanted = gen.send(ready)
        except StopIteration as ended:
            return ended.value
