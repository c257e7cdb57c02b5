"""Fields for codes: typed names are understood without scripts, faults are told, nothing typed is lost."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from matchmaker.errors import InvalidInput
from matchmaker.taxonomy import DISCIPLINES, REGIONS
from web.picking import picker_text
from web.schemas.fields import Picked, PickedSeveral
from web.schemas.parsing import Input, load


class Form(Input):
    region = Picked(REGIONS, load_default="")
    disciplines = PickedSeveral(DISCIPLINES, load_default=list)


def test_names_and_codes_become_codes():
    given = MultiDict({"region": " 浙江 瑞安 ", "disciplines": "机械工程；430 材料科学; 机械工程"})
    assert load(Form(), given) == {"region": "330381", "disciplines": ["460", "430"]}
    assert load(Form(), MultiDict({"region": "", "disciplines": ""})) == {"region": "", "disciplines": []}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("朝阳区", "有几个“朝阳区”，请写明是哪一个：北京市朝阳区、吉林省长春市朝阳区。"),
        ("瑞安县", "“瑞安县”不在地区表中；请从列表中选，或填代码。"),
        (
            "wz",
            "“wz”不在地区表中；是不是：浙江省温州市、广西壮族自治区梧州市、海南省五指山市、重庆市万州区？",
        ),
    ],
)
def test_a_fault_names_what_may_be_meant(text, told):
    with pytest.raises(InvalidInput) as fault:
        load(Form(), MultiDict({"region": text}))
    assert {name: str(message) for name, message in fault.value.fields.items()} == {"region": told}


def test_one_of_several_that_is_none_is_told():
    with pytest.raises(ValidationError):
        Form().load({"disciplines": "机械工程；火星学"})


def test_what_a_picker_shows_leads_back(site):
    with site.test_request_context("/"):
        shown = picker_text("regions", "330381"), picker_text("disciplines", ["460", "430"])
        assert shown == ("浙江省温州市瑞安市", "机械工程；材料科学")
        assert [picker_text("regions", text) for text in ("", None, "某地")] == ["", "", "某地"]


@pytest.mark.parametrize("address", ["/problems", "/experts"])
def test_a_list_is_filtered_by_a_typed_place(visitor, county, address):
    there = visitor.get(address, query_string={"region": "台州"}).get_data(as_text=True)
    by_code = visitor.get(address, query_string={"region": "331000"}).get_data(as_text=True)
    away = visitor.get(address, query_string={"region": "温州市"}).get_data(as_text=True)
    name = "林" if address == "/experts" else "MX-001"
    assert [name in page for page in (there, by_code)] == [True, True]
    assert 'value="浙江省台州市"' in there
    assert "没有符合条件的" in away


@pytest.mark.parametrize("address", ["/problems", "/experts"])
def test_a_place_that_is_none_is_told_beside_the_field_with_what_was_typed(visitor, county, address):
    page = visitor.get(address, query_string={"region": "朝阳区"}).get_data(as_text=True)
    assert 'value="朝阳区"' in page
    assert "有几个“朝阳区”" in page
    assert 'aria-invalid="true"' in page


def test_the_list_page_stays_small_with_all_counties(visitor, county):
    assert len(visitor.get("/problems").data) < 100_000
