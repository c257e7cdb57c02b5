"""Code tables: every spelling finds its code, and only its own; what is typed finds it by name, pinyin, code."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from matchmaker import taxonomy
from matchmaker.taxonomy import (
    ACHIEVEMENT_BANDS,
    DISCIPLINES,
    FIELDS,
    INDUSTRIES,
    IPC,
    MATURITY,
    ORGANIZATION_KINDS,
    REGIONS,
    TABLES,
    Entry,
    Table,
    region_path,
)
from matchmaker.taxonomy.files import from_file

VARIABLES = {name: value for name, value in vars(taxonomy).items() if isinstance(value, Table)}
FILES = ("regions.tsv", "industries.tsv", "disciplines.tsv", "ipc.tsv", "natures.tsv")


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_code_is_found_by_itself_and_by_every_name_that_is_its_own(name):
    table = VARIABLES[name]
    for code, (chinese, english) in table.entries.items():
        assert table.find(code) == code
        for text in (chinese, f" {english.upper()} "):
            candidates = table.candidates(text)
            assert table.find(text) == (candidates[0] if len(candidates) == 1 else None)
            assert code in candidates or set(table.path(candidates[0])) & set(table.path(code))


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_alias_leads_to_a_code_and_hides_no_name(name):
    table = VARIABLES[name]
    assert {code for code in table.aliases.values() if code not in table} == set()
    for alias, code in table.aliases.items():
        assert table.find(alias) == code


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_every_part_has_a_whole_that_is_there(name):
    table = VARIABLES[name]
    assert {code for code in table if table.parent(code) and table.parent(code) not in table} == set()
    assert sorted(_all_below(table, "")) == sorted(table)


def _all_below(table, code):
    return [each for child in table.children(code) for each in (child, *_all_below(table, child))]


@pytest.mark.parametrize("file", FILES)
def test_every_file_tells_edition_source_and_licence_and_the_pinyin_of_each_name(file):
    facts, entries = from_file(file)()
    assert sorted(facts) == ["licence", "source", "year"]
    assert [entry.code for entry in entries if not entry.pinyin or not entry.english] == []
    assert len({entry.code for entry in entries}) == len(entries)


def test_every_table_but_the_comparators_and_visibility_has_an_address():
    assert set(map(id, VARIABLES.values())) - set(map(id, TABLES.values())) == {
        id(taxonomy.COMPARATORS),
        id(taxonomy.VISIBILITY),
    }


@pytest.mark.parametrize("text", ["", " ", "不存在的", "电子", "electron"])
def test_what_no_table_knows_is_none(text):
    assert FIELDS.find(text) is None


def test_a_label_falls_back_to_the_code():
    labels = [FIELDS.label("materials"), FIELDS.label("materials", "en"), FIELDS.label("x"), FIELDS.label("")]
    assert labels == ["新材料及其应用", "New materials", "x", ""]


def test_industries_are_those_of_the_standard():
    """GB/T 4754: 20 sections by letter, 97 divisions by two digits."""
    sections = [code for code in INDUSTRIES if re.fullmatch("[A-T]", code)]
    divisions = [code for code in INDUSTRIES if re.fullmatch(r"\d\d", code)]
    assert (len(sections), len(divisions), len(INDUSTRIES)) == (20, 97, 117)
    assert (INDUSTRIES.parent("39"), INDUSTRIES.path("39")) == ("C", ("C", "39"))
    assert INDUSTRIES.find("教育") == "83"  # section P and its only division share the name


def test_disciplines_and_patent_classes_are_those_of_their_standards():
    assert (len(DISCIPLINES), DISCIPLINES.find("机械工程")) == (62, "460")
    assert IPC.children() == tuple("ABCDEFGH")
    assert [code for code in IPC if not re.fullmatch(r"[A-H](\d\d)?", code)] == []
    assert {IPC.parent(code) for code in IPC if len(code) == 3} == set("ABCDEFGH")


def test_regions_reach_from_provinces_to_counties():
    assert [code for code in REGIONS if not re.fullmatch(r"\d{6}", code)] == []
    assert len(REGIONS.children()) == 34
    assert len([code for code in REGIONS if len(REGIONS.path(code)) == 3]) > 2700
    assert REGIONS.path("330381") == ("330000", "330300", "330381")
    assert REGIONS.path("110105") == ("110000", "110105")


def test_the_path_of_a_region_names_what_is_known_of_it():
    assert region_path("330300") == "浙江省温州市"
    assert region_path("330300", "en") == "Zhejiang Wenzhou"
    assert region_path("330327") == "浙江省温州市苍南县"
    assert region_path("330399") == "浙江省温州市"
    assert region_path("339999") == "浙江省"
    assert [region_path("110000"), region_path(""), region_path("999999")] == ["北京市", "", ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("瑞安市", "330381"), ("瑞安", "330381"), ("Ruian", "330381"),
        ("浙江省温州市瑞安市", "330381"), ("浙江 温州 瑞安", "330381"), ("浙江瑞安", "330381"),
        ("北京市朝阳区", "110105"), ("长春朝阳", "220104"), ("杭州西湖区", "330106"), ("辽宁朝阳", "211300"),
        ("吉林", "220000"), ("吉林市", "220200"), ("海南", "460000"), ("长沙", "430100"), ("内蒙古", "150000"),
        ("济源", "419001"), ("中国重庆万州", "500101"),
    ],
)  # fmt: skip
def test_a_place_is_found_by_the_names_that_addresses_give(text, code):
    assert REGIONS.find(text) == code


@pytest.mark.parametrize("text", ["朝阳区", "朝阳", "西湖区", "鼓楼", "通州", "Chaoyang District"])
def test_a_name_that_several_places_share_is_none_of_them(text):
    assert REGIONS.find(text) is None
    assert len(REGIONS.candidates(text)) > 1


def test_the_beginning_of_an_address_is_followed_as_far_as_it_goes():
    assert REGIONS.beginning("浙江省绍兴市嵊州市三江街道 5 号") == ("330683",)
    assert REGIONS.beginning("北京市朝阳区望京街道") == ("110105",)
    assert REGIONS.beginning("浙江省朝阳区") == ("330000",)  # there is none: what is said of the rest holds
    assert REGIONS.beginning("朝阳区望京街道") == ("110105", "220104")
    assert REGIONS.beginning("某某大学") == ()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ra", "330381"), ("ruian", "330381"), ("RuiAn", "330381"), ("瑞安", "330381"), ("330381", "330381"),
        ("wenzhou ra", "330381"), ("浙江 瑞", "330381"), ("wz", "330300"), ("yueqing", "330382"),
        ("lvliang", "141100"), ("zhejiang", "330000"), ("hang", "330100"), ("没有此地", None),
    ],
)  # fmt: skip
def test_typing_finds_places_by_name_pinyin_initials_and_code(text, first):
    assert next(iter(REGIONS.search(text)), None) == first


def test_a_search_has_a_limit_and_nothing_typed_begins_at_the_top():
    assert len(REGIONS.search("a", 7)) == 7
    assert REGIONS.search("", 3) == ["110000", "120000", "130000"]
    assert REGIONS.search("没有这个地方") == []


def test_a_search_works_in_tables_whose_pinyin_no_file_tells():
    assert FIELDS.search("xcl") == ["materials"]
    assert FIELDS.search("new") == ["materials", "energy"]
    assert MATURITY.search("6") == ["6"]


def test_what_an_office_adds_lies_on_top_and_can_be_taken_away_again():
    table = Table("表", from_file("natures.tsv"))
    table.extend([Entry("150", "有限公司"), Entry("151", "一人有限公司", "Sole", "150")])
    assert (table.label("150"), table.find("有限公司"), table.find("有限责任公司")) == (
        "有限公司",
        "150",
        None,
    )
    assert (table.children("150"), table.path("151")) == (("151",), ("150", "151"))
    assert (table.own, table.search("yryxgs")) == (frozenset({"150", "151"}), ["151"])
    table.extend([])
    assert (table.label("150"), table.find("151"), table.own) == ("有限责任公司", None, frozenset())


def test_neither_pinyin_nor_files_are_loaded_before_they_are_needed():
    asked = (
        "import sys\n"
        "from matchmaker import taxonomy\n"
        "print(taxonomy.REGIONS._state, 'pypinyin' in sys.modules)\n"
        "taxonomy.REGIONS.search('ra')\n"
        "print('pypinyin' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["None False", "False"]


@pytest.mark.parametrize("whole", ["FIELDS", "COOPERATION", "BODIES"])
def test_the_official_lists_are_mapped_both_ways_by_codes_that_exist(whole):
    from matchmaker.taxonomy import official

    ours = {"FIELDS": FIELDS, "COOPERATION": taxonomy.COOPERATION, "BODIES": ORGANIZATION_KINDS}[whole]
    theirs = getattr(official, {"COOPERATION": "OFFICIAL_SOLUTIONS"}.get(whole, f"OFFICIAL_{whole}"))
    there, back = getattr(official, f"{whole}_TO_OFFICIAL"), getattr(official, f"{whole}_FROM_OFFICIAL")
    assert (sorted(there), sorted(set(there.values()) - set(theirs))) == (sorted(ours), [])
    assert (set(back) - set(theirs), set(back.values()) - set(ours)) == (set(), set())
    assert {code for code in back if there[back[code]] != code} <= {"marine", "health"}


def test_codes_are_mapped_once_each_in_their_order():
    from matchmaker.taxonomy.official import FIELDS_TO_OFFICIAL, mapped

    assert mapped(["transport", "materials", "aerospace", "x"], FIELDS_TO_OFFICIAL) == [
        "mechatronics",
        "materials",
    ]


def test_the_bands_of_maturity_cover_every_level():
    highest = [band[0] for band in ACHIEVEMENT_BANDS]
    assert highest == sorted(highest)
    assert highest[-1] == max(int(level) for level in MATURITY)


def test_a_university_is_found_by_its_everyday_names():
    assert {ORGANIZATION_KINDS.find(name) for name in ("高校", "大学", "university", "高等院校")} == {
        "university"
    }


def test_a_region_holds_its_parts():
    assert REGIONS.within(["330381"]) == ("330381",)
    inside = REGIONS.within(["330300", "999999"])
    assert (inside[:2], len(inside), "330381" in inside) == (("330300", "999999"), 14, True)
    assert REGIONS.within([]) == ()
