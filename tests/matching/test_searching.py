"""Search over everything: by words, by meaning, by both; pages without a gap; nothing hidden."""

from __future__ import annotations

import pytest

from indexer.embedder import EmbedderError
from matchmaker import lookups, searching
from matchmaker.errors import InvalidInput
from matchmaker.permissions import ORGANIZER, VISITOR, audiences_of
from matchmaker.searching import KINDS, SearchRequest

WAYS = ("words", "meaning", "both")


def search(town, text, actor=VISITOR, **asked):
    return lookups.search(town.app, actor, SearchRequest(text, **asked))


def ids(answer):
    return [hit.id for hit in answer.hits]


def every_page(town, text, **asked):
    found, after = [], None
    for _page in range(100):
        answer = search(town, text, after=after, **asked)
        found.append(ids(answer))
        after = answer.after
        if after is None:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("by", WAYS)
def test_what_holds_the_words_is_found(town, by):
    assert town["salt"] in ids(search(town, "镀层盐雾腐蚀", by=by))[:12]


def test_by_words_nothing_without_them_is_found(town):
    found = ids(search(town, "柑橘", by="words", limit=100))
    assert found
    stored = town.app.index.get(found)
    assert [one for one in found if "柑橘" not in stored[one].title + stored[one].body] == []


def test_by_meaning_everything_is_near_or_far(town):
    assert len(ids(search(town, "柑橘", by="meaning", limit=100))) > len(
        ids(search(town, "柑橘", by="words", limit=100))
    )


@pytest.mark.parametrize("by", WAYS)
def test_pages_follow_each_other_without_a_gap_or_a_repeat(town, by):
    pages = every_page(town, "镀层 纽扣", by=by, limit=3)
    together = [one for page in pages for one in page]
    assert len(together) == len(set(together))
    assert together == ids(search(town, "镀层 纽扣", by=by, limit=100))
    assert {len(page) for page in pages[:-1]} <= {3}


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("after", ["zzz", "m", "m-1", "m1e3", "m999999", "m٣", "\x00"])
def test_a_damaged_cursor_is_told(town, by, after):
    with pytest.raises(InvalidInput) as told:
        search(town, "镀层", by=by, after=after)
    assert list(told.value.fields) == ["after"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone(town, kind):
    answer = search(town, "镀层 瑕疵 大学 电镀", kind=kind, limit=100)
    assert {hit.kind for hit in answer.hits} <= {kind}
    assert {one.partition(":")[0] for one in ids(answer)} <= {kind}


def test_totals_go_by_kind_and_ignore_the_chosen_one(town):
    every = search(town, "镀层", by="words").totals
    assert search(town, "镀层", by="words", kind="problem").totals == every
    for kind, total in every.items():
        assert len(ids(search(town, "镀层", by="words", kind=kind, limit=100))) == total


@pytest.mark.parametrize("text", ["的 了 和", "！？。", "   ", ""])
def test_only_stop_words_find_nothing_by_words(town, text):
    assert ids(search(town, text, by="words")) == []


@pytest.mark.parametrize("by", WAYS)
def test_hidden_is_never_among_hits_totals_or_facets(town, by):
    mine = search(town, "研究镀层盐雾", by=by, limit=100)
    theirs = search(town, "研究镀层盐雾", ORGANIZER, by=by, limit=100)
    assert town["hidden"] not in ids(mine)
    assert town["hidden"] in ids(theirs)
    assert theirs.totals["expert"] == mine.totals["expert"] + 1


def test_a_firm_that_stays_anonymous_is_no_facet_and_no_snippet(town):
    answer = search(town, "电镀废水含镍", limit=100)
    assert town["ask_secretly"] in ids(answer)
    assert str(town.number("firm")) not in answer.facets["body"]
    assert town["ask_secretly"] not in ids(search(town, "隐名纽扣厂", by="words", limit=100))


def test_a_snippet_is_of_the_text_and_its_words_stand_in_it(town):
    answer = search(town, "漏检率", by="words")
    hit = next(hit for hit in answer.hits if hit.id == town["eye"])
    assert hit.snippet == "用卷积网络检测纽扣表面瑕疵，漏检率 0.5%。"
    assert [word for word in hit.words if word not in hit.title + hit.snippet] == []


def test_an_unknown_kind_and_too_long_a_text_are_told(town):
    for asked, field in (({"kind": "firm"}, "kind"), ({}, "q")):
        with pytest.raises(InvalidInput) as told:
            search(town, "x" * (10 if asked else 2001), **asked)
        assert list(told.value.fields) == [field]


@pytest.mark.parametrize("text", ["\ud800", "\x00\x1f", "=cmd|' /C calc'!A0", "a" * 2000, "镀" * 2000])
@pytest.mark.parametrize("by", WAYS)
def test_any_text_is_answered(town, by, text):
    assert isinstance(ids(search(town, text, by=by)), list)


@pytest.mark.parametrize("by", ["meaning", "both"])
def test_without_the_model_words_go_on_and_it_is_said(town, by):
    class Broken:
        fingerprint, dimension = "x", 32

        def encode(self, texts, use, progress=None):
            raise EmbedderError("the model is gone")

    request = SearchRequest("镀层", by=by, limit=100)
    answer = searching.search(town.app.index, Broken(), audiences_of(VISITOR), request)
    assert answer.notice
    assert set(ids(answer)) == set(ids(search(town, "镀层", by="words", limit=100)))


def test_filters_narrow(town):
    body = str(town.number("university"))
    inside = ids(search(town, "镀层", bodies=(body,), limit=100))
    assert inside
    assert set(inside) < set(ids(search(town, "镀层", limit=100)))
    assert [one for one in inside if body not in town.app.index.get([one])[one].bodies] == []
    assert ids(search(town, "镀层", fields=("nowhere",), limit=100)) == []
