"""Classification marks: what stops a submission, and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.attachments.marks import MOST_MARKS, MOST_QUOTED, Mark, marks_in

MARKED = {
    "秘密★10年": "秘密★10年",
    "附件二 机密 ★ 20 年\n正文": "机密 ★ 20 年",
    "绝密★启用前": "绝密★启用前",
    "秘密★": "秘密★",
    "某无人机项目 机密★10年": "机密★10年",
    "不得复制 绝密★": "绝密★",
    "秘密☆长期": "秘密☆长期",
    "秘密＊５年": "秘密＊５年",
    "機密★十年": "機密★十年",
    "絕 密 ★ 長期": "絕 密 ★ 長期",
    "祕密★": "祕密★",
    "机\u200b密\u2060★": "机\u200b密\u2060★",
    "机\n密\n★\n20年": "机\n密\n★\n20年",
    "本资料定为机密级，请妥善处理。": "机密级",
    "绝密级": "绝密级",
    "　　秘　密　　\n某型装置": "秘　密",
    "【机密】\n某型装置": "【机密】",
    "**绝密**": "绝密",
    "【秘密】某项目": "【秘密】",
    "关于〔机 密〕装置": "〔机 密〕",
    "机密文件": "机密文件",
    "工作秘密": "工作秘密",
    "密级：秘密": "密级：秘密",
    "密 级: 机 密\n编号：12": "密 级: 机 密",
    "密级\t秘密": "密级\t秘密",
    "密级：□公开 □内部 ☑秘密 □机密": "☑秘密",
    "秘密 10年": "秘密 10年",
    "(机密20年)": "机密20年",
    "内部资料 注意保密": "内部资料 注意保密",
    "内部资料，注意保密！": "内部资料，注意保密",
    "内部文件\n严禁外传": "内部文件\n严禁外传",
    "某研究所 內部資料 注意保密": "內部資料 注意保密",
    "机密文件，请勿外传": "机密文件，请勿外传",
}

ORDINARY = (
    "",
    "合作双方应保守对方的商业秘密，并签订保密协议。",
    "知识产权：发明专利3项、技术秘密1项。",
    "以技术秘密作价入股，技术秘密许可为普通许可。",
    "本项目不含国家秘密。",
    "本单位承诺所填内容不涉及国家秘密、商业秘密。",
    "声明：不含秘密级、机密级、绝密级内容",
    "商业秘密★3年",
    "研究基于可信执行环境的机密计算技术。",
    "提高碎纸机对机密文件的处理能力",
    "开发满足机密级防护要求的加密存储设备",
    "具有涉密信息系统集成资质，秘密级以上",
    "密级：公开/秘密/机密/绝密",
    "密级：□公开 □秘密 □机密 □绝密",
    "密级：公开",
    "要求参会人员对内部资料注意保密",
    "内部资料 免费交流",
    "保守秘密10年",
    "产品得到用户★★★★★的评价，配方是公司的秘密",
    "机密性、完整性、可用性",
    "精密★级导轨，紧密配合，严密封装",
    "机\n密封圈★",
)


@pytest.mark.parametrize(("text", "mark"), MARKED.items(), ids=list(MARKED))
def test_a_mark_is_found_as_it_stood(text: str, mark: str) -> None:
    assert [found.text for found in marks_in(text)] == [mark]


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_word_stops_nothing(text: str) -> None:
    assert marks_in(text) == []


def test_the_place_is_quoted() -> None:
    text = "一、背景。本任务书为 机密★10年 文件，须归档。\n二、目标"
    assert marks_in(text) == [Mark("机密★10年", "本任务书为 机密★10年 文件，须归档")]


def test_a_long_sentence_is_cut_around_the_mark() -> None:
    (found,) = marks_in("甲" * 500 + "秘密★" + "乙" * 500)
    assert len(found.sentence) == MOST_QUOTED
    assert "秘密★" in found.sentence


def test_several_marks_stand_in_their_order() -> None:
    assert [mark.text for mark in marks_in("机密★\n正文\n内部资料 注意保密\n秘密★5年")] == [
        "机密★",
        "内部资料 注意保密",
        "秘密★5年",
    ]


def test_a_text_full_of_marks_tells_the_first() -> None:
    assert len(marks_in("秘密★\n" * 500)) == MOST_MARKS


@settings(max_examples=200)
@given(st.text(alphabet="秘机绝密★☆级内部资料注意保 \n\u200b10年商业:：□☑", max_size=60))
def test_any_text_is_quoted_from_itself(text: str) -> None:
    for mark in marks_in(text):
        assert mark.text
        assert mark.text in text
        assert len(mark.sentence) <= max(MOST_QUOTED, len(mark.text))
