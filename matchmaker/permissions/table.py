"""The table of actions as people read it.

``python -m matchmaker.permissions.table`` writes it into the docs.
"""

from __future__ import annotations

from pathlib import Path

from matchmaker.messages import Message
from matchmaker.permissions.actions import ACTIONS
from matchmaker.permissions.actor import MEMBERS, ROLES
from matchmaker.permissions.rules import RELATIONS, Action

#: Columns of the table: role or relation → its name.
COLUMNS: dict[str, Message] = {
    "visitor": Message("访客"),
    MEMBERS: Message("任何登录者"),
    "enterprise": Message("企业"),
    "expert": Message("专家"),
    "body_liaison": Message("单位联络人"),
    "territory_liaison": Message("镇街联络员"),
    "broker": Message("技术经理人"),
    "organizer": Message("组织者"),
    "administrator": Message("管理员"),
    "system": Message("系统"),
    "owner": Message("所有者"),
    "territory": Message("所辖镇街"),
    "self": Message("本人"),
    "liaison": Message("所在单位联络人"),
    "demand": Message("需求方"),
    "supply": Message("供给方"),
    "follower": Message("跟进的经理人"),
}
assert set(COLUMNS) == {*ROLES, MEMBERS, *RELATIONS}
_FILE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
_BEGIN, _END = "<!-- table: begin -->", "<!-- table: end -->"


def states(action: Action, who: str) -> frozenset[str] | None:
    """States in which this role or relation may: None for any, an empty set for never."""
    found: set[str] = set()
    for rule in action.rules:
        if who in rule.who:
            if rule.states is None:
                return None
            found |= rule.states
    return frozenset(found)


def markdown() -> str:
    """A line for each action: who may, and in which states when not in all."""
    lines = ["| action | scope | who may (and in which states) | what |", "|---|---|---|---|"]
    for name, action in ACTIONS.items():
        told = []
        for who in COLUMNS:
            held = states(action, who)
            if held is None:
                told.append(who)
            elif held:
                told.append(f"{who} ({', '.join(sorted(held))})")
        lines.append(f"| `{name}` | {action.scope} | {'; '.join(told)} | {action.what.template} |")
    return "\n".join(lines) + "\n"


def placed(page: str) -> str:
    """The page of the docs with the table in its place."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{markdown()}{_END}{after}"


if __name__ == "__main__":
    _FILE.write_text(placed(_FILE.read_text("utf-8")), "utf-8")
