"""Asking an attendee for hours, a maximum and wishes, by link, file or telephone.

The link leads to a page of its own with slots and counterparts to tick. In a file and in the grid of a call
counterparts are named by their place in the list that is printed beside the questions: "1、4".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import preferring
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.preferring import Choice, Line
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Counterparts that are listed beside the questions of a file or a call.
LISTED = 40
_LISTS = ("must", "willing", "veto")


def attendee_of(uow: UnitOfWork, link: SecretLink, *, to_change: bool = False) -> Attendee:
    """Who is asked; NotFound when he is no longer at the event."""
    kind, _, text = link.subject.partition(":")
    number = int(text) if kind == "attendee" and text.isascii() and text.isdigit() else 0
    row = None
    if 0 < number <= MOST_NUMBER:
        row = uow.session.get(Attendee, number, with_for_update=to_change or None)
    if row is None or row.state not in {"invited", "accepted", "registered"}:
        raise NotFound(
            Message("您已不在这场活动的名单中，不需要再填写。"), hint=Message("如有疑问请致电办公室。")
        )
    return row


def _listed(uow: UnitOfWork, link: SecretLink) -> list[Line]:
    return list(preferring.sheet(uow, attendee_of(uow, link)).lines[:LISTED])


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    row = attendee_of(uow, link)
    slots = "；".join(
        f"{slot.position + 1}：{slot.starts:%m-%d %H:%M}–{slot.ends:%H:%M}" for slot in row.event.slots
    )
    names = "；".join(
        f"{at}：{line.name}（{line.note}）" if line.note else f"{at}：{line.name}"
        for at, line in enumerate(_listed(uow, link), 1)
    )
    return [
        (Message("活动"), row.event.title),
        (Message("场次"), slots),
        (Message("可以见的对方"), names),
    ]


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    row = attendee_of(uow, link)
    lines = _listed(uow, link)
    chosen = {
        wish: "、".join(str(at) for at, line in enumerate(lines, 1) if line.wish == wish) for wish in _LISTS
    }
    away = "、".join(str(position + 1) for position in row.unavailable)
    return {"away": away, "most": row.most, **chosen, "note": row.note}


def _write(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = attendee_of(uow, link, to_change=True)
    lines = _listed(uow, link)
    slots = [slot.position for slot in row.event.slots]
    faults: dict[str, Message] = {}
    chosen: dict[str, str] = {line.key: "" for line in lines}
    for wish in _LISTS:
        for at in _numbers(values, wish, len(lines), faults):
            if chosen[lines[at - 1].key] not in {"", wish}:
                faults[wish] = Message("第 %(n)s 项选了两种意愿，请只留一种。", {"n": at})
            chosen[lines[at - 1].key] = wish
    away = {slots[at - 1] for at in _numbers(values, "away", len(slots), faults)}
    if faults:
        raise invalid(faults)
    moment = now()
    choice = Choice(chosen, frozenset(away), values.get("most"), row.most_in_a_row, values.get("note") or "")
    known = row.prefers_at.isoformat() if row.prefers_at else ""
    preferring.choose(uow, actor, row, choice, at=moment, today=moment.date(), known=known)


def _numbers(values: Mapping[str, Any], name: str, most: int, faults: dict[str, Message]) -> list[int]:
    """Places in a list as people write them: 1、3，4 or 1 3 4."""
    parts = [part for part in re.split(r"[\s,，、;；.。]+", values.get(name) or "") if part]
    if not all(part.isdecimal() and 0 < int(part) <= most for part in parts):
        faults[name] = Message("请写 1 到 %(n)s 之间的序号，用顿号隔开。", {"n": most})
        return []
    return [int(part) for part in parts]


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    try:
        row = attendee_of(uow, link)
    except NotFound as gone:
        return gone.message
    if row.event.state in {"running", "ended", "locked", "cancelled"}:
        return Message("这场活动已经不再收集意愿。")
    return None


WISHES = Purpose(
    title=Message("您什么时候方便、想见谁？"),
    about=Message("请参会人填写对接会的时间和意愿"),
    questions=(
        Question("away", Message("哪几场不能参加（写场次序号，如 1、2）")),
        Question("most", Message("最多安排几场"), "whole", longest=preferring.MOST_MEETINGS),
        Question("must", Message("必须见（写序号）")),
        Question("willing", Message("愿意见（写序号）")),
        Question("veto", Message("不见（写序号，只有办公室知道）")),
        Question("note", Message("其他说明"), "text", longest=500),
    ),
    facts=_facts,
    values=_values,
    apply=_write,
    over=_over,
    settles=("event:wishes",),
    page="preferring.by_link",
)
