"""A problem ranked end to end over a real index: order, reading, reasons that hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from matchmaker import lookups
from matchmaker.errors import InvalidInput, NotFound, Unavailable
from matchmaker.matching import ranker
from matchmaker.matching.evidence import MOST_QUOTED
from matchmaker.matching.features import LISTED
from matchmaker.matching.model import shipped
from matchmaker.matching.question import Question, typed
from matchmaker.matching.result import BANDS, NONE
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, audiences_of
from matchmaker.services import matches
from matchmaker.services.matches_json import dump
from tests.matching.conftest import UNRELATED, by_words
from tests.support.samples import expert, store

EVERYBODY = audiences_of(VISITOR)


def asked(town, name="ask_plating", actor=VISITOR):
    return lookups.match_problem(town.app, actor, town.number(name))


def ranked(town, question, **options):
    return ranker.rank(town.app.index, town.app.embedder, question, EVERYBODY, **options)


def question_of(town, name="ask_plating"):
    with town.app.reading() as uow:
        return matches.question(uow, VISITOR, town.number(name))


@pytest.mark.parametrize(
    ("problem", "expert", "work"),
    [("ask_plating", "plater", "salt"), ("ask_seeing", "seer", "eye")],
)
def test_who_works_on_it_comes_first_by_what_he_did(town, problem, expert, work):
    ranking = asked(town, problem)
    assert ranking.experts[0].id == town[expert]
    assert ranking.literature[0].id == town[work]
    assert ranking.experts[0].documents[0].id == town[work]


def test_somebody_without_papers_is_found_by_profile_and_projects(town):
    assert town["cleaner"] in [expert.id for expert in asked(town, "ask_secretly").experts[:2]]


def test_scores_fall_and_bands_are_known(town):
    ranking = asked(town)
    for some in (ranking.experts, ranking.achievements, ranking.literature):
        scores = [one.score for one in some]
        assert scores == sorted(scores, reverse=True)
        assert {one.band for one in some} <= set(BANDS)
        assert all(0 <= one.probability <= 1 for one in some)


def test_the_same_question_gives_the_same_answer(town):
    first, second = asked(town), asked(town)
    assert replace(first, seconds={}) == replace(second, seconds={})


def test_components_sum_to_the_score(town):
    ranking = asked(town)
    for one in (*ranking.experts, *ranking.achievements, *ranking.literature):
        assert sum(part.contribution for part in one.components) == pytest.approx(one.score, abs=1e-9)
        assert all(0 <= part.value <= 1 and str(part.reason) for part in one.components)


def test_quotes_stand_in_both_texts(town):
    ranking = asked(town)
    question, index = question_of(town), town.app.index
    ours = f"{question.title}\n{question.body}"
    quotes = [
        quote
        for one in (*ranking.experts, *ranking.achievements, *ranking.literature)
        for quote in one.quotes
    ]
    assert quotes
    for quote in quotes:
        document = index.get([quote.document])[quote.document]
        assert quote.ours.strip("…") in ours
        assert quote.theirs.strip("…") in f"{document.title}\n{document.body}"
        assert [
            word for word in quote.words if word not in quote.ours.lower() or word not in quote.theirs.lower()
        ] == []
        assert max(len(quote.ours), len(quote.theirs)) <= MOST_QUOTED + 2


def test_points_are_the_problems_own_and_what_nobody_covers_is_told(town):
    ranking = asked(town)
    question = question_of(town)
    assert [point for point in ranking.points if point not in f"{question.title}\n{question.body}"] == []
    first = ranking.experts[0]
    assert "需要新的喷漆机器人。" in [point.text for point in first.uncovered]
    assert set(first.covered).isdisjoint(first.uncovered)
    assert {point.text for point in (*first.covered, *first.uncovered)} <= set(ranking.points)


def test_an_indicator_with_its_present_value_is_one_point(town):
    assert "盐雾时间 ≥ 96 小时（现值 24）" in asked(town).points


def test_a_hidden_expert_is_never_shown_though_his_open_paper_matches(town):
    ranking = asked(town)
    assert town["open"] in [document.id for document in ranking.literature]
    assert town["hidden"] not in [expert.id for expert in ranking.experts]
    told = json.dumps(dump(ranking), ensure_ascii=False)
    assert [town["hidden"] in told, "秘不示人" in told] == [False, False]
    office = [expert.id for expert in asked(town, actor=ORGANIZER).experts]
    assert town["hidden"] in office


def test_an_anonymous_problem_names_no_firm(town):
    ranking = asked(town, "ask_secretly")
    assert ranking.experts
    assert "隐名纽扣厂" not in json.dumps(dump(ranking), ensure_ascii=False)


def test_a_problem_that_may_not_be_read_is_not_there(town):
    from tests.support.samples import problem

    (number,) = store(town.app, problem("内部的镀层难题", visibility="members", readers=" members office "))
    with pytest.raises(NotFound):
        lookups.match_problem(town.app, VISITOR, number)


def sure_of(pairs, lists):
    """A model that gives every pair and every list these log-odds."""

    def constant(model, odds):
        return replace(model, coefficients=(0.0,) * len(model.coefficients), intercept=odds)

    shown = shipped()
    return replace(shown, ranked=constant(shown.ranked, pairs), verdict=constant(shown.verdict, lists))


def test_a_strong_match_is_a_good_match(town):
    ranking = ranked(town, question_of(town), model=sure_of(3.0, -3.0))
    assert {expert.band for expert in ranking.experts} == {"strong"}
    assert ranking.verdict.band == "strong"
    assert ranking.verdict.probability == pytest.approx(max(one.probability for one in ranking.experts))


def test_nothing_is_worth_a_talk_where_there_is_no_good_match(town):
    ranking = ranked(town, question_of(town), model=sure_of(0.0, -3.0))
    assert ranking.verdict.band == NONE
    assert {one.band for one in (*ranking.experts, *ranking.literature)} == {"weak"}


def test_excluded_documents_do_not_answer(town):
    question = replace(question_of(town), excluded=(town["salt"], town["plater"]))
    ranking = ranked(town, question)
    told = json.dumps(dump(ranking), ensure_ascii=False)
    assert f'"{town["salt"]}"' not in told
    assert f'"{town["plater"]}"' not in told
    assert ranking.literature


def test_nobody_for_an_unrelated_text_is_said_honestly(town):
    near = ranked(town, question_of(town), model=by_words())
    far = ranked(town, typed(UNRELATED, "整理童谣曲谱。"), model=by_words())
    assert (near.verdict.band != NONE, far.verdict.band) == (True, NONE)
    assert far.verdict.probability < 0.2 < near.verdict.probability
    assert [str(line) for line in far.verdict.advice][-1].startswith("可请高校科技处")


def test_a_stored_problem_needs_no_model(town):
    calls = town.app.embedder._inner.calls
    asked(town)
    calls.clear()
    asked(town)
    assert calls == []


def test_a_text_never_seen_finds_the_same_people(town):
    ranking = lookups.match_text(town.app, VISITOR, "", "纽扣镀层在盐雾中 24 小时后变色，怎么提高耐腐蚀性")
    assert ranking.experts[0].id == town["plater"]
    assert (ranking.inputs["subject"], ranking.problems) == ("", ())


@pytest.mark.parametrize("text", ["", "   ", "的 了 和", "！？"])
def test_a_text_without_words_is_told(town, text):
    with pytest.raises(InvalidInput):
        lookups.match_text(town.app, VISITOR, "", text)


@pytest.mark.parametrize(
    "text",
    [
        "镀层",
        "镀层 变色 盐雾",
        "\ud800镀层\x00变色",
        "x" * 200_000,
        "镀层盐雾。" * 20_000,
        "<b>=cmd|' /C calc'!A0 镀层",
    ],
    ids=["a word", "three words", "surrogates", "one long word", "a megabyte", "formula"],
)
def test_any_text_is_answered(town, text):
    ranking = lookups.match_text(town.app, VISITOR, "", text)
    json.dumps(dump(ranking), ensure_ascii=False).encode()
    assert len(ranking.points) <= 10


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_limit_holds_for_every_list_and_changes_no_order(town, limit):
    whole, some = (
        lookups.match_problem(town.app, SYSTEM, town.number("ask_plating"), limit=n) for n in (50, limit)
    )
    for part in ("experts", "achievements", "literature"):
        assert [one.id for one in getattr(some, part)] == [one.id for one in getattr(whole, part)][:limit]


def test_an_empty_index_gives_an_empty_answer(app):
    ranking = lookups.match_text(app, VISITOR, "镀层", "镀层在盐雾中变色")
    assert (ranking.experts, ranking.achievements, ranking.literature) == ((), (), ())
    assert (ranking.verdict.band, ranking.verdict.probability) == (NONE, 0.0)


def test_a_lost_index_is_told_rather_than_nobody_found(app):
    store(app, expert())
    with pytest.raises(Unavailable, match="索引是空的"):
        lookups.match_text(app, VISITOR, "镀层", "镀层在盐雾中变色")
    assert lookups.search(app, VISITOR, lookups.SearchRequest("电镀")).is_fallback


def test_a_question_of_a_title_alone_is_answered(town):
    ranking = ranked(town, Question("镀层盐雾腐蚀"))
    assert town["salt"] in [document.id for document in ranking.literature[:2]]


def test_what_it_was_computed_from_is_told(town):
    inputs = asked(town).inputs
    assert inputs["subject"] == town["ask_plating"]
    assert inputs["embedding"] == town.app.embedder.fingerprint
    assert inputs["index"] == town.app.index.health().generation
    assert inputs["text"] == question_of(town).hash
    assert set(inputs) == {"subject", "version", "text", "embedding", "index", "model", "scorer"}


def test_the_verdict_is_told_from_as_many_values_as_it_names():
    assert len(LISTED) == len(shipped().verdict.coefficients)
