"""/codes: browsed, searched, exported; an office imports its own codes and takes them away again."""

from __future__ import annotations

import io

import pytest

from matchmaker.services import codes
from matchmaker.taxonomy import REGIONS, TABLES
from web.pages.codes import NAMES


@pytest.fixture(autouse=True)
def tables_as_delivered():
    yield
    for table in TABLES.values():
        table.extend([])
    codes._applied.database = ""
    codes._applied.versions = {}


def send(client, text, key="regions", name="codes.csv"):
    return client.post(
        f"/codes/{key}",
        data={"file": (io.BytesIO(text.encode()), name)},
        content_type="multipart/form-data",
    )


def test_every_table_has_a_name_and_a_page(visitor):
    assert sorted(NAMES) == sorted(TABLES)
    page = visitor.get("/codes").get_data(as_text=True)
    assert [key for key in TABLES if f'href="/codes/{key}"' not in page] == []
    assert [visitor.get(f"/codes/{key}").status_code for key in TABLES] == [200] * len(TABLES)
    assert visitor.get("/codes/none").status_code == 404


def test_a_table_is_browsed_and_searched(visitor):
    page = visitor.get("/codes/regions?parent=330300").get_data(as_text=True)
    assert ("瑞安市" in page, "杭州市" in page) == (True, False)
    assert 'href="/codes/regions?parent=330000"' in page
    page = visitor.get("/codes/regions?q=wenzhou+ra").get_data(as_text=True)
    assert ("330381" in page, "330382" in page) == (True, False)
    assert "没有符合的代码" in visitor.get("/codes/regions?q=qqqqq").get_data(as_text=True)


def test_the_export_can_be_imported_again_and_changes_nothing(organizer):
    text = organizer.get("/codes/natures.csv").get_data(as_text=True)
    assert text.splitlines()[0].lstrip("\ufeff") == "代码,名称,英文名称,上级代码,年份,来源"
    answer = send(organizer, text, "natures")
    assert answer.status_code == 303
    shown = organizer.get(answer.location).get_data(as_text=True)
    assert "新增 0 个代码，更改 0 个，17 个没有变化。" in shown


def test_an_office_adds_a_town_sees_it_and_takes_it_away(organizer, visitor):
    assert send(organizer, "代码,名称\n330381100,塘下镇\n").status_code == 303
    page = organizer.get("/codes/regions?own=1").get_data(as_text=True)
    assert ("塘下镇" in page, "本单位添加" in page) == (True, True)
    found = visitor.get("/api/v1/codes/regions?q=txz").get_json()["items"]
    assert [item["text"] for item in found] == ["浙江省温州市瑞安市塘下镇"]
    assert organizer.post("/codes/regions/330381100/remove").status_code == 303
    assert REGIONS.find("塘下镇") is None
    assert organizer.post("/codes/regions/330381100/remove").status_code == 404


def test_faults_are_told_by_row_and_nothing_is_taken(organizer):
    answer = send(organizer, "代码,名称\n330381100,塘下镇\n33,<b>错</b>\n")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ("文件有 1 处问题" in page, "“33”不是代码" in page, "<b>" in page) == (True, True, False)
    assert REGIONS.find("塘下镇") is None


@pytest.mark.parametrize("content", ["", "PK\x03\x04 no workbook", "代码\n1\n"])
def test_a_file_that_cannot_be_read_is_told_beside_the_field(organizer, content):
    answer = send(organizer, content)
    assert (answer.status_code, 'id="fault-file"' in answer.get_data(as_text=True)) == (422, True)


def test_a_visitor_reads_but_may_not_change(visitor):
    assert "导入代码" not in visitor.get("/codes/regions").get_data(as_text=True)
    assert send(visitor, "代码,名称\n330381100,塘下镇\n").status_code == 403
    assert visitor.post("/codes/regions/330381/remove").status_code == 403
