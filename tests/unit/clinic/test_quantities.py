"""Numbers with units: digits, Chinese numerals, ranges, tolerances; dates and names are none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.clinic.quantities import chinese_number, quantities


def found(text: str) -> list[tuple[str, str, str]]:
    return [(one.value, one.unit, one.sign) for one in quantities(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("抗冲击韧性≥67%，堆积密度≥1.80克/立方厘米", [("67", "%", "≥"), ("1.80", "克/立方厘米", "≥")]),
        ("浓度为16~60ppm，压力2000pa，直径φ0.25~φ0.45mm", [("16~60", "ppm", ""), ("2000", "pa", ""), ("0.25~0.45", "mm", "")]),
        ("在-40℃～85℃下", [("-40~85", "℃", "")]),
        ("精度±0.02mm", [("±0.02", "mm", "")]),
        ("提高百分之二十", [("20", "%", "")]),
        ("一千二百粒/分，寿命10万次", [("1200", "粒/分", ""), ("10", "万次", "")]),
        ("产量1,200吨", [("1200", "吨", "")]),
        ("桥丝电阻在（2.4～2.9）Ω内", [("2.4~2.9", "Ω", "")]),
        ("三个月", [("3", "个月", "")]),
        ("2019年5月用5G和3D打印做PA66/610零件", []),
        ("一次成型，一级品，十分稳定", []),
    ],
)  # fmt: skip
def test_quantities_are_read(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("三十", 30), ("一百零五", 105), ("两万", 20_000), ("一千二百", 1200), ("十二万", 120_000), ("一亿", 100_000_000)],
)  # fmt: skip
def test_chinese_numerals(numeral: str, value: int) -> None:
    assert chinese_number(numeral) == Decimal(value)


def test_what_is_no_numeral_has_no_value() -> None:
    assert chinese_number("三个") is None


@given(st.text(max_size=400))
def test_any_text_is_read_and_places_lie_within(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in quantities(text))
