"""Search in the database alone: order, permission, filters, pages, odd characters; on every database."""

from __future__ import annotations

from typing import Any

import pytest

from matchmaker.bootstrap import Application
from matchmaker.errors import InvalidInput
from matchmaker.models import Organization, Patent
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.searching import DEPTH, KINDS, SearchAnswer, SearchRequest
from matchmaker.services import finding
from matchmaker.storage.queries import TABLES
from tests.support.samples import expert, organization, problem, publication, store
from tests.support.site import FIRM, SECRET, County, counted, fill


def find(app: Application, text: str, actor: Actor = VISITOR, **parts: Any) -> SearchAnswer:
    with app.reading() as uow:
        return finding.find(uow, actor, SearchRequest(text, **parts))


def ids(answer: SearchAnswer) -> list[str]:
    return [hit.id for hit in answer.hits]


@pytest.fixture
def county(app: Application) -> County:
    return fill(app)


def test_every_kind_is_found_by_name_keyword_or_text_and_counted(app, county):
    answer = find(app, "镀层")
    assert sorted(ids(answer)) == sorted(
        [f"{kind}:{county.open[kind]}" for kind in ("problem", "organization", "publication")]
        + [f"problem:{county.anonymous}"]
    )
    assert answer.totals == {"problem": 2, "organization": 1, "publication": 1}
    assert answer.is_fallback
    assert ids(find(app, "电镀", kind="expert")) == [f"expert:{county.open['expert']}"]  # a direction
    assert ids(find(app, "镀液")) == [f"patent:{county.open['patent']}"]
    assert ids(find(app, "无氰")) == [f"achievement:{county.open['achievement']}"]


def test_all_words_before_some_names_before_texts_then_the_newest(app):
    rows = [
        problem("纽扣", text="镀层"),  # both words, one in the name
        problem("甲", text="只有镀层"),
        problem("镀层", text="乙"),
        problem("丙", text="只有镀层"),
        problem("纽扣镀层", text="丁"),
        problem("戊", text="毫不相干"),
    ]
    numbers = store(app, *rows)
    found = ids(find(app, "纽扣镀层"))
    assert found == [f"problem:{numbers[at]}" for at in (4, 0, 2, 3, 1)]


def test_kinds_take_turns_among_what_is_equally_good(app):
    store(app, *(problem(f"镀层{number}") for number in range(3)), *(publication("镀层") for _ in range(3)))
    assert ids(find(app, "镀层", limit=4)) == [
        "problem:3", "publication:3", "problem:2", "publication:2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "word", ["镀层", SECRET, "盐雾", FIRM, "13812345678", "王联系", "lin@example.edu.cn"]
)
def test_what_is_hidden_stays_hidden(app, county, word):
    hidden = {f"{kind}:{number}" for kind, number in county.hidden.items()}
    answer = find(app, word, limit=100)
    assert hidden.isdisjoint(ids(answer))
    assert sum(answer.totals.values()) == len(answer.hits)
    if word == SECRET:
        assert (ids(answer), answer.totals) == ([], {})
        assert set(ids(find(app, word, ORGANIZER, limit=100))) == hidden


def test_rivals_drafts_and_unpublished_are_left_out(app):
    store(
        app,
        problem("镀层", readers=" public office ", hidden_from=" org:7 "),
        problem("镀层", visibility="draft"),
        problem("镀层", state="returned"),
    )
    assert ids(find(app, "镀层")) == ["problem:1"]
    rival = Actor("visitor", "对手", (7,))
    assert (ids(find(app, "镀层", rival)), find(app, "镀层", rival).totals) == ([], {})


def test_filters_narrow_hits_and_numbers_alike(app, county):
    body = str(county.open["organization"])
    assert find(app, "镀层", fields=("materials",)).totals == {"problem": 2, "publication": 1}
    assert ids(find(app, "镀层", fields=("energy",))) == []
    assert ids(find(app, "镀层", regions=("330100",))) == [f"problem:{county.open['problem']}"]
    assert find(app, "镀层", bodies=(body,), fields=("materials",)).totals == {"publication": 1}
    chosen = find(app, "镀层", kind="publication")
    assert ids(chosen) == [f"publication:{county.open['publication']}"]
    assert chosen.totals == {"problem": 2, "organization": 1, "publication": 1}


def test_a_filter_by_body_does_not_tell_who_is_behind_an_anonymous_problem(app, county):
    with app.reading() as uow:
        firm = uow.session.query(Organization).filter_by(name=FIRM).one().id
    assert ids(find(app, "镀层", bodies=(str(firm),))) == []
    assert ids(find(app, "镀层", ORGANIZER, bodies=(str(firm),))) == [f"problem:{county.anonymous}"]


def test_pages_follow_each_other_without_a_gap_or_a_repeat(app):
    store(app, *(Patent(title=f"镀层 {number}", abstract="") for number in range(7)))
    found: list[str] = []
    after = None
    for _page in range(4):
        answer = find(app, "镀层", limit=2, after=after)
        found += ids(answer)
        after = answer.after
    assert found == [f"patent:{number}" for number in range(7, 0, -1)]
    assert after is None


def test_pages_end_at_a_depth_and_a_foreign_cursor_begins_anew(app):
    store(app, *(Patent(title=f"镀层 {number}", abstract="") for number in range(DEPTH + 5)))
    last = find(app, "镀层", limit=100, after=f"db{DEPTH - 50}")
    assert (len(last.hits), last.after, last.totals) == (50, None, {"patent": DEPTH + 5})
    first = ids(find(app, "镀层", limit=2))
    for foreign in ("m20", "zzz", "db", "dbx", "db-1", "db99999999", "db١"):
        assert ids(find(app, "镀层", limit=2, after=foreign)) == first


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("PM2.5 监测", "pm2.5"),
        ("PM2.5 监测", "PM2.5"),
        ("专利 CN114_A 的", "cn114_a"),
        ("MBR膜", "mbr"),
        ("Müller", "müller"),
    ],
)
def test_letters_of_either_case_and_numbers_are_found(app, title, text):
    store(app, publication(title, abstract=""), publication("CN114xA PM275", abstract=""))
    assert ids(find(app, text))[:1] == ["publication:1"]


@pytest.mark.parametrize("wild", ["%", "_", "/", "a%", "50%的", "\\", "'", '"', "%镀%"])
def test_wildcards_are_letters(app, wild):
    store(app, publication("毫不相干", abstract="abc"))
    assert ids(find(app, wild)) == []


def test_chinese_keywords_are_found_and_no_pieces_of_how_they_are_kept(app):
    store(app, publication("甲", abstract="", keywords=["镀层", "PM2.5"]), expert("乙", directions=["电镀"]))
    assert ids(find(app, "镀层")) == ["publication:1"]
    assert ids(find(app, "pm2.5")) == ["publication:1"]
    assert ids(find(app, "电镀")) == ["expert:1"]
    for piece in ("u9540", "9540", "5c42"):  # 镀层 is kept as \u9540\u5c42
        assert ids(find(app, piece)) == []


@pytest.mark.parametrize("text", ["", "  ", "的", "？"])
def test_without_words_there_are_only_the_numbers(app, county, text):
    answer = find(app, text)
    assert (answer.hits, answer.after) == ((), None)
    assert answer.totals == {
        "problem": 2, "expert": 1, "achievement": 1, "organization": 2, "publication": 1, "patent": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00\x1f", "=cmd|' /C calc'!A0", "a" * 2000, "镀" * 2000, "镀层 " * 600]
)
def test_any_text_is_answered(app, county, text):
    assert isinstance(ids(find(app, text)), list)


def test_an_unknown_kind_and_too_long_a_text_are_told(app):
    with pytest.raises(InvalidInput):
        find(app, "镀层", kind="firm")
    with pytest.raises(InvalidInput):
        find(app, "x" * 2001)


def test_a_hit_shows_the_sentence_and_its_words(app):
    store(
        app, problem("甲", text="", main_problem="工期很紧。镀层在盐雾中变色。价格不限。", tried="换过药水。")
    )
    store(app, publication("无关的标题", abstract="", keywords=["镀层", "盐雾"]))
    first, second = find(app, "镀层盐雾", limit=2).hits
    assert (first.snippet, set(first.words)) == ("镀层在盐雾中变色。", {"镀层", "盐雾"})
    assert second.snippet == "镀层、盐雾"


def test_one_statement_a_kind_whatever_the_question(app):
    store(app, organization(), *(problem(f"镀层{number}") for number in range(30)))
    store(app, *(publication(f"镀层{number}") for number in range(30)))
    with counted(app) as few:
        find(app, "镀层", limit=2)
    with counted(app) as many:
        find(app, "纽扣的镀层在盐雾中腐蚀", limit=50)
    assert len(few) == len(many) == len(KINDS) + 2  # and one for the rows of each kind shown


def test_every_column_that_is_searched_is_there():
    assert set(finding.COLUMNS) == set(KINDS)
    for kind, columns in finding.COLUMNS.items():
        searched = {*columns.names, *columns.keywords, *columns.texts}
        assert searched - set(TABLES[kind].__table__.columns.keys()) == set()
