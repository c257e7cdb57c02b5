"""The official form on pages: blank, of a problem, and a folder of filled ones reviewed before anything is made."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from matchmaker.attachments.blocks import blocks_of_docx
from matchmaker.importing.official_document import write
from matchmaker.importing.official_form import understand
from matchmaker.models import AccessLog, Problem
from tests.support import attachments as files
from tests.support.official_forms import FILLED, four_columns
from tests.support.site import CONTACTS


def send(client, *given):
    return client.post("/forms", data={"files": [(io.BytesIO(content), name) for name, content in given]})


def values(tmp_path, answer):
    path = tmp_path / "form.docx"
    path.write_bytes(answer.data)
    return understand(blocks_of_docx(path)).values


def test_anybody_gets_the_blank_form(client, tmp_path):
    answer = client.get("/forms/technical-demand.docx")
    assert (answer.status_code, values(tmp_path, answer)) == (200, {})
    page = client.get("/forms").text
    assert ["下载空白表格" in page, 'type="file"' in page] == [True, False]


def test_the_form_of_a_problem_is_for_its_owner_and_the_office(app, client, organizer, county, tmp_path):
    address = f"/problems/{county.open['problem']}"
    answer = organizer.get(f"{address}/form.docx")
    assert values(tmp_path, answer)["contact_phone"] == CONTACTS[3]
    assert (f"{address}/form.docx" in organizer.get(address).text) is True
    assert client.get(f"{address}/form.docx").status_code == 403
    assert (f"{address}/form.docx" in client.get(address).text) is False
    assert client.get(f"/problems/{county.hidden['problem']}/form.docx").status_code == 404
    with app.reading() as uow:
        looks = uow.session.scalars(select(AccessLog.action).where(AccessLog.action == "problem:form"))
        assert list(looks) == ["problem:form"]


def test_filled_forms_are_reviewed_then_made(app, organizer):
    answer = send(
        organizer,
        ("一.docx", write(FILLED)),
        ("二.docx", four_columns(solution="委托开发")),
        ("通知.docx", files.docx("会议")),
    )
    assert answer.status_code == 303
    page = organizer.get(answer.location).text
    for part in (
        "这 3 份表格这样理解对吗？", "树脂纽扣电镀层耐盐雾", "澄溪晶彩钮扣有限公司", "各栏完整",
        "最接近的是“委托研发”", "不像重大技术需求征集表", "不能导入",
    ):  # fmt: skip
        assert part in page, part
    assert page.count('name="chosen"') == 2
    assert organizer.post(answer.location).status_code == 422
    done = organizer.post(answer.location, data={"chosen": ["0", "2", "99", "x"], "declared": "1"})
    assert (done.status_code, done.location) == (303, answer.location)
    with app.reading() as uow:
        assert list(uow.session.scalars(select(Problem.state))) == ["submitted"]
    again = organizer.get(answer.location).text
    assert ["已提交审核" in again, again.count('name="chosen"')] == [True, 1]


@pytest.mark.parametrize("given", [(), (("a.zip", b"PK\x03\x04 damaged"),), (("空.docx", b""),)])
def test_what_holds_no_form_is_told_beside_the_field(organizer, given):
    answer = send(organizer, *given)
    assert (answer.status_code, answer.text.count("autofocus")) == (422, 1)


def test_strangers_import_nothing(client, organizer):
    location = send(organizer, ("一.docx", write(FILLED))).location
    assert send(client, ("一.docx", write(FILLED))).status_code == 403
    assert client.get(location).status_code == 403
    assert client.post(location, data={"chosen": "0"}).status_code == 403
    assert organizer.get("/forms/files/0123").status_code == 404
