"""Templates and cells: what is written is what the import reads; examples fill every field."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from matchmaker.config import Settings
from matchmaker.exporting.cells import cell, harmless
from matchmaker.exporting.meanings import EXAMPLES
from matchmaker.exporting.workbook import SHEETS, table, template
from matchmaker.importing.checking import Checker
from matchmaker.importing.files import inspect
from matchmaker.importing.rows import RawRow
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.importing.tables import Cells, find_heading, table_rows


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_the_example_of_a_kind_fills_every_field_and_would_be_imported(kind):
    schema = SCHEMAS[kind]()
    assert sorted(EXAMPLES[kind]) == sorted(set(schema.fields) - {"id"})
    heads = {field.metadata["head"]: EXAMPLES[kind].get(name, "9") for name, field in schema.fields.items()}
    row = Checker(kind, {field.metadata["head"]: name for name, field in schema.fields.items()}).check(
        RawRow(2, heads)
    )
    assert [str(each.fault) for each in (*row.faults, *row.notes)] == []
    assert sorted(row.given) == sorted(schema.fields)


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_a_template_is_recognised_and_its_example_left_out(kind, tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template(kind))
    book = load_workbook(path)
    sheet = book[SHEETS[kind]]
    assert sheet["A2"].value == "示例（导入时忽略）"
    row = dict.fromkeys(("name", "title", "institution", "organization"), "填写")
    for place, name in enumerate(["id", *(n for n in SCHEMAS[kind]().fields if n != "id")], 1):
        if name in row:
            sheet.cell(3, place, row[name])
    book.save(path)
    found = inspect(path, "x.xlsx", kind=None, settings=Settings(home=Path(tmp_path)))
    assert (found.kind, found.sheet, found.total_rows) == (kind, SHEETS[kind], 1)
    assert [head.head for head in found.heads if not head.field] == []
    assert sorted(head.field for head in found.heads) == sorted(SCHEMAS[kind]().fields)


def test_a_template_offers_choices_from_a_hidden_sheet_and_explains_each_column():
    book = load_workbook(io.BytesIO(template("problem")))
    sheet = book["难题"]
    assert book["代码表"].sheet_state == "hidden"
    offered = {each.formula1: each for each in sheet.data_validations.dataValidation}
    lists = {
        next(cell.value for (cell,) in book["代码表"][formula.split("!")[1].replace("$", "")]): len(
            book["代码表"][formula.split("!")[1].replace("$", "")]
        )
        for formula in offered
        if formula.startswith("'")
    }
    assert lists == {
        "技术攻关": 8, "农、林、牧、渔业": 117, "电子信息": 11, "委托开发": 9, "公开": 4, "北京市": 3214
    }  # fmt: skip
    heads = {cell.value: cell.comment.text for cell in sheet[1]}
    assert heads["名称*"] == "必填。文字，可以换行（Alt+Enter）。"
    assert heads["拟投入资金(万元)"] == "以万元为单位的数，最多两位小数；面议请留空。"
    assert [text for text in heads.values() if not text] == []


@pytest.mark.parametrize(
    ("kind", "name", "value", "written"),
    [
        ("problem", "budget_wan", 3_050_000_000, 3050),
        ("problem", "budget_wan", 12_345_670_000, 12345.67),
        ("problem", "budget_wan", 123_456_789, "1234567.89元"),
        ("problem", "budget_wan", 0, 0),
        ("problem", "budget_wan", None, None),
        ("problem", "region", "330381", "浙江省温州市瑞安市"),
        ("problem", "region", "339999", "339999"),
        ("problem", "industry", "P", "P 教育"),
        ("problem", "field", ["biomedicine", "materials"], "生物、医药和医疗器械；新材料及其应用"),
        ("problem", "keywords", ["甲", "乙"], "甲；乙"),
        ("problem", "keywords", ["声、光", "乙"], '["声、光", "乙"]'),
        ("problem", "deadline", date(2027, 6, 30), date(2027, 6, 30)),
        ("problem", "main_problem", "第一行\n第二行", "第一行\n第二行"),
        ("achievement", "maturity", 6, 6),
    ],
)
def test_a_cell_is_read_as_the_value_that_it_was(kind, name, value, written):
    field = SCHEMAS[kind]().fields[name]
    assert cell(field, value) == written
    text = "" if written is None else str(written)
    assert field.deserialize(text) == (value if value is not None else None)


INDICATORS = [
    {"name": "中性盐雾", "current": "24", "target": "96", "unit": "h", "comparator": ">=", "required": True},
    {"name": "成本", "current": "", "target": "0.05", "unit": "元", "comparator": "<=", "required": False},
    {"name": "温度", "current": "", "target": "10~20", "unit": "℃", "comparator": "range", "required": True},
]
ODD = [
    {"name": "强度（a；b）", "current": "", "target": "高", "unit": "x", "comparator": ">=", "required": True}
]


@pytest.mark.parametrize("items", [INDICATORS, ODD, [*INDICATORS, *ODD]])
def test_indicators_come_back_whatever_they_hold(items):
    field = SCHEMAS["problem"]().fields["indicators"]
    assert field.deserialize(cell(field, items)) == items


def test_plain_indicators_are_written_as_people_write_them():
    field = SCHEMAS["problem"]().fields["indicators"]
    assert cell(field, INDICATORS) == ("中性盐雾 ≥ 96 h (现值 24)\n成本 ≤ 0.05 元 (期望)\n温度 10~20 ℃")


@pytest.mark.parametrize("text", ["=1+1", "+86 1", "-5", "@a", "'=x", "''+y"])
def test_no_cell_runs_and_every_text_comes_back(text):
    assert harmless(text) == f"'{text}"
    heading = find_heading([Cells(1, ("名称", "企业"))], "problem")
    rows = table_rows(lambda: iter([Cells(2, (str(harmless(text)), "乙"))]), heading)
    assert next(iter(rows())).values["名称"] == text


def test_a_text_too_long_for_a_cell_is_left_out_rather_than_cut():
    book = load_workbook(io.BytesIO(table("problem", [{"title": "甲", "text": "长" * 40_000}])))
    heads = [cell.value for cell in book["难题"][1]]
    values = dict(zip(heads, [cell.value for cell in book["难题"][2]], strict=False))
    assert (values["名称*"], values["需求内容"]) == ("甲", None)
