"""What a refusal tells the ranking: the pair is not proposed again unless what the reason names has changed.

Pure: fingerprints and days in, a decision and its sentence out. Who may read the sentence is the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from matchmaker.matching.result import Feedback
from matchmaker.messages import Message


@dataclass(frozen=True, slots=True)
class Reopening:
    """What would make a refused pair worth proposing again.

    Attributes:
        what: the same in a word, as the quiet line names it.
        problem, expert: fields of which any change reopens the pair.
        days: after so many it is reopened anyway; None for never by time alone.
    """

    what: Message
    problem: tuple[str, ...] = ()
    expert: tuple[str, ...] = ()
    days: int | None = None


_NEED = ("title", "text", "main_problem", "key_technology", "goal", "indicators")
_SKILL = ("profile", "directions", "services", "platforms", "projects")

#: Code of ``taxonomy.DECLINE_REASONS`` → what reopens the pair.
REOPENED_BY: dict[str, Reopening] = {
    "early": Reopening(Message("成熟度和期限"), ("deadline", "goal"), _SKILL),
    "indicators": Reopening(Message("指标"), ("indicators", "goal", "key_technology"), _SKILL),
    "cost": Reopening(Message("预算和服务"), ("budget_fen",), ("services", "platforms")),
    "direction": Reopening(Message("需求和研究方向"), _NEED, (*_SKILL, "keywords")),
    "solved": Reopening(Message("已尝试的方案"), (*_NEED, "tried")),
    "price": Reopening(Message("预算"), ("budget_fen", "cooperation"), ("services",)),
    "ip": Reopening(Message("知识产权归属"), ("ip_intent", "cooperation")),
    "time": Reopening(Message("时限"), ("deadline",), days=180),
    "unclear": Reopening(Message("需求内容"), (*_NEED, "background", "tried")),
    "busy": Reopening(Message("时间"), days=90),
    "conflict": Reopening(Message("回避关系"), ("organization_id",), ("organization_id", "avoid")),
    "other": Reopening(Message("双方资料"), (*_NEED, "budget_fen", "deadline"), _SKILL, days=365),
}
#: For a code that an office added: as for “other”.
_UNKNOWN = REOPENED_BY["other"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused pair as the ranking sees it.

    Attributes:
        target: index id of what is not proposed again.
        reason, name: its code, and the words for it.
        on: the day of the refusal.
        then, now: field → fingerprint of what the reason names, at the refusal and at present.
        again_from: the first day from which time alone reopens it; None for never.
    """

    target: str
    reason: str
    name: str
    on: date
    then: Mapping[str, str]
    now: Mapping[str, str]
    again_from: date | None = None

    def changed(self) -> bool:
        """Whether anything that the reason names is no longer what it was."""
        return any(self.now.get(field) != mark for field, mark in self.then.items())

    def holds(self, today: date) -> bool:
        """Whether the pair is still not to be proposed."""
        waited = self.again_from is not None and today >= self.again_from
        return not (waited or self.changed())


def reopening(reason: str) -> Reopening:
    """What reopens a pair refused for this reason."""
    return REOPENED_BY.get(reason, _UNKNOWN)


def watched(reason: str, problem: Mapping[str, Any], expert: Mapping[str, Any]) -> dict[str, str]:
    """Fingerprints of the fields that a reason names; both sides give at least these fields."""
    rule = reopening(reason)
    found = {f"problem.{field}": fingerprint(problem[field]) for field in rule.problem}
    return found | {f"expert.{field}": fingerprint(expert[field]) for field in rule.expert}


def fingerprint(value: Any) -> str:
    """A short name of a value: the same value has the same one, and it tells nothing of the value."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return sha256(written.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def first_day(reason: str, on: date, wished: date | None = None) -> date | None:
    """The day from which time alone reopens a pair: as the refusing side said, or after the reason's days."""
    days = reopening(reason).days
    return wished or (on + timedelta(days=days) if days is not None else None)


def heeded(refusals: Iterable[Refusal], today: date) -> list[Feedback]:
    """What each refusal means today, the newest of a pair deciding."""
    newest: dict[str, Refusal] = {}
    for refusal in sorted(refusals, key=lambda one: one.on):
        newest[refusal.target] = refusal
    return [Feedback(one.target, one.holds(today), sentence(one, today)) for one in newest.values()]


def sentence(refusal: Refusal, today: date) -> Message:
    """The quiet line: “曾婉拒：价格（2026-05），预算未变”."""
    values: dict[str, object] = {"reason": Message(refusal.name), "month": f"{refusal.on:%Y-%m}"}
    rule = reopening(refusal.reason)
    if not refusal.holds(today):
        if refusal.changed():
            return Message("曾婉拒：%(reason)s（%(month)s），%(what)s已有变化", values | {"what": rule.what})
        return Message("曾婉拒：%(reason)s（%(month)s），约定的时间已过", values)
    if refusal.again_from is not None and not refusal.then:
        values["day"] = refusal.again_from.isoformat()
        return Message("曾婉拒：%(reason)s（%(month)s），%(day)s 前不再推荐", values)
    return Message("曾婉拒：%(reason)s（%(month)s），%(what)s未变", values | {"what": rule.what})
