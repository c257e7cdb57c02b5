"""``matchmaker event take`` and ``bring``: the day on another machine and back, by command."""

from __future__ import annotations

import json
import stat

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.permissions import ORGANIZER
from matchmaker.services import checking_in
from matchmaker.storage import schema
from tests.support.embedder import HashEmbedder
from tests.support.events import docking, with_plan


@pytest.fixture
def made(home):
    app = build(Settings(home=home), embedder=HashEmbedder())
    schema.upgrade(app.database)
    made = docking(app, experts=2, problems=2, slots=2, tables=2)
    with_plan(app, made, "running")
    yield made
    app.close()


def check_in(home, event, person):
    app = build(Settings(home=home), embedder=HashEmbedder())
    with app.unit_of_work() as uow:
        checking_in.check_in(uow, ORGANIZER, event, person, at=app.clock())
    app.close()


def test_the_day_goes_to_an_empty_folder_and_comes_back(run, home, made, tmp_path):
    file, back, hall = tmp_path / "day.json", tmp_path / "back.json", tmp_path / "hall"
    answer = run("event", "take", str(made.event), str(file))
    assert (answer.code, answer.out.strip()) == (0, f"{file}: 4 人, 4 场洽谈, 0 条记录")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "13900000000" not in file.read_text("utf-8")
    answer = run("--home", str(hall), "event", "bring", str(file))
    assert (answer.code, f"/events/{made.event}/day" in answer.out) == (0, True)
    check_in(hall, made.event, made.people[0])
    assert run("--home", str(hall), "event", "take", str(made.event), str(back)).code == 0
    answer = run("event", "bring", str(back))
    assert (answer.code, answer.out.strip()) == (0, "签到和洽谈记录 1")
    told = json.loads(run("event", "bring", str(back), "--json").out)
    assert told == {"event": made.event, "is_new": False, "changes": {}, "renumbered": {}, "conflicts": []}


def test_a_file_that_is_none_is_told(run, made, tmp_path):
    for name, content in (("a.json", b"{"), ("b.json", b"\xff\xfe"), ("c.json", b'{"format": "x"}')):
        (tmp_path / name).write_bytes(content)
        answer = run("event", "bring", str(tmp_path / name))
        assert (answer.code, "matchmaker event take" in answer.err) == (2, True)
    assert run("event", "take", "99", str(tmp_path / "none.json")).code == 3
