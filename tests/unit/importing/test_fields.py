"""What a cell may hold: each field accepts what people write and refuses the rest with fault and remedy."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.importing.checking import Checker
from matchmaker.importing.rows import RawRow
from matchmaker.importing.structures import credit_check_digit

COMPULSORY = {
    "problem": {"title": "题"},
    "expert": {"name": "甲", "institution": "某大学"},
    "organization": {"name": "某公司"},
    "achievement": {"title": "果", "organization": "某大学"},
    "publication": {"title": "文"},
    "patent": {"title": "利"},
}


def check(kind, /, **values):
    given = COMPULSORY[kind] | values
    return Checker(kind, {name: name for name in given}).check(RawRow(1, given))


def value(kind, field, given, attribute=None):
    row = check(kind, **{field: given})
    assert [str(finding.fault) for finding in row.faults] == []
    return row.values[attribute or field]


def fault(kind, field, given):
    row = check(kind, **{field: given})
    assert [finding.field for finding in row.faults] == [field]
    assert str(row.faults[0].fault.remedy)
    return str(row.faults[0].fault.fault)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("50", 50_000_000), ("50万", 50_000_000), ("50 万元", 50_000_000), ("1,200.50", 1_200_500_000),
        ("１２.５", 12_500_000), ("￥3万", 3_000_000), ("500000元", 50_000_000), ("0.5亿", 5_000_000_000),
        ("0", 0), ("面议", None), ("", None), (12.5, 12_500_000), (50, 50_000_000), (None, None), ("12.34", 12_340_000),
    ],
)  # fmt: skip
def test_amounts_become_whole_fen(text, fen):
    assert value("problem", "budget_wan", text, "budget_fen") == fen


@pytest.mark.parametrize(
    "text", ["1.234", 1.234, "50-100", "五十", "-3", "100000001", "1e5", "0.001元", "9" * 5000]
)
def test_amounts_that_are_none(text):
    assert fault("problem", "budget_wan", text)


@pytest.mark.parametrize(
    "text",
    ["2026-05-18", "2026/5/18", "2026.5.18", "2026年5月18日", "2026-05-18 00:00:00", "２０２６－０５－１８"],
)
def test_days_in_the_told_forms(text):
    assert value("problem", "deadline", text) == date(2026, 5, 18)


@pytest.mark.parametrize("text", ["2026-02-30", "18/5/2026", "尽快", "2026年5月", "45000"])
def test_days_that_are_none(text):
    assert fault("problem", "deadline", text) == f"“{text}”不是日期"


def test_the_credit_code_is_checked_by_its_last_digit():
    assert value("organization", "code", "91350100M000100Y43") == "91350100M000100Y43"
    assert value("organization", "code", "9135 0100 m000100y43") == "91350100M000100Y43"
    assert credit_check_digit("91350100M000100Y4") == "3"
    assert fault("organization", "code", "91350100M000100Y44") == "“91350100M000100Y44”的校验码不对"
    assert fault("organization", "code", "12345") == "“12345”不是统一社会信用代码"


@pytest.mark.parametrize("text", ["tackle", "技术攻关", " 技 术 攻 关 ", "TACKLE"])
def test_a_code_or_its_name(text):
    assert value("problem", "kind", text) == "tackle"


def test_an_unknown_code_is_refused_with_what_there_is():
    row = check("problem", kind="technique")
    assert [str(each.fault.fault) for each in row.faults] == ["“technique”不在类型表中"]
    assert str(row.faults[0].fault.remedy).startswith("请改为：技术攻关、产品升级、")


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("电子信息；新材料", ["electronics", "materials"]),
        ("生物、医药和医疗器械、农业", ["biomedicine", "agriculture"]),
        (["electronics", "电子信息"], ["electronics"]),
        ("['electronics']", None),
        ('["electronics", "农业"]', ["electronics", "agriculture"]),
        ("", []),
    ],
)
def test_lists_of_codes(given, codes):
    if codes is None:
        assert fault("expert", "field", given)
    else:
        assert value("expert", "field", given, "fields") == codes


def test_lists_of_texts_are_divided_and_lose_blanks_and_repetitions():
    assert value("expert", "keywords", "甲；乙; 丙、丁|甲；；") == ["甲", "乙", "丙", "丁"]
    assert value("expert", "keywords", ["甲", "", "乙", "甲"]) == ["甲", "乙"]
    assert value("expert", "keywords", None) == []
    assert fault("expert", "keywords", [["甲"]]) == "应为一列文字"
    assert fault("expert", "keywords", "长" * 201) == f"“{'长' * 39}…”有 201 个字，超过上限 200"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("330200", "330200"),
        ("宁波市", "330200"),
        ("宁波", "330200"),
        ("浙江省宁波市鄞州区", "330212"),
        ("鄞州区中河街道", "330212"),
        ("北京市朝阳区", "110105"),
        ("某集团（浙江省宁波市）", "330200"),
        ("330212", "330212"),
    ],
)
def test_regions(text, code):
    assert value("problem", "region", text) == code


def test_a_region_that_several_places_may_mean_is_told_and_left_empty():
    row = check("problem", region="朝阳区")
    assert row.values["region"] == ""
    assert [(str(note.fault.fault), str(note.fault.remedy)) for note in row.notes] == [
        (
            "有几个地方都叫“朝阳区”，已留空",
            "请写出所属的省、市，如：北京市朝阳区、吉林省长春市朝阳区",
        )
    ]


def test_an_unknown_region_is_told_and_left_empty():
    row = check("problem", region="火星")
    assert row.values["region"] == ""
    assert [(note.field, str(note.fault.fault)) for note in row.notes] == [
        ("region", "不认识地区“火星”，已留空")
    ]


@pytest.mark.parametrize(
    ("text", "code"), [("C", "C"), ("制造业", "C"), ("36", "36"), ("C3670", "36"), ("汽车制造业", "36")]
)
def test_industries(text, code):
    assert value("problem", "industry", text) == code


def test_indicators_as_lines():
    text = "检测速度 ≥ 1200 粒/分 (现值 90)\n漏检率≤0.3%（现值 2.3）\n直径 6～40 mm\n外观良好\n寿命 不低于 10 年（期望）"
    assert [tuple(item.values()) for item in value("problem", "indicators", text)] == [
        ("检测速度", "90", "1200", "粒/分", ">=", True),
        ("漏检率", "2.3", "0.3", "%", "<=", True),
        ("直径", "", "6～40", "mm", "range", True),
        ("外观良好", "", "", "", "", True),
        ("寿命", "", "10", "年", ">=", False),
    ]


def test_indicators_as_objects():
    given = [
        {"name": "速度", "current": 90, "target": 1200, "unit": "粒/分", "comparator": "≥", "required": False}
    ]
    assert value("problem", "indicators", given) == [
        {
            "name": "速度",
            "current": "90",
            "target": "1200",
            "unit": "粒/分",
            "comparator": ">=",
            "required": False,
        }
    ]
    assert fault("problem", "indicators", [{"name": "速度", "comparator": "约"}]) == "比较符“约”不行"
    assert fault("problem", "indicators", [{"target": "1"}]) == "第 1 项没有 name"
    assert fault("problem", "indicators", [{"name": "长" * 201}]) == "第 1 项的 name 超过 200 个字"
    assert fault("problem", "indicators", [["速度"]]) == "列表中有一项不对"


def test_projects_as_titles_and_as_objects():
    assert [item["title"] for item in value("expert", "projects", "甲厂改造；乙厂检测")] == [
        "甲厂改造",
        "乙厂检测",
    ]
    given = [{"title": "甲厂改造", "client": "甲厂", "year": "2021年", "outcome": "成"}]
    assert value("expert", "projects", given) == [
        {
            "kind": "project",
            "title": "甲厂改造",
            "client": "甲厂",
            "description": "",
            "outcome": "成",
            "year": 2021,
        }
    ]
    assert fault("expert", "projects", [{"title": "甲", "year": "去年"}]) == "年份“去年”不行"


def test_experience_that_is_no_project_names_its_kind():
    told = value("expert", "projects", "标准：纽扣外观检验方法；走访: 甲厂；备注：没有这一类；甲厂改造")
    assert [(item["kind"], item["title"]) for item in told] == [
        ("standard", "纽扣外观检验方法"),
        ("visit", "甲厂"),
        ("project", "备注：没有这一类"),
        ("project", "甲厂改造"),
    ]
    assert value("expert", "projects", [{"kind": "走访", "title": "甲厂"}])[0]["kind"] == "visit"
    assert fault("expert", "projects", [{"kind": "旅游", "title": "甲"}]) == "经历类别“旅游”不行"


def test_contacts_and_orcid():
    assert value("expert", "openalex", "https://openalex.org/A5023888391") == "A5023888391"
    assert fault("expert", "openalex", "W123") == "“W123”不是 OpenAlex 作者号"
    assert value("expert", "orcid", "https://orcid.org/0000-0002-1825-0097") == "0000-0002-1825-0097"
    assert fault("expert", "orcid", "0000-0002-1825-0098") == "“0000-0002-1825-0098”不是 ORCID"
    assert value("expert", "email", "a@example.org") == "a@example.org"
    assert fault("expert", "email", "a.example.org") == "“a.example.org”不是电子邮箱"
    assert value("expert", "phone", "0571-88000000转8") == "0571-88000000转8"
    assert fault("expert", "phone", "微信") == "“微信”不是电话号码"


def test_numbers_between_bounds():
    assert value("achievement", "maturity", "6级") == 6
    assert value("publication", "year", "2021年") == 2021
    assert fault("achievement", "maturity", "10") == "“10”不行"


def test_what_is_compulsory_and_what_is_too_long():
    assert fault("problem", "title", "  ") == "没有填写"
    assert fault("problem", "title", "长" * 301) == "共 301 个字，超过上限 300"
    assert fault("problem", "title", ["甲"]) == "应为文字"
    row = Checker("expert", {"name": "name"}).check(RawRow(1, {"name": "甲"}))
    assert [(finding.field, str(finding.fault.fault)) for finding in row.faults] == [
        ("institution", "没有填写")
    ]


def test_a_paper_needs_title_or_abstract():
    row = Checker("publication", {"title": "title", "abstract": "abstract"}).check(
        RawRow(1, {"title": "", "abstract": ""})
    )
    assert [(each.field, str(each.fault.fault)) for each in row.faults] == [("title", "题名和摘要都没有填写")]


@pytest.mark.parametrize("text", ["", "否", "不涉密", False, None])
def test_unclassified_rows_pass(text):
    assert value("problem", "classified", text) is False


@pytest.mark.parametrize(
    "given",
    [
        {"classified": "是"}, {"classified": True}, {"classified": "机密"}, {"text": "秘密★10年\n需求"},
        {"text": "绝密 ★"}, {"background": "密级：机密"}, {"text": "【秘密】某项目"}, {"text": "机密级\n内容"},
    ],
)  # fmt: skip
def test_classified_rows_are_refused_and_leave_nothing_behind(given):
    values = {"id": "p1", "title": "某装置", **given}
    row = Checker("problem", {name: name for name in values}).check(RawRow(7, values))
    assert [finding.field for finding in row.faults] == ["classified"]
    assert (row.number, row.raw, row.values, row.given) == (7, {"id": "p1"}, {}, {})


@pytest.mark.parametrize(
    "text", ["保护技术秘密和商业秘密", "机密性算法", "涉及秘密共享协议", "绝密配方这一说法"]
)
def test_ordinary_words_are_no_marking(text):
    assert value("problem", "text", text) == text


def test_every_fault_of_a_row_is_told_at_once():
    row = check("problem", title="", budget_wan="很多", deadline="尽快")
    assert sorted(finding.field for finding in row.faults) == ["budget_wan", "deadline", "title"]


def test_control_characters_go_and_lone_surrogates_are_replaced():
    row = check("problem", text="一\x00二\x1b\ud800三\r\n四\t五")
    assert row.values["text"] == "一二\ufffd三\n四\t五"
    assert [str(note.fault.fault) for note in row.notes] == [
        "删去了 2 个控制字符",
        "1 个残缺的字符已换成“\ufffd”",
    ]


def test_binary_rubbish_rejects_the_row():
    row = check("problem", text="".join(map(chr, range(32))) * 4 + "题")
    assert [(each.field, str(each.fault.fault)) for each in row.faults] == [
        ("text", "内容不是文字（许多字符无法识别）")
    ]


def test_deep_nesting_and_numbers_that_are_none():
    deep: object = "x"
    for _ in range(50):
        deep = [deep]
    assert fault("problem", "keywords", deep) == "嵌套太深"
    assert fault("problem", "budget_wan", float("nan")) == "nan 不是数"
    assert fault("problem", "budget_wan", float("inf")) == "inf 不是数"


def test_a_faulty_row_keeps_its_name_for_the_preview():
    row = check("problem", title="电镀废水回用", deadline="2027-13-45")
    assert ([finding.field for finding in row.faults], row.title) == (["deadline"], "电镀废水回用")
