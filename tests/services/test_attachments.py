"""Attachments: who reads them, what becomes of their files, what stops a submission, what search shows of them."""

from __future__ import annotations

import os
import time
from io import BytesIO

import pytest
from sqlalchemy import select

from matchmaker import lookups
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.indexing import sync
from matchmaker.jobs.worker import Worker
from matchmaker.lookups import SearchRequest
from matchmaker.models import Attachment, Problem
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.services import (
    attached,
    attachment_files,
    attachment_steps,
    attachments,
    browsing,
    finding,
    visibility,
)
from tests.support import attachments as files
from tests.support.samples import organization, problem, store

OWNER = Actor("enterprise", "葛建国", organizations=(1,), liaison_of=(1,), account=7)
MEMBER = Actor("expert", "林一鸣", account=8, expert=3)
OTHER = Actor("expert", "周远", account=9, expert=4)
SECRET = "锌镍共沉积"


@pytest.fixture
def subject(app):
    """A published problem of organization 1."""
    firm = organization("澄溪晶彩钮扣有限公司", kind="enterprise")
    row = problem(organization=firm, state="published", readers=" office org:1 public ")
    store(app, firm, row)
    assert firm.id == 1
    return f"problem:{row.id}"


def keep(app, content=None, name="试验报告.docx"):
    content = files.docx(f"采用{SECRET}工艺") if content is None else content
    return attachment_files.keep(app.settings, BytesIO(content), name)


def add(app, subject, content=None, name="试验报告.docx", who=OWNER, **parts):
    kept = keep(app, content, name)
    with app.unit_of_work() as uow:
        return attachments.add(uow, who, subject, kept, **parts).id


def seen(app, who, subject):
    with app.reading() as uow:
        return [row.id for row in attached.listing(uow, who, subject)]


def lying(app):
    return sorted(path.name for path in app.settings.attachments_folder.glob("*"))


def change(app, subject, **parts):
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem, int(subject.partition(":")[2]))
        for name, value in parts.items():
            setattr(row, name, value)
        visibility.refresh(uow, row)


def test_by_default_owner_and_office_read_it(app, subject):
    number = add(app, subject)
    assert {who.name: seen(app, who, subject) for who in (OWNER, ORGANIZER, MEMBER, VISITOR)} == {
        "葛建国": [number],
        "组织者": [number],
        "林一鸣": [],
        "访客": [],
    }
    with app.reading() as uow, pytest.raises(NotFound):
        attached.get(uow, MEMBER, number)


def test_whoever_is_introduced_reads_it_until_that_ends(app, subject):
    number = add(app, subject)
    with app.unit_of_work() as uow:
        attachments.grant(uow, subject, ["expert:3"])
    assert (seen(app, MEMBER, subject), seen(app, OTHER, subject)) == ([number], [])
    later = add(app, subject, files.docx("第二份"))
    assert seen(app, MEMBER, subject) == [number, later]
    with app.unit_of_work() as uow:
        attachments.withdraw(uow, subject, ["expert:3"])
    assert seen(app, MEMBER, subject) == []


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [("introduced", "葛建国"), ("members", "葛建国 林一鸣"), ("public", "葛建国 林一鸣 访客")],
)
def test_the_owner_says_who_reads_it(app, subject, visibility, readers):
    number = add(app, subject)
    with app.unit_of_work() as uow:
        attachments.set_readers(uow, OWNER, number, visibility)
    assert [who.name for who in (OWNER, MEMBER, VISITOR) if seen(app, who, subject)] == readers.split()


def test_it_is_never_read_by_more_than_its_object(app, subject):
    add(app, subject, visibility="public")
    change(app, subject, visibility="members")
    assert (bool(seen(app, MEMBER, subject)), seen(app, VISITOR, subject)) == (True, [])
    change(app, subject, state="withdrawn")
    assert seen(app, MEMBER, subject) == []


def test_a_stale_row_does_not_show_it_either(app, subject):
    add(app, subject, visibility="public")
    with app.unit_of_work() as uow:
        uow.session.get(Problem, int(subject.partition(":")[2])).readers = " office "
    assert seen(app, VISITOR, subject) == []


def test_rivals_do_not_read_it_though_introduced(app, subject):
    number = add(app, subject, visibility="public")
    with app.unit_of_work() as uow:
        attachments.grant(uow, subject, ["account:8"])
        uow.session.get(Attachment, number).hidden_from = " account:8 "
    assert seen(app, MEMBER, subject) == []


def test_a_file_of_an_anonymous_problem_is_for_the_introduced_alone(app, subject):
    number = add(app, subject)
    change(app, subject, visibility="anonymous")
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        attachments.set_readers(uow, OWNER, number, "public")
    with pytest.raises(InvalidInput):
        add(app, subject, files.docx("另一份"), visibility="public")


def test_a_published_file_is_hidden_again_when_its_problem_becomes_anonymous(app, subject):
    add(app, subject, visibility="public")
    change(app, subject, visibility="anonymous")
    assert seen(app, VISITOR, subject) == []


def test_strangers_add_and_remove_nothing(app, subject):
    number = add(app, subject, visibility="public")
    for action in (
        lambda uow: attachments.require_attaching(uow, MEMBER, subject),
        lambda uow: attachments.remove(uow, MEMBER, number),
        lambda uow: attachments.set_readers(uow, MEMBER, number, "introduced"),
    ):
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            action(uow)
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        attachments.require_attaching(uow, OWNER, "expert:1")


def test_the_same_file_twice_is_told(app, subject):
    content = files.docx("同一份")
    add(app, subject, content)
    with pytest.raises(Conflict):
        add(app, subject, content, name="另一个名字.docx")


def test_there_is_an_end_to_attachments(app, subject):
    kept = keep(app)
    with app.unit_of_work() as uow:
        row = attachments.add(uow, OWNER, subject, kept)
        for place in range(attachments.MOST - 1):
            copied = {name: getattr(row, name) for name in ("subject", "filename", "media_type", "size")}
            uow.session.add(Attachment(**copied, stored_name=f"{place}", sha256=f"{place}"))
        uow.session.flush()
        with pytest.raises(InvalidInput):
            attachments.require_attaching(uow, OWNER, subject)


def test_removed_is_removed(app, subject):
    number = add(app, subject)
    with app.unit_of_work() as uow:
        stored = attachments.remove(uow, OWNER, number).stored_name
    attachment_files.remove_files(app.settings, [stored])
    assert (seen(app, ORGANIZER, subject), lying(app)) == ([], [])


def test_files_lie_under_names_of_ours(app, subject):
    kept = keep(app, files.picture(), "../../etc/照片.png")
    assert kept.filename == "照片.png"
    assert lying(app) == [kept.stored_name, f"{kept.stored_name}.small.jpg"]
    path = attachment_files.path_of(app.settings, kept.stored_name)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (files.picture(), 0o600)
    for name in ("../secret", "", f"{kept.stored_name}.small.jpg"):
        with pytest.raises(NotFound):
            attachment_files.path_of(app.settings, name)


def test_a_refused_file_leaves_nothing_behind(app):
    with pytest.raises(InvalidInput) as fault:
        keep(app, files.picture(), "方案.pdf")
    assert lying(app) == []
    assert str(fault.value.fields["file"]) == (
        "“方案.pdf”的名称与内容不一致：名称以 .pdf 结尾，内容却是 PNG 图片。"
        "请确认选对了文件，把名称的后缀改为 .png 后再上传。"
    )


def test_a_marked_file_is_never_stored(app):
    with pytest.raises(InvalidInput) as fault:
        keep(app, files.docx("正文", header="机密★10年"))
    assert lying(app) == []
    assert str(fault.value.message) == "“试验报告.docx”含有密级标志“机密★10年”（“机密★10年”），没有保存。"


def test_a_file_beyond_the_limit_is_refused(app):
    from dataclasses import replace

    small = replace(app.settings, attachment_megabytes=1)
    with pytest.raises(InvalidInput) as fault:
        attachment_files.keep(small, BytesIO(b"%PDF-" + b"\0" * (1 << 20)), "大.pdf")
    assert (str(fault.value.message), lying(app)) == ("“大.pdf”超过上限 1 MB。", [])


def test_files_without_a_row_are_swept(app, subject):
    add(app, subject)
    lost, fresh = keep(app, files.docx("遗失")), keep(app, files.docx("刚到"))
    old = time.time() - attachment_steps.FORGOTTEN - 60
    for name in lying(app):
        if name != fresh.stored_name:
            os.utime(app.settings.attachments_folder / name, (old, old))
    assert attachment_steps.sweep(app) == 1
    assert lost.stored_name not in lying(app)
    assert len(lying(app)) == 2


def _unread(app, subject, content):
    """An attachment as it is when its upload had no time to read it; the file goes in without the check."""
    number = add(app, subject)
    with app.unit_of_work() as uow:
        row = uow.session.get(Attachment, number)
        row.text, row.text_state = "", "waiting"
        (app.settings.attachments_folder / row.stored_name).write_bytes(content)
        uow.enqueue("extract", f"attachment:{number}")
    return number


def test_what_was_not_read_in_time_is_read_in_the_background(app, subject):
    number = _unread(app, subject, files.docx("补读的文字"))
    with app.reading() as uow:
        assert [str(each) for each in attachments.hindrances(uow, subject, publishing=True)] == [
            "附件“试验报告.docx”还在检查，请过几分钟再发布。"
        ]
        assert attachments.hindrances(uow, subject) == []
    Worker(app).drain()
    with app.reading() as uow:
        row = uow.session.get(Attachment, number)
        assert (row.text_state, row.text) == ("read", "补读的文字")
        assert attachments.hindrances(uow, subject, publishing=True) == []


def test_a_mark_found_in_the_background_stops_the_submission_and_deletes_the_file(app, subject):
    number = _unread(app, subject, files.docx("绝密★"))
    attachment_steps.extract(app, number)
    assert lying(app) == []
    with app.reading() as uow:
        assert [str(each) for each in attachments.hindrances(uow, subject)] == [
            "附件“试验报告.docx”含有密级标志“绝密★”（“绝密★”），请移除该附件。"
        ]
        assert uow.session.get(Attachment, number).text == ""


def test_what_cannot_be_read_in_the_background_is_told_as_unreadable(app, subject):
    number = _unread(app, subject, b"PK\x03\x04 damaged")
    attachment_steps.extract(app, number)
    with app.reading() as uow:
        assert uow.session.get(Attachment, number).text_state == "unreadable"


def hits(app, who, text, by="words"):
    found = lookups.search(app, who, SearchRequest(text, by=by))
    return [hit.id for hit in found.hits], dict(found.totals)


def test_its_text_is_searched_for_its_readers_only(app, subject):
    number = add(app, subject)
    sync.rebuild(app)
    for by in ("words", "meaning", "both"):
        assert f"attachment:{number}" in hits(app, OWNER, SECRET, by)[0]
        assert f"attachment:{number}" not in hits(app, VISITOR, SECRET, by)[0]
    assert hits(app, VISITOR, SECRET) == ([], {})
    assert hits(app, OWNER, SECRET) == ([f"attachment:{number}"], {"attachment": 1})


def test_the_problem_s_own_document_and_ranking_hold_nothing_of_it(app, subject):
    before = None
    for step in range(2):
        sync.rebuild(app)
        document = app.index.get([subject])[subject]
        ranking = lookups.match_problem(app, VISITOR, int(subject.partition(":")[2]))
        now = (document.body, document.keywords, [(one.id, one.score) for one in ranking.experts])
        if step == 0:
            before = now
            add(app, subject)
    assert now == before
    assert SECRET not in document.body


def test_granted_readers_reach_the_index(app, subject):
    number = add(app, subject)
    Worker(app).drain()
    assert hits(app, MEMBER, SECRET)[0] == []
    with app.unit_of_work() as uow:
        attachments.grant(uow, subject, ["expert:3"])
    Worker(app).drain()
    assert hits(app, MEMBER, SECRET) == ([f"attachment:{number}"], {"attachment": 1})
    with app.unit_of_work() as uow:
        attachments.remove(uow, OWNER, number)
    Worker(app).drain()
    assert hits(app, MEMBER, SECRET) == ([], {})


def test_search_in_the_database_keeps_to_the_readers_too(app, subject):
    number = add(app, subject)
    with app.reading() as uow:
        owner, visitor = (finding.find(uow, who, SearchRequest(SECRET)) for who in (OWNER, VISITOR))
        assert ([hit.id for hit in owner.hits], owner.totals) == ([f"attachment:{number}"], {"attachment": 1})
        assert (visitor.hits, visitor.totals) == ((), {})


def test_a_hit_of_a_stale_index_is_dropped(app, subject):
    number = add(app, subject, visibility="public")
    with app.unit_of_work() as uow:
        uow.session.get(Problem, int(subject.partition(":")[2])).state = "withdrawn"
    with app.reading() as uow:
        assert browsing.readable_ids(uow, VISITOR, [f"attachment:{number}"]) == set()


def test_a_hit_says_what_it_belongs_to(app, subject):
    number = add(app, subject)
    with app.reading() as uow:
        ids = [f"attachment:{number}", "problem:1", "attachment:99"]
        assert attached.belonging(uow, OWNER, ids) == {f"attachment:{number}": "纽扣镀层耐腐蚀"}
        assert attached.belonging(uow, VISITOR, ids) == {}


def test_a_list_takes_one_statement_and_no_texts(app, subject):
    from sqlalchemy import event

    for place in range(3):
        add(app, subject, files.docx(f"第{place}份"))
    ran = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    with app.reading() as uow:
        rows = attached.listing(uow, OWNER, subject)
        assert [row.filename for row in rows] == ["试验报告.docx"] * 3
    selects = [each for each in ran if each.startswith("SELECT")]
    assert len(selects) == 1
    assert "attachment.text," not in selects[0]


def test_everything_is_recorded(app, subject):
    from matchmaker.models import History

    number = add(app, subject)
    with app.unit_of_work() as uow:
        attachments.set_readers(uow, OWNER, number, "members")
        attachments.remove(uow, OWNER, number)
    with app.reading() as uow:
        lines = uow.session.scalars(select(History).where(History.subject == subject).order_by(History.id))
        assert [line.action for line in lines] == [
            "attachment:add",
            "attachment:readers",
            "attachment:remove",
        ]


def test_whoever_was_introduced_before_reads_a_later_file(app, subject):
    from matchmaker.models import Introduction
    from matchmaker.services import introduction_steps
    from tests.support.samples import expert

    assert introduction_steps.accept

    people = [expert("林一鸣"), expert("周远")]
    numbers = store(app, *people)
    asked = {"problem_id": int(subject.partition(":")[2]), "asked_by": "demand"}
    store(
        app,
        Introduction(expert_id=numbers[0], state="accepted", **asked),
        Introduction(expert_id=numbers[1], state="asked", **asked),
    )
    number = add(app, subject)
    introduced, waiting = (Actor("expert", "某", account=20 + each, expert=each) for each in numbers)
    assert (seen(app, introduced, subject), seen(app, waiting, subject)) == ([number], [])


def test_a_mark_in_the_name_of_a_file_stops_it_too(app):
    with pytest.raises(InvalidInput):
        keep(app, name="秘密★5年 任务书.docx")
    assert lying(app) == []


def test_what_was_forgotten_by_day_is_mended_by_night(app, subject):
    number = add(app, subject, visibility="public")
    Worker(app).drain()
    with app.unit_of_work() as uow:
        uow.session.get(Problem, int(subject.partition(":")[2])).visibility = "anonymous"
    assert hits(app, VISITOR, SECRET)[0] == [f"attachment:{number}"]
    attachment_steps.settle(app)
    Worker(app).drain()
    assert hits(app, VISITOR, SECRET) == ([], {})


def test_an_import_that_hides_a_problem_hides_its_attachments(app, subject):
    from matchmaker.importing.checking import Checker
    from matchmaker.importing.rows import RawRow
    from matchmaker.services.saving import save_rows

    with app.unit_of_work() as uow:
        uow.session.get(Problem, int(subject.partition(":")[2])).key = "MX-1"
    add(app, subject, visibility="public")
    row = Checker("problem", {"编号": "id", "名称": "title", "公开范围": "visibility"}).check(
        RawRow(1, {"编号": "MX-1", "名称": "纽扣镀层耐腐蚀", "公开范围": "匿名"})
    )
    with app.unit_of_work() as uow:
        save_rows(uow, ORGANIZER, "problem", [row])
    with app.reading() as uow:
        assert " public " not in uow.session.scalars(select(Attachment.readers)).one()
