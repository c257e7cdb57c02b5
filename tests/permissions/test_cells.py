"""Each cell of the published table: a role or relation, an action, a state; and that the services ask for it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest

from matchmaker.errors import Conflict, Forbidden
from matchmaker.lifecycle import STATES
from matchmaker.permissions import ACTIONS, MEMBERS, RELATIONS, ROLES, Actor, allowed, require
from tests.architecture.sources import modules

DOCS = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


@dataclass(frozen=True)
class Thing:
    """An object in a state, to which somebody has a relation."""

    state: str
    relations: dict[str, set[str]] = field(default_factory=dict)


def published() -> dict[str, dict[str, set[str] | None]]:
    """Action → role or relation → states, as the docs tell it; None for every state."""
    table = {}
    for line in DOCS.read_text("utf-8").splitlines():
        if line.startswith("| `") and ":" in line.split("`")[1]:
            name, _scope, who_may, _what = (cell.strip() for cell in line.strip("|").split("|"))
            table[name.strip("`")] = {
                found[1]: set(found[2].split(", ")) if found[2] else None
                for found in re.finditer(r"(\w+)(?: \(([^)]*)\))?(?:; |$)", who_may)
            }
    return table


TABLE = published()
STATES_TOLD = sorted(
    {*STATES, *(s for row in TABLE.values() for states in row.values() if states for s in states)}
)


def somebody(who: str) -> tuple[Actor, dict[str, set[str]], set[str]]:
    """An actor who is nothing but this, the relations of the object, and the columns that speak of him."""
    if who == MEMBERS:
        return Actor("nothing", "某", account=1), {}, {MEMBERS}
    if who in RELATIONS:
        return Actor("nothing", "某", account=1), {who: {"account:1"}}, {MEMBERS, who}
    if who in {"visitor", "system"}:
        return Actor(who, "某"), {}, {who, MEMBERS} if who == "system" else {who}
    return Actor(who, "某", account=1), {}, {who, MEMBERS}


def test_the_table_names_every_action():
    assert list(TABLE) == list(ACTIONS)


@pytest.mark.parametrize("who", [*ROLES, MEMBERS, *RELATIONS])
def test_each_cell(who):
    actor, relations, columns = somebody(who)
    wrong = []
    for action, state in product(TABLE, STATES_TOLD):
        cells = [TABLE[action][column] for column in columns if column in TABLE[action]]
        told = any(states is None or state in states for states in cells)
        thing = Thing(state, relations)
        if allowed(actor, action, thing) != told or raised(actor, action, thing) != expected_fault(
            cells, told
        ):
            wrong.append((action, state))
    assert wrong == []


def expected_fault(cells, told):
    """No fault; one of the state, when another state would do; one of the person."""
    return None if told else Conflict if cells else Forbidden


def raised(actor, action, thing):
    try:
        require(actor, action, thing)
    except (Conflict, Forbidden) as fault:
        return type(fault)
    return None


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_a_token_without_the_scope_may_nothing_of_it(scope):
    others = frozenset({"read", "write", "admin"} - {scope})
    actor = Actor("administrator", "某", account=1, scopes=others)
    assert [name for name, action in ACTIONS.items() if action.scope == scope and allowed(actor, name)] == []


def test_whoever_has_no_role_and_no_relation_may_only_what_members_may():
    stranger = Actor("nothing", "某", account=1)
    thing = Thing("published", {name: {"account:2"} for name in RELATIONS})
    may = {name for name in ACTIONS if allowed(stranger, name, thing)}
    assert may == {
        name for name, row in TABLE.items() if MEMBERS in row and row[MEMBERS] in (None, "published")
    }


def test_every_action_is_asked_for_somewhere():
    """An action that nothing requires is a promise that nobody keeps; some names are put together there."""
    said = {
        node.value
        for path, tree in modules()
        if path.startswith(("matchmaker/", "web/")) and not path.startswith("matchmaker/permissions/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    built = {name for name in ACTIONS if {f":{name.partition(':')[2]}", f"{name.partition(':')[0]}:"} & said}
    assert set(ACTIONS) - said - built == set()
