"""导入: from the file to the report, without a script."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.jobs.worker import Worker
from matchmaker.models import ImportRun, Problem

ROWS = "名称,说明,截止日期\n纽扣镀层变色,盐雾 24 小时后变色,2027-05-18\n,没有名称的一行,\n".encode("gb18030")


def upload(client: FlaskClient, content: bytes = ROWS, name: str = "难题<b>.csv", kind: str = ""):
    return client.post("/imports", data={"file": (BytesIO(content), name), "kind": kind})


def form_of(answer: str) -> dict[str, list[str] | str]:
    """What a browser would send back from the preview."""
    page = unescape(answer)
    heads = re.findall(r'name="head" value="([^"]*)"', page)
    form: dict[str, list[str] | str] = {"head": heads}
    for place in range(len(heads)):
        select = re.search(rf'name="column-{place}">(.*?)</select>', page, re.DOTALL)
        assert select
        chosen = re.search(r'value="([^"]*)" selected', select.group(1))
        form[f"column-{place}"] = chosen.group(1) if chosen else ""
    form["filename"] = re.findall(r'name="filename" value="([^"]*)"', page)[0]
    form["kind"] = re.findall(r'<option value="(\w+)" selected', page)[0]
    return form


def test_the_whole_way(app: Application, organizer: FlaskClient) -> None:
    kept = upload(organizer)
    assert kept.status_code == 303
    preview = organizer.get(kept.location)
    assert preview.status_code == 200
    assert "难题&lt;b&gt;.csv" in preview.text
    assert "其中 1 行有问题" in preview.text
    form = form_of(preview.text)
    assert (form["head"], form["kind"], form["column-1"]) == (["名称", "说明", "截止日期"], "problem", "")
    corrected = organizer.post(kept.location, data={**form, "column-1": "text", "action": "check"})
    assert corrected.status_code == 200
    assert form_of(corrected.text)["column-1"] == "text"
    started = organizer.post(kept.location, data={**form_of(corrected.text), "action": "start"})
    assert started.status_code == 303
    waiting = organizer.get(started.location).text
    assert 'data-poll="2000"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    Worker(app).drain()
    report = organizer.get(started.location).text
    assert "data-poll" not in report
    assert "下载未导入的行" in report
    bad = organizer.get(f"{started.location}/bad-rows.csv")
    assert bad.mimetype == "text/csv"
    assert "没有名称的一行" in bad.data.decode("utf-8-sig")
    with app.reading() as uow:
        assert [(row.title, row.text) for row in uow.session.query(Problem)] == [
            ("纽扣镀层变色", "盐雾 24 小时后变色")
        ]
    assert "难题&lt;b&gt;.csv" in organizer.get("/imports").text


def test_nothing_is_written_before_the_start(app: Application, organizer: FlaskClient) -> None:
    place = upload(organizer).location
    organizer.get(place)
    with app.reading() as uow:
        assert uow.session.query(Problem).count() == uow.session.query(ImportRun).count() == 0
    gone = organizer.post(place, data={"action": "forget"})
    assert gone.status_code == 303
    assert list(app.settings.imports_folder.glob("*")) == []
    assert organizer.get(place).status_code == 404


def test_a_file_that_cannot_be_read_is_told_where_it_was_sent(organizer: FlaskClient) -> None:
    empty = upload(organizer, b"")
    assert (empty.status_code, "没有选择文件，或文件是空的。" in empty.text) == (422, True)
    none = organizer.post("/imports", data={"kind": "expert"})
    assert (none.status_code, 'value="expert" selected' in none.text) == (422, True)
    unclear = organizer.get(upload(organizer, "甲,乙\n1,2\n".encode(), "表.csv").location)
    assert unclear.status_code == 422
    assert "看不出这个文件是哪一类数据" in unclear.text
    assert "删除文件" in unclear.text


def test_a_column_without_its_name_can_be_told_by_hand(organizer: FlaskClient) -> None:
    place = upload(organizer, "甲,乙\n镀层变色,盐雾 24 小时\n".encode(), "表.csv", "problem").location
    unclear = organizer.get(place)
    assert (unclear.status_code, "文件里没有必需的列：名称。" in unclear.text) == (422, True)
    form = form_of(unclear.text)
    assert (form["head"], form["column-0"]) == (["甲", "乙"], "")
    again = organizer.post(place, data={**form, "action": "start"})
    assert (again.status_code, "文件里没有必需的列：名称。" in again.text) == (422, True)
    corrected = organizer.post(place, data={**form, "column-0": "title", "column-1": "text"})
    assert (corrected.status_code, "没有发现问题" in corrected.text) == (200, True)


@pytest.mark.parametrize("name", ["..%2F..%2Fsecret", "a.upload", "0" * 32 + ".upload", "%2Fetc%2Fpasswd"])
def test_a_name_is_never_a_path(organizer: FlaskClient, name: str) -> None:
    assert organizer.get(f"/imports/files/{name}").status_code == 404


def test_a_waiting_import_can_be_cancelled(app: Application, organizer: FlaskClient) -> None:
    place = upload(organizer).location
    run = organizer.post(place, data={**form_of(organizer.get(place).text), "action": "start"}).location
    assert organizer.post(f"{run}/cancel").status_code == 303
    Worker(app).drain()
    page = organizer.get(run).text
    assert "已取消" in page
    assert organizer.post(f"{run}/cancel").status_code == 409
    with app.reading() as uow:
        assert uow.session.query(Problem).count() == 0


def test_visitors_may_do_none_of_it(app: Application, client: FlaskClient, organizer: FlaskClient) -> None:
    place = upload(organizer).location
    run = organizer.post(place, data={**form_of(organizer.get(place).text), "action": "start"}).location
    for address in ("/imports", place, run, f"{run}/bad-rows.csv"):
        assert client.get(address).status_code == 403, address
    for address in ("/imports", place, f"{run}/cancel"):
        assert client.post(address, data={"action": "start"}).status_code == 403, address


def test_an_unknown_import_is_not_found(organizer: FlaskClient) -> None:
    for address in ("/imports/99", "/imports/99/bad-rows.csv", f"/imports/{2**70}"):
        assert organizer.get(address).status_code == 404


def test_the_list_takes_a_fixed_number_of_statements(app: Application, organizer: FlaskClient) -> None:
    from tests.support.site import counted

    def statements() -> int:
        with counted(app) as ran:
            assert organizer.get("/imports").status_code == 200
        return len(ran)

    def add(count: int) -> None:
        with app.unit_of_work() as uow:
            uow.session.add_all(
                ImportRun(filename="a.csv", kind="problem", state="done") for _ in range(count)
            )

    assert "还没有导入过" in organizer.get("/imports").text
    add(1)
    one = statements()
    add(49)
    assert statements() == one == 2  # the list, and the number of unread messages
