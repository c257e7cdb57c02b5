"""Excel out and in again: nothing is lost, nothing changes, contacts only for those who may see them."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select

from matchmaker.importing.checking import match_key
from matchmaker.importing.files import inspect
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.models import (
    AccessLog,
    Achievement,
    Authorship,
    Expert,
    ExpertProject,
    Indicator,
    Inventorship,
    Organization,
    Patent,
    Problem,
    Publication,
)
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, Actor, readers_by, written
from matchmaker.services import importing, sheets
from matchmaker.storage.lasting import lasting_id
from tests.support.samples import store

READERS = " office public "
SHARED = {"region": "330381", "verified_on": date(2026, 10, 20), "source": "走访", "readers": READERS}


def indicators():
    return [
        Indicator(position=0, name="中性盐雾", current="24", target="96", unit="h", comparator=">="),
        Indicator(position=1, name="强度（a；b）", target="高", comparator="", required=False),
    ]


@pytest.fixture
def county(app):
    """One of each kind with every field of its form filled."""
    body = Organization(
        name="浙东滨海理工大学", kind="university", code="91330381MA00000001", summary="一行\n二行",
        website="https://example.org", address="=1 号", industry="83", nature="022", tiers=["high_tech", "sme"],
        contact_name="葛建国", contact_phone="+86 577 65000000", contact_email="ge@example.org", **SHARED,
    )  # fmt: skip
    firm = Organization(name="澄溪晶彩钮扣有限公司", kind="enterprise", readers=READERS)
    person = Expert(
        name="林知远", organization=body, department="材料学院", position="教授", discipline="材料科学",
        fields=["materials", "biomedicine"], directions=["声、光", "电镀"], keywords=["无氰"], profile="简介\n两行",
        services="检测", platforms="盐雾箱", email="lin@example.org", phone="0576-88000000",
        orcid="0000-0002-1825-0097", openalex="A5023888391", hours="工作日", travel="省内", avoid=["某厂"],
        representative=["机理；2023"], **SHARED,
    )  # fmt: skip
    person.projects = [
        ExpertProject(position=0, title="镀铜", client="某厂", year=2023, description="说明", outcome="合格"),
        ExpertProject(position=1, kind="standard", title="GB/T 1"),
    ]
    paper = Publication(
        title="机理", abstract="摘要\n二段", keywords=["镀铜"], fields=["materials"], year=2023, venue="电镀与涂饰",
        source="系统", readers=READERS, authorships=[Authorship(expert=person, position=0)],
    )  # fmt: skip
    patent = Patent(
        number="CN1", title="镀液", abstract="摘要", keywords=["镀液"], fields=["materials"], ipc="C25D 3/38",
        status="granted", year=2021, organization=body, source="系统", readers=READERS,
        inventorships=[Inventorship(expert=person, position=0)],
    )  # fmt: skip
    work = Achievement(
        title="无氰工艺", organization=body, leader=person, team="课题组", fields=["materials"], keywords=["无氰"],
        summary="简介", problem_solved="问题", advantage="优势", maturity=6, ip="两件", scenes="锁具", cases="一家",
        transfer_modes=["license", "joint"], price_fen=12_345_678, industry="33", discipline="材料科学",
        ipc="C25D", ip_status="granted", ip_number="CN1", ip_holder="某大学", ip_until=date(2043, 1, 31),
        price_kind="fixed", indicators=indicators(), **SHARED,
    )  # fmt: skip
    need = Problem(
        number="XQ-1", title="-镀层不足", kind="tackle", organization=firm, industry="33",
        fields=["materials", "manufacturing"], text="全文\n\n第三行", background="背景", main_problem="问题",
        tried="试过", key_technology="关键", scene="滚镀", goal="目标", deliverables="样品",
        cooperation=["commission", "service"], budget_fen=123_456_789, ip_intent="归企业", solver_conditions="有线",
        deadline=date(2027, 6, 30), visibility="members", contact_name="葛建国", contact_phone="13912345601",
        contact_email="ge@example.org", keywords=["盐雾"], indicators=indicators(),
        **{**SHARED, "readers": " members office "},
    )  # fmt: skip
    store(app, body, firm, person, paper, patent, work, need)
    with app.unit_of_work() as uow:
        for row in uow.session.scalars(select(Organization)):
            row.match_key = match_key("organization", {"name": row.name})
        for table in (Expert, Patent, Achievement, Problem):
            for row in uow.session.scalars(select(table)):
                row.readers = written(readers_by(row.visibility, [row.organization_id]))
    return {"organization": 2, "expert": 1, "publication": 1, "patent": 1, "achievement": 1, "problem": 1}


def exported(app, kind, actor=SYSTEM):
    with app.unit_of_work() as uow:
        return sheets.all_of(uow, actor, kind)


def read_again(app, kind, content, tmp_path):
    path = app.settings.imports_folder / importing.stored_name("x.xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    preview = inspect(path, "x.xlsx", kind=kind, settings=app.settings)
    with app.unit_of_work() as uow:
        number = importing.create_run(
            uow,
            SYSTEM,
            filename="x.xlsx",
            stored_name=path.name,
            kind=kind,
            columns=preview.columns,
            by_caller=True,
        ).id
    importing.run_import(app, number, lambda *_: None)
    with app.reading() as uow:
        return importing.report(importing.get(uow, SYSTEM, number))


def counts(report):
    return {name: report[name] for name in ("created", "updated", "unchanged", "rejected")}


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_what_was_exported_comes_back_unchanged(app, county, tmp_path, kind):
    content = exported(app, kind).written()
    report = read_again(app, kind, content, tmp_path)
    expected = {"created": 0, "updated": 0, "unchanged": county[kind], "rejected": 0}
    assert (counts(report), report["faults"]) == (expected, [])


def plain(sheet):
    """Rows without the numbers of rows, which another installation gives anew."""
    return [{name: value for name, value in row.items() if name != "id"} for row in sheet.rows]


def test_an_empty_installation_gets_everything_back(app, county, tmp_path):
    order = ("organization", "expert", "publication", "patent", "achievement", "problem")
    before = {kind: exported(app, kind) for kind in order}
    with app.unit_of_work() as uow:
        for table in (Indicator, Authorship, Inventorship, ExpertProject, Problem, Achievement, Patent, Publication,
                      Expert, Organization):  # fmt: skip
            uow.session.execute(delete(table))
    for kind in order:
        report = read_again(app, kind, before[kind].written(), tmp_path)
        assert (report["created"], report["rejected"]) == (county[kind], 0)
    links = {"papers", "authors", "inventors", "leader"}
    for kind in order:
        after = exported(app, kind)
        assert plain(after) == [
            {name: value for name, value in row.items() if name != "id"} for row in before[kind].rows
        ] or links & set(after.rows[0])
        assert [row["id"] for row in after.rows] == [row["id"] for row in before[kind].rows]


def test_a_changed_title_updates_its_own_row_by_the_number_that_it_left_with(app, county, tmp_path):
    book = load_workbook(io.BytesIO(exported(app, "problem").written()))
    sheet = book["难题"]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("名称*") + 1, "新的名称")
    buffer = io.BytesIO()
    book.save(buffer)
    report = read_again(app, "problem", buffer.getvalue(), tmp_path)
    assert counts(report) == {"created": 0, "updated": 1, "unchanged": 0, "rejected": 0}
    with app.reading() as uow:
        row = uow.session.scalars(select(Problem)).one()
        assert (row.title, row.key, row.budget_fen) == ("新的名称", None, 123_456_789)


def test_the_number_of_another_installation_never_meets_a_row_of_ours(app, county, tmp_path):
    with app.reading() as uow:
        own = lasting_id(uow.session.scalars(select(Problem)).one())
    forged = own[:-8] + "00000000"
    sheet = exported(app, "problem")
    row = {**sheet.rows[0], "id": forged, "title": "别处的难题", "organization": "别处"}
    report = read_again(app, "problem", sheets.Sheet("problem", [row], frozenset()).written(), tmp_path)
    assert report["created"] == 1
    with app.reading() as uow:
        assert [each.title for each in uow.session.scalars(select(Problem).order_by(Problem.id))] == [
            "-镀层不足",
            "别处的难题",
        ]


@pytest.mark.parametrize("actor", [VISITOR, ORGANIZER])
def test_contacts_leave_only_with_those_who_may_see_them(app, county, actor):
    content = b"".join(exported(app, kind, actor).written() for kind in ("expert", "organization"))
    sheet = exported(app, "expert", actor)
    book = load_workbook(io.BytesIO(sheet.written()))
    heads = {cell.value for cell in book["专家"][1]}
    assert ({"邮箱", "电话"} & heads, "lin@example.org" in str(sheet.rows)) == (set(), False)
    assert content


def test_a_visitor_gets_what_is_public_and_the_look_is_written_down(app, county):
    assert exported(app, "problem", VISITOR).rows == []
    assert len(exported(app, "problem", Actor("expert", "某人", expert=9)).rows) == 1
    exported(app, "expert", VISITOR)
    with app.reading() as uow:
        looks = [(row.action, row.subject) for row in uow.session.scalars(select(AccessLog))]
    assert looks == [("expert:export", "expert:*")]


def test_an_anonymous_problem_leaves_without_its_firm(app, county):
    with app.unit_of_work() as uow:
        row = uow.session.scalars(select(Problem)).one()
        row.visibility, row.readers = "anonymous", " office public "
    assert "晶彩" not in str(exported(app, "problem", VISITOR).rows)
    assert "晶彩" in str(exported(app, "problem", ORGANIZER).rows)


def test_fifty_rows_cost_as_many_statements_as_one(app):
    from sqlalchemy import event

    store(app, *(Problem(title=f"难题{n}", readers=READERS, indicators=indicators()) for n in range(50)))
    ran = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    assert len(exported(app, "problem").rows) == 50
    assert len([each for each in ran if each.startswith("SELECT")]) <= 6
