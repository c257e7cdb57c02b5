"""The server that the tests start: it answers, ends with them, and its absence is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import elasticsearch

ROOT = Path(__file__).resolve().parents[2]


def test_it_answers_and_a_test_leaves_no_index(elasticsearch_url):
    host = elasticsearch_url.partition(",")[0]
    with elasticsearch.prefix(elasticsearch_url) as name:
        assert elasticsearch.ask(f"{host}/{name}.problem", method="PUT")["acknowledged"]
    assert elasticsearch.ask(f"{host}/_cat/indices/{name}*?format=json") == []
    assert elasticsearch.ask(host)["version"]["number"].startswith("9.")


def test_a_server_that_is_not_there_skips_and_says_how_to_have_one(monkeypatch, tmp_path):
    monkeypatch.delenv(elasticsearch.VARIABLE, raising=False)
    monkeypatch.delenv("REQUIRE_ELASTICSEARCH", raising=False)
    monkeypatch.setattr(elasticsearch, "LAUNCHER", tmp_path / "elasticsearch")
    with pytest.raises(pytest.skip.Exception) as told, elasticsearch.server():
        pass
    assert str(told.value) == elasticsearch.HOW
    monkeypatch.setenv("REQUIRE_ELASTICSEARCH", "1")
    with pytest.raises(pytest.fail.Exception) as told, elasticsearch.server():
        pass
    assert str(told.value) == elasticsearch.HOW


def test_a_killed_run_leaves_no_node():
    if not elasticsearch.LAUNCHER.exists():
        elasticsearch.absent()
    code = (
        "import json, time\n"
        "from tests.support.elasticsearch import cluster\n"
        "with cluster(1) as started:\n"
        "    print(started.folder, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        folder = run.stdout.readline().strip()
        run.kill()
    deadline = time.monotonic() + 30
    while (Path(folder).exists() or _processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (Path(folder).exists(), _processes_of(folder)) == (False, [])


def _processes_of(folder: str) -> list[str]:
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid():
            try:
                line = (each / "cmdline").read_bytes()
            except OSError:
                continue
            if folder.encode() in line:
                found.append(each.name)
    return found
