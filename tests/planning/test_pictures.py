"""Pictures are well-formed, escape what they are given, say what they show, and stay within their frame."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import pytest

from matchmaker.planning.drawing import fit, width
from matchmaker.planning.pictures import (
    Cell,
    GraphPicture,
    Link,
    Node,
    TimetablePicture,
    graph,
    timetable,
)

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "王<script>alert('1')</script>&\"\x00\ud800"

TABLE = TimetablePicture(
    "plan",
    "2 场洽谈，无人空等",
    "说明",
    ["9:00", "9:30"],
    ["1 号桌", "2 号桌"],
    [Cell(0, 0, "张三", "难题甲", is_marked=True), Cell(1, 1, EVIL, "浙江某某新材料股份有限公司")],
    {1: "茶歇"},
    frozenset({(0, 1)}),
    "洽谈桌",
    "粗框：达成意向",
)
GRAPH = GraphPicture(
    "graph",
    "2 项难题中 1 项达成意向",
    "说明",
    [Node("a", "张三", "甲大学"), Node("b", EVIL, "乙研究所")],
    [Node("q", "难题甲"), Node("r", "难题乙")],
    [Link("a", "q", 1.0, is_intention=True), Link("b", "r", 0.2)],
    "专家（人）",
    "难题（项）",
    "线越粗匹配分越高（0–1）",
)


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def _said(root: ET.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("svg", [timetable(TABLE), graph(GRAPH)], ids=["timetable", "graph"])
def test_it_is_told_to_who_cannot_see_it_and_holds_no_code(svg: str) -> None:
    root = _parsed(svg)
    ids = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert root.get("role") == "img"
    assert [ids[name] for name in (root.get("aria-labelledby") or "").split()][1] == "说明"
    assert {each.tag.removeprefix(SVG) for each in root.iter()}.isdisjoint({"script", "style", "a"})
    assert not [
        name for each in root.iter() for name in each.attrib if name == "style" or name.startswith("on")
    ]
    assert "script>" in "".join(root.itertext())


def test_a_timetable_shows_both_sides_of_each_meeting() -> None:
    root = _parsed(timetable(TABLE))
    said = _said(root)
    assert said[:1] == ["2 场洽谈，无人空等"]
    assert [each for each in said if each in {"张三", "难题甲", "茶歇", "1 号桌", "9:30"}] == [
        "茶歇",
        "9:30",
        "1 号桌",
        "张三",
        "难题甲",
    ]
    bold = [each for each in root.iter(f"{SVG}rect") if each.get("stroke-width") == "2.5"]
    assert len(bold) == 1


def test_an_intention_is_seen_without_colour() -> None:
    root = _parsed(graph(GRAPH))
    widths = sorted(float(each.get("stroke-width", "0")) for each in root.iter(f"{SVG}path"))
    assert widths == [1.4, 1.6, 6.5]
    assert len(list(root.iter(f"{SVG}circle"))) == 1


def test_names_of_a_real_event_do_not_overlap() -> None:
    left = [Node(f"e{at}", f"专家{at}", f"单位{at // 3}") for at in range(43)]
    right = [Node(f"q{at}", "一项名称很长很长很长很长很长很长很长很长的难题") for at in range(28)]
    links = [Link(f"e{at % 43}", f"q{at % 28}", 0.5) for at in range(107)]
    root = _parsed(graph(replace(GRAPH, left=left, right=right, links=links)))
    high = float(root.get("height", "0"))
    for anchor in ("end", "start"):
        lines = sorted(
            float(each.get("y", "0")) for each in root.iter(f"{SVG}text") if each.get("text-anchor") == anchor
        )
        assert min(after - before for before, after in pairwise(lines)) >= 12
        assert lines[-1] < high
    assert len(list(root.iter(f"{SVG}path"))) == len(links)


def test_large_events_are_summed_up() -> None:
    left = [Node(f"e{at}", f"专家{at}", f"单位{at % 70}") for at in range(600)]
    right = [Node(f"q{at}", f"难题{at}", f"领域{at % 11}") for at in range(500)]
    links = [Link(f"e{at % 600}", f"q{at % 500}", 0.5) for at in range(2000)]
    shown = replace(GRAPH, left=left, right=right, links=links, rest="其他", group_legend="线越粗场次越多")
    said = _said(_parsed(graph(shown)))
    assert sum(each.startswith("单位") for each in said) == 40
    assert sum(each.startswith("领域") for each in said) == 11
    assert [each for each in said if each.startswith("其他")] != []
    assert said[-1] == "线越粗场次越多"
    many = replace(
        TABLE,
        slots=[f"{at}" for at in range(32)],
        rows=[f"{at}" for at in range(120)],
        cells=[Cell(at % 32, at % 120, "甲", "乙") for at in range(64)],
        breaks={},
    )
    assert [each for each in _said(_parsed(timetable(many))) if "/" in each] == ["2 / 119", *["2 / 120"] * 31]


def test_texts_are_cut_where_their_room_ends() -> None:
    assert fit("短", 20, 12) == "短"
    cut = fit("浙江某某新材料股份有限公司", 80, 12)
    assert cut.endswith("…")
    assert width(cut, 12) <= 80
