"""Excel files of the site: templates, lists with their filters, links to them."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from matchmaker.importing.schemas import SCHEMAS
from tests.support.site import CONTACTS, FIRM, SECRET

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows(answer):
    assert (answer.status_code, answer.content_type) == (200, XLSX)
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    heads, *lines = sheet.iter_rows(values_only=True)
    return [dict(zip(heads, line, strict=True)) for line in lines]


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_a_template_can_be_had_by_anybody(visitor, kind):
    (example,) = rows(visitor.get(f"/templates/{kind}.xlsx"))
    assert example["编号"] == "示例（导入时忽略）"


def test_a_template_of_nothing_is_told(visitor):
    assert visitor.get("/templates/none.xlsx").status_code == 404


def test_the_list_goes_out_with_its_filters(visitor, county):
    everything = rows(visitor.get("/problems.xlsx"))
    assert sorted(row["名称*"] for row in everything) == ["匿名的镀层难题", "纽扣镀层耐腐蚀"]
    (one,) = rows(visitor.get("/problems.xlsx?region=杭州"))
    assert (one["拟投入资金(万元)"], one["指标表"]) == (50, "盐雾试验 ≥ 96 小时 (现值 24)")
    assert rows(visitor.get("/problems.xlsx?region=北京市")) == []


@pytest.mark.parametrize(
    "name", ["problems", "experts", "institutes", "achievements", "publications", "patents"]
)
def test_nothing_goes_out_that_the_reader_may_not_see(visitor, organizer, county, name):
    shown = rows(visitor.get(f"/{name}.xlsx"))
    held = str(rows(organizer.get(f"/{name}.xlsx")))
    assert shown
    assert [secret for secret in (SECRET, *CONTACTS) if secret in str(shown)] == []
    assert (SECRET in held, [secret for secret in CONTACTS if secret in held]) == (True, [])


def test_an_anonymous_problem_does_not_name_its_firm(visitor, organizer, county):
    assert FIRM not in str(rows(visitor.get("/problems.xlsx")))
    assert FIRM in str(rows(organizer.get("/problems.xlsx")))


def test_pages_lead_to_them(organizer, visitor, county):
    page = visitor.get("/problems?field=materials").get_data(as_text=True)
    assert 'href="/problems.xlsx?field=materials"' in page
    page = organizer.get("/imports").get_data(as_text=True)
    assert [kind for kind in SCHEMAS if f'href="/templates/{kind}.xlsx"' not in page] == []
