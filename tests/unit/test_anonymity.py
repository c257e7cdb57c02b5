"""What tells who is behind an anonymous problem."""

from __future__ import annotations

import pytest

from matchmaker.models import Indicator, Organization
from matchmaker.services.anonymity import names_of, tellings
from tests.support.samples import problem

FIRM = Organization(name="浙江晶彩钮扣有限公司", code="91330000MA27U0XX1K", website="")


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("浙江晶彩钮扣有限公司", ["浙江晶彩钮扣有限公司", "浙江晶彩钮扣", "晶彩钮扣", "晶彩"]),
        ("台州（黄岩）东海模具有限公司", ["台州(黄岩)东海模具有限公司", "台州东海模具有限公司", "台州东海模具", "东海模具", "东海"]),
        ("宁波纽扣厂", ["宁波纽扣厂", "宁波纽扣"]),
        ("Acme Co", ["acmeco"]),
        ("厂", []),
    ],
)  # fmt: skip
def test_the_forms_of_a_name_by_which_people_know_it(name, forms):
    assert names_of(name) == forms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我司（浙江晶彩钮扣有限公司）的镀层变色", ["浙江晶彩钮扣有限公司"]),
        ("晶 彩 公司的产品", ["晶 彩"]),
        ("ＪＣ牌纽扣", ["ＪＣ牌"]),
        ("请电 139-1234-5601", ["139-1234-5601"]),
        ("客服 0576-12345678", ["0576-12345678"]),
        ("见 www.example.com/a", ["www.example.com/a"]),
        ("信用代码 91330000MA27U0XX1K", ["91330000MA27U0XX1K"]),
        ("找葛建国面谈", ["葛建国"]),
        ("浙江的纽扣镀层在 24 小时后变色，想做到 96 小时", []),
    ],
)
def test_what_tells_is_found_however_it_is_written(text, found):
    row = problem(
        "镀层变色", text=text, hidden_words=["JC牌"], contact_name="葛建国", contact_phone="13912345601"
    )
    for name in ("background", "main_problem", "tried", "key_technology", "scene", "goal", "deliverables",
                 "ip_intent", "solver_conditions"):  # fmt: skip
        setattr(row, name, "")
    row.keywords = []
    assert [each.found for each in tellings(row, FIRM)] == found


def test_every_part_is_looked_at_and_names_of_files_too():
    texts = ("text", "background", "main_problem", "tried", "key_technology", "scene", "goal", "deliverables",
             "ip_intent", "solver_conditions")  # fmt: skip
    row = problem("晶彩的难题", hidden_words=[], contact_name="", contact_phone="", keywords=["晶彩"])
    for name in texts:
        setattr(row, name, "晶彩")
    row.indicators = [Indicator(name="晶彩标准", current="", target="1", unit="")]
    found = {each.field for each in tellings(row, FIRM, ["晶彩图纸.pdf"])}
    assert found == {"title", *texts, "keywords", "indicators", "attachment"}
