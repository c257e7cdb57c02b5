"""Documents from plain data: nothing in the data is markup, long texts break, fonts are embedded."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from matchmaker.errors import Unavailable
from matchmaker.reporting import books, documents, fonts, pdfs, words
from matchmaker.reporting.dossier import Stamp
from matchmaker.reporting.wording import breakable
from tests.support.papers import lines, pages, text_of, unpacked
from tests.support.papers_sample import LONG, STAMP, dossier, titled

#: Markup of every language that a title passes through on its way to paper.
MARKUP = (
    '#import "/etc/passwd": * <b>乙</b> $x$ *粗* _斜_ @label // \\ & {{ 7*7 }} {% raw %} `code` #panic("x")'
)


@pytest.mark.parametrize(
    ("name", "form"), [(name, form) for name, each in documents.DOCUMENTS.items() for form in each.writers]
)
def test_a_title_is_text_whatever_it_holds(name: str, form: str) -> None:
    made = documents.DOCUMENTS[name].writers[form](titled(dossier(), MARKUP))
    text = "".join(text_of(made, form).split())
    assert "".join(MARKUP.split()) in text


def test_formulas_stay_dead() -> None:
    told = dossier()
    evil = replace(told.people[0], name="=cmd|'/c calc'!A1", body="@SUM(1)")
    rows = lines(books.door(replace(told, people=[evil])))
    assert rows[3][1:3] == ["'=cmd|'/c calc'!A1", "'@SUM(1)"]


def test_control_characters_end_no_document() -> None:
    told = titled(dossier(), "甲\x00乙\x0b丙\x1f丁")
    for document in documents.DOCUMENTS.values():
        for write in document.writers.values():
            assert write(told)


def test_fonts_are_embedded_as_subsets() -> None:
    made = pdfs.sheets(dossier())
    with pikepdf.open(BytesIO(made)) as file:
        found = {
            (str(kept.BaseFont), any(key in kept.FontDescriptor for key in ("/FontFile2", "/FontFile3")))
            for page in file.pages
            for font in page.Resources.Font.values()
            for kept in font.DescendantFonts
        }
    assert found
    assert all("+NotoSansSC" in name and is_there for name, is_there in found)
    assert len(made) < 400_000


def test_every_page_tells_the_version_of_its_plan_and_that_it_may_change() -> None:
    told = dossier()
    for write in (pdfs.sheets, pdfs.tables, pdfs.door, pdfs.overview, pdfs.signin, pdfs.cards):
        for page in pages(write(told)):
            assert "初排 · 可能调整" in page
            assert "排程第 3 版（2027-03-10 14:05） · 打印于 2027-03-16 09:12" in page
    final = replace(told, stamp=replace(STAMP, is_provisional=False))
    assert not any("初排" in page for page in pages(pdfs.sheets(final)))
    assert "尚无排程" in pages(pdfs.signin(replace(told, stamp=Stamp(printed_at="x"))))[0]


def test_a_page_for_each_person_and_a_half_for_each_side() -> None:
    told = dossier()
    sheets = pages(pdfs.sheets(told))
    assert [page.partition("胸牌 ")[2].split()[0] for page in sheets] == ["1", "2", "3", "200", "201"]
    assert all("第 1 页" in page for page in sheets)
    cards = pages(pdfs.cards(told))
    assert len(cards) == len(told.meetings)
    assert all(page.count(f"M{number}") == 2 for page, number in zip(cards, (1, 3, 5, 2, 4, 6), strict=True))


def test_a_county_s_event_with_long_titles_fits() -> None:
    told = titled(dossier(43, 28, 8, 16, 105), LONG)
    assert len(LONG) >= 55
    assert [len(pages(write(told))) for write in (pdfs.sheets, pdfs.tables, pdfs.cards)] == [71, 16, 105]
    assert len(pages(pdfs.overview(told))) == 1
    signin = pages(pdfs.signin(told))
    assert len(signin) > 2
    assert all("序号 胸牌 姓名" in page for page in signin)  # heads are repeated
    assert all("首场" in page for page in pages(pdfs.door(told)))


def test_an_event_of_several_days_names_them() -> None:
    told = dossier(slots=8)
    later = [
        replace(slot, starts=slot.starts.replace(day=19), ends=slot.ends.replace(day=19))
        for slot in told.slots[4:]
    ]
    text = "".join("".join(pages(pdfs.tables(replace(told, slots=[*told.slots[:4], *later])))).split())
    assert "3月18日09:00–09:25" in text
    assert "3月19日13:00–13:25" in text


def test_word_tables_repeat_their_heads() -> None:
    made = unpacked(words.signin(dossier()))
    assert made["word/document.xml"].count(b"<w:tblHeader/>") == 1
    assert 'w:eastAsia="微软雅黑"'.encode() in made["word/styles.xml"]


def test_without_any_chinese_font_the_rest_still_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> fonts.Fonts:
        monkeypatch.setattr(fonts, "SYSTEM", ("Nowhere Sans",))
        return fonts.chinese.__wrapped__("no_such_package")

    monkeypatch.setattr("matchmaker.reporting.typesetting.chinese", none)
    with pytest.raises(Unavailable) as told:
        pdfs.door(dossier())
    assert "pip install pylopdf-fonts-zh-cn" in str(told.value.hint)
    found = unpacked(documents.bundle(dossier()))
    assert {name.rpartition(".")[2] for name in found} == {"docx", "xlsx", "txt"}
    assert "没有中文字体" in found["PDF 未能生成.txt"].decode()


def test_a_system_s_font_stands_in_for_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_of_system", lambda: frozenset({"microsoft yahei"}))
    assert fonts.chinese.__wrapped__("no_such_package") == fonts.Fonts((), ("Microsoft YaHei",))
    assert fonts.chinese.__wrapped__().families == ("Noto Sans SC", "Microsoft YaHei")


def test_long_latin_words_may_break() -> None:
    link = "https://meeting.example.com/j/" + "9" * 60
    assert breakable(link).replace("\u200b", "") == link
    assert max(map(len, breakable(link).split("\u200b"))) == 12
    assert breakable("Noto Sans 与中文") == "Noto Sans 与中文"


def test_a_download_has_a_speaking_name() -> None:
    told = titled(dossier(), "甲/乙 “对接”会")
    assert documents.file_name(told, "signin", "pdf") == "甲_乙_对接_会-签到表-第3版.pdf"
    assert documents.file_name(told, "all", "zip") == "甲_乙_对接_会-全部单据-第3版.zip"
