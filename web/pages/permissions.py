"""权限: the table of who may do what in which state, made from the rules themselves."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from matchmaker.lifecycle import STATES
from matchmaker.permissions import ACTIONS, require
from matchmaker.permissions.table import COLUMNS, states
from web.i18n import _, tell
from web.request import actor

blueprint = Blueprint("permissions", __name__)


@blueprint.get("/permissions")
def show() -> str:
    """Every action with those who may; ``who`` narrows it to one role or relation."""
    require(actor(), "permission:read")
    wanted = request.args.get("who", "")
    wanted = wanted if wanted in COLUMNS else ""
    lines = [(name, action, _who_may(name)) for name, action in ACTIONS.items()]
    return render_template(
        "pages/permissions.html",
        who=wanted,
        columns=[(who, tell(name)) for who, name in COLUMNS.items()],
        lines=[line for line in lines if not wanted or wanted in dict(line[2])],
        names=COLUMNS,
    )


def _who_may(name: str) -> list[tuple[str, str]]:
    """Role or relation → the states in which it may, in words; "" when the state does not matter."""
    found = []
    for who in COLUMNS:
        held = states(ACTIONS[name], who)
        if held is None or held:
            found.append((who, _("、").join(_named(state) for state in _in_order(held or frozenset()))))
    return found


def _in_order(held: frozenset[str]) -> list[str]:
    """States in the order of a problem's life, those of other objects behind."""
    return [*(state for state in STATES if state in held), *sorted(held - STATES.keys())]


def _named(state: str) -> str:
    return tell(STATES[state]) if state in STATES else state
