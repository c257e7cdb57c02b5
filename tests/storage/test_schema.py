"""Migrations: up, down, interrupted, and the same tables as the models."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from matchmaker.errors import Unavailable
from matchmaker.models import Base
from matchmaker.storage import schema
from matchmaker.storage.database import Database


@pytest.fixture
def database(database_url):
    made = Database(database_url)
    yield made
    made.close()


def tables(database):
    return sorted(set(inspect(database.engine).get_table_names()) - {"alembic_version"})


def test_the_migrations_make_exactly_the_tables_of_the_models(database):
    schema.upgrade(database)
    assert tables(database) == sorted(Base.metadata.tables)
    assert schema.differences(database) == []


def test_upgrading_says_what_it_did_and_does_it_once(database):
    newest = schema.newest()
    assert schema.current(database) is None
    assert [schema.upgrade(database), schema.upgrade(database)] == [f"∅ → {newest}", newest]
    assert schema.current(database) == newest
    schema.check(database)


def test_every_migration_leads_back(database):
    schema.upgrade(database)
    schema.downgrade(database, "base")
    assert (tables(database), schema.current(database)) == ([], None)
    schema.upgrade(database)
    assert schema.differences(database) == []


def test_a_database_without_tables_says_what_to_run(database):
    with pytest.raises(Unavailable) as told:
        schema.check(database)
    assert "matchmaker init" in str(told.value.hint)


def test_an_older_database_says_what_to_run(database):
    schema.upgrade(database, "0001")
    with pytest.raises(Unavailable, match="0001") as told:
        schema.check(database)
    assert "matchmaker init" in str(told.value.hint)


def test_the_database_of_a_newer_release_is_left_alone(database):
    schema.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (schema.check, schema.upgrade):
        with pytest.raises(Unavailable, match="9999"):
            ask(database)


def test_an_upgrade_that_fails_halfway_leaves_the_tables_as_they_were(database):
    schema.upgrade(database, "0001")
    before = tables(database)
    with database.engine.begin() as connection:
        connection.execute(text('CREATE TABLE "match" (x INTEGER)'))
    with pytest.raises(Exception, match="match"):
        schema.upgrade(database)
    assert (tables(database), schema.current(database)) == (sorted([*before, "match"]), "0001")


def test_a_migration_can_be_proposed_and_is_empty_while_the_models_agree(tmp_path):
    (tmp_path / "versions").mkdir()
    for name in ("env.py", "script.py.mako"):
        (tmp_path / name).write_text((schema.FOLDER / name).read_text())
    for path in schema.FOLDER.glob("versions/0*.py"):
        (tmp_path / "versions" / path.name).write_text(path.read_text())
    text_of = schema.propose("nothing new", tmp_path).read_text()
    assert text_of.count("    pass\n") == 2
    assert f'down_revision = "{schema.newest()}"' in text_of.replace("'", '"')
