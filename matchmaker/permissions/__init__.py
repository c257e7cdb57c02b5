"""Who may do and read what: actors, one table of actions × states, and readers as data."""

from __future__ import annotations

from typing import Any

from matchmaker.permissions.actions import ACTIONS
from matchmaker.permissions.actor import (
    MEMBERS,
    OFFICE,
    OFFICE_ROLES,
    ORGANIZER,
    ROLES,
    SYSTEM,
    VISITOR,
    Actor,
    audiences_of,
)
from matchmaker.permissions.reading import readable, readers_by, written
from matchmaker.permissions.rules import RELATIONS, Action, Rule, decided, refuse, relations_of

__all__ = [
    "ACTIONS", "MEMBERS", "OFFICE", "OFFICE_ROLES", "ORGANIZER", "RELATIONS", "ROLES", "SYSTEM", "VISITOR",
    "Action", "Actor", "Rule", "allowed", "audiences_of", "readable", "readers_by", "relations_of", "require",
    "written",
]  # fmt: skip


def allowed(actor: Actor, action: str, target: Any = None) -> bool:
    """Whether the actor may do this (to this object, in its state); an unknown action is a KeyError."""
    return decided(actor, ACTIONS[action], target) == "yes"


def require(actor: Actor, action: str, target: Any = None) -> None:
    """Raises Forbidden unless the actor may, Conflict when only the state of the object forbids it.

    Whether the actor may *see* the object is the caller's to check first: hidden is NotFound.
    """
    reason = decided(actor, ACTIONS[action], target)
    if reason != "yes":
        refuse(action, reason, actor)
