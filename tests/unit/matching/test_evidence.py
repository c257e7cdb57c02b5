"""Quotes of both sides and the points that nothing covers."""

from matchmaker.matching.evidence import (
    MOST_QUOTED,
    affirmations,
    affirmed,
    coverage,
    held,
    maximal,
    points_of,
    quotes,
    shorten,
    split,
    telling,
    weight_of,
)

WEIGHTS = {"镀层": 2.0, "盐雾": 3.0, "纽扣": 2.0, "镍": 1.0, "含镍": 2.0, "起泡": 2.0}


def test_the_pair_that_shares_most_weight_comes_first():
    points = points_of(["纽扣镀层起泡。", "盐雾试验达到96小时。"], WEIGHTS)
    sentences = split("本文研究盐雾环境下镀层的腐蚀。提出新方法。镀层与纽扣基体的结合力。", WEIGHTS)

    found = quotes(points, [("publication:1", "题名", sentences)], WEIGHTS)

    assert [(quote.ours, quote.theirs, quote.words) for quote in found] == [
        ("纽扣镀层起泡。", "镀层与纽扣基体的结合力。", ("纽扣", "镀层")),
        ("盐雾试验达到96小时。", "本文研究盐雾环境下镀层的腐蚀。", ("盐雾",)),
    ]


def test_nothing_shared_gives_no_quote():
    points = points_of(["纽扣镀层起泡。"], WEIGHTS)

    assert quotes(points, [("publication:1", "t", split("水稻育种研究。", WEIGHTS))], WEIGHTS) == ()


def test_points_that_no_document_speaks_of_are_open_with_their_words():
    points = points_of(["纽扣镀层起泡。", "盐雾试验达到96小时。"], WEIGHTS)

    spoken, silent = coverage(points, frozenset({"纽扣", "镀层", "起泡"}), WEIGHTS)

    assert [(point.text, point.coverage) for point in spoken] == [("纽扣镀层起泡。", 1.0)]
    assert [(point.text, point.coverage, point.missing) for point in silent] == [
        ("盐雾试验达到96小时。", 0.0, ("盐雾",))
    ]


def test_a_reader_is_shown_the_longest_words_only():
    assert maximal(["镍", "含镍"]) == ("含镍",)
    assert weight_of(["镍", "含镍", "水稻"], WEIGHTS) == 3.0


def test_sentences_without_anything_technical_are_no_points():
    assert [point.text for point in points_of(["公司成立于2011年。", "含镍镀层起泡。"], WEIGHTS)] == [
        "含镍镀层起泡。"
    ]


def test_the_same_sentence_is_one_point():
    assert len(points_of(["纽扣镀层起泡", "纽扣镀层起泡。"], WEIGHTS)) == 1


def test_a_long_sentence_is_cut_around_the_first_shared_word():
    text = "前言" * 100 + "盐雾" + "后记" * 100

    cut = shorten(text, ("盐雾",))

    assert "盐雾" in cut
    assert len(cut) <= MOST_QUOTED + 2
    assert cut.startswith("…")
    assert cut.endswith("…")


def test_numbers_counts_and_labels_are_no_evidence():
    words = [
        "一遍",
        "亿粒",
        "三天",
        "一体化",
        "三价",
        "三维",
        "10",
        "2.3%",
        "现值",
        "镍",
        "含镍",
        "pm2.5",
        "3d",
    ]
    assert list(telling(dict.fromkeys(words, 1.0))) == ["一体化", "三价", "三维", "含镍", "pm2.5", "3d"]
    assert telling({"含镍": 0.0}) == {}


def test_a_latin_word_is_not_found_within_a_longer_one():
    assert held(["ai", "cr", "3d", "镍"], "3d打印 ai检测 micro 含镍") == {"ai", "3d", "镍"}
    assert held(["10"], "100 次，10 天") == {"10"}


def test_what_somebody_does_not_do_is_no_evidence():
    assert affirmed("研究水质，不做鱼病免疫和疫苗。") == "研究水质，。"
    (told,) = affirmations("研究镀层，不做盐雾。", WEIGHTS)
    assert (told.text, told.words) == ("研究镀层，不做盐雾。", {"镀层"})
