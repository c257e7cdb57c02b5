"""Attachments and the official form as people use them: chosen, refused with a remedy, reviewed, on every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page

from matchmaker.importing.official_document import write
from tests.browser.looking import looked_at
from tests.support import attachments as files
from tests.support.official_forms import FILLED, four_columns

pytestmark = pytest.mark.browser


def file(name: str, content: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="application/octet-stream", buffer=content)


def test_files_are_added_refused_and_removed(page: Page) -> None:
    page.goto("/problems/2")
    page.get_by_label("文件（可拖到这里）").set_input_files(file("方案.pdf", files.picture()))
    page.get_by_role("button", name="上传附件").click()
    assert "名称与内容不一致" in page.locator("#attachment-fault").inner_text()
    assert page.evaluate("document.activeElement.id") == "attachment-file"
    assert looked_at(page, "attachment-refused") == []
    page.get_by_label("文件（可拖到这里）").set_input_files(
        file("镀层照片.png", files.picture("PNG", (900, 600)))
    )
    page.get_by_role("button", name="上传附件").click()
    assert page.url.endswith("/problems/2#attachments")
    small = page.locator(".attachment-small")
    assert small.evaluate("image => image.decode().then(() => image.naturalWidth)") == 480
    assert looked_at(page, "attachments") == []
    page.get_by_role("link", name="镀层照片.png").click()
    assert page.locator("h1").inner_text() == "镀层照片.png"
    assert looked_at(page, "attachment") == []
    page.goto("/problems/2")
    page.get_by_role("button", name="移除 镀层照片.png").click()
    assert page.get_by_text("已移除附件“镀层照片.png”。").count() == 1


def test_filled_forms_are_reviewed(page: Page) -> None:
    page.goto("/forms")
    assert looked_at(page, "forms") == []
    page.get_by_label("表格（可拖到这里，可多选）").set_input_files(
        [
            file("一.docx", write(FILLED | {"title": FILLED["title"] + "，" + "很长的名称" * 12})),
            file("二.docx", four_columns(solution="委托开发")),
            file("通知.docx", files.docx("会议")),
        ]
    )
    page.get_by_role("button", name="上传并核对").click()
    assert page.locator("h1").inner_text() == "这 3 份表格这样理解对吗？"
    assert looked_at(page, "forms-review") == []
    page.get_by_label("已确认这些表格不含国家秘密").check()
    page.get_by_role("button", name="由所选表格生成难题").click()
    assert page.get_by_text("已提交审核").count() == 2
    assert looked_at(page, "forms-made") == []
