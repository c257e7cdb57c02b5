"""Attachments on pages: uploaded and refused, downloaded without harm, seen by their readers, searched by nobody else."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from matchmaker.indexing import sync
from matchmaker.models import AccessLog, Attachment, Problem
from tests.support import attachments as files
from tests.support.site import SECRET, counted

HTML = "text/html"


@pytest.fixture
def subject(county) -> str:
    return f"problem:{county.open['problem']}"


def send(client, subject, content, name, **parts):
    return client.post("/attachments", data={"subject": subject, "file": (BytesIO(content), name), **parts})


def numbers(app):
    with app.reading() as uow:
        return list(uow.session.scalars(select(Attachment.id)))


def test_a_file_is_uploaded_and_stands_on_the_page_of_its_problem(app, organizer, client, subject):
    address = f"/problems/{subject.partition(':')[2]}"
    answer = send(organizer, subject, files.docx("镀液配方"), "试验 报告（一）.docx")
    assert (answer.status_code, answer.location) == (303, f"{address}#attachments")
    page = organizer.get(address).text
    assert ["试验 报告（一）.docx" in page, "本单位和经引荐的对方" in page] == [True, True]
    hidden = client.get(address).text
    assert ["试验 报告" in hidden, "上传附件" in hidden] == [False, False]


def test_a_refused_file_is_told_beside_the_field_and_nothing_is_lost(organizer, subject):
    answer = send(organizer, subject, files.picture(), "方案.pdf", visibility="members")
    assert answer.status_code == 422
    assert "“方案.pdf”的名称与内容不一致" in answer.text
    assert answer.text.count("autofocus") == 1
    assert '<option value="members" selected>' in answer.text
    assert send(organizer, subject, files.docx("", header="秘密★"), "a.docx").status_code == 422
    assert send(organizer, subject, b"", "").status_code == 422
    assert organizer.post("/attachments", data={"subject": subject}).status_code == 422


def test_an_achievement_has_attachments_too(app, organizer, county):
    number = county.open["achievement"]
    assert send(organizer, f"achievement:{number}", files.pdf(), "检测报告.pdf").status_code == 303
    assert "检测报告.pdf" in organizer.get(f"/achievements/{number}").text


@pytest.mark.parametrize("subject", ["problem:999", "expert:1", "nonsense", "", "problem:99999999999999"])
def test_what_is_not_there_takes_no_attachment(organizer, county, subject):
    assert send(organizer, subject, files.pdf(), "a.pdf").status_code == 404
    assert organizer.get("/attachments", query_string={"subject": subject}).status_code == 404


def test_a_visitor_may_not_upload(app, client, subject, county):
    assert send(client, subject, files.pdf(), "a.pdf").status_code == 403
    hidden = f"problem:{county.hidden['problem']}"
    assert send(client, hidden, files.pdf(), "a.pdf").status_code == 404
    assert (numbers(app), list(app.settings.attachments_folder.glob("*"))) == ([], [])


def test_a_download_runs_nothing_and_is_logged(app, organizer, client, subject):
    content = files.docx("镀液配方")
    send(organizer, subject, content, "试验报告.docx")
    (number,) = numbers(app)
    answer = organizer.get(f"/attachments/{number}/file", buffered=True)
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith(
        "attachment; filename=.docx; filename*=UTF-8''%E8%AF%95"
    )
    assert {
        name: answer.headers[name]
        for name in ("X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    } == {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    assert answer.mimetype != HTML
    with app.reading() as uow:
        looks = uow.session.scalars(select(AccessLog.subject).where(AccessLog.action == "attachment:read"))
        assert list(looks) == [f"attachment:{number}"]
    for address in ("", "/file", "/small"):
        assert client.get(f"/attachments/{number}{address}").status_code == 404


def test_a_picture_shows_only_as_a_copy_made_anew(app, organizer, subject):
    content = files.picture("PNG", (900, 300))
    send(organizer, subject, content, "照片.png")
    (number,) = numbers(app)
    answer = organizer.get(f"/attachments/{number}/small", buffered=True)
    assert (answer.mimetype, answer.data[:3], answer.data == content) == (
        "image/jpeg",
        b"\xff\xd8\xff",
        False,
    )
    assert f'src="/attachments/{number}/small"' in organizer.get(f"/attachments/{number}").text


def test_readers_are_changed_and_what_may_not_be_is_told(app, organizer, client, subject, county):
    send(organizer, subject, files.pdf("盐雾"), "a.pdf")
    (number,) = numbers(app)
    assert organizer.post(f"/attachments/{number}/readers", data={"visibility": "public"}).status_code == 303
    assert client.get(f"/attachments/{number}").status_code == 200
    assert client.post(f"/attachments/{number}/readers", data={"visibility": "members"}).status_code == 403
    assert client.post(f"/attachments/{number}/remove").status_code == 403
    assert organizer.post(f"/attachments/{number}/readers", data={"visibility": "all"}).status_code == 422
    with app.unit_of_work() as uow:
        uow.session.get(Problem, county.open["problem"]).visibility = "anonymous"
    answer = organizer.post(f"/attachments/{number}/readers", data={"visibility": "public"})
    assert answer.status_code == 422


def test_removed_is_gone_from_page_and_disk(app, organizer, subject):
    send(organizer, subject, files.picture(), "照片.png")
    (number,) = numbers(app)
    assert organizer.post(f"/attachments/{number}/remove").status_code == 303
    assert organizer.get(f"/attachments/{number}").status_code == 404
    assert list(app.settings.attachments_folder.glob("*")) == []


def test_a_hit_names_the_problem_and_a_visitor_learns_nothing(app, organizer, client, subject):
    send(organizer, subject, files.docx(f"{SECRET[2:]}配方"), "配方.docx")
    sync.rebuild(app)
    (number,) = numbers(app)
    address = f'/attachments/{number}"'
    for by in ("words", "both", "meaning"):
        found = organizer.get("/search", query_string={"q": "配方", "by": by}).text
        assert [address in found, "属于“纽扣镀层耐腐蚀”" in found] == [True, True]
        assert address not in client.get("/search", query_string={"q": "配方", "by": by}).text
    whole = organizer.get("/search?kind=attachment").text
    assert [address in whole, address in client.get("/search?kind=attachment").text] == [True, False]
    answers = [
        client.get("/api/v1/search", query_string={"q": "配方", "by": "words"}).get_json() for _ in range(1)
    ]
    assert "attachment" not in str(answers)


@pytest.mark.parametrize("count", [1, 20])
def test_a_list_of_attachments_is_cheap(app, organizer, subject, count):
    with app.unit_of_work() as uow:
        for place in range(count):
            uow.session.add(
                Attachment(
                    subject=subject, filename=f"第{place}份材料" + "很长的名称" * 20 + ".pdf", stored_name=f"{place:032x}",
                    media_type="application/pdf", size=123456, sha256=f"{place}", visibility="introduced", text_state="none",
                )
            )  # fmt: skip
    with counted(app) as statements:
        assert organizer.get("/attachments", query_string={"subject": subject}).status_code == 200
    assert len(statements) <= 12
