"""A folder of filled official forms becomes problems; a problem becomes its form; nothing gets lost on the way."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import select

from matchmaker.attachments.blocks import blocks_of_docx
from matchmaker.errors import Forbidden, InvalidInput, NotFound
from matchmaker.importing.official_document import write
from matchmaker.importing.official_form import understand
from matchmaker.models import Organization, Problem
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.services import official_files, official_forms, official_steps
from tests.support import attachments as files
from tests.support.official_forms import FILLED, four_columns, paragraphs
from tests.support.samples import organization, problem, store


def kept(app, *given):
    name = official_files.keep(
        app.settings, ORGANIZER, [(filename, io.BytesIO(content)) for filename, content in given]
    )
    return official_files.kept(app.settings, ORGANIZER, name)


def saved(app, entries, *, declared=True, who=ORGANIZER):
    official_steps.save(app, who, entries, range(len(entries)), declared=declared)
    return [(entry.outcome, entry.problem) for entry in entries]


def archive(*given):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in given:
            made.writestr(name, content)
    return file.getvalue()


def told(entry):
    return [(str(name), str(fault)) for name, fault, _remedy in entry.told()]


def test_a_form_becomes_a_problem_with_its_official_codes_beside_ours(app):
    (entry,) = kept(app, ("一.docx", write(FILLED)))
    assert (entry.importable, told(entry)) == (True, [])
    assert saved(app, [entry]) == [("submitted", 1)]
    with app.reading() as uow:
        row = uow.session.get(Problem, 1)
        assert (row.title, row.source, row.state, row.organization.name) == (
            "树脂纽扣电镀层耐盐雾", "导入", "submitted", "澄溪晶彩钮扣有限公司",
        )  # fmt: skip
        assert (row.fields, row.cooperation, row.budget_fen, row.industry, row.keywords) == (
            ["materials"], ["commission"], 50_050_000, "33", ["电镀", "盐雾", "纽扣"],
        )  # fmt: skip
        assert {name: row.official[name] for name in ("years", "solution", "activity", "field", "partners")} == {
            "years": {"from": 2026, "to": 2028}, "solution": "commission", "activity": "experimental",
            "field": "materials", "partners": "临江大学、省表面工程研究所",
        }  # fmt: skip
        assert (row.region, f"{row.deadline}") == ("331000", "2028-12-31")


def test_there_and_back_loses_nothing(app, tmp_path):
    saved(app, kept(app, ("一.docx", write(FILLED))))
    with app.reading() as uow:
        values = official_forms.values_for(uow, ORGANIZER, 1)
    assert values == FILLED
    path = tmp_path / "again.docx"
    path.write_bytes(write(values))
    assert understand(blocks_of_docx(path)).values == FILLED


def test_what_is_too_long_for_a_column_survives_too(app):
    long = FILLED | {"title": "长" * 350, "contact_phone": "0576-8123456、" * 6, "goal": "标" * 900}
    saved(app, kept(app, ("一.docx", write(long))))
    with app.reading() as uow:
        assert len(uow.session.get(Problem, 1).title) == 300
        assert official_forms.values_for(uow, ORGANIZER, 1) == long


def test_a_problem_of_ours_fills_the_form_by_its_mapping(app):
    from datetime import date

    from matchmaker.models import Indicator

    firm = organization("某厂", kind="farm", code="91330381MA2ABCDE0X", region="331000")
    row = problem(
        organization=firm, fields=["aerospace"], cooperation=["platform"], budget_fen=1_234_500, goal="达标",
        deadline=date(2027, 6, 30), key_technology="共沉积", contact_phone="13912345601",
    )  # fmt: skip
    row.indicators = [Indicator(name="盐雾", comparator=">=", target="96", unit="h", current="24")]
    store(app, firm, row)
    with app.reading() as uow:
        assert official_forms.values_for(uow, ORGANIZER, 1) == {
            "organization": "某厂", "code": "91330381MA2ABCDE0X", "region": "浙江省台州市", "body": "enterprise",
            "contact_phone": "13912345601", "title": "纽扣镀层耐腐蚀", "main_problem": "镀层在盐雾中 24 小时后变色",
            "key_technology": "共沉积\n盐雾 ≥ 96 h（现值 24）", "goal": "达标", "budget_fen": 1_234_500,
            "years": {"to": 2027}, "solution": "joint", "field": "mechatronics",
        }  # fmt: skip


def test_a_folder_of_twenty_is_told_file_by_file(app):
    good = [(f"表{n}.docx", write(FILLED | {"title": f"需求{n}"})) for n in range(16)]
    entries = kept(
        app,
        ("全部.zip", archive(*good, ("说明.txt", b"x"), ("~$表1.docx", b"lock"))),
        ("四列.docx", four_columns()),
        ("无表.docx", paragraphs()),
        ("通知.docx", files.docx("会议通知")),
        ("带宏.docx", files.repacked(files.docx(""), {"word/vbaProject.bin": b"x"})),
        ("涉密.docx", files.docx("机密★10年", "需求名称：某装备", "主要问题：某问题")),
    )
    assert [entry.filename for entry in entries if entry.importable] == [
        *(name for name, _content in good), "四列.docx", "无表.docx",
    ]  # fmt: skip
    assert [told(entry) for entry in entries[18:]] == [
        [("", "不像重大技术需求征集表：找不到表中的栏目")],
        [("", "文件含有宏（可以自动运行的程序）。")],
        [("", "含有密级标志“机密★10年”（“机密★10年”），内容没有读入。")],
    ]
    assert entries[20].values == {}
    outcomes = [outcome for outcome, _number in saved(app, entries)]
    assert outcomes == ["submitted"] * 18 + [""] * 3


def test_names_in_an_archive_of_windows_are_read(app):
    content = archive(("needs/placeholder.docx", write(FILLED)))
    raw = "需求表一.docx".encode("gb18030")
    name = raw.decode("cp437")
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w") as made:
        entry = zipfile.ZipInfo("x" * len(raw))
        made.writestr(entry, source.read("needs/placeholder.docx"))
    patched = file.getvalue().replace(b"x" * len(raw), raw)
    assert name
    assert [entry.filename for entry in kept(app, ("a.zip", patched))] == ["需求表一.docx"]


def test_without_the_declaration_they_stay_drafts(app):
    entries = kept(app, ("一.docx", write(FILLED)))
    assert saved(app, entries, declared=False) == [("draft", 1)]


def test_an_incomplete_form_stays_a_draft(app):
    entries = kept(app, ("一.docx", write({"title": "某需求", "main_problem": "镀层变色，客户退货。"})))
    assert saved(app, entries) == [("draft", 1)]


def test_a_form_that_is_there_already_is_noted(app):
    saved(app, kept(app, ("一.docx", write(FILLED))))
    entries = kept(app, ("一.docx", write(FILLED)), ("二.docx", write(FILLED | {"title": "另一项"})))
    with app.reading() as uow:
        official_forms.look_up(uow, ORGANIZER, entries)
    assert [entry.known for entry in entries] == [1, None]


def test_a_review_keeps_what_became_of_each_form_and_makes_none_twice(app):
    name = official_files.keep(app.settings, ORGANIZER, [("一.docx", io.BytesIO(write(FILLED)))])
    for _round in range(2):
        entries = official_files.kept(app.settings, ORGANIZER, name)
        saved(app, entries)
        official_files.store(app.settings, name, entries)
    with app.reading() as uow:
        assert list(uow.session.scalars(select(Problem.id))) == [1]
        assert list(uow.session.scalars(select(Organization.name))) == ["澄溪晶彩钮扣有限公司"]


@pytest.mark.parametrize("content", [archive(("a.txt", b"1")), b"", b"PK\x03\x04 damaged"])
def test_an_archive_without_forms_is_told(app, content):
    with pytest.raises(InvalidInput):
        kept(app, ("a.zip", content))
    assert [path.name for path in app.settings.imports_folder.iterdir()] == []


def test_too_many_at_once_are_told(app, monkeypatch):
    monkeypatch.setattr(official_files, "MOST_AT_ONCE", 2)
    with pytest.raises(InvalidInput):
        kept(app, ("a.zip", archive(*((f"{n}.docx", b"x") for n in range(3)))))


def test_strangers_neither_import_nor_export(app):
    owner = Actor("enterprise", "葛建国", organizations=(1,), liaison_of=(1,), account=7)
    member = Actor("expert", "林一鸣", account=8, expert=3)
    firm = organization("某厂", kind="enterprise")
    store(app, firm, problem(organization=firm, contact_phone="13912345601"))
    with pytest.raises(Forbidden):
        official_files.keep(app.settings, VISITOR, [])
    with app.reading() as uow:
        assert official_forms.values_for(uow, owner, 1)["contact_phone"] == "13912345601"
        for who in (VISITOR, member):
            with pytest.raises(Forbidden):
                official_forms.values_for(uow, who, 1)
        with pytest.raises(NotFound):
            official_forms.values_for(uow, VISITOR, 99)
    with pytest.raises(NotFound):
        official_files.kept(app.settings, ORGANIZER, "../secret")
