"""What the reader may do with a problem now, and why he may not do the rest; buttons follow the actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, url_for

from matchmaker.lifecycle import FROM, STATES
from matchmaker.messages import Message
from matchmaker.permissions import ACTIONS
from matchmaker.permissions.rules import decided
from matchmaker.services import reviewing
from web.i18n import tell
from web.request import actor

if TYPE_CHECKING:
    from matchmaker.models import Problem, Review
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Step → its button, in the order of the buttons.
NAMES: dict[str, Message] = {
    "edit": Message("修改"),
    "submit": Message("核对并提交审核"),
    "review": Message("审核"),
    "recall": Message("撤回提交，继续修改"),
    "renew": Message("续期"),
    "dock": Message("标为对接中"),
    "solve": Message("标为已解决"),
    "reopen": Message("重新打开为草稿"),
    "expire": Message("标为过期"),
    "versions": Message("历次版本"),
    "withdraw": Message("撤下"),
}
#: Steps that lead to a page of their own.
_PAGES = {"edit": "posting.edit", "versions": "review.show_versions", "review": "review.show"}
#: Steps that need coded reasons → their table.
_REASONS = {"withdraw": "WITHDRAW_REASONS"}


@dataclass(frozen=True, slots=True)
class Button:
    """One step.

    Attributes:
        key: of NAMES.
        href: of the page where it is done; "" when a form does it here.
        action: where that form goes.
        reasons: table of the reasons that it asks for, or "".
        why: why it cannot be done now.
    """

    key: str
    name: Message
    href: str = ""
    action: str = ""
    reasons: str = ""
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """What may be done, what may not in this state, and the last decision."""

    open: Sequence[Button]
    closed: Sequence[Button]
    last: Review | None


def init_app(app: Flask) -> None:
    """Makes the name of a state known to the templates."""
    app.jinja_env.globals["state_name"] = lambda name: tell(STATES.get(name, Message(name)))


def life(uow: UnitOfWork, problem: Problem) -> Life:
    """The buttons of one problem for this reader."""
    opened: list[Button] = []
    closed: list[Button] = []
    for key, name in NAMES.items():
        said = decided(actor(), ACTIONS[f"problem:{key}"], problem)
        if key == "review" and (said != "yes" or problem.state != "submitted"):
            continue
        if said == "yes":
            opened.append(_button(key, name, problem))
        elif said == "state":
            closed.append(Button(key, name, why=_why(key)))
    decisions = reviewing.history(uow, problem) if opened or closed else []
    return Life(opened, closed, decisions[0] if decisions else None)


def _button(key: str, name: Message, problem: Problem) -> Button:
    number = problem.id
    if key == "submit":
        return Button(key, name, href=url_for("posting.edit", number=number, step="check"))
    if key in _PAGES:
        return Button(key, name, href=url_for(_PAGES[key], number=number))
    action = url_for("review.step", number=number, name=key)
    return Button(key, name, action=action, reasons=_REASONS.get(key, ""))


def _why(key: str) -> Message:
    """The states in which it can be done."""
    states = "、".join(tell(STATES[state]) for state in STATES if state in FROM.get(key, ()))
    if key == "edit":
        return Message("待审核的先撤回提交，已解决或撤下的先重新打开")
    return Message("只在“%(states)s”时可以", {"states": states})
