"""/history: changes and looks in one list, for the office alone; the export is itself written down."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from matchmaker.models import AccessLog, Attachment, History
from matchmaker.permissions import ORGANIZER, Actor
from matchmaker.storage.queries import TABLES
from tests.support.samples import store
from tests.support.site import counted

BEGIN = datetime.fromisoformat("2026-05-18T02:00")


@pytest.fixture
def lines(app, county):
    """Ten changes and five looks, one an hour."""
    with app.unit_of_work() as uow:
        for hour in range(10):
            uow.session.add(
                History(
                    at=BEGIN + timedelta(hours=hour),
                    actor="章三" if hour % 2 else "=HYPERLINK",
                    action="problem:edit",
                    subject="problem:1",
                    changes={"title": f"<b>第 {hour} 版</b>"},
                    account_id=7,
                    behalf="某公司",
                )
            )
        for hour in range(5):
            uow.session.add(
                AccessLog(
                    at=BEGIN + timedelta(days=1, hours=hour),
                    actor="李四",
                    action="expert:read",
                    subject="expert:1",
                )
            )


def text_of(client, **asked):
    answer = client.get("/history", query_string=asked)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_only_the_office_sees_it(visitor, organizer, lines):
    assert [visitor.get(address).status_code for address in ("/history", "/history.csv")] == [403, 403]
    assert "problem:1" in text_of(organizer)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({}, 15), ({"actor": "章"}, 5), ({"actor": "7"}, 10), ({"actor": "某公司"}, 10), ({"subject": "expert"}, 5),
        ({"subject": "problem:1"}, 10), ({"subject": "problem:11"}, 0), ({"action": "problem:"}, 10),
        ({"source": "look"}, 5), ({"source": "change", "actor": "李"}, 0), ({"first": "2026-05-20"}, 0),
        ({"first": "2026-05-18", "last": "2026-05-18"}, 10), ({"actor": "%"}, 0), ({"action": "_"}, 0),
        ({"source": "nonsense"}, 15),
    ],
)  # fmt: skip
def test_filters_stand_in_the_address(organizer, lines, asked, number):
    page = text_of(organizer, **asked)
    assert page.count('<th scope="row">') == number
    if not number:
        assert "没有符合条件的记录" in page


def test_lines_are_told_in_words_with_the_newest_first(organizer, lines):
    page = text_of(organizer)
    assert page.index("查看专家的个人数据") < page.index("修改难题")
    assert ("&lt;b&gt;第 9 版&lt;/b&gt;" in page, "<b>" in page) == (True, False)
    assert ("代 某公司" in page, 'href="/problems/1"' in page) == (True, True)


def test_a_day_that_is_none_is_told_and_kept(organizer, lines):
    answer = organizer.get("/history", query_string={"first": "昨天"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "“昨天”不是日期" in page, 'value="昨天"' in page) == (422, True, True)
    assert organizer.get("/history?last=9999-12-31").status_code == 200


def test_the_export_holds_no_formula_and_is_written_down(app, organizer, lines):
    text = organizer.get("/history.csv?subject=problem:1").get_data(as_text=True)
    assert (len(text.splitlines()), "'=HYPERLINK" in text) == (11, True)
    (line,) = text_of(organizer, action="history:export").split('<th scope="row">')[1:]
    assert "导出操作记录" in line
    assert "problem:1" in line


def test_one_line_costs_as_much_as_fifty(app, organizer, lines):
    text_of(organizer)
    with counted(app) as few:
        text_of(organizer, subject="expert:1")
    with app.unit_of_work() as uow:
        for number in range(60):
            uow.record(
                Actor("organizer", "某人"), "x:y", ("problem:1", "expert:1", "codes:regions")[number % 3]
            )
    with counted(app) as many:
        text_of(organizer)
    assert (len(few) <= 12, len(many) <= 12) == (True, True)


def test_a_record_of_the_present_carries_account_and_behalf(app, organizer, county):
    with app.unit_of_work() as uow:
        uow.record(Actor("organizer", "王五", account=3).acting_for("某镇"), "problem:publish", "problem:1")
        uow.looked_at(ORGANIZER, "expert:read", "expert:1")
    assert "代 某镇" in text_of(organizer, actor="3")


def test_objects_of_every_kind_are_called_by_their_names(app, organizer, county):
    """A subject of each kind that has a table: what one of them is called must not break the page."""
    file = Attachment(
        subject="problem:1", filename="检测报告.pdf", stored_name="x", media_type="application/pdf", size=1,
        sha256="0", visibility="introduced",
    )  # fmt: skip
    store(app, file)
    with app.unit_of_work() as uow:
        for kind in TABLES:
            uow.session.add(History(actor="某", action="problem:edit", subject=f"{kind}:1"))
    page = text_of(organizer)
    assert ("检测报告.pdf" in page, "临江大学" in page) == (True, True)
