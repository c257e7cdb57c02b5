"""``matchmaker database``: checked, copied, refused."""

from __future__ import annotations

import json

import pytest

from tests.support import postgres
from tests.support.imports import jsonl

ROWS = [{"id": f"p{number}", "title": f"难题 {number}", "text": "镀层"} for number in range(3)]


@pytest.fixture
def filled(run, tmp_path):
    run("init")
    run("import", str(jsonl(tmp_path / "problems.jsonl", *ROWS)), "--no-index")
    return run


def test_a_database_is_copied_to_postgresql_and_the_installation_goes_on_there(filled, home, postgres_server):
    before = filled("database", "check", "--json").json
    assert (before["tables"]["problem"]["rows"], before["differences"]) == (3, [])
    with postgres.database(postgres_server) as url:
        answer = filled("database", "copy", "--to", url)
        assert answer.code == 0, answer.err
        assert answer.out.splitlines()[-1].split() == [
            "=",
            str(sum(each["rows"] for each in before["tables"].values())),
        ]
        assert f'{home / "matchmaker.toml"} 中设置 / now set: database_url = "postgresql://' in answer.err
        (home / "matchmaker.toml").write_text(f'model = "of the tests"\ndatabase_url = "{url}"\n', "utf-8")
        after = filled("database", "check", "--json").json
        assert (after["tables"], after["revision"]) == (before["tables"], before["revision"])
        assert after["database"].startswith("postgresql://")
        assert filled("work", "--drain").code == 0
        assert json.loads(filled("index", "verify", "--json").out)["in_database"]["problem"] == 3
        again = filled("database", "copy", "--to", url)
    assert (again.code, "不是空的" in again.err) == (5, True)


def test_a_password_is_never_shown(filled, tmp_path):
    answer = filled("database", "copy", "--to", "postgresql://somebody:geheim@127.0.0.1:9/nothing")
    assert (answer.code, "geheim" in answer.out + answer.err) == (6, False)
    assert "postgresql://somebody:***@127.0.0.1:9/nothing" in answer.err


def test_a_url_that_is_none_is_told(filled):
    answer = filled("database", "copy", "--to", "what is this")
    assert (answer.code, "postgresql://用户:密码@主机/数据库" in answer.err) == (2, True)


def test_tables_that_somebody_changed_are_shown(filled, home):
    import sqlite3

    with sqlite3.connect(home / "matchmaker.sqlite") as connection:
        connection.execute("ALTER TABLE problem ADD COLUMN note TEXT")
    connection.close()
    answer = filled("database", "check", "--json")
    assert (answer.code, len(answer.json["differences"])) == (5, 1)
    assert "note" in answer.json["differences"][0]
