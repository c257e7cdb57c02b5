"""The checklist of seven points and the remarks, each with what fires it and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from matchmaker.clinic.examination import examine
from matchmaker.clinic.findings import GOOD, MISSING, POINTS, WEAK, Examination, Finding
from matchmaker.clinic.form import Form, Line

TODAY = date(2026, 11, 23)
COMPLETE = (
    "我们生产树脂纽扣，仿贝花色靠人工挑选，漏检率在3%左右。去年买过一台筛选机，花扣误剔率17%，最后闲置。"
    "希望明年6月底前漏检率降到0.3%以下。预算50万元，希望和高校合作开发。"
)


def seen(**parts: Any) -> Examination:
    return examine(Form(**parts), TODAY)


def point(code: str, **parts: Any) -> Finding:
    return next(one for one in seen(**parts).findings if one.code == code)


def remarks(**parts: Any) -> list[str]:
    return [one.code for one in seen(**parts).remarks]


def test_nothing_written_lacks_everything_and_gets_no_remark() -> None:
    found = seen()
    assert [(one.code, one.level) for one in found.findings] == [(code, MISSING) for code in POINTS]
    assert (found.remarks, found.proposals, found.open) == ((), (), 7)


def test_a_complete_text_lacks_nothing_but_its_title() -> None:
    levels = {one.code: one.level for one in seen(text=COMPLETE).findings}
    assert levels == {**dict.fromkeys(POINTS, GOOD), "object": WEAK}
    assert seen(title="树脂纽扣瑕疵分选", text=COMPLETE).open == 0


def test_a_full_form_needs_no_text_for_it() -> None:
    found = seen(
        title="树脂纽扣瑕疵分选", tried="换过两台筛选机，都闲置了", budget_fen=100, deadline=date(2027, 1, 1),
        cooperation=("joint",), indicators=(Line("漏检率", "3", "0.3", "%", "<="),),
    )  # fmt: skip
    assert found.open == 0


@pytest.mark.parametrize(
    ("code", "level", "parts"),
    [
        ("object", GOOD, {"title": "镀铬工艺优化"}),
        ("object", WEAK, {"title": "提高产品质量", "text": "活塞杆镀铬后出现针孔"}),
        ("object", MISSING, {"title": "提高产品质量"}),
        ("present", WEAK, {"text": "镀铬后工件表面出现小针孔"}),
        ("present", GOOD, {"text": "镀铬后针孔占5%左右"}),
        ("present", MISSING, {"text": "研究拓扑优化设计方法"}),
        ("target", WEAK, {"text": "希望提高生产效率"}),
        ("target", WEAK, {"title": "降低车间能耗"}),
        ("target", GOOD, {"text": "要求成品软管达到GJB2837标准"}),
        ("target", GOOD, {"text": "希望寿命≥5000小时"}),
        ("target", WEAK, {"indicators": (Line("漏检率", "3"),), "goal": "少漏"}),
        ("tried", MISSING, {"text": "镀铬后出现小针孔"}),
        ("tried", GOOD, {"text": "换过两家药水，仍然出现针孔"}),
        ("tried", WEAK, {"text": "现有工作基础：\n公司有员工40人，占地30亩。"}),
        ("budget", GOOD, {"text": "预计投入研发费用30-50万"}),
        ("budget", GOOD, {"is_negotiable": True}),
        ("budget", MISSING, {"text": "目前已经投入资金100万元"}),
        ("budget", MISSING, {"text": "现有工作基础：\n公司投资3.2亿元建厂。"}),
        ("deadline", WEAK, {"text": "在2025年底前完成"}),
        ("deadline", WEAK, {"deadline": date(2026, 11, 22)}),
        ("deadline", GOOD, {"text": "项目周期12个月"}),
        ("deadline", MISSING, {"text": "公司2016年成立"}),
        ("cooperation", GOOD, {"text": "拟委托高校开发"}),
        ("cooperation", MISSING, {"text": "镀铬后出现小针孔"}),
    ],
)  # fmt: skip
def test_points(code: str, level: str, parts: dict[str, Any]) -> None:
    assert point(code, **parts).level == level


def test_the_wording_names_object_and_quality_and_the_place_is_quoted() -> None:
    found = point("target", title="活塞杆镀铬工艺", text="镀铬后出现小针孔。希望提高镀层质量。")
    assert found.quote == "希望提高镀层质量。"
    assert str(found.wording).startswith("活塞杆镀铬的质量由目前的")


@pytest.mark.parametrize(
    ("codes", "parts"),
    [
        (["short", "vague"], {"title": "提高产品质量"}),
        (["short", "vague", "purchase"], {"title": "求购设备一台"}),
        (["short", "financing"], {"text": "树脂纽扣厂扩产，融资500万元，建设仿贝花扣车间和电镀废水站"}),
        (["several"], {"title": "1、红茶萎凋技术研究。2、毛尖茶储藏保鲜研究。", "text": COMPLETE}),
        ([], {"title": "树脂纽扣瑕疵分选", "text": COMPLETE}),
    ],
)  # fmt: skip
def test_remarks(codes: list[str], parts: dict[str, Any]) -> None:
    assert remarks(**parts) == codes
