"""Every command over a small installation: what it prints, what it leaves, how it ends."""

from __future__ import annotations

import json
import shutil

import pytest

from matchmaker.cli.main import COMMANDS
from matchmaker.config import HELP
from tests.evaluation.conftest import make
from tests.support.imports import jsonl, table

EXPERTS = [
    {"id": "e1", "name": "林一鸣", "institution": "临江大学", "profile": "研究锌镍合金电镀与盐雾腐蚀。", "papers": ["p1"]},
    {"id": "e2", "name": "周远", "institution": "临江大学", "profile": "研究机器视觉与瑕疵检测。", "papers": ["p2"]},
]  # fmt: skip
PAPERS = [
    {"id": "p1", "title": "锌镍合金镀层的盐雾腐蚀", "abstract": "镀层在盐雾中 120 小时不变色。"},
    {"id": "p2", "title": "纽扣瑕疵的视觉检测", "abstract": "用卷积网络检测纽扣瑕疵。"},
]
PROBLEMS = [
    {"id": "MX-1", "title": "纽扣镀层耐盐雾腐蚀", "text": "镀层在盐雾中 24 小时后变色。"},
    {"id": "MX-2", "title": "纽扣瑕疵视觉检测", "text": "人工挑选漏检率 3%。"},
]


@pytest.fixture
def filled(run, tmp_path):
    """An installation with two experts, two papers, two problems, all indexed."""
    assert run("init").code == 0
    files = [
        jsonl(tmp_path / "publications.jsonl", *PAPERS),
        jsonl(tmp_path / "experts.jsonl", *EXPERTS),
        jsonl(tmp_path / "problems.jsonl", *PROBLEMS),
    ]
    for path, kind in zip(files, ("publication", "expert", "problem"), strict=True):
        answer = run("import", str(path), "--kind", kind)
        assert answer.code == 0, answer.err
    return run


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_teaches(run, command):
    answer = run(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: matchmaker {command}")


def test_the_first_help_names_every_command(run):
    answer = run("--help")
    assert [name for name in COMMANDS if f"  {name} " not in answer.out] == []


def test_an_unknown_command_is_told(run):
    answer = run("macth")
    assert answer.code == 2
    assert "macth" in answer.err


def test_init_prepares_and_can_be_run_again(run, home):
    for _time in range(2):
        answer = run("init")
        assert (answer.code, answer.out) == (0, "")
    assert {path.name for path in home.iterdir()} >= {
        "matchmaker.sqlite",
        "matchmaker.toml",
        "index",
        "secret",
    }
    assert run("index", "status", "--json").json["documents"] == {}


def test_init_writes_a_settings_file_that_names_every_setting(run, home, monkeypatch):
    (home / "matchmaker.toml").unlink()
    monkeypatch.setenv("MATCHMAKER_MODEL", "of the tests")
    assert run("init").code == 0
    written = (home / "matchmaker.toml").read_text("utf-8")
    assert [name for name in HELP if name != "home" and f"# {name} = " not in written] == []


def test_without_an_installation_every_command_says_how_to_begin(run, tmp_path):
    path = jsonl(tmp_path / "problems.jsonl", *PROBLEMS)
    for command in (
        ("match", "1"), ("search", "镀层"), ("import", str(path)), ("index", "verify"), ("index", "rebuild"),
        ("index", "status"), ("work", "--drain"), ("link",),
    ):  # fmt: skip
        answer = run(*command)
        assert (answer.code, answer.out, "matchmaker init" in answer.err) == (6, "", True), command


def test_config_shows_every_setting(run):
    assert set(run("config", "--json").json) == set(HELP)
    shown = run("config").out
    assert [name for name in HELP if name not in shown] == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_config_hides_secrets(run, home, options):
    (home / "matchmaker.toml").write_text(
        'database_url = "postgresql://us:pass-word@host/name"\n'
        'elasticsearch_url = "https://one:9200,https://us:pass-word@two:9200/path"\n'
        'elasticsearch_api_key = "id:pass-word"\n',
        "utf-8",
    )
    shown = run("config", *options).out
    assert "pass-word" not in shown
    assert [
        text in shown
        for text in ("postgresql://us:***@host/name", "https://one:9200,https://us:***@two:9200/path", "***")
    ] == [True, True, True]


def test_a_wrong_setting_is_told_with_the_nearest_name(run, home):
    (home / "matchmaker.toml").write_text("prot = 80\nport = 0\n", "utf-8")
    answer = run("config")
    assert (answer.code, answer.out) == (2, "")
    assert "port" in answer.err
    assert "Traceback" not in answer.err


def test_import_reports_and_a_second_one_updates(filled, tmp_path):
    path = jsonl(tmp_path / "again.jsonl", *PROBLEMS, {"id": "MX-3"})
    (report,) = filled("import", str(path), "--kind", "problem", "--json").json
    counts = {name: report[name] for name in ("created", "updated", "unchanged", "rejected")}
    assert counts == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 1}
    assert [(fault["row"], bool(fault["fault"]), bool(fault["remedy"])) for fault in report["faults"]] == [
        (3, True, True)
    ]
    assert filled("index", "status", "--json").json["documents"]["problem"] == 2


def test_import_writes_the_bad_rows_to_a_file(filled, tmp_path):
    path = table(
        tmp_path / "难题.csv", ["名称", "说明"], ["镀层起泡", "x"], ["", "没有名称"], encoding="gb18030"
    )
    answer = filled("import", str(path), "--bad-rows", str(tmp_path / "bad.csv"))
    assert answer.code == 0
    assert "新增 1, 更新 0, 未变 0, 未导入 1" in answer.out
    assert "没有名称" in (tmp_path / "bad.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 1000, b"PK\x03\x04broken", b"{]\n" * 3])
def test_a_file_that_cannot_be_read_is_told(filled, tmp_path, content):
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    answer = filled("import", str(path))
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("✗ ")
    assert "Traceback" not in answer.err


def test_a_file_that_is_not_there_is_told(filled):
    assert filled("import", "nowhere.jsonl").code == 2


@pytest.mark.parametrize("name", ["1", "problem:1", "MX-1"])
def test_match_takes_a_problem_by_any_of_its_names(filled, name):
    answer = filled("match", name, "--json")
    assert answer.code == 0
    first = answer.json["experts"][0]
    assert (first["name"], first["institution"]) == ("林一鸣", "临江大学")
    assert {"score", "components", "evidence", "uncovered", "band", "documents"} <= set(first)


def test_match_reads_a_text_from_standard_input(filled):
    answer = filled("match", "-", "--json", stdin="镀层在盐雾中 24 小时后变色，怎么提高耐腐蚀性？")
    assert answer.json["experts"][0]["name"] == "林一鸣"
    assert answer.json["inputs"]["subject"] == ""


@pytest.mark.parametrize("stdin", [b"", b"  \n", b"\xff\xfe\x00", "的 了".encode()])
def test_a_text_without_words_is_told(filled, stdin):
    answer = filled("match", "-", "--json", stdin=stdin)
    assert (answer.code, answer.out) == (2, "")
    assert "→" in answer.err


def test_match_the_other_way(filled):
    answer = filled("match", "--expert", "1", "--json")
    assert answer.json["problems"][0]["title"] == "纽扣镀层耐盐雾腐蚀"
    assert answer.json["experts"] == []


def test_match_for_people_tells_the_verdict_and_the_evidence(filled):
    answer = filled("match", "MX-1", "--limit", "1")
    lines = answer.out.splitlines()
    assert [answer.code, lines[0].endswith("%)"), lines[1].startswith("  ")] == [0, True, True]
    assert [line.split()[:2] for line in lines if line[:3] in (" 1.", " 2.")] == [["1.", "林一鸣"]]
    assert answer.out.count("    需求 “") == answer.out.count("    成果 “") > 0


def test_a_match_is_kept_when_asked(filled):
    assert "1" in filled("match", "1", "--store").err
    assert "2" in filled("match", "1", "--store").err


@pytest.mark.parametrize(
    "arguments", [("99",), ("nothing",), ("--expert", "99"), ("--expert", "x"), ("problem:x",)]
)
def test_what_is_not_there_ends_with_3(filled, arguments):
    answer = filled("match", *arguments)
    assert (answer.code, answer.out) == (3, "")


@pytest.mark.parametrize("arguments", [(), ("1", "--expert", "1"), ("1", "--limit", "0")])
def test_match_without_sense_is_told(filled, arguments):
    assert filled("match", *arguments).code == 2


def test_search_finds_and_counts(filled):
    answer = filled("search", "镀层", "--by", "words", "--json").json
    assert {hit["id"] for hit in answer["hits"]} == {"problem:1", "publication:1", "expert:1"}
    assert answer["totals"] == {"problem": 1, "publication": 1, "expert": 1}
    assert "锌镍合金镀层的盐雾腐蚀" in filled("search", "镀层").out


def test_search_without_an_answer_says_so(filled):
    answer = filled("search", "的", "--by", "words")
    assert (answer.code, answer.out) == (0, "没有找到 / nothing found\n")
    assert filled("search", "盐雾", "--kind", "firm").code == 2


def test_status_and_verification(filled):
    status = filled("index", "status", "--json").json
    assert status["documents"] == {"organization": 1, "expert": 2, "publication": 2, "problem": 2}
    assert (filled("index", "verify").code, filled("index", "status").code) == (0, 0)


def test_a_difference_ends_with_5_and_is_repaired(filled, tmp_path):
    path = jsonl(tmp_path / "more.jsonl", {"id": "MX-9", "title": "尚未索引的难题", "text": "x"})
    assert filled("import", str(path), "--kind", "problem", "--no-index").code == 0
    told = filled("index", "verify", "--json")
    assert (told.code, told.json["missing"]) == (5, 1)
    repaired = filled("index", "verify", "--repair", "--json")
    assert (repaired.code, repaired.json["missing"]) == (0, 0)


@pytest.mark.parametrize("damage", ["deleted", "half-written", "of another model"])
def test_a_damaged_index_says_so_and_a_rebuild_repairs_it(filled, home, damage):
    manifest = home / "index" / "manifest.json"
    if damage == "deleted":
        shutil.rmtree(home / "index")
    elif damage == "half-written":
        manifest.write_bytes(manifest.read_bytes()[:20])
    else:
        told = json.loads(manifest.read_text("utf-8"))
        assert "test-hash/1" in json.dumps(told)
        manifest.write_text(manifest.read_text("utf-8").replace("test-hash/1", "another/9"), "utf-8")
    answer = filled("match", "1")
    assert (answer.code, "index rebuild" in answer.err) == (6, True)
    assert filled("index", "verify").code in (5, 6)
    assert filled("index", "rebuild").code == 0
    assert filled("index", "verify").code == 0
    assert filled("match", "1", "--json").json["experts"][0]["name"] == "林一鸣"


def test_a_worker_drains_and_ends(filled, tmp_path):
    path = jsonl(tmp_path / "more.jsonl", {"id": "MX-9", "title": "尚未索引的难题", "text": "x"})
    filled("import", str(path), "--kind", "problem", "--no-index")
    assert filled("work", "--drain").code == 0
    assert filled("index", "verify").code == 0


def test_a_link_lets_an_organizer_in(filled, home):
    link = filled("link", "--base", "http://localhost").out.strip()
    from matchmaker.bootstrap import build
    from matchmaker.config import load
    from web.app import create_app

    app = build(load(home))
    client = create_app(app, testing=True).test_client()
    assert client.get(link.removeprefix("http://localhost")).status_code == 302
    assert client.get("/health/index").status_code == 200
    app.close()


def test_evaluate_prints_and_writes(filled, tmp_path):
    data = str(make(tmp_path / "data"))
    answer = filled("evaluate", "--data", data, "--json", "--run", str(tmp_path / "run.txt"))
    assert answer.code == 0
    report = answer.json
    assert set(report["systems"]) >= {"words", "vectors", "rrf", "zsum", "ours"}
    assert list(report["systems"]["ours"]) == ["ndcg@10", "recall@10", "success@3", "mrr"]
    assert (report["problems"], isinstance(report["no_match"]["auc"], float)) == (8, True)
    assert (tmp_path / "run.txt").read_text("utf-8").count(" ours\n") > 8
    shown = filled("evaluate", "--data", data).out
    assert [name for name in ("words", "vectors", "rrf", "zsum", "ours", "AUC") if name not in shown] == []
    assert filled("index", "status", "--json").json["documents"]["publication"] == 2  # a workspace of its own


def test_evaluate_experts_prints_and_writes(filled, tmp_path):
    data = make(tmp_path / "data")
    (tmp_path / "papers.json").write_text('["plating0", "vision1"]', "utf-8")
    arguments = ("evaluate", "experts", "--data", str(data), "--papers", str(tmp_path / "papers.json"))
    report = filled(*arguments, "--json", "--run", str(tmp_path / "run.txt")).json
    assert (set(report["systems"]), report["problems"]) == ({"words", "vectors", "rrf", "zsum", "ours"}, 2)
    assert (tmp_path / "run.txt").exists()
    assert "ours" in filled(*arguments).out


def test_train_writes_a_model_that_can_be_read(filled, tmp_path):
    from matchmaker.matching.model import load

    data, out = make(tmp_path / "data"), tmp_path / "model.json"
    answer = filled("train", "--data", str(data), "--out", str(out))
    assert answer.code == 0
    assert load(out).sheet == answer.json
    assert filled("train", "--show").json["version"]
    assert filled("train").code == 2


def test_evaluate_without_data_is_told(filled, tmp_path):
    assert filled("evaluate").code == 2
    (tmp_path / "empty").mkdir()
    answer = filled("evaluate", "--data", str(tmp_path / "empty"))
    assert (answer.code, "expertise.jsonl" in answer.err) == (2, True)
