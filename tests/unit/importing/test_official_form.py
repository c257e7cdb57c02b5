"""The official form: whatever its layout, what was filled in comes out, and what is wrong is told by field."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.attachments.blocks import blocks_of_docx
from matchmaker.importing.official_document import write
from matchmaker.importing.official_fields import BY_NAME, FIELDS, NOTHING, inline, label_of
from matchmaker.importing.official_form import as_faults, understand
from tests.support.official_forms import FILLED, four_columns, paragraphs


def read(tmp_path, content):
    path = tmp_path / "form.docx"
    path.write_bytes(content)
    return understand(blocks_of_docx(path))


def told(form):
    return [(name, str(fault.fault)) for name, fault in as_faults(form)]


def test_a_filled_form_read_again_is_the_same(tmp_path):
    form = read(tmp_path, write(FILLED))
    assert form.values == FILLED
    assert form.findings == []


def test_a_note_beside_other_survives(tmp_path):
    values = FILLED | {"solution": "other", "solution_note": "与上级集团联合", "years": {"to": 2028}}
    assert read(tmp_path, write(values)).values == values


def test_the_blank_form_tells_what_is_missing(tmp_path):
    form = read(tmp_path, write({}))
    assert (form.values, form.is_form, form.importable) == ({}, True, False)
    assert [name for name, fault in told(form) if fault == "没有填写"] == [
        "机构名称", "移动电话", "技术需求名称", "需求时限", "主要问题", "技术关键与主要指标", "预期目标", "关键字",
        "拟投入资金总额(万元)", "技术需求解决方式", "科技活动类型", "技术需求所属领域", "应用行业",
    ]  # fmt: skip


def test_a_table_of_four_columns(tmp_path):
    form = read(tmp_path, four_columns())
    assert form.values == {
        "organization": "澄溪晶彩钮扣有限公司", "fax": "0576-81234568", "body": "enterprise",
        "landline": "0576-81234567", "contact_phone": "0576-81234567", "title": "树脂纽扣电镀层耐盐雾",
        "years": {"from": 2026, "to": 2028}, "budget_fen": 50_050_000, "main_problem": "镀层变色。\n退货多。",
        "key_technology": "盐雾 96 h", "goal": "合格率 98%", "keywords": ["电镀", "盐雾", "纽扣"],
        "solution": "commission", "industry": "33", "field": "materials", "activity": "experimental",
    }  # fmt: skip
    assert told(form) == []


def test_paragraphs_without_a_table(tmp_path):
    form = read(tmp_path, paragraphs())
    assert form.values == {
        "organization": "澄溪晶彩钮扣有限公司", "contact_name": "王芳", "contact_phone": "13912345601",
        "title": "树脂纽扣电镀层耐盐雾", "years": {"to": 2028}, "main_problem": "镀层变色。\n退货多。",
        "key_technology": "盐雾 96 h", "goal": "合格率 98%", "keywords": ["电镀", "盐雾", "纽扣"],
        "budget_fen": 50_050_000, "partners": "临江大学", "solution": "joint", "activity": "applied",
        "field": "other", "field_note": "表面工程", "industry": "33",
    }  # fmt: skip
    assert told(form) == []


@pytest.mark.parametrize(
    ("changed", "label", "fault"),
    [
        (
            {"solution": "委托开发"},
            "技术需求解决方式",
            "“委托开发”不在技术需求解决方式表中；最接近的是“委托研发”",
        ),
        ({"solution": "□独立研发 □委托研发"}, "技术需求解决方式", "没有填写"),
        (
            {"solution": "☑独立研发 ☑合作研发"},
            "技术需求解决方式",
            "选了几项（独立研发、合作研发），只取第一项",
        ),
        ({"budget": "五十万"}, "拟投入资金总额(万元)", "“五十万”不是金额"),
        ({"title": "长" * 301}, "技术需求名称", "共 301 个字，表格要求不超过 300 个字"),
        ({"organization": ""}, "机构名称", "没有填写"),
    ],
)
def test_what_is_wrong_is_told_by_field(tmp_path, changed, label, fault):
    assert told(read(tmp_path, four_columns(**changed))) == [(label, fault)]


def test_too_long_is_told_and_kept(tmp_path):
    form = read(tmp_path, write(FILLED | {"goal": "标" * 501, "keywords": list("甲乙丙丁戊己")}))
    assert told(form) == [
        ("预期目标", "共 501 个字，表格要求不超过 500 个字"),
        ("关键字", "有 6 个，表格要求 1 至 5 个"),
    ]
    assert (form.values["goal"], form.values["keywords"]) == ("标" * 501, list("甲乙丙丁戊己"))


def test_another_document_is_no_form(tmp_path):
    from tests.support import attachments as files

    form = read(tmp_path, files.docx("会议通知", rows=[["时间", "地点"], ["九点", "三楼"]]))
    assert (form.is_form, form.importable) == (False, False)
    assert told(form) == [("", "不像重大技术需求征集表：找不到表中的栏目")]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_label_means_its_own_field(field):
    for label in field.labels:
        for written in (label, f" * {' '.join(label)} ：", f"（二）{label}", f"3、{label}（必填）"):
            assert label_of(written) == field.name, written
        assert inline(f"{label}：值") == (field.name, "值")


def test_no_label_is_taken_twice():
    labels = [label.casefold() for field in FIELDS for label in field.labels]
    assert sorted(labels) == sorted(set(labels))
    assert label_of("填表日期") == NOTHING
    assert [label_of(text) for text in ("", "镀层变色", "一" * 80)] == [None, None, None]


_texts = st.text(
    alphabet=st.characters(
        exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], exclude_characters="_＿\u3000\xa0"
    ),
    min_size=1,
    max_size=60,
).map(lambda text: " ".join(text.split()))


@settings(max_examples=40)
@given(title=_texts.filter(bool), goal=_texts.filter(bool))
def test_any_text_comes_back(tmp_path_factory, title, goal):
    if any(label_of(text) or inline(text) for text in (title, goal)):
        return
    path = tmp_path_factory.mktemp("form") / "form.docx"
    path.write_bytes(write({"title": title, "goal": goal}))
    found = understand(blocks_of_docx(path)).values
    assert (found["title"], found["goal"]) == (title, goal)


def test_boxes_of_word_are_boxes(tmp_path):
    """Content controls, Wingdings and form fields of the old kind."""
    from docx import Document
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = Document()
    for line in ("单位名称：某厂", "需求名称：某需求", "主要问题：镀层变色"):
        document.add_paragraph(line)
    box = (
        f"<w:p {space}><w:r><w:t>解决方式：</w:t></w:r>"
        '<w:r><w:sym w:font="Wingdings" w:char="F0A8"/><w:t>独立研发 </w:t></w:r>'
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>合作研发</w:t></w:r></w:p>'
    )
    old = (
        f"<w:p {space}><w:r><w:t>科技活动类型：</w:t></w:r>"
        "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>"
        "<w:t>基础研究</w:t></w:r>"
        "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:default w:val='0'/></w:checkBox></w:ffData>"
        "</w:fldChar><w:t>应用研究</w:t></w:r></w:p>"
    )
    for each in (box, old):
        document.element.body.insert(3, parse_xml(each))
    file = io.BytesIO()
    document.save(file)
    values = read(tmp_path, file.getvalue()).values
    assert (values["solution"], values["activity"]) == ("joint", "basic")


def test_every_field_has_a_name_in_the_form():
    assert len(BY_NAME) == len(FIELDS)
