"""A whole database into another one: complete, verified, all or nothing, and the way back."""

from __future__ import annotations

import signal
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert, inspect, select, text

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.jobs import queue
from matchmaker.models import Base, Job, Organization, Problem, Publication, now
from matchmaker.permissions import ORGANIZER
from matchmaker.storage import copying, schema
from matchmaker.storage.database import Database
from tests.support import postgres
from tests.support.processes import python
from tests.support.samples import organization, problem, publication, store
from tests.support.site import fill

TABLES = Base.metadata.sorted_tables


@pytest.fixture
def source(any_app):
    """An installation with something in every table, made by migrations."""
    Base.metadata.drop_all(any_app.database.engine)
    schema.upgrade(any_app.database)
    fill(any_app)
    fill_the_rest(any_app)
    return any_app.database


@pytest.fixture
def target(database_kind, request, tmp_path):
    """An empty database of the other kind."""
    if database_kind == "postgresql":
        made = Database(f"sqlite:///{tmp_path / 'target.sqlite'}")
        yield made
        made.close()
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        made = Database(url)
        yield made
        made.close()


def fill_the_rest(app):
    """A row in every table that the county leaves empty, with what may get lost on the way."""
    with app.unit_of_work() as uow:
        uow.enqueue("index", "problem:1", version=3)
        uow.record(ORGANIZER, "problem:update", "problem:1", title=["“旧”\n", "new \ud83d\ude00 \\ %"])
        uow.looked_at(ORGANIZER, "match:read", "expert:1")
        queue.hold(uow.session, "index", "nobody", -1)
        uow.session.flush()
        filled = {
            "direction": "problem-experts",
            "subject": "problem:1",
            "relation": "authorship",
            "language": "zh",
        }
        for table in TABLES:
            if not uow.session.scalar(select(table).limit(1)):
                row = {
                    column.name: value_for(column, filled) for column in table.columns if column.name != "id"
                }
                uow.session.execute(insert(table), row)


def value_for(column, filled):
    if column.foreign_keys:
        return 1
    kind = column.type.python_type
    made = {
        int: 2**31 - 1,
        float: 0.1 + 0.2,
        bool: True,
        dict: {"值": [1, None, "é"]},
        list: ["甲"],
        str: "文\t字",
    }
    moments = {"DateTime": now(), "Date": now().date()}
    return filled.get(column.name) or made.get(kind) or moments.get(column.type.__class__.__name__)


def rows(database):
    with database.reading.connect() as connection:
        return {table.name: sorted(map(str, connection.execute(select(table)).all())) for table in TABLES}


def test_every_table_arrives_is_verified_and_told(source, target):
    told = []
    copied = copying.copy(source, target, lambda done, total: told.append((done, total)))
    assert rows(target) == rows(source)
    assert min(content.rows for content in copied.values()) >= 1
    assert list(copied) == [table.name for table in TABLES]
    assert copied == copying.contents(source) == copying.contents(target)
    total = 2 * sum(content.rows for content in copied.values())
    assert told[-1] == (total, total)
    assert (schema.current(target), schema.differences(target)) == (schema.newest(), [])


def test_what_was_copied_can_be_copied_back(source, target, database_kind, request, tmp_path):
    first = copying.copy(source, target)
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        back = Database(f"sqlite:///{tmp_path / 'back.sqlite'}" if database_kind == "sqlite" else url)
        assert (copying.copy(target, back), rows(back)) == (first, rows(source))
        back.close()


def test_new_rows_get_numbers_that_no_row_ever_had(any_app, target, embedder):
    with any_app.unit_of_work() as uow:
        uow.session.add_all([publication("甲"), publication("乙"), organization("丙")])
        uow.session.flush()
        uow.session.delete(uow.session.get_one(Publication, 2))
    mark_as_migrated(any_app.database)
    copying.copy(any_app.database, target)
    from matchmaker.storage.unit_of_work import UnitOfWork

    with UnitOfWork(target.writing, writes=True) as uow:
        added = [publication("丁"), organization("戊"), problem("己")]
        uow.session.add_all(added)
        uow.session.flush()
        assert [row.id for row in added] == [3, 2, 1]


def mark_as_migrated(database):
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:one)"), {"one": schema.newest()})


def test_a_target_with_empty_tables_is_taken(source, target):
    schema.upgrade(target)
    assert copying.copy(source, target) == copying.contents(source)


@pytest.mark.parametrize("there", ["a row of ours", "a table of somebody else"])
def test_a_target_that_is_not_empty_is_refused_and_left_alone(source, target, there):
    with target.engine.begin() as connection:
        if there == "a row of ours":
            Base.metadata.create_all(connection)
            connection.execute(text("INSERT INTO lease VALUES ('index', 'x', '2026-01-01 00:00:00')"))
        else:
            connection.execute(text("CREATE TABLE invoice (x INTEGER)"))
    with pytest.raises(Conflict, match="lease" if there == "a row of ours" else "invoice"):
        copying.copy(source, target)
    if there != "a row of ours":
        assert inspect(target.engine).get_table_names() == ["invoice"]


@pytest.mark.parametrize("busy", ["a job runs", "somebody writes the index"])
def test_while_work_is_done_nothing_is_copied(source, target, any_app, busy):
    with any_app.unit_of_work() as uow:
        if busy == "a job runs":
            job = Job(kind="import", subject="import:9", state="running", worker="w")
            job.lease_until = now() + timedelta(minutes=5)
            uow.session.add(job)
        else:
            queue.hold(uow.session, "index", "somebody", 300)
    with pytest.raises(Conflict, match="有任务正在运行"):
        copying.copy(source, target)
    assert schema.current(target) is None


def test_it_shows_one_moment_although_others_write(source, target, any_app):
    written = []

    def write(_done, _total):
        if not written:
            written.append(store(any_app, organization("后来的"), problem("后来的")))

    before = copying.contents(source)
    assert copying.copy(source, target, write) == before
    assert (len(written), copying.contents(target)) == (1, before)
    assert copying.contents(source) != before


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_postgresql_cannot_hold_is_named_and_nothing_is_copied(source, target, any_app):
    with any_app.unit_of_work() as uow:
        first, second = uow.session.scalars(select(Problem).order_by(Problem.id).limit(2))
        first.title, first.text, second.title = "题" * 301, "a\x00b", "好"
        uow.session.get_one(Publication, 1).year = 2**40
    with pytest.raises(InvalidInput, match="有 3 处内容") as told:
        copying.copy(source, target)
    assert {place: str(message) for place, message in told.value.fields.items()} == {
        f"problem:{first.id}.title": "共 301 个字，最多 300",
        f"problem:{first.id}.text": "含有 NUL 字符，请删去",
        "publication:1.year": f"数字 {2**40} 太大",
    }
    assert schema.current(target) is None


COPYING = """
import sys, time
from matchmaker.storage import copying
from matchmaker.storage.database import Database

def tell(done, total):
    print("working", flush=True)
    time.sleep(30 if done > total / 2 else 0)

copying.copy(Database(sys.argv[1]), Database(sys.argv[2]), tell)
"""


def test_a_killed_copy_leaves_nothing_and_the_next_one_works(source, target):
    process = python(COPYING, source.url, target.url)
    assert process.stdout.readline() == "working\n", process.stderr.read()
    time.sleep(0.3)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert copying.copy(source, target) == copying.contents(source)


def test_the_copy_works_as_an_installation(source, target, any_app):
    copying.copy(source, target)
    from matchmaker.storage.unit_of_work import UnitOfWork

    with UnitOfWork(target.reading, writes=False) as uow:
        names = uow.session.scalars(select(Organization.name).order_by(Organization.id)).all()
    with any_app.reading() as uow:
        assert names == uow.session.scalars(select(Organization.name).order_by(Organization.id)).all() != []
