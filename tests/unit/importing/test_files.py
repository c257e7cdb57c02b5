"""Files as people send them: format and encoding by what they hold, titles above heads, and what cannot be read."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pytest

from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import Checker
from matchmaker.importing.files import inspect, open_file
from tests.support.imports import jsonl, look, sheet, table

HEADS = ["编号", "名称", "企业", "拟投入资金(万元)"]
ROW = ["p1", "纽扣镀层变色", "澄溪钮扣有限公司", "50"]


def titles(preview):
    return [row.title for row in preview.rows]


def faults(preview):
    return [(row.number, each.field, str(each.fault.fault)) for row in preview.rows for each in row.faults]


def refusal(path, kind=None, **settings):
    with pytest.raises(InvalidInput) as fault:
        look(path, kind, **settings)
    assert str(fault.value.hint)
    return str(fault.value.message)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("gb18030", "GB18030"), ("gbk", "GB18030"),
        ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
    ],
)  # fmt: skip
def test_csv_in_the_usual_encodings(tmp_path, encoding, label):
    found = look(table(tmp_path / "a.csv", HEADS, ROW, encoding=encoding))
    assert (found.kind, found.format, found.encoding, found.total_rows) == ("problem", "csv", label, 1)
    assert found.columns == dict(zip(HEADS, ["id", "title", "organization", "budget_wan"], strict=True))
    assert titles(found) == ["纽扣镀层变色"]
    assert faults(found) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    found = look(table(tmp_path / "a.txt", HEADS, ["p1", "一,二;三", "某厂", "1"], delimiter=delimiter))
    assert (found.delimiter, titles(found)) == (delimiter, ["一,二;三"])


def test_encodings_mixed_within_a_file(tmp_path):
    path = tmp_path / "a.csv"
    lines = [
        "编号,名称,企业".encode(),
        "p1,纽扣镀层变色,甲厂".encode("gb18030"),
        "p2,汽车减震异响,乙厂".encode(),
    ]
    path.write_bytes(b"\r\n".join(lines))
    found = look(path)
    assert (found.encoding, titles(found)) == ("UTF-8 + GB18030", ["纽扣镀层变色", "汽车减震异响"])


def test_a_line_in_no_encoding_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("编号,名称\np1,甲".encode() + b"\xff\xff\n" + "p2,乙\n".encode())
    found = look(path, "problem")
    assert titles(found) == ["甲\ufffd\ufffd", "乙"]
    assert [str(note.fault.fault) for note in found.rows[0].notes] == ["2 个残缺的字符已换成“\ufffd”"]


def test_big5_is_guessed(tmp_path):
    text = "編號,名稱,企業\n" + "".join(
        f"p{n},鈕扣電鍍層變色問題的檢測與處理技術研究,臺灣鈕扣廠\n" for n in range(20)
    )
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("big5"))
    with pytest.raises(InvalidInput) as fault:
        look(path, "problem")
    assert "編號" not in str(fault.value.message)
    assert str(fault.value.message) == "文件里没有必需的列：名称。"


def test_titles_above_the_heads_and_empty_rows(tmp_path):
    path = table(tmp_path / "a.csv", ["某县企业技术难题汇总表"], [], HEADS, [], ROW, ["", "", ""])
    found = look(path)
    assert ([row.number for row in found.rows], found.total_rows) == ([5], 1)


def test_two_rows_of_heads(tmp_path):
    rows = [
        ["编号", "企业信息", "", "难题信息", ""],
        ["", "企业名称", "地区", "名称", "截止日期"],
        ["p1", "甲厂", "宁波", "镀层", "2026/5/1"],
    ]
    found = look(table(tmp_path / "a.csv", *rows))
    assert list(found.columns.values()) == ["id", "organization", "region", "title", "deadline"]
    assert titles(found) == ["镀层"]


def test_duplicate_and_empty_heads(tmp_path):
    found = look(table(tmp_path / "a.csv", ["名称", "", "名称", "企业"], ["甲", "乙", "丙", "丁"]))
    assert found.columns == {"名称": "title", "第 2 列": "", "名称 (2)": "", "企业": "organization"}
    assert found.rows[0].raw == {"名称": "甲", "第 2 列": "乙", "名称 (2)": "丙", "企业": "丁"}


def test_ragged_rows(tmp_path):
    found = look(
        table(
            tmp_path / "a.csv",
            HEADS,
            ["p1", "短"],
            ["p2", "长", "厂", "1", "多", "余"],
            ["p3", "好", "厂", "2", "", ""],
        )
    )
    assert titles(found) == ["短", "", "好"]
    assert faults(found) == [(3, "", "这一行有 6 格，表头只有 4 列，内容可能错位")]


def test_a_quote_that_is_never_closed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('编号,名称\np1,甲\np2,"乙\np3,丙\np4,丁\n', "utf-8")
    found = look(path, "problem")
    assert (titles(found), faults(found)) == (["甲", ""], [(3, "", "引号没有配对，其后共 3 行被并成一行")])


def test_a_cell_of_a_megabyte_is_refused_and_the_others_load(tmp_path):
    found = look(table(tmp_path / "a.csv", ["名称", "需求内容"], ["大", "长" * 1_000_000], ["小", "短"]))
    assert faults(found) == [(2, "text", "共 1000000 个字，超过上限 200000")]
    assert found.rows[1].values["text"] == "短"


def test_a_cell_beyond_the_limit_of_the_reader(tmp_path):
    found = look(table(tmp_path / "a.csv", ["名称", "需求内容"], ["大", "x" * 5_000_000], ["小", "短"]))
    assert faults(found) == [(2, "", "一格的内容太长，或引号没有配对（吞入了 1 行）")]
    assert titles(found) == ["", "小"]


def test_formulas_are_text(tmp_path):
    found = look(table(tmp_path / "a.csv", ["名称", "需求内容"], ["=cmd|' /C calc'!A0", "'@SUM(A1)"]))
    assert (found.rows[0].values["title"], found.rows[0].values["text"]) == ("=cmd|' /C calc'!A0", "@SUM(A1)")


def test_xlsx_values_dates_and_formulas_never_computed(tmp_path):
    path = sheet(
        tmp_path / "a.xlsx",
        ["编号", "名称", "截止日期", "拟投入资金(万元)", "联系电话", "需求内容"],
        [1, "镀层", date(2026, 5, 18), 12.5, 13800000000.0, "=cmd|' /C calc'!A0"],
        [2.0, "减震", "2026年6月1日", 0.1 + 0.2, None, True],
    )
    found = look(path)
    assert (found.format, found.sheet, found.total_rows, faults(found)) == ("xlsx", "难题", 2, [])
    first, second = (row.given for row in found.rows)
    assert (first["id"], str(first["deadline"]), first["budget_wan"], first["contact_phone"], first["text"]) == (
        "1", "2026-05-18", 12_500_000, "13800000000", "=cmd|' /C calc'!A0",
    )  # fmt: skip
    assert (second["id"], second["budget_wan"], second["text"]) == ("2", 300_000, "是")


def test_the_sheet_with_the_known_heads_is_read(tmp_path):
    path = sheet(
        tmp_path / "a.xlsx", ["说明"], ["请按模板填写"], name="说明", more={"空": [], "难题表": [HEADS, ROW]}
    )
    found = look(path)
    assert (found.sheet, found.sheets, titles(found)) == (
        "难题表",
        ("说明", "空", "难题表"),
        ["纽扣镀层变色"],
    )


def test_xlsx_is_known_by_its_content(tmp_path):
    path = sheet(tmp_path / "a.xlsx", HEADS, ROW)
    assert look(path.rename(tmp_path / "难题.csv")).format == "xlsx"


def test_jsonl_with_broken_lines(tmp_path):
    path = jsonl(
        tmp_path / "a.jsonl",
        {"id": "1", "title": "甲", "text": "t"}, '{"id": "2", "title": ', "[1, 2]", "", '{"id": "3", "title": NaN}',
        '{"id": "4", "title": 1e999}', '{"title": ' + "[" * 100_000, '{"id": "5", "title": "乙\\ud800"}',
    )  # fmt: skip
    found = look(path)
    assert (found.kind, found.total_rows) == ("problem", 7)
    assert faults(found) == [
        (2, "", "不是完整的 JSON（第 21 个字符处）"),
        (3, "", "应为一个对象 {…}"),
        (5, "title", "nan 不是数"),
        (6, "title", "inf 不是数"),
        (7, "", "嵌套太深"),
    ]
    assert (found.rows[0].title, found.rows[-1].title) == ("甲", "乙\ufffd")


def test_keys_that_only_later_rows_have(tmp_path):
    rows = [{"title": "甲", "text": "t"}] * 300 + [
        {"title": "乙", "text": "t", "budget_wan": "很多", "其它": 1}
    ]
    path = jsonl(tmp_path / "a.jsonl", *rows)
    found = look(path)
    assert found.columns == {"title": "title", "text": "text"}
    checker = Checker("problem", found.columns)
    last = [checker.check(row) for row in open_file(path, "problem", Settings(home=tmp_path)).rows()][-1]
    assert [(each.field, str(each.fault.fault)) for each in last.faults + last.notes] == [
        ("budget_wan", "“很多”不是金额"),
        ("其它", "不认识这一列，已忽略"),
    ]


def test_an_array_of_objects_is_read_piece_by_piece(tmp_path):
    path = tmp_path / "a.json"
    rows = [{"title": f"题 {n}", "text": "长" * 3000} for n in range(900)]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    found = look(path)
    assert (found.format, found.total_rows, titles(found)[:2]) == ("json", 900, ["题 0", "题 1"])
    path.write_text('[{"title": "甲", "text": ""}, {"title": NaN}, {"title": "乙"}, {"title": ', "utf-8")
    assert faults(look(path)) == [
        (2, "title", "nan 不是数"),
        (4, "", "从这一项起不是完整的 JSON，其后的内容没有读取"),
    ]


def test_what_cannot_be_read_as_a_whole(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert refusal(path) == "文件是空的。"
    path.write_bytes(b"\xef\xbb\xbf \r\n")
    assert refusal(path) == "文件是空的。"
    path.write_text("编号,名称,企业\n", "utf-8")
    assert refusal(path) == "文件只有表头，没有数据行。"
    path.write_bytes(bytes(range(256)) * 20)
    assert refusal(path) == "这个文件不是文本，无法按 CSV 或 JSONL 读取。"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 20)
    assert refusal(path) == "这个文件不是文本，无法按 CSV 或 JSONL 读取。"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    assert refusal(path) == "这是旧版 Excel（.xls）或加了密的文件，无法读取。"
    path.write_bytes(b"PK\x03\x04" + b"x" * 600)
    assert refusal(path) == "这个 XLSX 文件打不开：它损坏了、加了密，或不是 XLSX。"
    path.write_text("甲,乙\n1,2\n", "utf-8")
    assert refusal(path) == "从列名（甲、乙）看不出这个文件是哪一类数据。"
    assert refusal(path, "nonsense") == "没有“nonsense”这一类。"


def test_an_empty_workbook_and_a_damaged_one(tmp_path):
    assert refusal(sheet(tmp_path / "a.xlsx")) == "文件是空的。"
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert refusal(path) == "这个 XLSX 文件打不开：它损坏了、加了密，或不是 XLSX。"


def test_limits_of_size_and_rows(tmp_path):
    path = jsonl(tmp_path / "a.jsonl", *({"title": f"题{n}", "text": "x" * 1000} for n in range(1200)))
    assert refusal(path, import_megabytes=1) == "文件有 1 MB，超过上限 1 MB。"
    assert refusal(path, import_rows=1000) == "文件超过 1000 行。"


def test_a_bomb_is_refused_by_the_sizes_in_its_directory(tmp_path):
    path = sheet(tmp_path / "a.xlsx", HEADS, ROW)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/filler.xml", b"\0" * (5 << 20))
    assert refusal(path, import_megabytes=1) == "表格解压后有 5 MB，超过上限 4 MB。"


def test_corrections_of_columns(tmp_path):
    path = table(tmp_path / "a.csv", ["题", "名称"], ["甲", "乙"])
    found = inspect(
        path, "a.csv", kind="problem", settings=Settings(home=tmp_path), columns_as={"题": "title"}
    )
    assert (found.columns, titles(found)) == ({"题": "title", "名称": ""}, ["甲"])
