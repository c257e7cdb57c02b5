"""The other direction: problems for an expert, by his documents and profile."""

from __future__ import annotations

import json

import pytest

from matchmaker import lookups
from matchmaker.errors import NotFound
from matchmaker.matching import problems
from matchmaker.permissions import ORGANIZER, VISITOR, audiences_of
from matchmaker.services.matches_json import dump
from tests.matching.conftest import by_words
from tests.support.samples import problem, store


def for_expert(town, name, actor=VISITOR, **options):
    index, fingerprint = town.app.index, town.app.embedder.fingerprint
    return problems.rank(index, fingerprint, town[name], audiences_of(actor), model=by_words(), **options)


@pytest.mark.parametrize(
    ("expert", "wanted"), [("plater", "ask_plating"), ("seer", "ask_seeing"), ("cleaner", "ask_secretly")]
)
def test_his_own_trade_comes_first(town, expert, wanted):
    ranking = for_expert(town, expert)
    assert ranking.problems[0].id == town[wanted]
    assert (ranking.experts, ranking.achievements, ranking.literature) == ((), (), ())


def test_what_nobody_works_on_comes_last_or_not(town):
    assert town["ask_nothing"] not in [one.id for one in for_expert(town, "plater").problems[:2]]


def test_components_sum_to_the_score(town):
    for one in for_expert(town, "plater").problems:
        assert sum(part.contribution for part in one.components) == pytest.approx(one.score, abs=1e-9)


def test_quotes_stand_in_both_texts(town):
    ranking, index = for_expert(town, "plater"), town.app.index
    first = ranking.problems[0]
    problem = index.get([first.id])[first.id]
    assert first.quotes
    for quote in first.quotes:
        document = index.get([quote.document])[quote.document]
        assert quote.ours.strip("…") in f"{problem.title}\n{problem.body}"
        assert quote.theirs.strip("…") in f"{document.title}\n{document.body}"
        assert town["plater"] in (document.id, *document.people)


def test_an_anonymous_problem_is_found_without_its_firm(town):
    ranking = for_expert(town, "cleaner")
    assert ranking.problems[0].id == town["ask_secretly"]
    assert "隐名纽扣厂" not in json.dumps(dump(ranking), ensure_ascii=False)


def test_hidden_problems_are_for_those_who_may(town):
    from matchmaker.indexing import sync

    (number,) = store(
        town.app, problem("镀层盐雾腐蚀的内部难题", visibility="members", readers=" members office ")
    )
    sync.sync(town.app, [f"problem:{number}"])
    assert f"problem:{number}" not in [one.id for one in for_expert(town, "plater").problems]
    assert f"problem:{number}" in [one.id for one in for_expert(town, "plater", ORGANIZER).problems]


def test_a_hidden_expert_is_not_there(town):
    with pytest.raises(NotFound):
        lookups.match_expert(town.app, VISITOR, town.number("hidden"))
    assert lookups.match_expert(town.app, ORGANIZER, town.number("hidden")).problems


def test_it_needs_no_model(town):
    calls = town.app.embedder._inner.calls
    calls.clear()
    assert lookups.match_expert(town.app, VISITOR, town.number("plater")).problems
    assert calls == []


def test_somebody_whom_the_index_does_not_know_has_no_answer(town):
    index = town.app.index
    assert problems.rank(index, "x", "expert:999", audiences_of(VISITOR)) is None


def test_a_limit_holds(town):
    every = [one.id for one in for_expert(town, "plater").problems]
    assert [one.id for one in for_expert(town, "plater", limit=1).problems] == every[:1]
