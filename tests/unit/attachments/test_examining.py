"""Files are opened in a process of their own: what it finds comes back, what happens to it stays there."""

from __future__ import annotations

import pytest

from matchmaker.attachments.child import packed
from matchmaker.attachments.examining import Examined, examine, unpacked
from matchmaker.attachments.kinds import KINDS, Unacceptable
from matchmaker.messages import Message
from tests.support import attachments as files


def test_a_document_is_read_and_its_marks_are_found(tmp_path):
    content = files.docx("盐雾试验 96 小时", header="秘密★10年")
    found = examine(files.written(tmp_path, content), "任务书.docx")
    assert found == Examined(
        KINDS["docx"],
        "read",
        "秘密★10年\n盐雾试验 96 小时",
        [{"text": "秘密★10年", "sentence": "秘密★10年"}],
    )


def test_a_pdf_is_read(tmp_path):
    found = examine(files.written(tmp_path, files.pdf("机密★ 镀层")), "a.pdf")
    assert (found.state, [mark["text"] for mark in found.marks]) == ("read", ["机密★"])


def test_a_scan_has_nothing_to_read(tmp_path):
    assert examine(files.written(tmp_path, files.pdf("")), "a.pdf").state == "none"


def test_a_picture_brings_its_small_copy(tmp_path):
    found = examine(files.written(tmp_path, files.picture()), "图.png")
    assert (found.kind, found.state, found.small[:3]) == (KINDS["png"], "none", b"\xff\xd8\xff")


def test_a_refusal_comes_back_as_it_was_said(tmp_path):
    with pytest.raises(Unacceptable) as fault:
        examine(files.written(tmp_path, files.picture()), "方案.pdf")
    assert str(fault.value.fault) == "的名称与内容不一致：名称以 .pdf 结尾，内容却是 PNG 图片。"


def test_a_file_whose_text_is_damaged_is_kept_unread(tmp_path):
    broken = files.repacked(
        files.xlsx(["盐雾"]), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}
    )
    assert examine(files.written(tmp_path, broken), "表.xlsx").state == "unreadable"


def test_what_needs_too_much_memory_is_refused(tmp_path):
    with pytest.raises(Unacceptable) as fault:
        examine(files.written(tmp_path, files.picture("PNG", (7000, 7000))), "图.png", megabytes=120)
    assert str(fault.value.fault) in {
        "过于复杂，无法在规定的时间和内存内检查。", "已损坏，打不开。",
    }  # fmt: skip


def test_what_takes_too_long_is_refused(tmp_path):
    with pytest.raises(Unacceptable) as fault:
        examine(files.written(tmp_path, files.picture()), "图.png", seconds=0)
    assert str(fault.value.fault) == "过于复杂，无法在规定的时间和内存内检查。"


def test_the_process_knows_no_secret(tmp_path, monkeypatch):
    from matchmaker.attachments import examining

    monkeypatch.setenv("MATCHMAKER_DATABASE_URL", "postgresql://user:geheim@db/x")
    assert "geheim" not in str(examining._environment())


def test_a_sentence_within_a_sentence_survives():
    message = Message("内容是 %(kind)s。", {"kind": Message("PDF"), "size": 3})
    assert str(unpacked(packed(message))) == "内容是 PDF。"
