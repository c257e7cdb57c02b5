"""A whole database into another one, of SQLite or PostgreSQL: in one transaction, counted and verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Integer, String, Table, func, insert, inspect, select, text

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError
from matchmaker.messages import Message
from matchmaker.models import Base, Job, Lease, now
from matchmaker.storage import schema
from matchmaker.storage.database import Database
from matchmaker.storage.faults import told
from matchmaker.storage.queries import MOST_NUMBER

Progress = Callable[[int, int], None]
Row = dict[str, Any]

#: Rows of one statement.
BATCH = 1000
#: Values that the target cannot hold, told at most.
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a table.

    Attributes:
        digest: of all rows, whatever their order.
    """

    rows: int
    digest: str


class _Sum:
    """Counts rows and adds up their hashes."""

    def __init__(self) -> None:
        self._rows = self._total = 0

    def add(self, row: Iterable[Any]) -> None:
        written = json.dumps(list(row), default=str, sort_keys=True).encode()
        self._total += int.from_bytes(hashlib.sha256(written).digest())
        self._rows += 1

    @property
    def content(self) -> Content:
        return Content(self._rows, f"{self._total % 2**256:064x}")


def copy(
    source: Database, target: Database, progress: Progress = lambda _done, _total: None
) -> dict[str, Content]:
    """Copies every table and reads it back; returns what each table of the target holds.

    The source is read as it is at one moment. The target gets its tables by migrations, in the same
    transaction: a copy that is killed or refused leaves it as it was.

    Raises:
        Conflict: the target holds something already, or work is being done in the source.
        InvalidInput: the source holds values that the target cannot; the fields say which.
    """
    schema.check(source)
    with told(), source.reading.connect() as reading, schema.unhurried(target) as writing:
        schema.lift_limits(reading)
        _refuse_work_in_hand(reading)
        _refuse_unless_empty(writing, target)
        schema.upgrade_within(writing)
        total = 2 * sum(_count(reading, table) for table in Base.metadata.sorted_tables)
        step = _Steps(progress, total)
        unfit: dict[str, Message] = {}
        sent = {table: _send(reading, writing, table, step, unfit) for table in Base.metadata.sorted_tables}
        if unfit:
            raise _refused(unfit)
        for table, content in sent.items():
            _continue_numbers(reading, writing, table)
            _refuse_difference(table, content, _content(writing, table, step))
            if not target.is_sqlite:
                writing.execute(
                    text(f'ANALYZE "{table.name}"')
                )  # the first questions are planned well already
        return {table.name: content for table, content in sent.items()}


def contents(database: Database, progress: Progress = lambda _done, _total: None) -> dict[str, Content]:
    """What stands in each table, at one moment."""
    with told(), database.reading.connect() as reading:
        step = _Steps(progress, sum(_count(reading, table) for table in Base.metadata.sorted_tables))
        return {table.name: _content(reading, table, step) for table in Base.metadata.sorted_tables}


class _Steps:
    """Rows dealt with, told now and then."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self, rows: int) -> None:
        self._done += rows
        self._progress(self._done, self._total)


def _refuse_work_in_hand(source: Connection) -> None:
    """Whoever works now would go on writing into the old database."""
    moment = now()
    running = select(func.count()).where(Job.state == "running", Job.lease_until >= moment)
    held = select(func.count()).where(Lease.until >= moment)
    if source.scalar(running) or source.scalar(held):
        raise Conflict(
            Message("有任务正在运行，现在复制会漏掉它们写入的内容。"),
            hint=Message("请先停止 matchmaker serve 和 matchmaker work，等正在运行的任务结束后再复制。"),
        )


def _refuse_unless_empty(target: Connection, database: Database) -> None:
    """Nothing at all, or the empty tables of ``matchmaker init``."""
    known = {*Base.metadata.tables, "alembic_version"}
    for name in inspect(target).get_table_names():
        if name not in known or (name in Base.metadata.tables and _count(target, Base.metadata.tables[name])):
            raise Conflict(
                Message(
                    "目标数据库 %(target)s 不是空的（表 %(table)s）。",
                    {"target": database.name, "table": name},
                ),
                hint=Message("请新建一个空的数据库再复制；这里什么也没有改。"),
            )


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _rows(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """All rows in batches; the connection holds one batch at a time."""
    found = connection.execute(select(table), execution_options={"yield_per": BATCH})
    with closing(found):
        rows = found.mappings()
        while batch := [dict(row) for row in islice(rows, BATCH)]:
            yield batch


def _send(
    source: Connection, target: Connection, table: Table, step: _Steps, unfit: dict[str, Message]
) -> Content:
    """Copies a table; once a value was found unfit, the rest is only looked through."""
    total = _Sum()
    for batch in _rows(source, table):
        for row in batch:
            total.add(row.values())
            unfit |= _unfit(table, row) if target.dialect.name == "postgresql" else {}
        if not unfit:
            target.execute(insert(table), batch)
        step(len(batch))
    return total.content


def _unfit(table: Table, row: Row) -> dict[str, Message]:
    """Values that SQLite takes and PostgreSQL does not."""
    found = {}
    for column in table.columns:
        value = row[column.name]
        place = f"{table.name}:{row.get('id', '')}.{column.name}"
        if isinstance(value, str):
            longest = column.type.length if isinstance(column.type, String) else None
            if "\x00" in value:
                found[place] = Message("含有 NUL 字符，请删去")
            elif longest and len(value) > longest:
                found[place] = Message(
                    "共 %(length)s 个字，最多 %(longest)s", {"length": len(value), "longest": longest}
                )
        elif type(column.type) is Integer and isinstance(value, int) and abs(value) > MOST_NUMBER:
            found[place] = Message("数字 %(value)s 太大", {"value": value})
    return found


def _refused(unfit: dict[str, Message]) -> MatchmakerError:
    told_ones = dict(islice(unfit.items(), MOST_TOLD))
    return InvalidInput(
        Message("有 %(number)s 处内容目标数据库存不下，没有复制。", {"number": len(unfit)}),
        hint=Message("请在原来的安装中更正这些内容后再复制。"),
        fields=told_ones,
    )


def _content(connection: Connection, table: Table, step: _Steps) -> Content:
    total = _Sum()
    for batch in _rows(connection, table):
        for row in batch:
            total.add(row.values())
        step(len(batch))
    return total.content


def _refuse_difference(table: Table, sent: Content, found: Content) -> None:
    if sent != found:
        raise MatchmakerError(
            Message(
                "表 %(table)s 复制后与原来不同（%(sent)s 行，读回 %(found)s 行），已全部撤回。",
                {"table": table.name, "sent": sent.rows, "found": found.rows},
            ),
            hint=Message("请把这一情况告诉我们；原来的数据库没有改动。"),
        )


def _continue_numbers(source: Connection, target: Connection, table: Table) -> None:
    """New rows get numbers that no row ever had, deleted ones included."""
    if "id" not in table.columns:
        return
    last = _last_number(source, table)
    if target.dialect.name == "postgresql" and last:
        target.execute(select(func.setval(func.pg_get_serial_sequence(f'"{table.name}"', "id"), last)))
    elif _keeps_numbers(target, table):
        target.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        target.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"),
            {"name": table.name, "last": last},
        )


def _last_number(connection: Connection, table: Table) -> int:
    """The largest number that a table has given away."""
    largest = connection.scalar(select(func.max(table.c.id))) or 0
    given: int | None = None
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', "id")))
        given = connection.scalar(text(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}"))
    elif _keeps_numbers(connection, table):
        asked = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        given = connection.scalar(asked, {"name": table.name})
    return max(largest, given or 0)


def _keeps_numbers(connection: Connection, table: Table) -> bool:
    """Whether SQLite remembers the largest number of a table."""
    return connection.dialect.name == "sqlite" and bool(table.dialect_options["sqlite"]["autoincrement"])
