"""A PostgreSQL for tests: a named one, or one started from local binaries in a temporary folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from matchmaker.models import Base
from matchmaker.storage.database import Database

HOW = (
    "no PostgreSQL: name one in MATCHMAKER_TEST_DATABASE_URL or install it (apt-get install postgresql); "
    "REQUIRE_POSTGRES=1 makes this a failure"
)


@contextmanager
def server() -> Iterator[str]:
    """URL of a server in which databases may be made."""
    named = os.environ.get("MATCHMAKER_TEST_DATABASE_URL")
    if named:
        yield named
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not programs:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(HOW)
        pytest.skip(reason=HOW)
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-postgres-"))
    try:
        yield from _started(programs[-1].parent, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(programs: Path, folder: Path) -> Iterator[str]:
    data = folder / "data"
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")

    def run(*command: str) -> None:
        switch = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*switch, *command], check=True, cwd=folder, capture_output=True, text=True)

    # Sorted as Chinese is, unlike SQLite: an order that the code leaves to the database shows.
    sorting = ["--locale-provider=icu", "--icu-locale=zh-Hans-CN", "--locale=C", "-E", "UTF8"]
    run(str(programs / "initdb"), "-D", str(data), "-U", "matchmaker", "-A", "trust", *sorting, "--no-sync")
    options = f"-c listen_addresses= -k {folder} -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://matchmaker@/postgres?host={folder}"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


@contextmanager
def database(server_url: str, template: str = "template0") -> Iterator[str]:
    """URL of a fresh database, a copy of ``template`` (a name; nobody may be connected), dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    url = make_url(server_url).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def template(server_url: str) -> Iterator[str]:
    """Name of a database with all tables: a copy of it takes 40 ms, the tables 110."""
    with database(server_url) as url:
        made = Database(url)
        Base.metadata.create_all(made.engine)
        made.close()
        yield make_url(url).database or ""
