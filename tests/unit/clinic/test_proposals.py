"""Values for open fields out of the text; what the form has already is not proposed again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker import taxonomy
from matchmaker.clinic.cues import cues
from matchmaker.clinic.examination import examine
from matchmaker.clinic.findings import Proposal
from matchmaker.clinic.form import Form, Line
from tests.unit.clinic.test_checks import COMPLETE, TODAY


def proposed(**parts: Any) -> dict[str, Proposal]:
    return {one.key: one for one in examine(Form(**parts), TODAY).proposals}


def test_one_paragraph_fills_the_form() -> None:
    found = proposed(text=COMPLETE)
    assert found["title"].value == "树脂纽扣：漏检率降到0.3%以下"
    assert found["tried"].value == "去年买过一台筛选机，花扣误剔率17%，最后闲置。"
    assert found["goal"].value == "希望明年6月底前漏检率降到0.3%以下。"
    assert found["indicator-0"].line == Line("漏检率", "3", "0.3", "%", "<=")
    assert found["budget"].value == "50000000"
    assert found["deadline"].value == "2027-06-30"
    assert found["cooperation"].codes == ("joint",)
    assert found["industry"].value == "41"
    assert "manufacturing" in found["fields"].codes


def test_every_proposal_of_the_text_quotes_it() -> None:
    for one in examine(Form(text=COMPLETE), TODAY).proposals:
        assert one.quote in COMPLETE or one.field in {"fields", "keywords"}


def test_what_is_filled_is_not_proposed() -> None:
    found = proposed(
        title="树脂纽扣瑕疵分选", text=COMPLETE, tried="试过", goal="少漏", main_problem="漏检", budget_fen=1,
        deadline=date(2027, 1, 1), cooperation=("joint",), kind="tackle", industry="41", fields=("materials",),
        keywords=("纽扣",), indicators=(Line("漏检率", "", "0.3", "%"),),
    )  # fmt: skip
    assert found == {}


def test_headings_place_sentences() -> None:
    found = proposed(
        text="需求背景：\n随着环保要求趋严，镀铬车间面临淘汰。\n技术难题：\n镀层结合力差。\n预期目标：\n结合力≥20MPa。\n"
        "现有工作基础：\n公司占地30亩。"
    )
    assert (found["background"].value, found["main_problem"].value, found["goal"].value) == (
        "随着环保要求趋严，镀铬车间面临淘汰。",
        "镀层结合力差。",
        "结合力≥20MPa。",
    )
    assert not any("占地" in one.value for one in found.values())


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("fields", taxonomy.FIELDS),
        ("industries", taxonomy.INDUSTRIES),
        ("kinds", taxonomy.PROBLEM_KINDS),
        ("cooperation", taxonomy.COOPERATION),
    ],
)
def test_every_cue_speaks_for_a_code_that_exists(table: str, codes: Any) -> None:
    assert [cue.code for cue in cues(table) if cue.code not in codes] == []


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_is_examined(text: str, title: str) -> None:
    found = examine(Form(title=title, text=text), TODAY)
    assert len(found.findings) == 7
