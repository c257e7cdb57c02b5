"""Code tables: every spelling finds its code, and only its own."""

from __future__ import annotations

import re

import pytest

from matchmaker import taxonomy
from matchmaker.taxonomy import FIELDS, INDUSTRIES, MATURITY, ORGANIZATION_KINDS, REGIONS, Table, region_path
from matchmaker.taxonomy.tables import ACHIEVEMENT_BANDS

TABLES = {name: value for name, value in vars(taxonomy).items() if isinstance(value, Table)}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_code_is_found_by_itself_and_both_of_its_names(name):
    """Where a section and its only division share a name, the division is meant."""
    table = TABLES[name]
    last = {names: code for code, names in table.entries.items()}
    for code, (chinese, english) in table.entries.items():
        meant = last[chinese, english]
        assert [table.find(text) for text in (code, chinese, f" {english.upper()} ")] == [code, meant, meant]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_alias_leads_to_a_code_and_hides_no_name(name):
    table = TABLES[name]
    assert {code for code in table.aliases.values() if code not in table} == set()
    for alias, code in table.aliases.items():
        assert table.find(alias) == code


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
    assert (len(sections), len(divisions), len(list(INDUSTRIES))) == (20, 97, 117)


def test_regions_have_six_digits_and_all_provinces():
    assert [code for code in REGIONS if not re.fullmatch(r"\d{6}", code)] == []
    assert len([code for code in REGIONS if code.endswith("0000")]) == 34


def test_the_path_of_a_region_names_what_is_known_of_it():
    assert region_path("330300") == "浙江省温州市"
    assert region_path("330300", "en") == "Zhejiang Wenzhou"
    assert region_path("330327") == "浙江省温州市"
    assert [region_path("110000"), region_path(""), region_path("999999")] == ["北京市", "", ""]


def test_the_bands_of_maturity_cover_every_level():
    highest = [band[0] for band in ACHIEVEMENT_BANDS]
    assert highest == sorted(highest)
    assert highest[-1] == max(int(level) for level in MATURITY)


def test_a_university_is_found_by_its_everyday_names():
    assert {ORGANIZATION_KINDS.find(name) for name in ("高校", "大学", "university", "高等院校")} == {
        "university"
    }
