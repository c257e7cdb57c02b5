"""Connections, for reading and for writing; SQLite is told to behave, PostgreSQL when to give up."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Engine, Select, create_engine, event, func, make_url, select
from sqlalchemy.pool import ConnectionPoolEntry

#: Seconds a writer waits for another.
BUSY_SECONDS = 30
#: The same for a row of PostgreSQL: less than a statement may take, so that the sentence is the right one.
LOCK_SECONDS = 20
#: Seconds that one statement of a page, a command or a job may take on PostgreSQL.
STATEMENT_SECONDS = 30
#: Seconds after which PostgreSQL ends a transaction whose owner says nothing: it may hold locks.
IDLE_SECONDS = 300
#: Seconds for reaching a PostgreSQL, and for a free connection when all are in use.
CONNECT_SECONDS = 5
POOL_SECONDS = 10
#: Connections kept, and further ones at busy times: a site has 8 threads, its worker one.
POOL_SIZE, POOL_OVERFLOW = 10, 10
#: Seconds after which a connection is opened anew: a firewall may have forgotten it.
RECYCLE_SECONDS = 1800
#: Seconds that a PostgreSQL which worked before is waited for: a restart takes as long.
RESTART_SECONDS = 4.0


class Database:
    """The truth.

    ``reading`` sees one state of the database throughout and never writes. ``writing`` is alone on SQLite,
    whose one write lock it takes at its beginning; on PostgreSQL writers meet at the rows they write. What a
    statement carried (names, telephone numbers) stands in no error and so in no log.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
        if kind not in {"sqlite", "postgresql", "postgres"}:
            raise ValueError(f"{kind}: neither sqlite nor postgresql")
        self.url = url
        self.is_sqlite = kind == "sqlite"
        if self.is_sqlite:
            options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
            self.engine = create_engine(parsed, connect_args=options, hide_parameters=True)
            _teach_sqlite(self.engine)
            self.reading = self.engine.execution_options(matchmaker_write=False)
        else:
            self.engine = _server(parsed.set(drivername="postgresql+psycopg"))  # that of matchmaker[server]
            self.reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self.writing = self.engine.execution_options(matchmaker_write=True)

    @property
    def name(self) -> str:
        """The URL as it may be shown: without a password."""
        return make_url(self.url).render_as_string(hide_password=True)

    def close(self) -> None:
        """Lets go of every connection."""
        self.engine.dispose()


def turn(name: str) -> Select[Any]:
    """What PostgreSQL is asked so that transactions with the same name run one after the other."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    return select(func.pg_advisory_xact_lock(number))


def _server(url: URL) -> Engine:
    """A PostgreSQL: a connection is tried before it is used, and nothing waits without an end.

    What the URL itself says (connect_timeout, options …) wins.
    """
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    given = " ".join(_listed(url.query.get("options")))
    options = " ".join(f"-c {name}={seconds * 1000}" for name, seconds in limits.items())
    named: dict[str, Any] = {"options": f"{options} {given}".strip(), "application_name": "matchmaker"}
    named |= {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
    kept = {name: value for name, value in named.items() if name == "options" or name not in url.query}
    engine = create_engine(
        url,
        connect_args=kept,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        pool_recycle=RECYCLE_SECONDS,
    )
    _teach_psycopg(engine)
    return engine


def _teach_psycopg(engine: Engine) -> None:
    """Connections that give up a silent server, made with patience."""
    from matchmaker.storage.bounded import BoundedConnection

    patience = Patience()

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, _entry: Any, arguments: Any, named: Any) -> Any:
        def attempt() -> Any:
            return BoundedConnection.connect(*arguments, **named)

        return patience.connect(attempt, dialect.dbapi.OperationalError)

    @event.listens_for(engine, "checkin")
    def _given_back(connection: Any, _entry: ConnectionPoolEntry) -> None:
        if connection is not None:
            connection.is_patient = False


def _listed(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value or ()


class Patience:
    """Waits for a server that worked before and restarts; one that stays away is not waited for again.

    One that lets a caller wait (a frozen machine) is left alone for a while: others are refused at once.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._has_worked = False
        self._away_since: float | None = None
        self._refused_until = 0.0
        self._fault: Exception | None = None

    def connect(self, attempt: Callable[[], Any], refusal: type[Exception]) -> Any:
        """The connection; ``refusal`` as it came when it is not waited for, or not any more."""
        while True:
            began = self._monotonic()
            if self._fault is not None and began < self._refused_until:
                raise refusal(*self._fault.args)
            try:
                connection = attempt()
            except refusal as fault:
                if not self._waits():
                    self._leave_alone(began, fault)
                    raise
                time.sleep(0.1)
            else:
                self._has_worked, self._away_since, self._fault = True, None, None
                return connection

    def _waits(self) -> bool:
        moment = self._monotonic()
        if self._away_since is None:
            self._away_since = moment
        return self._has_worked and moment < self._away_since + RESTART_SECONDS

    def _leave_alone(self, began: float, fault: Exception) -> None:
        moment = self._monotonic()
        if moment > began + 1:
            self._fault, self._refused_until = fault, moment + CONNECT_SECONDS


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
