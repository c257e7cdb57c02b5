"""Heads are understood whatever their case, width, stars and remarks; unknown ones get the nearest known."""

from __future__ import annotations

import pytest

from matchmaker.errors import InvalidInput
from matchmaker.importing.columns import Head, columns, field_of, guess_kind, require_columns, understand
from matchmaker.importing.schemas import SCHEMAS


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("title", "title"), ("TITLE", "title"), ("名称", "title"), (" 名 称 * ", "title"), ("名称（必填）", "title"),
        ("拟投入资金（万元）", "budget_wan"), ("拟投入资金", "budget_wan"), ("拟投入资金（元）", ""),
        ("budget_wan", "budget_wan"), ("期望合作方式（可多选）", "cooperation"), ("关键字", "keywords"), ("备注", ""),
    ],
)  # fmt: skip
def test_heads_of_problems(head, field):
    assert field_of(head, "problem") == field


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_key_and_every_head_means_its_own_field(kind):
    own = columns(kind)
    assert {name: field_of(name, kind) for name in own} == {name: name for name in own}
    assert {name: field_of(column.head, kind) for name, column in own.items()} == {name: name for name in own}


def test_a_second_column_for_a_field_and_an_unknown_one_are_left_out():
    assert understand(["名称", "title", "预期目标值", "行号"], "problem") == (
        Head("名称", "title"),
        Head("title", ""),
        Head("预期目标值", "", "预期目标"),
        Head("行号", ""),
    )


@pytest.mark.parametrize(
    ("heads", "name", "kind"),
    [
        (["id", "title", "text"], "x", "problem"),
        (["id", "source", "title", "abstract", "keywords"], "x", "publication"),
        (["id", "name", "institution", "papers"], "x", "expert"),
        (["专利号", "名称", "摘要"], "x", "patent"),
        (["名称", "完成单位", "成熟度"], "x", "achievement"),
        (["单位名称", "单位类型"], "x", "organization"),
        (["title"], "某县难题.csv", "problem"),
        (["title"], "papers.csv", "publication"),
        (["title"], "x", None),
        (["甲", "乙"], "难题.csv", "problem"),
        (["甲", "乙"], "x", None),
    ],
)
def test_the_kind_is_guessed_from_the_columns_then_from_the_name(heads, name, kind):
    assert guess_kind(heads, name) == kind


def test_compulsory_columns_are_asked_for_by_name():
    with pytest.raises(InvalidInput) as fault:
        require_columns(understand(["编号"], "expert"), "expert")
    assert str(fault.value.message) == "文件里没有必需的列：姓名、单位。"
    assert list(fault.value.fields) == ["name", "institution"]
