"""The tables of a database: brought up to date, asked for their state, compared with the models.

Alembic is driven from here, so that an installed package needs no ``alembic.ini``.
``python -m matchmaker.storage.schema "add a column"`` writes the next migration from the models.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, String, Text, create_engine, event, text

from matchmaker.errors import Unavailable
from matchmaker.messages import Message
from matchmaker.models import Base
from matchmaker.storage.database import BUSY_SECONDS, Database, turn
from matchmaker.storage.faults import told

FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> str:
    """Brings the tables up to date in one transaction; returns a line that says what was done.

    An interrupted upgrade leaves the tables as they were. A database that a newer release has written is
    refused.
    """
    before = current(database)
    _refuse_unknown(before)
    with unhurried(database) as connection:
        upgrade_within(connection, revision)
    after = current(database)
    return f"{after}" if before == after else f"{before or '∅'} → {after}"


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same in the transaction of whoever calls."""
    command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Takes the tables back to an older revision ("base": none at all)."""
    with unhurried(database) as connection:
        command.downgrade(_config(connection), revision)


def current(database: Database) -> str | None:
    """The revision of the tables; None when there are none."""
    with told(), database.reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision that this release works with."""
    head = ScriptDirectory(str(FOLDER)).get_current_head()
    assert head is not None
    return head


def check(database: Database) -> None:
    """Raises Unavailable unless the tables are those of this release; the hint says what to run."""
    found = current(database)
    _refuse_unknown(found)
    if found is None:
        raise Unavailable(
            Message("数据库中还没有数据表。"),
            hint=Message("请先运行 matchmaker init（或用 --home 指定安装文件夹）。"),
        )
    if found != newest():
        raise Unavailable(
            Message(
                "数据库的版本（%(found)s）比程序旧（%(newest)s）。", {"found": found, "newest": newest()}
            ),
            hint=Message("请备份后运行 matchmaker init，它会更新数据表。"),
        )


def differences(database: Database) -> list[Any]:
    """What the models would have otherwise than the tables, in Alembic's words; empty when they agree."""
    with unhurried(database) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": is_other_type})
        return list(compare_metadata(context, Base.metadata))


def is_other_type(
    context: MigrationContext, _column: Any, _wanted: Any, found: Any, wanted: Any
) -> bool | None:
    """SQLite keeps no lengths, so texts of other lengths are the same there; else Alembic decides (None)."""
    both_texts = isinstance(found, String) and isinstance(wanted, String)
    both_texts = both_texts and isinstance(found, Text) == isinstance(wanted, Text)
    is_sqlite = context.dialect is not None and context.dialect.name == "sqlite"
    return False if is_sqlite and both_texts else None


def propose(message: str, folder: Path = FOLDER) -> Path:
    """Writes the migration that leads from the newest revision to the models; a person reads it over."""
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/scratch.sqlite")
        try:
            upgrade(database)
            with unhurried(database) as connection:
                number = f"{len(list(folder.glob('versions/*.py'))) + 1:04d}"
                script = command.revision(
                    _config(connection, folder), message, autogenerate=True, rev_id=number
                )
        finally:
            database.close()
    assert script is not None
    assert not isinstance(script, list)
    return Path(script.path)


def lift_limits(connection: Connection) -> None:
    """Lets this transaction take its time: a million rows do."""
    if connection.dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = 0"))
        driver: Any = connection.connection.driver_connection
        driver.is_patient = True  # until it goes back to the pool


def _refuse_unknown(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
    if revision is not None and revision not in known:
        raise Unavailable(
            Message("数据库由更新的版本建立（%(revision)s），本程序不认识。", {"revision": revision}),
            hint=Message("请升级程序，或恢复升级前的备份。"),
        )


def _config(connection: Connection, folder: Path = FOLDER) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def unhurried(database: Database) -> Iterator[Connection]:
    """One transaction for a migration or a copy, which may take its time.

    On SQLite without foreign keys: Alembic copies a table to change it, and dropping the old one would
    otherwise delete the rows that refer to it.
    """
    if not database.is_sqlite:
        with told(), database.engine.begin() as connection:
            lift_limits(connection)
            connection.execute(turn("tables"))  # two hosts may run init at once
            yield connection
        return
    engine = create_engine(database.url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _entry: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with told(), engine.begin() as connection:
        yield connection


if __name__ == "__main__":
    sys.stdout.write(f"{propose(' '.join(sys.argv[1:]))}\n")
