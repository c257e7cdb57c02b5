"""Components by themselves: values as people read them, reasons, marks."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matchmaker.matching.result import Component
from matchmaker.messages import Message
from matchmaker.services.contacts import masked_email, masked_name, masked_phone
from web import formats
from web.explain import changes
from web.tables import harmless


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ((), "误剔&lt;花纹&gt;"),
        (("花纹",), "误剔&lt;<mark>花纹</mark>&gt;"),
        (("误剔", "误"), "<mark>误剔</mark>&lt;花纹&gt;"),
        (("误", "剔"), "<mark>误剔</mark>&lt;花纹&gt;"),
        (("lt",), "误剔&lt;花纹&gt;"),
        (("", " "), "误剔&lt;花纹&gt;"),
    ],
)
def test_words_are_marked_in_escaped_text(words: tuple[str, ...], shown: str) -> None:
    assert formats.marked("误剔<花纹>", words) == shown


def test_marks_do_not_care_for_case() -> None:
    assert formats.marked("MEMS 硅麦克风", ["mems"]) == "<mark>MEMS</mark> 硅麦克风"


def test_a_number_is_marked_only_whole() -> None:
    assert formats.marked("100 次 10 天", ["10"]) == "100 次 <mark>10</mark> 天"


def test_a_text_is_not_cut_within_a_number() -> None:
    assert formats.sentences("镍降到 0.1 mg/L 以下。然后达标。", 15) == "镍降到 0.1 mg/L 以…"
    assert formats.sentences("镍降到 0.1 mg/L 以下。然后达标。", 17) == "镍降到 0.1 mg/L 以下。"


def test_amounts_and_days(site: Flask) -> None:
    with site.test_request_context("/"):
        assert formats.wan(123_456_789_00) == "12,345.68 万元"
        assert formats.wan(0) == "0.00 万元"
        assert formats.wan(None) == "面议"
        assert (
            formats.day(date(2023, 5, 18))
            == '<time class="nowrap" datetime="2023-05-18">2023-05-18 (周四)</time>'
        )
        assert formats.day(None) == ""
        assert formats.moment(datetime.fromisoformat("2023-05-18T12:00")).startswith("2023-05-1")


def test_a_text_is_cut_after_a_sentence() -> None:
    assert formats.sentences("一二三四五六七八九。" * 3, 25) == "一二三四五六七八九。一二三四五六七八九。"
    assert formats.sentences("一" * 30, 10) == "一" * 9 + "…"
    assert formats.sentences("短", 10) == "短"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("葛建国", "葛＊＊"), ("欧阳", "欧＊"), ("李", "李＊"), ("", ""), ("一二三四五六七", "一＊＊＊")],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(("phone", "shown"), [("139-1234-5601", "139******01"), ("12345", "*****"), ("", "")])
def test_numbers_are_masked(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"), [("lin@x.cn", "l***@x.cn"), ("lin", ""), ("@x.cn", ""), ("", "")]
)
def test_addresses_are_masked(address: str, shown: str) -> None:
    assert masked_email(address) == shown


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("a=1", "a=1"),
        (None, ""),
        (-1, -1),
    ],
)
def test_formulas_become_text(cell: object, safe: object) -> None:
    assert harmless(cell) == safe


def _scored(score: float, **parts: float) -> SimpleNamespace:
    components = tuple(
        Component(name, Message(name), value, value, Message("")) for name, value in parts.items()
    )
    return SimpleNamespace(score=score, components=components)


def test_what_would_change_the_order_is_the_widest_difference() -> None:
    ranked = [
        _scored(0.9, words=0.5, whole=0.4),
        _scored(0.6, words=0.4, whole=0.2),
        _scored(0.5, words=0.3, whole=0.2),
    ]
    assert [str(change) for change in changes(ranked)] == [
        "比第 2 名高 0.30 分，主要靠“whole”。",
        "比前一名低 0.30 分，主要差在“whole”；这一项提高后名次会上升。",
        "比前一名低 0.10 分，主要差在“words”；这一项提高后名次会上升。",
    ]


def test_nothing_is_said_where_nothing_parts_two_matches() -> None:
    assert changes([]) == []
    assert changes([_scored(0.9, words=0.5)]) == [None]
    assert changes([_scored(0.9, words=0.5), _scored(0.9, words=0.5)]) == [None, None]


def test_the_style_guide_shows_a_match_with_its_reasons(organizer: FlaskClient) -> None:
    text = organizer.get("/styleguide").text
    for part in (
        "强匹配", "值得一谈", "弱相关", "暂不合适", "<mark>瑕疵</mark>", "未覆盖", "服务企业经历", "为什么这样排",
        "比第 2 名高 0.27 分，主要靠“用词相合”。", "目前没有合适的专家", "接下来可以：",
    ):  # fmt: skip
        assert part in text, part
