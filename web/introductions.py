"""Introductions on pages: buttons beside a match, the timeline as its reader may know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import request, url_for

from matchmaker.lifecycle import INTRODUCTION_STATES
from matchmaker.messages import Message
from matchmaker.permissions import Actor
from matchmaker.services import introducing, introduction_work, introductions
from matchmaker.services.introduction_records import SIDES

if TYPE_CHECKING:
    from matchmaker.models import Expert, Introduction, Problem
    from matchmaker.storage.unit_of_work import UnitOfWork
    from web.ranked import Shown

#: State → kind of the component ``state``.
KINDS: dict[str, str] = {
    "asked": "waiting",
    "accepted": "attention",
    "meeting": "attention",
    "intention": "done",
    "closed": "waiting",
    "declined": "fault",
    "lapsed": "fault",
    "recalled": "waiting",
}
#: Step → what it is called in the timeline.
STEPS: dict[str, Message] = {
    "ask": Message("发起引荐"),
    "accept": Message("接受"),
    "decline": Message("婉拒"),
    "lapse": Message("逾期未答复"),
    "recall": Message("收回"),
    "meet": Message("约定见面"),
    "intend": Message("达成意向"),
    "close": Message("结束"),
    "back": Message("退回上一状态"),
    "assign": Message("跟进人变更"),
    "soften": Message("改写理由"),
    "tell": Message("理由已转达"),
}
#: Steps that only the office and the broker see.
_INTERNAL = frozenset({"soften"})


@dataclass(frozen=True, slots=True)
class Button:
    """What stands beside a match: the way to an introduction, or the one that goes on.

    Attributes:
        state: of the one that goes on, "" for none.
    """

    href: str
    label: Message
    state: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline; ``who`` is "" where the reader must not know him."""

    at: datetime
    step: Message
    side: Message | None
    who: str
    note: str


def buttons(
    uow: UnitOfWork, actor: Actor, problems: Iterable[Problem], experts: Iterable[Expert]
) -> Mapping[tuple[int, int], Button]:
    """(problem, expert) → what the actor may do about the two, in one statement; nothing for a visitor."""
    problems, experts = list(problems), list(experts)
    pairs = [(problem, expert) for problem in problems for expert in experts]
    begun = {
        (problem.id, expert.id): sides
        for problem, expert in pairs
        if (sides := introduction_work.may_begin(actor, problem, expert))
    }
    if not begun:
        return {}
    going = introductions.of_pairs(uow, actor, (one.id for one in problems), (one.id for one in experts))
    found: dict[tuple[int, int], Button] = {}
    for (problem_id, expert_id), sides in begun.items():
        row = going.get((problem_id, expert_id))
        if row is not None:
            href = url_for("introductions.show", number=row.id)
            found[problem_id, expert_id] = Button(href, INTRODUCTION_STATES[row.state], row.state)
        else:
            side = sides[0]
            href = url_for("introductions.new", problem=problem_id, expert=expert_id, side=side)
            found[problem_id, expert_id] = Button(href, _name(actor, side, expert_id))
    return found


def for_problem(uow: UnitOfWork, actor: Actor, problem: Problem, shown: Shown | None) -> Mapping[int, Button]:
    """Expert → button, on the page of a problem."""
    people = [person for person, _body, _projects in shown.people.values()] if shown else []
    return {expert: button for (_, expert), button in buttons(uow, actor, [problem], people).items()}


def for_expert(uow: UnitOfWork, actor: Actor, expert: Expert, shown: Shown | None) -> Mapping[int, Button]:
    """Problem → button, on the page of an expert."""
    listed = shown.problems.values() if shown else []
    return {problem: button for (problem, _), button in buttons(uow, actor, listed, [expert]).items()}


def nominates(actor: Actor, problem: Problem) -> bool:
    """Whether the actor answers for a body and may name one of its experts for the problem."""
    return "body_liaison" in actor.roles and problem.state in introducing.LOOKING


def feedback_asked() -> bool | None:
    """Whether the address wants refused pairs to be heeded; None leaves it to the setting."""
    return {"off": False, "on": True}.get(request.args.get("feedback", ""))


def _name(actor: Actor, side: str, expert: int) -> Message:
    if side == "demand":
        return Message("邀约")
    return Message("我感兴趣") if actor.expert == expert else Message("推荐专家")


def timeline(actor: Actor, row: Introduction) -> list[Moment]:
    """The steps, oldest first: names of the other side only after both agreed, words only for whoever may."""
    inner = actor.is_office or (row.follower_id is not None and row.follower_id == actor.account)
    own = introductions.sides_of(actor, row)
    reason_known = introductions.may_know_reason(actor, row)
    found = []
    for event in row.events:
        if event.step in _INTERNAL and not inner:
            continue
        named = inner or introductions.connected(row) or event.side in own
        who = " ".join(filter(None, (event.actor, f"（代 {event.behalf}）" if event.behalf else "")))
        side = SIDES.get(event.side)
        note = _note(event.step, event.facts, inner=inner, reason_known=reason_known)
        found.append(Moment(event.at, STEPS[event.step], side, who if named else "", note))
    return found


def _note(step: str, facts: Mapping[str, str], *, inner: bool, reason_known: bool) -> str:
    if step in {"decline", "close"}:
        from web.formats import label

        return label("DECLINE_REASONS", facts.get("reason", "")) if reason_known else ""
    if step == "meet":
        return " · ".join(filter(None, (facts.get("place", ""), facts.get("note", ""))))
    if step == "back":
        return facts.get("why", "") if inner else ""
    if step == "intend":
        return facts.get("note", "")
    return facts.get("follower", "") if step == "assign" else ""
