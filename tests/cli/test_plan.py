"""``matchmaker plan``: a file in, a result out, without an installation."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.planning_instances import dense, event

SMALL = {
    "format": "docking-plan/1",
    "slots": 2,
    "tables": 1,
    "people": [{"id": "E1"}, {"id": "E2"}, {"id": "R1"}],
    "problems": [{"id": "Q1", "people": ["R1"], "min_meetings": 1}],
    "pairs": [
        {"expert": "E1", "problem": "Q1", "score": 0.5},
        {"expert": "E2", "problem": "Q1", "score": 0.7, "problem_wish": "must"},
    ],
}


@pytest.fixture
def file(tmp_path):
    def make(data):
        path = tmp_path / "event.json"
        path.write_text(json.dumps(data), "utf-8")
        return str(path)

    return make


def test_a_plan_goes_to_standard_output_and_progress_elsewhere(run, file):
    answer = run("plan", file(SMALL), "--seconds", "5", "--seed", "7", "--workers", "1")
    told = json.loads(answer.out)
    assert answer.code == 0
    assert (told["format"], told["status"], told["seed"]) == ("docking-plan-result/1", "optimal", 7)
    assert sorted((each["expert"], each["table"]) for each in told["meetings"]) == [
        ("E1", "T1"),
        ("E2", "T1"),
    ]
    assert told["figures"] == {
        "unmet_minima": 0,
        "score": 1.41,
        "worst_satisfaction": 1.0,
        "two_bodies": 0,
        "idle_slots": 0,
        "worst_idle": 0,
        "table_changes": 0,
        "moved": 0,
    }
    assert told["bounds"] == {
        "unmet_minima": 0.0,
        "score": 1.41,
        "worst_satisfaction": 1.0,
        "two_bodies": 0.0,
        "idle_slots": 0.0,
        "worst_idle": 0.0,
        "table_changes": 0.0,
        "moved": 0.0,
    }
    assert (told["unmet"], told["relaxations"]) == ([], [])
    assert "optimal · 2 meetings" in answer.err


def test_the_result_is_written_whole_into_a_file(run, file, tmp_path):
    out = tmp_path / "result.json"
    answer = run("plan", file(SMALL), "--seconds", "5", "--out", str(out))
    assert (answer.code, answer.out) == (0, "")
    assert len(json.loads(out.read_text("utf-8"))["meetings"]) == 2
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_file()) == ["event.json", "result.json"]


def test_the_same_seed_and_one_worker_give_the_same_plan(run, file):
    path = file(event(12, 8, 5, 6, candidates=6, bodies=5, seed=3))
    both = [json.loads(run("plan", path, "--seconds", "20", "--workers", "1").out) for _ in range(2)]
    assert [each.pop("seconds") > 0 for each in both] == [True, True]
    assert both[0] == both[1]


def test_a_file_without_a_plan_is_answered_with_what_would_help(run, file):
    pairs = [each | {"must": True} for each in SMALL["pairs"]]
    away = [{"id": "E1"}, {"id": "E2"}, {"id": "R1", "unavailable": [1]}]
    answer = run("plan", file(SMALL | {"pairs": pairs, "people": away}), "--seconds", "5")
    told = json.loads(answer.out)
    assert (answer.code, told["status"], told["meetings"], told["figures"]) == (0, "infeasible", [], {})
    assert [each["change"] for each in told["relaxations"]] == [
        "R1 is available in slot 1 too",
        "one slot more at the end of session 0",
        "the meeting of E1 and Q1 is no longer held in every plan",
        "the meeting of E2 and Q1 is no longer held in every plan",
    ]
    assert [each["then"]["meetings"] for each in told["relaxations"]] == [2, 2, 1, 1]


def test_a_minimum_that_cannot_be_met_is_told_with_its_reason(run, file):
    pairs = [{"expert": "E1", "problem": "Q1", "score": 0.3}]
    told = json.loads(run("plan", file(SMALL | {"pairs": pairs, "min_score": 0.4}), "--seconds", "5").out)
    reason = "No good match: the best score is 0.3, below 0.4."
    assert (told["meetings"], told["unmet"]) == (
        [],
        [{"who": "Q1", "rule": "min_meetings", "reason": reason}],
    )


@pytest.mark.parametrize(
    ("data", "word"),
    [(SMALL | {"slot": 2}, "slots"), (SMALL | {"tables": -1}, "tables"), ([], "JSON")],
)
def test_a_faulty_file_is_refused_with_its_key(run, file, data, word):
    answer = run("plan", file(data))
    assert (answer.code, answer.out) == (2, "")
    assert word in answer.err


def test_a_file_that_is_not_there(run, tmp_path):
    answer = run("plan", str(tmp_path / "none.json"))
    assert (answer.code, "none.json" in answer.err) == (2, True)
    answer = run("plan", "-", "--out", str(tmp_path / "no" / "out.json"))
    assert answer.code == 2


def test_ctrl_c_writes_the_best_so_far(tmp_path):
    source, out = tmp_path / "event.json", tmp_path / "out.json"
    source.write_text(json.dumps(dense(60, 50, 8, 40)), "utf-8")
    command = [
        sys.executable,
        "-m",
        "matchmaker.cli.main",
        "plan",
        "-",
        "--seconds",
        "300",
        "--out",
        str(out),
    ]
    with (
        source.open("rb") as given,
        subprocess.Popen(
            command, stdin=given, stderr=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2]
        ) as running,
    ):
        while b"worst-off 1" not in (line := running.stderr.readline()):
            assert line
        started = time.monotonic()
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert (running.returncode, time.monotonic() - started < 10) == (0, True), rest
    assert len(json.loads(out.read_text("utf-8"))["meetings"]) > 100
