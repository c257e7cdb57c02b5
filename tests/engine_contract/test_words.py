"""Clauses 7 to 10, 14, 15 and 17: the ranking by words, its pages, and frequencies."""

from __future__ import annotations

import math

import pytest
from contract_samples import ANYTHING, EVERYBODY, doc, found, query

from indexer.query import MOST_HITS, Filter, QueryError, WordQuery


def bm25(tf: int, length: int, average: float, df: int, documents: int) -> float:
    """Robertson's formula as clause 7 names it, without the constant factor k1 + 1."""
    idf = math.log(1 + (documents - df + 0.5) / (df + 0.5))
    return idf * tf / (tf + 1.2 * (1 - 0.75 + 0.75 * length / average))


def test_clause_07_scores_are_the_weighted_sum_of_bm25_by_field(engine):
    titles = [["alpha"], ["alpha", "beta"], ["beta", "beta", "gamma"], ["gamma"], []]
    bodies = [["beta"], ["gamma"] * 3, ["alpha"], ["delta", "alpha", "beta"], ["alpha", "delta"]]
    engine.write(
        [
            doc(f"p:{n}", title=" ".join(t), body=" ".join(b))
            for n, (t, b) in enumerate(zip(titles, bodies, strict=True))
        ]
    )
    engine.refresh()
    weights, boosts = {"alpha": 1.0, "beta": 0.5, "gamma": 2.0}, {"title": 3.0, "body": 1.0}

    def expected(row: int) -> float:
        total = 0.0
        for texts, boost in ((titles, 3.0), (bodies, 1.0)):
            average = sum(len(text) or engine.capabilities.empty_length for text in texts) / len(texts)
            for word, weight in weights.items():
                df = sum(word in text for text in texts)
                total += (
                    weight * boost * bm25(texts[row].count(word), len(texts[row]), average, df, len(texts))
                    if df
                    else 0
                )
        return total

    hits = engine.search(WordQuery(weights, boosts), EVERYBODY).hits
    wanted = sorted(range(5), key=lambda row: -expected(row))
    assert [hit.id for hit in hits] == [f"p:{row}" for row in wanted]
    factor = hits[0].score / expected(wanted[0])
    assert [hit.score / factor for hit in hits] == pytest.approx([expected(row) for row in wanted], rel=1e-3)


def test_clause_07_equal_scores_are_ordered_by_id(engine):
    keys = [f"p:{(7 * n) % 50:02d}" for n in range(50)]
    for start in range(0, 50, 10):
        engine.write([doc(key, title="轴承 故障 诊断") for key in keys[start : start + 10]])
    engine.refresh()

    hits = engine.search(query("轴承", "故障", "诊断"), EVERYBODY, 7).hits
    assert [hit.id for hit in hits] == sorted(keys)[:7]
    assert len({hit.score for hit in hits}) == 1


def test_clause_08_more_occurrences_rank_higher(engine):
    engine.write(
        [
            doc("p:1", body="alpha beta gamma delta"),
            doc("p:2", body="alpha alpha alpha delta"),
            doc("p:3", body="x y"),
        ]
    )
    engine.refresh()
    assert found(engine, "alpha") == ["p:2", "p:1"]


def test_clause_08_rarer_words_rank_higher(engine):
    engine.write([doc(f"p:{n}", body="common word") for n in range(5)] + [doc("p:9", body="rare word")])
    engine.refresh()
    assert found(engine, "common", "rare")[0] == "p:9"


def test_clause_08_shorter_fields_rank_higher(engine):
    engine.write(
        [doc("p:1", title="alpha " + "filler " * 20), doc("p:2", title="alpha filler"), doc("p:3", title="x")]
    )
    engine.refresh()
    assert found(engine, "alpha") == ["p:2", "p:1"]


def test_clause_08_greater_weights_and_boosts_rank_higher(engine):
    engine.write(
        [
            doc("p:1", title="alpha", body="beta"),
            doc("p:2", title="beta", body="alpha"),
            doc("p:3", title="x", body="x"),
        ]
    )
    engine.refresh()

    def order(weights: dict[str, float], title: float, body: float) -> list[str]:
        return [
            hit.id
            for hit in engine.search(WordQuery(weights, {"title": title, "body": body}), EVERYBODY).hits
        ]

    assert order({"alpha": 2.0, "beta": 1.0}, 3.0, 1.0) == ["p:1", "p:2"]
    assert order({"alpha": 1.0, "beta": 2.0}, 3.0, 1.0) == ["p:2", "p:1"]
    assert order({"alpha": 2.0, "beta": 1.0}, 1.0, 3.0) == ["p:2", "p:1"]


def test_clause_08_a_field_without_boost_is_not_searched(engine):
    engine.write([doc("p:1", title="alpha"), doc("p:2", body="alpha"), doc("p:3", keywords=("alpha",))])
    engine.refresh()
    assert [hit.id for hit in engine.search(query("alpha", title=0.0, body=1.0), EVERYBODY).hits] == ["p:2"]


@pytest.mark.parametrize(
    "words",
    [{}, {"nowhere": 1.0}, {"nowhere": 1.0, "\ud800": 1.0}, {"\ud800": 1.0}, {"": 1.0}, {"alpha beta": 1.0}],
)
def test_clause_09_unknown_words_and_no_words_give_an_empty_page(engine, words):
    engine.write([doc("p:1", title="alpha beta")])
    engine.refresh()
    page = engine.search(WordQuery(words), EVERYBODY, total=True)
    assert (page.hits, page.total, page.after) == ((), 0, None)


def test_clause_09_a_query_without_searched_fields_gives_an_empty_page(engine):
    engine.write([doc("p:1", title="alpha")])
    engine.refresh()
    assert engine.search(query("alpha", title=0.0), EVERYBODY).hits == ()


def test_clause_09_a_query_of_very_many_words_is_answered(engine):
    engine.write([doc("p:1", title="alpha"), doc("p:2", title="w9")])
    engine.refresh()
    words = {f"w{n}": 1.0 for n in range(5000)} | {"alpha": 9.0}
    assert engine.search(WordQuery(words), EVERYBODY).hits[0].id == "p:1"


def test_clause_10_required_words_must_all_be_in_a_searched_field(engine):
    engine.write(
        [
            doc("p:1", title="alpha", body="beta"),
            doc("p:2", title="alpha"),
            doc("p:3", title="alpha beta", body="gamma"),
            doc("p:4", title="beta gamma"),
        ]
    )
    engine.refresh()

    def ids(*required: str, **boosts: float) -> list[str]:
        return sorted(
            hit.id for hit in engine.search(query("alpha", required=required, **boosts), EVERYBODY).hits
        )

    assert ids() == ["p:1", "p:2", "p:3"]
    assert ids("beta") == ["p:1", "p:3"]
    assert ids("beta", "gamma") == ["p:3"]
    assert ids("beta", title=1.0) == ["p:3"]
    assert ids("nowhere") == []
    assert ids("\ud800") == []


def test_clause_10_required_words_change_no_score(engine):
    engine.write(
        [doc("p:1", title="alpha beta"), doc("p:2", title="alpha beta beta"), doc("p:3", title="gamma")]
    )
    engine.refresh()
    plain = engine.search(query("alpha"), EVERYBODY).hits
    assert engine.search(query("alpha", required=("beta",)), EVERYBODY).hits == plain


def many(engine, number: int = 60) -> list[str]:
    """Documents of few different scores, a third of them of another kind; gives the ids in order."""
    engine.write(
        [doc(f"{'pe'[n % 3 == 0]}:{n:02d}", title="alpha " + "filler " * (n % 4)) for n in range(number)]
    )
    engine.refresh()
    return [hit.id for hit in engine.search(query("alpha"), EVERYBODY, number).hits]


@pytest.mark.parametrize(
    "where", [EVERYBODY, Filter(frozenset({"public"}), kinds=("e",)), ANYTHING], ids=["public", "kind", "all"]
)
@pytest.mark.parametrize("limit", [1, 7, 60])
def test_clause_14_pages_follow_each_other_without_gap_or_repeat(engine, where, limit):
    everything = [key for key in many(engine) if where.kinds is None or key.startswith("e")]
    seen, after = [], None
    while True:
        page = engine.search(query("alpha"), where, limit, after)
        seen += [hit.id for hit in page.hits]
        after = page.after
        if after is None:
            break
        assert len(page.hits) == limit
    assert seen == everything


@pytest.mark.parametrize(
    "damage", [lambda token: token[:-1], lambda token: "9" + token, lambda _token: "", lambda _token: "轴承"]
)
def test_clause_14_a_damaged_cursor_raises(engine, damage):
    many(engine, 12)
    token = engine.search(query("alpha"), EVERYBODY, 5).after
    assert token is not None
    with pytest.raises(QueryError, match="first"):
        engine.search(query("alpha"), EVERYBODY, 5, damage(token))


def test_clause_14_a_cursor_of_another_query_raises(engine):
    many(engine, 12)
    token = engine.search(query("alpha"), EVERYBODY, 5).after
    for words, where in (
        (query("filler"), EVERYBODY),
        (query("alpha"), ANYTHING),
        (query("alpha", title=2.0), EVERYBODY),
    ):
        with pytest.raises(QueryError):
            engine.search(words, where, 5, token)


def test_clause_15_limit_0_counts_only(engine):
    many(engine, 12)
    page = engine.search(query("alpha"), Filter(None, kinds=("e",)), 0)
    assert (page.hits, page.total, page.after) == ((), 4, None)
    assert engine.nearest([1.0] + [0.0] * 7, EVERYBODY, 0) == ()


@pytest.mark.parametrize("limit", [-1, MOST_HITS + 1])
def test_clause_15_a_limit_out_of_range_raises(engine, limit):
    with pytest.raises(QueryError):
        engine.search(query("alpha"), EVERYBODY, limit)
    with pytest.raises(QueryError):
        engine.nearest([1.0] + [0.0] * 7, EVERYBODY, limit)


def test_clause_15_totals_count_all_matches(engine):
    many(engine, 30)
    page = engine.search(query("alpha"), Filter(None, kinds=("e",)), 3, total=True)
    assert (len(page.hits), page.total) == (3, 10) if engine.capabilities.exact_totals else page.total >= 3


def test_clause_17_frequencies_count_documents_by_word_and_kind(engine):
    engine.write(
        [
            doc("p:1", title="alpha alpha", body="alpha beta"),
            doc("p:2", keywords=("beta",)),
            doc("e:1", body="alpha"),
            doc("e:2", title="gamma"),
        ]
    )
    engine.write([doc("e:2", 2, title="delta")])
    engine.refresh()
    words = ["alpha", "beta", "gamma", "delta", "nowhere", "\ud800"]

    def counts(kinds: tuple[str, ...] | None) -> list[int]:
        answer = engine.frequencies(words, kinds)
        assert list(answer) == words
        return list(answer.values())

    assert counts(None) == [2, 2, 0, 1, 0, 0]
    assert counts(("p",)) == [1, 2, 0, 0, 0, 0]
    assert counts(("p", "e")) == [2, 2, 0, 1, 0, 0]
    assert counts(()) == [0, 0, 0, 0, 0, 0]


def test_clause_17_frequencies_follow_changes_and_deletions(engine):
    engine.write([doc(f"p:{n}", title="alpha", body="beta alpha") for n in range(5)])
    engine.refresh()
    assert engine.frequencies(["alpha", "beta"], ("p",)) == {"alpha": 5, "beta": 5}
    engine.write([doc("p:1", 2, title="alpha")])
    engine.refresh()
    assert engine.frequencies(["alpha", "beta"], ("p",)) == {"alpha": 5, "beta": 4}
    engine.delete({"p:2": 2, "p:3": 2})
    engine.refresh()
    assert engine.frequencies(["alpha", "beta"], ("p",)) == {"alpha": 3, "beta": 2}
    assert engine.frequencies(["alpha", "beta"]) == {"alpha": 3, "beta": 2}
