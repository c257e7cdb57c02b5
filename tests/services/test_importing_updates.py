"""A second import: by id or told matching key, never doubling, never over what somebody has confirmed."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from matchmaker.models import Achievement, Expert, ImportRun, Job, Organization, Patent, Problem, Publication
from tests.support.imports import counts, jsonl, load, table, told

PROBLEM = {"id": "p1", "title": "镀层变色", "organization": "澄溪厂", "text": "盐雾", "budget_wan": 50,
           "indicators": [{"name": "盐雾", "target": 96, "comparator": ">="}]}  # fmt: skip
EXPERT = {"id": "e1", "name": "林一鸣", "institution": "临江大学", "profile": "电镀", "keywords": ["镀层"],
          "projects": [{"title": "甲厂改造", "year": 2021}]}  # fmt: skip


def again(app, tmp_path, kind, *rows):
    """The run of some rows, and the index jobs that it left."""
    with app.unit_of_work() as uow:
        uow.session.execute(delete(Job))
    run = load(app, jsonl(tmp_path / "rows.jsonl", *rows), kind)
    with app.reading() as uow:
        jobs = uow.session.scalars(select(Job.subject).where(Job.kind == "index").order_by(Job.subject)).all()
    return run, list(jobs)


def only(app, model):
    with app.reading() as uow:
        row = uow.session.scalars(select(model)).one()
        _ = (
            getattr(row, "organization", None),
            getattr(row, "indicators", None),
            getattr(row, "projects", None),
        )
        return row


@pytest.mark.parametrize(("kind", "row"), [("problem", PROBLEM), ("expert", EXPERT)])
def test_the_same_again_changes_nothing(any_app, tmp_path, kind, row):
    again(any_app, tmp_path, kind, row)
    run, jobs = again(any_app, tmp_path, kind, row)
    assert (counts(run), jobs) == ((0, 0, 1, 0), [])
    assert only(any_app, Problem if kind == "problem" else Expert).index_version == 1


@pytest.mark.parametrize(
    ("change", "attribute", "value"),
    [
        ({"title": "镀层发黑"}, "title", "镀层发黑"),
        ({"budget_wan": "面议"}, "budget_fen", None),
        ({"text": None}, "text", ""),
        ({"visibility": "members"}, "readers", " members office org:1 "),
        ({"visibility": "anonymous"}, "visibility", "anonymous"),
    ],
)
def test_a_changed_field_is_taken_over(any_app, tmp_path, change, attribute, value):
    again(any_app, tmp_path, "problem", PROBLEM)
    run, jobs = again(any_app, tmp_path, "problem", PROBLEM | change)
    row = only(any_app, Problem)
    assert (counts(run), jobs, row.index_version, getattr(row, attribute)) == (
        (0, 1, 0, 0),
        ["problem:1"],
        2,
        value,
    )


def test_indicators_are_replaced_as_a_whole(app, tmp_path):
    again(app, tmp_path, "problem", PROBLEM)
    changed = PROBLEM | {"indicators": [{"name": "盐雾", "target": 120}, {"name": "色差", "target": 1}]}
    assert counts(again(app, tmp_path, "problem", changed)[0]) == (0, 1, 0, 0)
    assert [(each.name, each.target) for each in only(app, Problem).indicators] == [
        ("盐雾", "120"),
        ("色差", "1"),
    ]


def test_what_a_row_does_not_give_stays(app, tmp_path):
    again(app, tmp_path, "problem", PROBLEM)
    assert counts(again(app, tmp_path, "problem", {"id": "p1", "title": "镀层变色"})[0]) == (0, 0, 1, 0)
    path = table(
        tmp_path / "a.csv", ["编号", "名称", "需求内容", "拟投入资金(万元)"], ["p1", "镀层变色", "", ""]
    )
    assert counts(load(app, path, "problem")) == (0, 0, 1, 0)
    row = only(app, Problem)
    assert (row.text, row.budget_fen, len(row.indicators)) == ("盐雾", 50_000_000, 1)


def confirm(app, model, *names):
    with app.unit_of_work() as uow:
        uow.session.scalars(select(model)).one().confirmed = list(names)


@pytest.mark.parametrize(
    ("name", "change", "attribute"),
    [
        ("profile", {"profile": "新"}, "profile"),
        ("organization_id", {"institution": "别处大学"}, "organization_id"),
        ("institution", {"institution": "别处大学"}, "organization_id"),
        ("fields", {"field": ["nuclear"]}, "fields"),
        ("field", {"field": ["nuclear"]}, "fields"),
        ("projects", {"projects": []}, "projects"),
    ],
)
def test_a_confirmed_field_is_never_overwritten(app, tmp_path, name, change, attribute):
    again(app, tmp_path, "expert", EXPERT)
    before = only(app, Expert)
    confirm(app, Expert, name)
    run, jobs = again(app, tmp_path, "expert", EXPERT | change)
    after = only(app, Expert)
    held = [
        len(row.projects) if attribute == "projects" else getattr(row, attribute) for row in (before, after)
    ]
    assert (counts(run), run.kept_fields, after.index_version) == ((0, 0, 1, 0), 1, 1)
    assert held[0] == held[1]
    assert [(each[2], each[3]) for each in told(app, run)] == [("已由本人确认，未被覆盖", False)]
    assert [job for job in jobs if not job.startswith("organization")] == []


def test_a_confirmed_field_that_agrees_is_no_conflict(app, tmp_path):
    again(app, tmp_path, "expert", EXPERT)
    confirm(app, Expert, "profile")
    run, _jobs = again(app, tmp_path, "expert", EXPERT | {"position": "教授"})
    assert (counts(run), run.kept_fields, only(app, Expert).position) == ((0, 1, 0, 0), 0, "教授")


@pytest.mark.parametrize(
    ("kind", "model", "first", "second"),
    [
        ("organization", Organization, {"name": "甲 大学"}, {"name": "甲大学", "summary": "新"}),
        ("problem", Problem, {"title": "题", "organization": "厂"}, {"title": "题", "organization": "厂", "text": "新"}),
        ("problem", Problem, {"title": "题", "text": "文"}, {"title": "题", "text": "文", "goal": "新"}),
        ("publication", Publication, {"title": "题", "abstract": "文"}, {"title": "题", "abstract": "文", "year": 2020}),
        ("patent", Patent, {"number": "ZL1", "title": "甲"}, {"number": "zl1", "title": "乙"}),
        ("patent", Patent, {"title": "甲", "organization": "校"}, {"title": "甲", "organization": "校", "ipc": "G06"}),
        ("achievement", Achievement, {"title": "果", "organization": "校"}, {"title": "果", "organization": "校", "maturity": 6}),
        ("expert", Expert, {"name": "林", "institution": "校"}, {"name": "林", "institution": "校", "department": "机械"}),
    ],
)  # fmt: skip
def test_without_an_id_the_told_matching_key_decides(app, tmp_path, kind, model, first, second):
    again(app, tmp_path, kind, first)
    assert counts(again(app, tmp_path, kind, second)[0]) == (0, 1, 0, 0)
    assert only(app, model).index_version == 2
    assert counts(again(app, tmp_path, kind, second | {"id": "k1"})[0])[0] == 0
    assert only(app, model).key == "k1"
    assert counts(again(app, tmp_path, kind, second)[0]) == (0, 0, 1, 0)
    assert counts(again(app, tmp_path, kind, second | {"id": "k2"})[0])[0] == 1


def test_namesakes_are_told_apart_by_their_department(app, tmp_path):
    person = {"name": "林", "institution": "校"}
    again(app, tmp_path, "expert", person | {"department": "机械"})
    run, _jobs = again(app, tmp_path, "expert", person | {"department": "化工"}, person)
    assert counts(run) == (1, 0, 0, 1)
    assert told(app, run) == [(2, "编号", "有 2 条记录与这一行相同，无法判断更新哪一条", True)]


def test_an_organization_that_rows_named_is_completed_by_its_own_row(app, tmp_path):
    again(app, tmp_path, "expert", EXPERT)
    assert only(app, Organization).kind == "university"
    run, jobs = again(app, tmp_path, "organization", {"id": "b1", "name": "临江大学", "region": "宁波"})
    assert (counts(run), jobs) == ((0, 1, 0, 0), ["organization:1"])
    run, jobs = again(app, tmp_path, "organization", {"id": "b1", "name": "临江理工大学"})
    assert (counts(run), jobs) == ((0, 1, 0, 0), ["expert:1", "organization:1"])
    assert (only(app, Expert).index_version, only(app, Organization).index_version) == (2, 3)


def test_many_unchanged_rows_cost_few_statements(app, tmp_path):
    from sqlalchemy import event

    statements = []
    rows = [EXPERT | {"id": f"e{n}", "papers": [f"w{n}"]} for n in range(200)]
    again(app, tmp_path, "expert", *rows)
    event.listen(
        app.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
    )
    run, _jobs = again(app, tmp_path, "expert", *rows)
    assert counts(run) == (0, 0, 200, 0)
    assert len(statements) < 60
    with app.reading() as uow:
        assert len(uow.session.scalars(select(ImportRun)).all()) == 2
