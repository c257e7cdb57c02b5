"""The demo county with the real embedding model: what its office would call right answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.offline_model import FOLDER_NAME
from matchmaker.bootstrap import build
from matchmaker.config import load
from matchmaker.matching.result import NONE
from tests.support.processes import ROOT
from web.app import create_app

pytestmark = pytest.mark.model

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def command(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """``matchmaker`` in a process of its own, in an installation whose model is built already."""
    home = tmp_path_factory.mktemp("county")
    (home / "models").mkdir()
    (home / "models" / FOLDER_NAME).symlink_to(model_folder)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "matchmaker.cli.main", "--home", str(home), *arguments],
            cwd=ROOT, env={**variables, "PYTHONUTF8": "1"}, input=stdin, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip

    run.home = home  # type: ignore[attr-defined]
    return run


@pytest.fixture(scope="module")
def county(command: Command) -> subprocess.CompletedProcess[str]:
    done = command("demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    return done


def answer(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_demo_prints_its_best_pairs(county):
    lines = [line for line in county.stdout.splitlines() if line.startswith("MX2026-")]
    assert len(lines) >= 8
    assert "Traceback" not in county.stderr


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("MX2026-001", ("纽扣", "瑕疵", "视觉", "缺陷")),
        ("MX2026-003", ("镀", "三价铬")),
        ("MX2026-023", ("杨梅", "保鲜")),
    ],
)
def test_the_first_expert_works_on_it_and_the_quotes_say_so(county, command, number, words):
    first = answer(command("match", number, "--json"))["experts"][0]
    assert first["evidence"]
    said = json.dumps([first["evidence"], [one["title"] for one in first["documents"]]], ensure_ascii=False)
    assert [word for word in words if word in said] != []


def test_a_text_that_nobody_works_on_gets_no_good_match(county, command):
    text = "想请人整理本县方言童谣的曲谱，编成幼儿园音乐教材，并办一场汇报演出。"
    told = answer(command("match", "-", "--json", stdin=text))
    assert told["verdict"]["band"] == NONE
    assert told["verdict"]["advice"]


def test_the_site_answers_for_every_problem(county, command):
    app = build(load(command.home))
    client = create_app(app, testing=True).test_client()
    items = client.get("/api/v1/problems?per_page=100").json["items"]
    assert len(items) == 26  # the other two are for members
    for item in items:
        page = client.get(f"/problems/{item['id'].partition(':')[2]}")
        assert (page.status_code, item["title"] in page.text) == (200, True)
    app.close()


def test_a_second_demo_doubles_nothing(county, command):
    before = answer(command("index", "status", "--json"))["documents"]
    again = command("demo", "--no-serve")
    assert (again.returncode, again.stdout) == (0, county.stdout)
    assert answer(command("index", "status", "--json"))["documents"] == before
    assert command("index", "verify").returncode == 0
