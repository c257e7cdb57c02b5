"""A PostgreSQL for tests: a named one, or one started from local binaries in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from matchmaker.models import Base
from matchmaker.storage.database import Database
from tests.support.orphans import ended_by

HOW = (
    "no PostgreSQL: name one in MATCHMAKER_TEST_DATABASE_URL or install it (apt-get install postgresql); "
    "REQUIRE_POSTGRES=1 makes this a failure"
)


class LocalServer:
    """A server of this machine that can be stopped and started, killed, frozen and thawed."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.url = f"postgresql://matchmaker@/postgres?host={folder}"
        self._programs, self._folder, self._data = programs, folder, str(folder / "data")
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        # Sorted as Chinese is, unlike SQLite: an order that the code leaves to the database shows.
        sorting = ["--locale-provider=icu", "--icu-locale=zh-Hans-CN", "--locale=C", "-E", "UTF8"]
        self._run("initdb", "-D", self._data, "-U", "matchmaker", "-A", "trust", *sorting, "--no-sync")

    def start(self) -> None:
        # Its clock is not ours: a moment that the code leaves to the database shows.
        options = f"-c listen_addresses= -c timezone=Asia/Shanghai -c fsync=off -k {self._folder}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """As an administrator does: "fast" ends transactions, "immediate" is as a crash."""
        subprocess.run(self.stopping(mode), check=True, cwd=self._folder, capture_output=True, text=True)

    def stopping(self, mode: str = "immediate") -> list[str]:
        """The command that stops it."""
        return self._command("pg_ctl", "-D", self._data, "-m", mode, "stop")

    def freeze(self, number: signal.Signals = signal.SIGSTOP) -> None:
        """It keeps its connections and says nothing any more, as on a hanging disk."""
        postmaster = int((Path(self._data) / "postmaster.pid").read_text().splitlines()[0])
        listed = subprocess.run(["pgrep", "-P", str(postmaster)], capture_output=True, text=True, check=True)
        for process in (postmaster, *map(int, listed.stdout.split())):
            os.kill(process, number)

    def thaw(self) -> None:
        self.freeze(signal.SIGCONT)

    def _command(self, program: str, *arguments: str) -> list[str]:
        switch = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        return [*switch, str(self._programs / program), *arguments]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            self._command(program, *arguments), check=True, cwd=self._folder, capture_output=True, text=True
        )


@contextmanager
def local_server() -> Iterator[LocalServer]:
    """A server from local binaries in a temporary folder, running; it ends also when the tests are killed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not programs:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(HOW)
        pytest.skip(reason=HOW)
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-postgres-"))
    try:
        made = LocalServer(programs[-1].parent, folder)
        with ended_by(made.stopping(), folder):
            made.start()
            try:
                yield made
            finally:
                made.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def server() -> Iterator[str]:
    """URL of a server in which databases may be made."""
    named = os.environ.get("MATCHMAKER_TEST_DATABASE_URL")
    if named:
        yield named
        return
    with local_server() as made:
        yield made.url


@contextmanager
def database(server_url: str, template: str = "template0") -> Iterator[str]:
    """URL of a fresh database, a copy of ``template`` (a name; nobody may be connected), dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def template(server_url: str) -> Iterator[str]:
    """Name of a database with all tables: a copy of it takes 40 ms, the tables 110."""
    with database(server_url) as url:
        made = Database(url)
        Base.metadata.create_all(made.engine)
        made.close()
        yield make_url(url).database or ""
