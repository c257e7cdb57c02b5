"""Each step of an introduction for each actor in each state, over real rows: as the table says."""

from __future__ import annotations

from itertools import product

import pytest

from matchmaker.errors import MatchmakerError
from matchmaker.lifecycle import INTRODUCTION_FROM, INTRODUCTION_OPEN, INTRODUCTION_STATES
from matchmaker.models import Introduction
from matchmaker.services import introduction_steps, introduction_talk, introduction_work, introductions
from matchmaker.services.introduction_steps import Meeting, Refused
from tests.support.introductions import NOW, Village, village

DEMAND, SUPPLY = ("firm", "town"), ("expert", "body")
FOLLOWERS, OFFICE = ("broker",), ("office", "chief")
NOBODY = ("rival", "other", "other_body", "other_broker")
STEPS = {
    "accept": lambda uow, actor, n: introduction_steps.accept(uow, actor, n, now=NOW),
    "decline": lambda uow, actor, n: introduction_steps.decline(uow, actor, n, Refused("price"), now=NOW),
    "recall": lambda uow, actor, n: introduction_steps.recall(uow, actor, n, now=NOW),
    "meet": lambda uow, actor, n: introduction_steps.meet(uow, actor, n, Meeting(NOW), now=NOW),
    "intend": lambda uow, actor, n: introduction_steps.intend(uow, actor, n, "好", now=NOW),
    "close": lambda uow, actor, n: introduction_steps.close(uow, actor, n, Refused("price"), now=NOW),
    "back": lambda uow, actor, n: introduction_steps.back(uow, actor, n, "错", now=NOW),
    "write": lambda uow, actor, n: introduction_talk.write(uow, actor, n, "您好", now=NOW),
}
MAY = {
    "accept": (*SUPPLY, *FOLLOWERS, *OFFICE),
    "decline": (*SUPPLY, *FOLLOWERS, *OFFICE),
    "recall": (*DEMAND, *FOLLOWERS, *OFFICE),
    "back": (*FOLLOWERS, *OFFICE),
    **dict.fromkeys(("meet", "intend", "close", "write"), (*DEMAND, *SUPPLY, *FOLLOWERS, *OFFICE)),
}


class Undo(Exception):
    """Leaves the row as it was."""


@pytest.fixture
def town(app) -> Village:
    made = village(app)
    number = made.ask()
    with app.unit_of_work() as uow:
        introduction_steps.assign(uow, made.actor("broker"), number, made.people["broker"], "经理人", now=NOW)
    return made


def put(town: Village, state: str) -> None:
    with town.app.unit_of_work() as uow:
        row = uow.session.get_one(Introduction, 1)
        row.state, row.is_open = state, state in INTRODUCTION_OPEN
        row.reason = "price" if state in {"declined", "closed"} else ""


def undone(step, uow, actor) -> None:
    step(uow, actor, 1)
    raise Undo


def happens(town: Village, name: str, step: str) -> bool:
    try:
        with town.app.unit_of_work() as uow:
            undone(STEPS[step], uow, town.actor(name))
    except Undo:
        return True
    except MatchmakerError:
        return False


@pytest.mark.parametrize("state", INTRODUCTION_STATES)
def test_each_step_for_each_actor(town: Village, state: str) -> None:
    put(town, state)
    everybody = (*DEMAND, *SUPPLY, *FOLLOWERS, *OFFICE, *NOBODY)
    for name, step in product(everybody, STEPS):
        expected = name in MAY[step] and state in INTRODUCTION_FROM[step]
        assert (name, step, happens(town, name, step)) == (name, step, expected)
    with town.app.reading() as uow:
        row = uow.session.get_one(Introduction, 1)
        for name in everybody:
            actor = town.actor(name)
            offered = {step for step in introduction_work.open_steps(actor, row) if step in STEPS}
            told = {step for step in STEPS if name in MAY[step] and state in INTRODUCTION_FROM[step]}
            assert (name, offered) == (name, told)
            assert introductions.concerns(actor, row) is (name not in NOBODY)
            may_reach = name in (*DEMAND, *SUPPLY, *FOLLOWERS) and state in {
                "accepted", "meeting", "intention", "closed",
            }  # fmt: skip
            assert (name, introductions.may_reach(actor, row)) == (name, may_reach)
