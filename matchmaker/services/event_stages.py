"""Stages of an event: what is to be done one after the other, and what each still lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from matchmaker.messages import Message
from matchmaker.models import Event
from matchmaker.permissions import Actor, allowed
from matchmaker.storage.unit_of_work import UnitOfWork

#: States in which each stage is the one at hand, in the order of an event's life.
_ORDER = ("draft", "open", "choosing", "provisional", "frozen", "running", "ended", "locked")
_DOCKING = frozenset({"docking"})
_EVERY = frozenset({"docking", "training", "promotion", "visit"})


@dataclass(frozen=True, slots=True)
class Readiness:
    """One fact about a stage, with the way to what mends it.

    Attributes:
        text: "3 家企业没有填写意愿"; numbers stand in it.
        is_good: nothing is to be done about it.
        endpoint, values: page that mends or shows it; ``number`` of the event is added by the page.
        action: the word on the button, as "提醒"; None: the text itself is the link.
    """

    text: Message
    is_good: bool
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    action: Message | None = None


Facts = Callable[[UnitOfWork, Actor, Event], Sequence[Readiness]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of an event and its page.

    Attributes:
        endpoint: of its page, which takes ``number``; a stage without a registered page is not shown.
        action: what somebody must be allowed to see it.
        now: states of the event in which this stage is at hand.
        source: its facts, as "module:function" of ``Facts``; loaded at first use.
        kinds: of events that have it.
    """

    name: str
    title: Message
    endpoint: str
    action: str
    now: frozenset[str]
    source: str
    kinds: frozenset[str] = _DOCKING

    def place(self, event: Event) -> str:
        """The word done, now or later, as the event's state says."""
        if event.state in self.now:
            return "now"
        if event.state not in _ORDER:
            return "later"
        here = _ORDER.index(event.state)
        return "done" if here > max(_ORDER.index(state) for state in self.now) else "later"


_HOME = "matchmaker.services"
#: All stages in their order.
STAGES: tuple[Stage, ...] = (
    Stage(
        "times", Message("时间、场地和议程"), "event_forms.edit", "event:edit", frozenset({"draft"}),
        f"{_HOME}.event_readiness:times", _EVERY,
    ),
    Stage(
        "problems", Message("征集难题"), "event_problems.listing", "attendee:read", frozenset({"open"}),
        f"{_HOME}.event_readiness:problems",
    ),
    Stage(
        "inviting", Message("邀请专家"), "inviting.show", "event:invite", frozenset({"open"}),
        f"{_HOME}.inviting:readiness",
    ),
    Stage(
        "people", Message("报名和参会名单"), "attendees.listing", "attendee:read",
        frozenset({"open", "choosing"}), f"{_HOME}.event_readiness:people", _EVERY,
    ),
    Stage(
        "wishes", Message("时间和意愿"), "preferring.listing", "attendee:read", frozenset({"choosing"}),
        f"{_HOME}.asking_wishes:readiness",
    ),
    Stage(
        "plan", Message("排程"), "plans.show", "plan:read", frozenset({"choosing", "provisional"}),
        f"{_HOME}.plan_publishing:readiness",
    ),
    Stage(
        "papers", Message("单据和手册"), "papers.listing", "event:print", frozenset({"frozen"}),
        f"{_HOME}.papers:readiness", _EVERY,
    ),
    Stage(
        "day", Message("会议当天"), "day.show", "event:checkin", frozenset({"running"}),
        f"{_HOME}.checking_in:readiness", _EVERY,
    ),
    Stage(
        "outcomes", Message("洽谈结果"), "outcomes.listing", "meeting:settle",
        frozenset({"running", "ended"}), f"{_HOME}.outcomes:readiness",
    ),
    Stage(
        "after", Message("统计、简报和跟进"), "after.figures", "event:figures",
        frozenset({"ended", "locked"}), f"{_HOME}.event_figures:readiness", _EVERY,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage of one event: where it is and what is known about it."""

    stage: Stage
    place: str
    facts: Sequence[Readiness]

    @property
    def lacking(self) -> list[Readiness]:
        """What is still to be done."""
        return [fact for fact in self.facts if not fact.is_good]


def standing(uow: UnitOfWork, actor: Actor, event: Event) -> list[Standing]:
    """Every stage of the event that the actor may open, with its facts."""
    return [
        Standing(stage, stage.place(event), facts(stage)(uow, actor, event))
        for stage in STAGES
        if event.kind in stage.kinds and allowed(actor, stage.action, event)
    ]


def at_hand(uow: UnitOfWork, actor: Actor, event: Event) -> list[Readiness]:
    """What the first of the stages lacks that are at hand and lack something; further ones are not asked."""
    for stage in STAGES:
        if event.kind in stage.kinds and stage.place(event) == "now" and allowed(actor, stage.action, event):
            found = [fact for fact in facts(stage)(uow, actor, event) if not fact.is_good]
            if found:
                return found
    return []


def next_step(found: Sequence[Standing]) -> tuple[Stage, Readiness] | None:
    """What is to be done first: of the stages at hand, else of those before."""
    order = {"now": 0, "done": 1, "later": 2}
    for each in sorted(found, key=lambda one: order[one.place]):
        if each.lacking:
            return each.stage, each.lacking[0]
    return None


@cache
def _facts(source: str) -> Facts:
    module, _, name = source.partition(":")
    found: Facts = getattr(import_module(module), name)
    return found


def facts(stage: Stage) -> Facts:
    """Where the facts of a stage come from."""
    return _facts(stage.source)
