"""The grid and the file: filled in from a call, read back, each line saved by itself."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from matchmaker.models import Expert, History, SecretLink
from tests.support.accounts import account, log_in
from tests.support.samples import expert, organization, store
from tests.support.site import counted


@pytest.fixture
def people(app, organizer):
    """Three experts of a university, asked for their hours; and another university."""
    body, other = store(app, organization(), organization("别的大学"))
    store(app, *(expert(f"专家{number}", organization_id=body, phone="13812345678") for number in range(3)))
    assert (
        organizer.post("/answers/ask", data={"purpose": "hours", "body": body, "days": "7"}).status_code
        == 303
    )
    return {"body": body, "other": other}


def line(number, hours="下午", revision=0, days=("1",)):
    prefix = f"row-{number}-"
    return {f"{prefix}hours": hours, f"{prefix}weekdays": list(days), f"{prefix}revision": str(revision)}


def hours(app):
    with app.reading() as uow:
        return list(uow.session.scalars(select(Expert.hours).order_by(Expert.id)))


def test_the_list_offers_to_ask_and_counts_who_has_not_answered(app, organizer, people):
    page = organizer.get("/answers").text
    assert "请专家填写方便的时间" in page
    assert page.count('data-label="未答复">3<') == 1
    assert organizer.post("/answers/ask", data={"purpose": "hours", "body": 99}).status_code == 404
    assert organizer.get("/answers/nonsense").status_code == 404


def test_only_changed_lines_are_saved_and_a_fault_stops_no_other(app, organizer, people):
    data = {
        "save": "all",
        "row": ["1", "2", "3", "77x"],
        **line(1),
        **line(2, "长" * 200),
        **line(3, "", days=()),
    }
    answer = organizer.post("/answers/hours", data=data)
    assert answer.status_code == 422
    assert "已保存 1 行" in answer.text
    assert "最多 150 个字符" in answer.text
    assert "长" * 200 in answer.text
    assert hours(app) == ["周一；下午", "", ""]
    with app.reading() as uow:
        (row,) = uow.session.scalars(select(History).where(History.action == "link:answered"))
    assert (row.actor, row.behalf) == ("组织者", "专家0")


def test_a_line_is_saved_by_itself_for_the_script(app, organizer, people):
    def save(**parts):
        data = {"save": "2", "row": "2", **line(2, **parts)}
        answer = organizer.post("/answers/hours", data=data, headers={"Accept": "application/json"})
        return answer.status_code, answer.json["state"], answer.json["revision"]

    assert save() == (200, "saved", 1)
    assert save(revision=1) == (200, "same", 1)
    assert save(hours="上午", revision=0) == (409, "conflict", 1)
    assert save(hours="长" * 200, revision=1) == (422, "fault", 1)
    assert save(hours="上午", revision=1) == (200, "saved", 2)
    assert hours(app)[1] == "周一；上午"


def test_a_line_that_was_answered_meanwhile_is_shown_with_what_happened(app, organizer, people):
    organizer.post("/answers/hours", data={"save": "1", "row": "1", **line(1)})
    answer = organizer.post("/answers/hours", data={"save": "all", "row": ["1"], **line(1, "上午")})
    assert answer.status_code == 422
    assert "组织者（代 专家0） 已经答复" in answer.text
    assert 'name="row-1-revision" value="1"' in answer.text
    again = organizer.post("/answers/hours", data={"save": "all", "row": ["1"], **line(1, "上午", 1)})
    assert again.status_code == 303
    assert hours(app)[0] == "周一；上午"


def test_a_liaison_sees_and_saves_his_own_people_only(app, site, people):
    own = log_in(site, account(app, "body_liaison", people["body"], name="科技处"))
    other = log_in(site, account(app, "body_liaison", people["other"]))
    firm = log_in(site, account(app, "enterprise"))
    assert "专家0" in own.get("/answers/hours").text
    assert "专家0" not in other.get("/answers/hours").text
    assert firm.get("/answers/hours").status_code == 403
    assert other.post("/answers/hours", data={"save": "1", "row": "1", **line(1)}).status_code == 404
    assert firm.post("/answers/hours", data={"save": "1", "row": "1", **line(1)}).status_code == 403
    assert other.post("/answers/links/1/revoke").status_code == 404
    assert hours(app) == ["", "", ""]
    assert own.post("/answers/hours", data={"save": "1", "row": "1", **line(1)}).status_code == 303
    assert own.post("/answers/links/2/revoke").status_code == 303
    assert hours(app)[0] == "周一；下午"
    assert "专家1" not in own.get("/answers/hours").text


def sheet_of(organizer, name="hours"):
    answer = organizer.get(f"/answers/{name}.xlsx")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data))


def send_back(organizer, book, name="hours"):
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return organizer.post(f"/answers/{name}/file", data={"file": (content, "answers.xlsx")})


def test_the_file_goes_out_and_comes_back_with_a_fault_beside_each_cell(app, organizer, people):
    book = sheet_of(organizer)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == ["ID", "填写人", "关于", "方便的日子", "时段和其他说明"]
    assert sheet.column_dimensions["A"].hidden
    assert sheet["D1"].comment is not None
    sheet["D2"], sheet["E2"] = "周一，周五", "下午"
    sheet["D3"] = "周八"
    answer = send_back(organizer, book)
    assert answer.status_code == 422
    assert "没有“周八”这个选项" in answer.text
    assert "专家2" not in answer.text  # nothing changed there
    assert hours(app) == ["", "", ""]  # nothing is written yet
    data = {"save": "all", "by_file": "1", "row": ["1"], **line(1, days=("1", "5"))}
    assert organizer.post("/answers/hours", data=data).status_code == 303
    assert hours(app)[0] == "周一、周五；下午"
    with app.reading() as uow:
        (row,) = uow.session.scalars(select(History).where(History.action == "link:answered"))
    assert row.behalf == "专家0 填写（文件）"


def test_a_round_trip_changes_nothing(app, organizer, people):
    organizer.post("/answers/hours", data={"save": "1", "row": "1", **line(1, "=1+1")})
    book = sheet_of(organizer)
    assert book.active["E2"].data_type == "s" or book.active["E4"].data_type == "s"
    assert "=1+1" in [book.active[f"E{row}"].value for row in (2, 3, 4)]
    answer = send_back(organizer, book)
    assert answer.status_code == 200
    assert "文件里没有改动" in answer.text


def test_rows_whose_token_is_forged_copied_or_of_another_task_are_left_out_and_told(app, organizer, people):
    organizer.post("/answers/ask", data={"purpose": "contact", "body": people["body"], "days": "7"})
    book, other = sheet_of(organizer), sheet_of(organizer, "contact")
    sheet = book.active
    for row in (2, 3, 4):
        sheet[f"E{row}"] = "下午"
    sheet["A3"] = other.active["A3"].value
    sheet["A4"] = "3." + "A" * 43
    sheet["A5"], sheet["E5"] = sheet["A2"].value, "上午"
    answer = send_back(organizer, book)
    assert answer.text.count("认不出这一行是谁的") == 2
    assert "与前面的一行是同一个人" in answer.text
    assert answer.text.count("data-row=") == 1


def bomb():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (70 << 20))
    return made.getvalue()


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"not a file", lambda: b"PK\x03\x04", bomb])
def test_what_is_no_such_file_is_told(organizer, people, make):
    answer = organizer.post("/answers/hours/file", data={"file": (io.BytesIO(make()), "a.xlsx")})
    assert answer.status_code == 422
    assert "请选择由本页下载" in answer.text


def test_a_file_without_its_heads_is_told(organizer, people):
    book = sheet_of(organizer)
    book.active.delete_rows(1)
    answer = send_back(organizer, book)
    assert answer.status_code == 422
    assert "找不到表头" in answer.text


@pytest.mark.parametrize("name", ["hours", "contact", "introduction", "confirm_profile"])
def test_a_grid_costs_the_same_with_one_and_with_fifty_rows(app, organizer, name):
    if name in ("introduction", "confirm_profile"):
        assert organizer.get(f"/answers/{name}").status_code == 200
        return
    found = []
    for count in (1, 49):
        (body,) = store(app, organization(f"大学{count}"))
        store(
            app,
            *(expert(f"专家{count}-{number}", organization_id=body, phone="138") for number in range(count)),
        )
        organizer.post("/answers/ask", data={"purpose": name, "body": body})
        organizer.get(f"/answers/{name}")
        with counted(app) as statements:
            assert organizer.get(f"/answers/{name}").status_code == 200
        found.append(len([one for one in statements if one.startswith("SELECT")]))
    assert found[0] == found[1] <= 12


def test_no_token_of_a_link_stands_in_a_file(app, organizer, people):
    from matchmaker.services import secret_links

    with app.reading() as uow:
        tokens = [secret_links.token(app.secret(), link) for link in uow.session.scalars(select(SecretLink))]
    cells = [str(cell.value) for row in sheet_of(organizer).active.rows for cell in row]
    assert [token for token in tokens if token in cells] == []
