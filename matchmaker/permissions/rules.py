"""Who may do what in which state: a rule names roles or relations to the object, and states of the object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matchmaker.errors import Conflict, Forbidden
from matchmaker.messages import Message
from matchmaker.permissions.actor import Actor, audiences_of

#: Relations that an actor may have to an object; the object tells the audiences of each (``relations``).
#: owner: the body that it belongs to, or whoever made it. territory: the town that cares for the owner.
#: self: the person himself. liaison: who answers for the person's body.
#: demand, supply: a side of an introduction. broker: who follows it.
RELATIONS = ("owner", "territory", "self", "liaison", "demand", "supply", "follower")


@dataclass(frozen=True, slots=True)
class Rule:
    """One alternative of an action.

    Attributes:
        who: roles ("members": whoever is logged in) and relations, any of which suffices.
        states: of the object; None when its state does not matter.
    """

    who: frozenset[str]
    states: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done, and by whom.

    Attributes:
        what: in words, for the table that people read.
        rules: alternatives; one suffices.
        scope: what an API token must hold for it: read, write or admin.
    """

    what: Message
    rules: tuple[Rule, ...]
    scope: str = "write"


def by(who: str, states: str | Iterable[str] | None = None) -> Rule:
    """A rule from words: ``by("owner organizer", "draft returned")``."""
    if isinstance(states, str):
        states = states.split()
    return Rule(frozenset(who.split()), None if states is None else frozenset(states))


def relations_of(actor: Actor, target: Any) -> frozenset[str]:
    """What the actor is to an object; nothing when the object tells no relations."""
    told: Mapping[str, Iterable[str]] = getattr(target, "relations", None) or {}
    audiences = audiences_of(actor)
    return frozenset(name for name, owners in told.items() if not audiences.isdisjoint(owners))


def decided(actor: Actor, action: Action, target: Any = None) -> str:
    """The word ``yes``, or why not: ``state`` (of the object only), ``scope`` (of the token), ``who``."""
    if actor.scopes is not None and action.scope not in actor.scopes:
        return "scope"
    held = actor.roles | relations_of(actor, target)
    open_to = [rule for rule in action.rules if not held.isdisjoint(rule.who)]
    if not open_to:
        return "who"
    state = getattr(target, "state", None)
    return "yes" if any(rule.states is None or state in rule.states for rule in open_to) else "state"


def refuse(name: str, reason: str, actor: Actor) -> None:
    """Raises the error that says why not."""
    if reason == "state":
        raise Conflict(
            Message("当前状态下不能进行此操作（%(action)s）。", {"action": name}),
            hint=Message("状态可能刚被他人更改，请刷新页面后查看可用的操作。"),
        )
    if reason == "scope":
        raise Forbidden(
            Message("此令牌没有进行此操作的权限（%(action)s）。", {"action": name}),
            hint=Message("请在“我的账号”中新建一个包含所需权限的令牌。"),
        )
    raise Forbidden(
        Message("您没有进行此操作的权限（%(action)s）。", {"action": name}),
        hint=Message("请登录后再试；需要更多权限时请联系组织者。")
        if actor.account is None
        else Message("需要更多权限时请联系组织者。"),
    )
