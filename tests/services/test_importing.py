"""An import from beginning to end: counts, report, bad rows, cancelling, resuming, being killed."""

from __future__ import annotations

import csv
import io
import signal
import time
from importlib import resources

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import (
    Achievement,
    Base,
    Expert,
    History,
    ImportRun,
    Job,
    Organization,
    Patent,
    PendingLink,
    Problem,
    Publication,
)
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import importing
from tests.support.imports import begin, counts, jsonl, load, sheet, table, told
from tests.support.processes import installed, python

PROBLEMS = [
    {"id": f"p{n}", "title": f"难题 {n}", "text": f"需求 {n}", "organization": f"厂 {n % 7}"}
    for n in range(1, 501)
]


def number_of(app, model):
    with app.reading() as uow:
        return uow.session.scalar(select(func.count()).select_from(model))


def test_rows_become_objects_with_their_readers_and_index_jobs(any_app, tmp_path):
    path = sheet(
        tmp_path / "a.xlsx",
        [
            "编号",
            "名称",
            "企业",
            "拟投入资金(万元)",
            "截止日期",
            "技术领域",
            "指标表",
            "公开范围",
            "期望合作方式",
        ],
        [
            "p1",
            "镀层变色",
            "澄溪厂",
            50,
            "2026年5月18日",
            "新材料；电子信息",
            "耐盐雾 ≥ 96 h (现值 24)",
            "仅登录",
            "委托开发、合作开发",
        ],
    )
    run = load(any_app, path)
    assert (run.state, counts(run), run.total, run.position) == ("done", (1, 0, 0, 0), 1, 1)
    with any_app.reading() as uow:
        row = uow.session.scalars(select(Problem)).one()
        assert (row.key, row.title, row.budget_fen, str(row.deadline)) == (
            "p1",
            "镀层变色",
            50_000_000,
            "2026-05-18",
        )
        assert (row.fields, row.cooperation) == (["materials", "electronics"], ["commission", "joint"])
        assert [(each.name, each.current, each.target, each.unit) for each in row.indicators] == [
            ("耐盐雾", "24", "96", "h")
        ]
        assert (row.organization.name, row.organization.kind) == ("澄溪厂", "enterprise")
        assert row.readers.split() == ["members", "office", f"org:{row.organization_id}"]
        assert row.readers == f" {' '.join(row.readers.split())} "
        jobs = uow.session.execute(select(Job.kind, Job.subject).order_by(Job.kind, Job.subject)).all()
        assert [tuple(job) for job in jobs] == [
            ("import", f"import:{run.id}"), ("index", f"organization:{row.organization_id}"), ("index", f"problem:{row.id}"),
        ]  # fmt: skip
        lines = uow.session.execute(select(History.actor, History.action, History.subject)).all()
        assert [tuple(line) for line in lines] == [("组织者", "import:done", f"import:{run.id}")]


def test_bad_rows_are_left_out_told_and_downloadable(app, tmp_path):
    path = table(
        tmp_path / "a.csv",
        ["名称", "备注", "拟投入资金(万元)", "联系人"],
        ["=cmd|' /C calc'!A0", "-5", "1.234", "甲"],
        ["好的一行", "", "5", "乙"],
        ["", "x", "很多", "丙"],
    )
    run = load(app, path, "problem")
    assert counts(run) == (1, 0, 0, 2)
    assert told(app, run) == [
        (2, "拟投入资金(万元)", "“1.234”多于两位小数", True),
        (4, "名称", "没有填写", True),
        (4, "拟投入资金(万元)", "“很多”不是金额", True),
    ]
    with app.reading() as uow:
        content = importing.bad_rows_csv(uow, ORGANIZER, run.id)
        book = load_workbook(io.BytesIO(importing.bad_rows_xlsx(uow, ORGANIZER, run.id)))
    expected = [
        ["名称", "备注", "拟投入资金(万元)", "联系人", "行号", "字段", "问题", "处理建议"],
        ["'=cmd|' /C calc'!A0", "'-5", "1.234", "甲", "2", "拟投入资金(万元)", "“1.234”多于两位小数", "请保留两位小数"],
        ["", "x", "很多", "丙", "4", "名称；拟投入资金(万元)", "没有填写；“很多”不是金额",
         "此项必填，请补上；请填一个以万元为单位的数，如 50 或 1,200.50；面议可留空"],
    ]  # fmt: skip
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == expected
    cells = [
        ["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)
    ]
    assert cells == expected


def test_corrected_bad_rows_can_be_imported_as_they_were_downloaded(app, tmp_path):
    row = {"id": "p1", "title": "=镀层", "keywords": ["甲", "乙"], "budget_wan": "很多",
           "indicators": [{"name": "速度", "target": 3, "comparator": ">="}]}  # fmt: skip
    first = load(app, jsonl(tmp_path / "难题.jsonl", row), "problem")
    assert counts(first) == (0, 0, 0, 1)
    with app.reading() as uow:
        content = importing.bad_rows_csv(uow, ORGANIZER, first.id)
    (tmp_path / "again.csv").write_text(content.decode().replace("很多", "50"), "utf-8")
    again = load(app, tmp_path / "again.csv", "problem")
    assert (counts(again), told(app, again)) == ((1, 0, 0, 0), [])
    with app.reading() as uow:
        stored = uow.session.scalars(select(Problem)).one()
        assert (stored.title, stored.keywords, stored.budget_fen) == ("=镀层", ["甲", "乙"], 50_000_000)
        assert [(each.name, each.target, each.comparator) for each in stored.indicators] == [
            ("速度", "3", ">=")
        ]


def test_a_classified_row_is_refused_and_its_text_is_nowhere(app, tmp_path):
    path = jsonl(
        tmp_path / "a.jsonl",
        {"id": "p1", "title": "某装置", "text": "机密★ 雷达参数"},
        {"id": "p2", "title": "镀层", "text": ""},
    )
    run = load(app, path, "problem")
    assert told(app, run) == [(1, "涉密", "标为涉密或带有密级标志，不予导入，原文未保存", True)]
    with app.reading() as uow:
        content = importing.bad_rows_csv(uow, ORGANIZER, run.id).decode()
        assert [row.title for row in uow.session.scalars(select(Problem))] == ["镀层"]
    assert ("p1" in content, "雷达" in content, "某装置" in content) == (True, False, False)
    assert list(app.settings.imports_folder.iterdir()) == []
    database = b"".join(path.read_bytes() for path in app.settings.home.glob("matchmaker.sqlite*"))
    with app.reading() as uow:
        rows = [uow.session.execute(select(table)).all() for table in Base.metadata.tables.values()]
    assert ("镀层" in str(rows), "雷达" in str(rows), "雷达".encode() in database) == (True, False, False)
    assert b"\\u96f7\\u8fbe" not in database


def test_duplicates_within_a_file_are_told_and_the_last_wins(app, tmp_path):
    rows = [
        {"id": "p1", "title": "甲", "text": "一"},
        {"id": "p1", "title": "乙", "text": "二"},
        {"title": "丙", "text": "三"},
    ]
    rows += [{"title": " 丙 ", "text": "三", "goal": "四"}]
    run = load(app, jsonl(tmp_path / "a.jsonl", *rows), "problem")
    assert counts(run) == (2, 2, 0, 0)
    assert told(app, run) == [
        (2, "编号", "编号“p1”在第 1 行已出现，以本行为准", False),
        (4, "", "与第 3 行是同一条，以本行为准", False),
    ]
    with app.reading() as uow:
        found = uow.session.execute(
            select(Problem.title, Problem.text, Problem.goal).order_by(Problem.id)
        ).all()
        assert [tuple(row) for row in found] == [("乙", "二", ""), ("丙", "三", "四")]


def test_duplicates_in_different_portions_are_told_too(app, tmp_path):
    run = load(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS, PROBLEMS[2]))
    assert counts(run) == (500, 0, 1, 0)
    assert told(app, run) == [(501, "编号", "编号“p3”在第 3 行已出现，以本行为准", False)]


def test_repeated_titles_with_ids_of_their_own_do_not_merge(app, tmp_path):
    rows = [{"id": "1", "title": "同名", "text": ""}, {"id": "2", "title": "同名", "text": ""}]
    assert counts(load(app, jsonl(tmp_path / "a.jsonl", *rows))) == (2, 0, 0, 0)


def test_progress_and_cancel_between_portions(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS))
    seen = []

    def progress(done, total):
        seen.append((done, total))
        with app.unit_of_work() as uow:
            importing.cancel(uow, ORGANIZER, number)

    run = importing.run_import(app, number, progress)
    assert (seen, run.state, counts(run), run.position) == ([(200, 500)], "cancelled", (200, 0, 0, 0), 200)
    assert run.finished_at is not None
    assert importing.run_import(app, number).position == 200
    with pytest.raises(Conflict), app.unit_of_work() as uow:
        importing.cancel(uow, ORGANIZER, number)


def test_a_waiting_run_is_cancelled_at_once(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS))
    with app.unit_of_work() as uow:
        assert importing.cancel(uow, ORGANIZER, number).state == "cancelled"
    assert importing.run_import(app, number).state == "cancelled"
    assert number_of(app, Problem) == 0


def test_whoever_interrupts_at_the_keyboard_keeps_what_was_read(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS))

    def progress(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.run_import(app, number, progress)
    with app.reading() as uow:
        run = importing.get(uow, ORGANIZER, number)
    assert (run.state, run.created) == ("cancelled", 200)


def test_a_worker_that_loses_its_job_leaves_the_run_to_the_next(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS))

    class LostError(Exception):
        pass

    def progress(_done, _total):
        raise LostError

    with pytest.raises(LostError):
        importing.run_import(app, number, progress)
    run = importing.run_import(app, number)
    assert (run.state, counts(run), number_of(app, Problem)) == ("done", (500, 0, 0, 0), 500)


def test_two_processes_do_not_import_the_same_run_side_by_side(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS))

    def progress(done, _total):
        if done == 200:
            importing.run_import(app, number)

    with pytest.raises(Conflict):
        importing.run_import(app, number, progress)
    with app.reading() as uow:
        run = importing.get(uow, ORGANIZER, number)
    assert (run.state, counts(run), number_of(app, Problem)) == ("done", (500, 0, 0, 0), 500)


KILLED = """
import sys, time
from pathlib import Path
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.services import importing
from tests.support.embedder import HashEmbedder

app = build(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]), embedder=HashEmbedder())
importing.run_import(app, int(sys.argv[3]), lambda done, total: print(done, flush=True))
"""


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05])
def test_a_run_killed_in_the_middle_continues_without_doubling(app, tmp_path, delay):
    rows = [
        {"id": f"e{n}", "name": f"人{n}", "institution": f"大学{n % 50}", "papers": [f"w{n}"]}
        for n in range(3000)
    ]
    number = begin(app, jsonl(tmp_path / "a.jsonl", *rows))
    process = python(KILLED, *installed(app), str(number))
    assert process.stdout.readline().strip() == "200"
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with app.reading() as uow:
        position = importing.get(uow, ORGANIZER, number).position
    assert number_of(app, Expert) == position
    assert 200 <= position < 3000
    run = importing.run_import(app, number)
    assert (run.state, counts(run), run.position) == ("done", (3000, 0, 0, 0), 3000)
    assert (number_of(app, Expert), number_of(app, Organization)) == (3000, 50)
    assert len(told(app, run)) == 3000


def test_a_file_that_is_gone_or_unreadable_fails_with_a_sentence(app, tmp_path):
    number = begin(app, jsonl(tmp_path / "a.jsonl", *PROBLEMS[:3]))
    for path in app.settings.imports_folder.iterdir():
        path.write_bytes(b"")
    run = importing.run_import(app, number)
    assert (run.state, run.error) == ("failed", "文件是空的。 请确认选对了文件，且内容已经保存。")
    assert importing.run_import(app, number).error == "这个上传的文件已不在。 请重新上传。"


def test_who_may_and_what_is_refused(app, tmp_path):
    with app.unit_of_work() as uow:
        given = {"filename": "a", "stored_name": "b", "columns": {}}
        with pytest.raises(Forbidden):
            importing.create_run(uow, VISITOR, kind="problem", **given)
        with pytest.raises(InvalidInput):
            importing.create_run(uow, ORGANIZER, kind="nonsense", **given)
        with pytest.raises(NotFound):
            importing.create_run(uow, ORGANIZER, kind="problem", **given | {"stored_name": "../secret"})
        for question in (importing.get, importing.faults, importing.bad_rows_csv):
            with pytest.raises(Forbidden):
                question(uow, VISITOR, 1)
            with pytest.raises(NotFound):
                question(uow, ORGANIZER, 10**30)
        assert list(importing.list_runs(uow, ORGANIZER)) == []


def test_faults_come_by_pages_and_runs_newest_first(app, tmp_path):
    rows = [{"id": "1", "title": "好", "text": "\x00"}, *({"title": "", "text": str(n)} for n in range(5))]
    first = load(app, jsonl(tmp_path / "a.jsonl", *rows), "problem")
    second = load(app, jsonl(tmp_path / "b.jsonl", *PROBLEMS[:1]))
    with app.reading() as uow:
        page = importing.faults(uow, ORGANIZER, first.id, 2, 4)
        assert ([(each.row, each.rejected) for each in page.rows], page.total) == ([(6, True), (1, False)], 6)
        assert [run.id for run in importing.list_runs(uow, ORGANIZER)] == [second.id, first.id]
        report = importing.report(importing.get(uow, ORGANIZER, second.id))
        assert (report["filename"], report["kind"], report["created"], report["faults"]) == (
            "b.jsonl",
            "problem",
            1,
            [],
        )
    assert number_of(app, ImportRun) == 2


def test_names_of_kept_files_are_ours():
    assert importing.stored_name("../../a b.XLSX").endswith(".xlsx")
    assert importing.stored_name("a.so/../x").endswith(".upload")
    assert len({importing.stored_name("a.csv") for _ in range(9)}) == 9


def test_a_large_number_of_papers_in_two_portions(app, tmp_path):
    rows = [
        {"id": f"w{n}", "title": f"论文 {n}", "abstract": "摘要", "keywords": ["甲"], "source": "x"}
        for n in range(401)
    ]
    run = load(app, jsonl(tmp_path / "a.jsonl", *rows))
    assert (run.kind, counts(run), number_of(app, Publication)) == ("publication", (401, 0, 0, 0), 401)


def test_the_demo_data_loads_without_a_fault_whatever_comes_first(app):
    folder = resources.files("matchmaker.demo") / "data"
    kinds = ("problem", "achievement", "patent", "expert", "publication", "organization")
    for kind in (*kinds, *kinds):
        with resources.as_file(folder / f"{kind}s.jsonl") as path:
            run = load(app, path)
        assert (run.kind, run.state, run.rejected) == (kind, "done", 0)
        waiting = [fault for _row, _field, fault, _rejected in told(app, run) if "尚未导入" not in fault]
        assert waiting == []
    with app.reading() as uow:
        assert uow.session.scalars(select(PendingLink)).all() == []
        assert {
            run.unchanged for run in uow.session.scalars(select(ImportRun).order_by(ImportRun.id).offset(6))
        } == {
            number_of(app, table)
            for table in (Problem, Achievement, Patent, Expert, Publication, Organization)
        }
