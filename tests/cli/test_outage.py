"""Commands while the index cannot be asked: reading and importing go on, and what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import Run

PROBLEM = {"id": "MX-1", "title": "纽扣镀层耐腐蚀", "text": "镀层在盐雾中变色"}


def written(path: Path, *rows: dict[str, str]) -> str:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)


@pytest.fixture
def broken(run: Run, home: Path, tmp_path: Path) -> Run:
    """An installation with one problem, whose index is damaged."""
    assert run("init").code == 0
    assert run("import", written(tmp_path / "a.jsonl", PROBLEM), "--kind", "problem").code == 0
    (home / "index" / "manifest.json").write_text("{", "utf-8")
    return run


def test_search_goes_on_in_the_database(broken: Run) -> None:
    answer = broken("search", "盐雾", "--by", "meaning")
    assert (answer.code, answer.out) == (0, "纽扣镀层耐腐蚀  [problem:1]\n    镀层在盐雾中变色\n")
    assert "索引暂时不可用" in answer.err
    found = broken("search", "盐雾", "--json").json
    assert (found["fallback"], found["totals"], found["notice"][:7]) == (
        True,
        {"problem": 1},
        "索引暂时不可用",
    )


def test_status_tells_the_state_and_what_waits(broken: Run, tmp_path: Path) -> None:
    path = written(tmp_path / "b.jsonl", {**PROBLEM, "id": "MX-2"})
    answer = broken("import", path, "--kind", "problem")
    assert answer.code == 0
    assert "1 项改动等待写入索引" in answer.err
    status = broken("index", "status", "--json")
    facts = status.json
    assert (status.code, facts["state"], facts["engine"], facts["waiting"]) == (
        6,
        "unavailable",
        "embedded",
        1,
    )
    assert facts["message"]
    assert facts["waiting_since"]
    assert "数据没有丢失" in status.err


def test_a_match_says_why_there_is_none(broken: Run) -> None:
    answer = broken("match", "1")
    assert (answer.code, answer.out) == (6, "")
    assert "数据没有丢失" in answer.err


def test_a_rebuild_brings_everything_back(broken: Run) -> None:
    assert broken("index", "rebuild").code == 0
    assert broken("index", "status").code == 0
    assert broken("search", "盐雾", "--json").json["fallback"] is False
