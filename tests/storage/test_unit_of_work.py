"""Transactions: begun at the edge, committed in one place, waiting instead of failing."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from matchmaker.models import AccessLog, Authorship, History, ImportFault, Job, Organization, Publication
from matchmaker.permissions import ORGANIZER
from tests.support.processes import outcome, python
from tests.support.samples import expert, organization, publication, store
from tests.support.samples import organization_names as names


def test_a_unit_that_ends_well_is_kept_and_its_rows_stay_readable(any_app):
    with any_app.unit_of_work() as uow:
        row = organization("甲")
        uow.session.add(row)
    with any_app.reading() as uow:
        loaded = uow.session.scalars(select(Organization)).one()
    assert (row.name, loaded.name) == ("甲", "甲")


def test_a_unit_that_fails_leaves_nothing_not_even_its_jobs(any_app):
    def stumble():
        with any_app.unit_of_work() as uow:
            uow.session.add(organization("甲"))
            uow.enqueue("index", "organization:1")
            uow.record(ORGANIZER, "organization:create", "organization:1")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        stumble()
    with any_app.reading() as uow:
        assert [uow.session.scalars(select(kind)).all() for kind in (Organization, Job, History)] == [
            [],
            [],
            [],
        ]


def test_a_reading_unit_refuses_to_write(any_app):
    with any_app.reading() as uow, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        uow.session.execute(text("DELETE FROM organization"))
    with any_app.unit_of_work() as uow:  # the connection is as good as before
        uow.session.add(organization("甲"))
    assert names(any_app) == ["甲"]


def test_a_reading_unit_never_keeps_what_was_added(any_app):
    with any_app.reading() as uow:
        uow.session.add(organization("甲"))
    assert names(any_app) == []


def test_foreign_keys_hold_and_cascade(any_app):
    person = expert()
    number = store(any_app, publication(authors=[person]))[0]
    with any_app.unit_of_work() as uow:
        uow.session.execute(text("DELETE FROM publication"))
        assert uow.session.scalars(select(Authorship)).all() == []
    with pytest.raises(IntegrityError), any_app.unit_of_work() as uow:
        uow.session.add(Authorship(publication_id=number, expert_id=person.id))


def test_an_error_shows_no_values_that_a_statement_carried(any_app):
    with pytest.raises(IntegrityError) as told, any_app.unit_of_work() as uow:
        uow.session.add(ImportFault(run_id=98, row=1, fault="13812345678"))
    assert ("INSERT" in str(told.value), "13812345678" in str(told.value)) == (True, False)


def test_a_number_is_never_used_twice(any_app):
    first = store(any_app, publication())[0]
    with any_app.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(Publication, first))
    assert store(any_app, publication()) == [first + 1]


def test_history_and_looks_are_lines_of_the_same_transaction(any_app):
    with any_app.unit_of_work() as uow:
        uow.record(ORGANIZER, "expert:update", "expert:3", name=["旧", "新"])
        uow.looked_at(ORGANIZER, "match:read", "expert:3")
    with any_app.reading() as uow:
        line, look = uow.session.scalars(select(History)).one(), uow.session.scalars(select(AccessLog)).one()
    assert (line.actor, line.action, line.subject, line.changes) == (
        "组织者", "expert:update", "expert:3", {"name": ["旧", "新"]},
    )  # fmt: skip
    assert (look.actor, look.action, look.subject) == ("组织者", "match:read", "expert:3")


WRITER = """
import sys, time
from pathlib import Path
from sqlalchemy import select
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import Organization
app = build(Settings(home=Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.readline()
for turn in range(20):
    with app.unit_of_work() as uow:
        row = uow.session.scalars(select(Organization)).one()
        seen = int(row.summary or 0)
        time.sleep(0.005)
        row.summary = str(seen + 1)
app.close()
print("done")
"""


def test_two_processes_that_read_and_then_write_wait_for_each_other(app):
    """A read that turns into a write would fail at once; BEGIN IMMEDIATE waits, and no update is lost."""
    store(app, organization("甲", summary="0"))
    writers = [python(WRITER, str(app.settings.home)) for _ in range(2)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [outcome(writer) for writer in writers] == ["done", "done"]
    with app.reading() as uow:
        assert uow.session.scalars(select(Organization.summary)).one() == "40"


def test_reading_goes_on_while_somebody_writes(app):
    store(app, organization("甲"))
    with app.unit_of_work() as writing:
        writing.session.add(organization("乙"))
        writing.session.flush()
        started = time.perf_counter()
        assert names(app) == ["甲"]
        assert time.perf_counter() - started < 5
    assert names(app) == ["甲", "乙"]


OPENER = """
import sys
from matchmaker.storage.database import Database
from sqlalchemy import text
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
with database.engine.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS t (x INTEGER)"))
print("done")
"""


def test_two_processes_may_open_a_fresh_file_at_the_same_moment(tmp_path):
    openers = [python(OPENER, f"sqlite:///{tmp_path}/fresh.sqlite") for _ in range(4)]
    for opener in openers:
        opener.stdout.readline()
    for opener in openers:
        opener.stdin.write("go\n")
        opener.stdin.flush()
    assert [outcome(opener) for opener in openers] == ["done"] * 4
