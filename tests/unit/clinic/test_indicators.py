"""Lines of the table of indicators out of sentences."""

from __future__ import annotations

import pytest

from matchmaker.clinic.form import Form
from matchmaker.clinic.indicators import lines, readings
from matchmaker.clinic.sections import told


def read(text: str) -> list[tuple[str, str, str, str, str]]:
    found = lines(readings(told(Form(text=text))))
    return [(one.name, one.current, one.comparator, one.target, one.unit) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漏检率 3%，希望降到 0.5% 以下。", [("漏检率", "3", "<=", "0.5", "%")]),
        ("良品率由85%提高到98%", [("良品率", "85", ">=", "98", "%")]),
        ("希望生产效率提高20%以上", [("生产效率提高幅度", "", ">=", "20", "%")]),
        ("能耗降低15%", [("能耗降低幅度", "", ">=", "15", "%")]),
        ("要求使用寿命不低于10万次，耐温≥200℃", [("使用寿命", "", ">=", "10", "万次"), ("耐温", "", ">=", "200", "℃")]),
        ("需要温度控制在60~80℃", [("温度", "", "range", "60~80", "℃")]),
        ("纽扣电镀废水含镍，想降到 0.1 mg/L", [("纽扣电镀废水含镍", "", "<=", "0.1", "mg/L")]),
        ("现在氧化烧损率为1.5%，希望能把烧损率降低到1.0%以下。", [("烧损率", "1.5", "<=", "1.0", "%")]),
        ("预期目标：\n遥感估产精度需达90%以上", [("遥感估产精度", "", ">=", "90", "%")]),
    ],
)  # fmt: skip
def test_lines_are_read(text: str, expected: list[tuple[str, str, str, str, str]]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "希望提高效率、降低成本。",
        "希望合作。现有工作基础：\n公司占地 300 亩，2018年销售收入2002万元，利润率≥20%。",
        "希望在合同签订后6个月内完成，申请专利不少于5项。",
        "我们现在的漏检率是3%。",
        "开发600MPa级钢筋",
    ],
)
def test_what_is_no_target_makes_no_line(text: str) -> None:
    assert read(text) == []
