"""``matchmaker import-forms``: a folder, a report by file and field, problems."""

from __future__ import annotations

import pytest

from matchmaker.importing.official_document import write
from tests.support import attachments as files
from tests.support.official_forms import FILLED, four_columns


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "forms" / "镇街"
    place.mkdir(parents=True)
    (place / "一.docx").write_bytes(write(FILLED))
    (place / "二.docx").write_bytes(four_columns(title="另一项需求", solution="委托开发"))
    (place / "通知.docx").write_bytes(files.docx("会议"))
    (place / "~$一.docx").write_bytes(b"lock")
    return place.parent


def test_a_folder_of_forms_is_reported_and_read(run, folder):
    assert run("init").code == 0
    looked = run("import-forms", str(folder), "--dry-run", "--json").json
    assert [(entry["filename"], entry["importable"], entry["problem"]) for entry in looked] == [
        ("镇街/一.docx", True, None), ("镇街/二.docx", True, None), ("镇街/通知.docx", False, None),
    ]  # fmt: skip
    answer = run("import-forms", str(folder), "--submit")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "镇街/一.docx: 已提交审核 / submitted",
        "镇街/二.docx: 已提交审核 / submitted",
        "  技术需求解决方式: “委托开发”不在技术需求解决方式表中；最接近的是“委托研发” → 请在编辑页面上选择",
        "镇街/通知.docx: 不能导入 / cannot be imported",
        "  不像重大技术需求征集表：找不到表中的栏目 → 请用空白表格填写，或改用 Excel 模板",
        "3 份表格，生成 2 个难题 / 3 forms, 2 problems made",
    ]
    again = run("import-forms", str(folder)).out.splitlines()
    assert again[0] == "镇街/一.docx: 已有难题 1 / is there already"
    assert again[-1] == "3 份表格，生成 0 个难题 / 3 forms, 0 problems made"
