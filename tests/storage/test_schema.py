"""Migrations: up, down, interrupted, and the same tables as the models."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, insert, inspect, text

from matchmaker.errors import Unavailable
from matchmaker.models import Base, now
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


def test_two_that_upgrade_at_once_take_turns(database_url):
    databases = [Database(database_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(schema.upgrade, databases))
    assert schema.differences(databases[0]) == []
    for each in databases:
        each.close()


def test_every_step_up_and_down_keeps_what_stands_in_the_tables(database):
    """A row in each table as soon as it exists; every further step leaves what it held as it is."""
    steps = [step.revision for step in ScriptDirectory(str(schema.FOLDER)).walk_revisions()][::-1]
    held = {}
    for step in steps:
        schema.upgrade(database, step)
        assert same(rows(database, held), held)
        held |= fill_new(database, set(tables(database)) - set(held))
    assert set(held) == set(Base.metadata.tables)
    for step in [*steps[:-1][::-1], "base"]:
        schema.downgrade(database, step)
        present = rows(database, tables(database))
        assert same(present, {name: held[name] for name in present})
    assert tables(database) == []


def same(found, held):
    """Whether the rows agree in every column that both have: a step may add some, or take its own away."""
    return list(found) == list(held) and all(
        [
            {column: row[column] for column in row if column in old}
            for row, old in zip(found[name], held[name], strict=True)
        ]
        == [
            {column: old[column] for column in row if column in old}
            for row, old in zip(found[name], held[name], strict=True)
        ]
        for name in held
    )


def rows(database, names):
    with database.reading.connect() as connection:
        return {name: connection.execute(text(f'SELECT * FROM "{name}"')).mappings().all() for name in names}


def fill_new(database, names):
    """One row in each; foreign keys name the first row of the other table."""
    made = MetaData()
    made.reflect(database.engine)
    with database.engine.begin() as connection:
        for table in made.sorted_tables:
            if table.name in names:
                row = {column.name: sample(column) for column in table.columns if column.name != "id"}
                connection.execute(insert(table), row)
    return rows(database, names)


def sample(column):
    by_type = {int: 1, float: 0.1 + 0.2, bool: True, str: "字", datetime: now()}
    by_type |= {object: {"值": ["é"]}, date: now().date()}
    return by_type[column.type.python_type]


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
