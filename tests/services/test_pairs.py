"""Pairs of an event: scores come from outside, bars from the database, wishes stay."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker import pairing
from matchmaker.errors import Forbidden
from matchmaker.models import Attendee, Event, EventPair, Expert, Job, Problem
from matchmaker.permissions import ORGANIZER
from matchmaker.services import pairs
from matchmaker.services.pairs import Score
from tests.support.events import docking
from tests.support.site import counted

TODAY = date(2027, 3, 1)


def stored(app, made, scores):
    with app.unit_of_work() as uow:
        pairs.store(uow, made.event, made.problems[0], scores, at=app.clock(), today=TODAY)


def rows(app, made):
    with app.reading() as uow:
        return {
            (pair.attendee_id, pair.event_problem_id): (pair.score, pair.band, pair.barred, pair.expert_wish)
            for pair in uow.session.query(EventPair)
        }


def test_scores_are_renewed_and_wishes_stay(app):
    made = docking(app, experts=2, problems=1)
    with app.unit_of_work() as uow:
        uow.session.get(EventPair, made.pairs[0, 0]).expert_wish = "must"
    stored(app, made, {made.experts[0]: Score(0.71239, "strong")})
    offer = made.offers[0]
    assert rows(app, made) == {
        (made.people[0], offer): (0.7124, "strong", "", "must"),
        (made.people[1], offer): (0.0, "none", "", ""),
    }
    with app.reading() as uow:
        assert pairs.lacking(uow, made.event) == 0


def test_somebody_new_lacks_his_scores(app):
    made = docking(app, experts=2, problems=1)
    stored(app, made, {})
    with app.unit_of_work() as uow:
        uow.session.get(Attendee, made.people[1]).state = "declined"
    with app.reading() as uow:
        assert pairs.lacking(uow, made.event) == 0
        assert len(pairs.asked(uow, made.event).experts) == 1


def test_rivals_own_bodies_and_avoided_firms_are_barred(app):
    made = docking(app, experts=4, problems=1)
    with app.unit_of_work() as uow:
        uow.session.get(Expert, made.experts[0]).avoid = ["第1纽扣厂"]
        uow.session.get(Expert, made.experts[1]).organization_id = made.firms[0]
        problem = uow.session.get(Problem, made.problems[0])
        problem.hidden_from = f" org:{made.bodies[1]} "
    stored(app, made, {number: Score(0.8, "strong") for number in made.experts})
    assert [row[2] for row in rows(app, made).values()] == ["apart", "own", "apart", "apart"]


def test_pairs_are_listed_in_few_statements_for_few_and_many(app):
    made = docking(app, experts=2, problems=1)
    many = docking(app, experts=10, problems=5, day=date(2028, 3, 16))
    counts = []
    for each in (made, many):
        with app.reading() as uow, counted(app) as said:
            event = uow.session.get(Event, each.event)
            for pair in pairs.of(uow, event):
                assert pair.attendee.organization.name
                assert pair.event_problem.problem.title
                assert pair.event_problem.people
            counts.append(len(said))
    assert counts[0] == counts[1] <= 4


def test_only_the_office_says_what_must_be(app):
    made = docking(app, experts=1, problems=1)
    expert = made.actor("expert")
    with app.unit_of_work() as uow:
        event = uow.session.get(Event, made.event)
        with pytest.raises(Forbidden):
            pairs.demand(uow, expert, event, made.pairs[0, 0], must=True, session=None)
        assert pairs.demand(uow, ORGANIZER, event, made.pairs[0, 0], must=True, session=0).must


def test_a_job_is_asked_for_once(app):
    made = docking(app, experts=1, problems=1)
    with app.unit_of_work() as uow:
        pairs.scored_again(uow, made.event)
        pairs.scored_again(uow, made.event)
    with app.reading() as uow:
        assert [(row.kind, row.subject) for row in uow.session.query(Job) if row.kind == "pairs"] == [
            ("pairs", f"event:{made.event}")
        ]


def test_the_ranking_fills_the_pairs(app):
    """With the index as it is after indexing everybody: the scores are those of the ranking."""
    from matchmaker import lookups
    from matchmaker.jobs.worker import Worker
    from matchmaker.storage.queries import index_id

    made = docking(app, experts=3, problems=2)
    with app.unit_of_work() as uow:
        for table, numbers in ((Problem, made.problems), (Expert, made.experts)):
            for number in numbers:
                uow.enqueue("index", index_id(uow.session.get(table, number)))
        pairs.scored_again(uow, made.event)
    Worker(app).drain()
    assert pairing.score(app, made.event) == 2
    ranking = lookups.match_problem(app, ORGANIZER, made.problems[0], limit=50)
    expected = {line.id: round(line.probability, 4) for line in ranking.experts}
    with app.reading() as uow:
        event = uow.session.get(Event, made.event)
        found = {
            f"expert:{pair.attendee.expert_id}": pair.score
            for pair in pairs.of(uow, event)
            if pair.event_problem.problem_id == made.problems[0]
        }
        assert all(pair.scored_at for pair in pairs.of(uow, event))
    assert {name: found[name] for name in expected} == expected


def test_a_problem_without_a_good_match_has_no_pair_above_the_threshold(app):
    """Nobody is indexed who could do anything near it: whatever the single probabilities, none may be planned."""
    from matchmaker import lookups
    from matchmaker.jobs.worker import Worker
    from matchmaker.storage.queries import index_id

    made = docking(app, experts=3, problems=1)
    with app.unit_of_work() as uow:
        uow.session.get(Problem, made.problems[0]).text = "量子引力理论中的黑洞熵如何计算"
        for table, numbers in ((Problem, made.problems), (Expert, made.experts)):
            for number in numbers:
                uow.enqueue("index", index_id(uow.session.get(table, number)))
    Worker(app).drain()
    pairing.score(app, made.event)
    ranking = lookups.match_problem(app, ORGANIZER, made.problems[0], limit=50)
    with app.reading() as uow:
        found = pairs.of(uow, uow.session.get(Event, made.event))
        if ranking.verdict.band == "none":
            assert max(pair.score for pair in found) < pairs.threshold()
        assert (ranking.verdict.band == "none") == (not any(pairs.is_match(pair) for pair in found))
