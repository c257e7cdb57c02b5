"""The fields of every schema: what they take, what they refuse, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.errors import InvalidInput
from web.schemas.fields import Choice, Several, Text, WholeNumber
from web.schemas.parsing import Input, flatten, load


class Example(Input):
    line = Text(longest=10)
    lines = Text(lines=True, empty=False)
    number = WholeNumber(low=1, high=9)
    choice = Choice(("a", "b"), load_default="a")
    several = Several(Choice(("a", "b")), most=2)


def faults(**given: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as raised:
        Example().load(given)
    return {name: str(message) for name, message in flatten(raised.value.messages)}


def test_what_holds() -> None:
    given = {"line": " 甲 ", "lines": "一\r\n二\t三", "number": "7", "choice": "", "several": ["a", "", "b"]}
    assert Example().load(given) == {
        "line": "甲", "lines": "一\r\n二\t三", "number": 7, "choice": "a", "several": ["a", "b"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"line": "a\nb"}, {"line": "第 2 个字符（U+000A）是控制字符，请删除后重新输入。"}),
        ({"line": "\x7f"}, {"line": "第 1 个字符（U+007F）是控制字符，请删除后重新输入。"}),
        ({"line": "a\udc80"}, {"line": "第 2 个字符（U+DC80）是残缺的编码，请删除后重新输入。"}),
        ({"lines": "a\x0bb"}, {"lines": "第 2 个字符（U+000B）是控制字符，请删除后重新输入。"}),
        ({"lines": "  "}, {"lines": "必填，请填写。"}),
        ({"line": "一二三四五六七八九十甲"}, {"line": "最多 10 个字符，现有 11 个，请删减。"}),
        ({"line": 5}, {"line": "应为文字。"}),
        ({"line": b"\xff"}, {"line": "应为文字。"}),
        ({"number": "0"}, {"number": "应在 1 到 9 之间。"}),
        ({"number": "٣"}, {"number": "应为整数。"}),
        ({"number": "-1"}, {"number": "应为整数。"}),
        ({"number": "9" * 5000}, {"number": "应为整数。"}),
        ({"choice": "c"}, {"choice": "没有这个选项；可用的有 a, b。"}),
        ({"several": ["a", "c"]}, {"several.1": "没有这个选项；可用的有 a, b。"}),
        ({"several": ["a", "a", "a"]}, {"several": "最多 2 项。"}),
        ({"several": "a"}, {"several": "应为列表。"}),
        ({"other": 1}, {"other": "没有这一项；请检查名称。"}),
    ],
)
def test_what_does_not(given: dict[str, object], expected: dict[str, str]) -> None:
    assert faults(**given) == expected


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_a_text_that_is_taken_can_be_sent(text: str) -> None:
    try:
        taken = Text(longest=10_000).deserialize(text)
    except ValidationError:
        return
    assert taken.encode().decode() == taken
    assert taken.isprintable() or not any(ord(character) < 32 for character in taken)


def test_a_query_string_repeats_names_and_may_hold_others() -> None:
    given = MultiDict([("several", "a"), ("several", "b"), ("utm_source", "x"), ("line", "1"), ("line", "2")])
    assert load(Example(), given) == {"several": ["a", "b"], "line": "1", "choice": "a"}


def test_faults_of_a_page_come_all_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        load(Example(), MultiDict([("number", "x"), ("choice", "z")]))
    assert list(raised.value.fields) == ["number", "choice"]
