"""Connections: one engine for reading, one for writing, with SQLite told to behave."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

#: Seconds a writer waits for another on SQLite.
BUSY_SECONDS = 30


class Database:
    """The truth. ``reading`` never writes; ``writing`` takes SQLite's one write lock at its beginning."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:  # the driver that matchmaker[server] brings
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = url
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        self.engine = create_engine(parsed, **options)
        if self.is_sqlite:
            _teach_sqlite(self.engine)
        self.reading = self.engine.execution_options(matchmaker_write=False)
        if parsed.get_backend_name() == "postgresql":
            self.reading = self.engine.execution_options(postgresql_readonly=True)
        self.writing = self.engine.execution_options(matchmaker_write=True)

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()


def _teach_sqlite(engine: Engine) -> None:
    """Foreign keys, WAL, and transactions that begin as what they are.

    A read that turns into a write fails at once with “database is locked”, whatever the time-out; hence a
    writing unit begins with BEGIN IMMEDIATE and a reading one refuses to write.
    """

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        _use_write_ahead_log(cursor)
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA cache_size = -32000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        write = connection.get_execution_options().get("matchmaker_write", True)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _use_write_ahead_log(cursor: Any) -> None:
    """SQLite's time-out does not hold for this statement, where two processes that open a new file meet."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
