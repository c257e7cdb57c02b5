"""From a fresh folder to an answer on a page, as the README tells it; and back from every fault."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application, build
from matchmaker.config import load
from matchmaker.jobs.worker import Worker
from matchmaker.models import Problem
from tests.support.imports import jsonl, sheet, table
from tests.support.processes import python
from web.app import create_app

PAPERS = (
    {
        "id": "p1",
        "title": "锌镍合金镀层的盐雾腐蚀",
        "abstract": "镀层在盐雾中 120 小时不变色。",
        "keywords": ["镀层"],
    },
    {"id": "p2", "title": "纽扣瑕疵的视觉检测", "abstract": "用卷积网络检测纽扣瑕疵，漏检率 0.5%。"},
)


@pytest.fixture
def files(tmp_path):
    """Lists as an office has them: JSONL from a library, a CSV in GB18030, a sheet."""
    publications = jsonl(tmp_path / "publications.jsonl", *PAPERS)
    experts = table(
        tmp_path / "专家.csv",
        ["姓名", "单位", "职称", "个人简介"],
        ["林一鸣", "临江大学", "教授", "研究锌镍合金电镀与盐雾腐蚀，发表锌镍合金镀层的盐雾腐蚀。"],
        ["周远", "临江大学", "副教授", "研究机器视觉与纽扣瑕疵检测。"],
        encoding="gb18030",
    )
    problems = sheet(
        tmp_path / "难题.xlsx",
        ["编号", "名称", "说明"],
        ["MX-1", "纽扣镀层耐盐雾腐蚀", "镀层在盐雾中 24 小时后变色。"],
        ["MX-2", "纽扣瑕疵视觉检测", "人工挑选漏检率 3%。"],
        ["MX-3", "", "没有名称的一行"],
    )
    return [str(publications), str(experts), str(problems)]


@pytest.fixture
def settled(run, files):
    assert run("init").code == 0
    answer = run("import", *files)
    assert answer.code == 0, answer.err
    return run


@contextmanager
def opened(home) -> Iterator[tuple[Application, FlaskClient]]:
    """The installation's site with an organizer in it."""
    app = build(load(home))
    client = create_app(app, testing=True).test_client()
    with client.session_transaction() as session:
        session["role"] = "organizer"
    yield app, client
    app.close()


def first_experts(page: str) -> list[str]:
    return re.findall(r"林一鸣|周远", page)


def test_from_files_to_a_page_with_reasons(settled, home):
    with opened(home) as (_app, client):
        listed = client.get("/problems").text
        assert [name for name in ("纽扣镀层耐盐雾腐蚀", "纽扣瑕疵视觉检测") if name not in listed] == []
        page = client.get("/problems/1").text
        assert first_experts(page)[0] == "林一鸣"
        assert "锌镍合金镀层的盐雾腐蚀" in page
        assert "纽扣镀层耐盐雾腐蚀" in client.get("/experts/1").text
        assert "<mark>" in client.get("/search?q=镀层&by=words").text
        assert client.get("/imports/3").status_code == 200
        bad = client.get("/imports/3/bad-rows.csv").text
        assert [part for part in ("没有名称的一行", "MX-3") if part not in bad] == []


def test_page_command_and_api_give_the_same_answer(settled, home):
    def bare(answer):
        kept = {key: value for key, value in answer.items() if key not in ("seconds", "inputs")}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True)

    told = settled("match", "MX-1", "--json").json
    with opened(home) as (_app, client):
        assert bare(client.get("/api/v1/problems/1/matches").json) == bare(told)
        page = client.get("/problems/1").text
        assert first_experts(page)[0] == told["experts"][0]["name"]


def test_reading_the_same_files_again_doubles_nothing(settled, files):
    before = settled("index", "status", "--json").json["documents"]
    reports = settled("import", *files, "--json").json
    assert [(report["created"], report["updated"]) for report in reports] == [(0, 0)] * 3
    assert settled("index", "status", "--json").json["documents"] == before


def test_a_problem_put_right_is_found_by_its_new_words(settled, home, tmp_path):
    path = jsonl(
        tmp_path / "problems.jsonl", {"number": "MX-1", "title": "锂电池隔膜穿刺", "text": "隔膜强度不足。"}
    )
    assert settled("import", str(path), "--kind", "problem").code == 0
    hits = settled("search", "隔膜", "--by", "words", "--json").json["hits"]
    assert [hit["title"] for hit in hits] == ["锂电池隔膜穿刺"]
    assert settled("index", "verify").code == 0


@pytest.mark.parametrize("damage", ["deleted", "half-written", "another model"])
def test_a_damaged_index_is_told_on_pages_that_still_read_and_is_repaired(settled, home, damage):
    index = home / "index"
    if damage == "deleted":
        shutil.rmtree(index)
    elif damage == "half-written":
        (index / "manifest.json").write_bytes(b'{"generation":')
    else:
        text = (index / "manifest.json").read_text("utf-8")
        (index / "manifest.json").write_text(text.replace("test-hash/1", "test-hash/0"), "utf-8")
    with opened(home) as (_app, client):
        assert client.get("/problems").status_code == 200
        problem = client.get("/problems/1")
        assert (problem.status_code, "纽扣镀层耐盐雾腐蚀" in problem.text) == (200, True)
        health = client.get("/health/index").text
        told = "索引比数据库少" if damage == "deleted" else "索引不可用"
        assert told in health
        found = client.get("/search?q=镀层")
        assert (found.status_code, "按字面查到" in found.text, "/problems/1" in found.text) == (
            200,
            True,
            True,
        )
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["degraded"]) == (200, damage != "deleted")
    assert settled("index", "rebuild").code == 0
    with opened(home) as (_app, client):
        assert first_experts(client.get("/problems/1").text)[0] == "林一鸣"
        assert "索引与数据库的数目一致" in client.get("/health/index").text
        assert client.get("/readyz").json["degraded"] is False


def test_a_site_that_runs_goes_on_with_the_rebuilt_index(settled, home):
    with opened(home) as (app, client):
        assert first_experts(client.get("/problems/1").text)[0] == "林一鸣"
        (home / "index" / "manifest.json").write_bytes(b"")
        assert settled("index", "rebuild").code == 0
        assert first_experts(client.get("/problems/1").text)[0] == "林一鸣"
        assert app.index.health().documents["problem"] == 2


def test_a_rebuild_can_be_asked_for_on_the_page(settled, home):
    (home / "index" / "manifest.json").write_bytes(b"")
    with opened(home) as (app, client):
        assert client.post("/health/index/jobs", data={"kind": "rebuild"}).status_code == 303
        Worker(app).drain()
        assert first_experts(client.get("/problems/1").text)[0] == "林一鸣"


KILLED = """
import sys, time
from pathlib import Path
from matchmaker import bootstrap
from matchmaker.config import load
from matchmaker.services import import_steps
from tests.support.embedder import HashEmbedder

moment = sys.argv[2]

class Slow(HashEmbedder):
    def encode(self, texts, use, progress=None):
        if moment == "embedding":
            print("now", flush=True)
            time.sleep(60)
        return super().encode(texts, use, progress)

bootstrap._embedder = lambda settings: Slow()
if moment == "import":
    save = import_steps._save

    def slow(uow, run, rows):
        save(uow, run, rows)
        print("now", flush=True)
        time.sleep(60)

    import_steps._save = slow
if moment == "switch":
    replace = Path.replace

    def slow(self, target):
        if Path(target).name == "manifest.json":
            print("now", flush=True)
            time.sleep(60)
        return replace(self, target)

    Path.replace = slow
sys.argv = ["matchmaker", "--home", sys.argv[1], *sys.argv[3:]]
from matchmaker.cli.main import main
main()
"""


@pytest.mark.parametrize("moment", ["import", "embedding", "switch"])
def test_a_command_killed_in_the_middle_leaves_old_or_new_and_the_next_one_finishes(
    settled, home, tmp_path, moment
):
    path = jsonl(
        tmp_path / "more.jsonl", {"number": "MX-7", "title": "柑橘采后保鲜难题", "text": "柑橘腐烂。"}
    )
    command = ("index", "rebuild") if moment == "switch" else ("import", str(path), "--kind", "problem")
    dying = python(KILLED, str(home), moment, *command)
    assert "now\n" in iter(dying.stdout.readline, ""), dying.stderr.read()
    dying.send_signal(signal.SIGKILL)
    dying.communicate()
    status = settled("index", "status", "--json").json
    assert status["documents"]["problem"] == 2  # the old state, whole
    assert settled("match", "MX-1", "--json").json["experts"][0]["name"] == "林一鸣"
    if moment != "switch":
        assert settled("import", str(path), "--kind", "problem").code == 0
    assert settled("index", "rebuild").code == 0
    assert settled("index", "verify").code == 0
    with opened(home) as (app, _client), app.reading() as uow:
        titles = [row.title for row in uow.session.query(Problem)]
    assert titles.count("柑橘采后保鲜难题") == (moment != "switch")
