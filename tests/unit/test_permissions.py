"""Actors, actions, readers."""

from __future__ import annotations

import itertools

import pytest

from matchmaker.errors import Forbidden
from matchmaker.models import Problem
from matchmaker.permissions import (
    ACTIONS,
    ORGANIZER,
    SYSTEM,
    VISITOR,
    Actor,
    allowed,
    audiences_of,
    readable,
    readers_by,
    require,
)
from matchmaker.storage.queries import may_read, readable_by
from tests.support.samples import problem, store

MEMBER = Actor("visitor", "企业甲", (7,))
RIVAL = Actor("visitor", "企业乙", (8,))
ACTORS = (VISITOR, ORGANIZER, SYSTEM, MEMBER, RIVAL)


def test_a_visitor_reads_and_may_post_a_problem_for_review():
    assert {action for action in ACTIONS if allowed(VISITOR, action) and ACTIONS[action].scope != "read"} == {
        "problem:post"
    }
    assert [action for action in ACTIONS if allowed(VISITOR, action)][:2] == ["search:all", "match:read"]


def test_contacts_are_for_nobody_yet():
    assert not allowed(ORGANIZER, "contact:read")


def test_require_names_the_action():
    require(ORGANIZER, "import:run")
    with pytest.raises(Forbidden, match="import:run"):
        require(VISITOR, "import:run")


def test_an_unknown_action_is_a_mistake_of_the_programmer():
    with pytest.raises(KeyError):
        require(SYSTEM, "import:runn")


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("public", (VISITOR, ORGANIZER, SYSTEM, MEMBER, RIVAL)),
        ("anonymous", (VISITOR, ORGANIZER, SYSTEM, MEMBER, RIVAL)),
        ("members", (ORGANIZER, SYSTEM, MEMBER, RIVAL)),
        ("invited", (ORGANIZER, SYSTEM, MEMBER)),
        ("draft", (ORGANIZER, SYSTEM, MEMBER)),
    ],
)
def test_who_reads_what(visibility, expected):
    readers = readers_by(visibility, [7])
    assert tuple(actor for actor in ACTORS if readable(audiences_of(actor), readers)) == expected


def test_a_rival_reads_nothing_that_is_hidden_from_him():
    readers = readers_by("members", [7])
    assert [readable(audiences_of(actor), readers, ["org:8"]) for actor in (MEMBER, RIVAL)] == [True, False]


def test_the_filter_of_the_database_is_the_same_rule(app):
    """Every actor against every combination of readers and hidden_from, one of them a near miss of another."""
    audiences = ("public", "members", "office", "org:7", "org:77", "org:8")
    rows = [
        problem(f"{readers}|{hidden}", readers=f" {' '.join(readers)} ", hidden_from=f" {' '.join(hidden)} ")
        for readers in itertools.chain(
            itertools.combinations(audiences, 1), itertools.combinations(audiences, 2)
        )
        for hidden in ((), ("org:7",), ("org:77",), ("org:8",))
    ]
    store(app, *rows)
    with app.reading() as uow:
        everything = uow.session.query(Problem).all()
        for actor in ACTORS:
            by_rule = {row.title for row in everything if may_read(actor, row)}
            by_sql = {row.title for row in uow.session.query(Problem).filter(readable_by(actor, Problem))}
            assert by_sql == by_rule
            assert 0 < len(by_rule) < len(rows)
