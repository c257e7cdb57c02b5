"""Who may do and read what: actors, one table of actions, and readers as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.document import PUBLIC
from matchmaker.errors import Forbidden
from matchmaker.messages import Message

#: Audiences that are not an organization.
MEMBERS = "members"
OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on whose behalf something is done.

    Attributes:
        role: "visitor", "organizer" or "system".
        name: as the history shows it.
        organizations: ids of the bodies that he belongs to.
    """

    role: str
    name: str
    organizations: tuple[int, ...] = ()


VISITOR = Actor("visitor", "访客")
ORGANIZER = Actor("organizer", "组织者")
SYSTEM = Actor("system", "系统")

#: Action → roles that may. The generated page of the docs shows this table.
ACTIONS: dict[str, frozenset[str]] = {
    "search:all": frozenset({"visitor", "organizer", "system"}),
    "match:read": frozenset({"visitor", "organizer", "system"}),
    "match:store": frozenset({"organizer", "system"}),
    "import:run": frozenset({"organizer", "system"}),
    "import:read": frozenset({"organizer", "system"}),
    "index:read": frozenset({"organizer", "system"}),
    "index:rebuild": frozenset({"organizer", "system"}),
    "contact:read": frozenset({"system"}),
    "styleguide:read": frozenset({"organizer", "system"}),
}


def allowed(actor: Actor, action: str) -> bool:
    """Whether the actor's role may do this at all; an unknown action is a KeyError."""
    return actor.role in ACTIONS[action]


def require(actor: Actor, action: str) -> None:
    """Raises Forbidden unless the actor may."""
    if not allowed(actor, action):
        raise Forbidden(
            Message("您没有进行此操作的权限（%(action)s）。", {"action": action}),
            hint=Message("请用组织者的登录链接进入后再试。"),
        )


def audiences_of(actor: Actor) -> frozenset[str]:
    """The audiences that an actor belongs to."""
    found = {PUBLIC, *(f"org:{number}" for number in actor.organizations)}
    if actor.role in {"organizer", "system"}:
        found |= {MEMBERS, OFFICE}
    elif actor.organizations:
        found.add(MEMBERS)
    return frozenset(found)


def readers_by(visibility: str, organizations: Iterable[int] = ()) -> frozenset[str]:
    """The readers of an object: its visibility, its owner's and invited organizations, and the office."""
    own = {OFFICE, *(f"org:{number}" for number in organizations)}
    if visibility in {"public", "anonymous"}:
        own.add(PUBLIC)
    elif visibility == "members":
        own.add(MEMBERS)
    return frozenset(own)


def readable(audiences: frozenset[str], readers: Iterable[str], hidden_from: Iterable[str] = ()) -> bool:
    """The one rule of reading, as the engines and the SQL filter apply it too."""
    return not audiences.isdisjoint(readers) and audiences.isdisjoint(hidden_from)
