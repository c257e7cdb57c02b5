"""Nominations by secret link, file or telephone: whom the body sends, a line for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from matchmaker.errors import Conflict, NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, BodyInvitation, Event, SecretLink, now
from matchmaker.permissions import SYSTEM, Actor
from matchmaker.services import body_inviting, invitation_facts, nominating, nomination_sheet
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.event_reply import anybody
from matchmaker.services.nomination_sheet import COUNTING
from matchmaker.storage.unit_of_work import UnitOfWork

#: Experts that are proposed to the body, problems that are shown to it.
MOST_PROPOSED, MOST_SHOWN = 10, 12
_YES, _NO = "accept", "decline"
_PARTS = re.compile(r"[，,、;；\t ]+")
_PHONE = re.compile(r"\+?[\d-]{7,20}")


def _row(uow: UnitOfWork, link: SecretLink) -> BodyInvitation:
    kind, _, number = link.subject.partition(":")
    row = uow.session.get(BodyInvitation, int(number)) if kind == "body_invitation" else None
    if row is None:
        raise NotFound(Message("这份邀请已不存在。"), hint=Message("有疑问请致电办公室。"))
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    """The event, what is asked, and who of the body would fit; problems as everybody may know them."""
    row = _row(uow, link)
    event = row.event
    found = [
        (Message("活动"), event.title),
        (Message("单位"), row.organization.name),
        (Message("时间"), invitation_facts.when(event)),
        (Message("地点"), invitation_facts.place(event)),
        (Message("主题"), row.theme),
        (Message("推荐名额"), str(row.quota)),
        (Message("推荐截止"), f"{row.nominate_until:%Y-%m-%d}" if row.nominate_until else ""),
    ]
    page = nomination_sheet.sheet(uow, SYSTEM, event, row)
    fitting = [line for line in page.lines if line.problems][:MOST_PROPOSED]
    problems = {one.id: one for line in page.lines for one, _score in line.problems}
    found += [
        (
            Message("较合适的专家"),
            "；".join(
                str(
                    Message(
                        "%(name)s（适合 %(n)s 项难题）", {"name": line.expert.name, "n": len(line.problems)}
                    )
                )
                for line in fitting
            ),
        ),
        (
            Message("本单位领域内的难题"),
            "；".join(
                str(invitation_facts.problem_name(one, anybody))
                for one in list(problems.values())[:MOST_SHOWN]
            ),
        ),
    ]
    return [(name, text) for name, text in found if text]


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    """Those who are named already, without their telephone numbers."""
    row = _row(uow, link)
    names = uow.session.scalars(
        select(Attendee.name)
        .where(
            Attendee.event_id == row.event_id,
            Attendee.organization_id == row.organization_id,
            Attendee.kind == "expert",
            Attendee.state.in_(COUNTING),
        )
        .order_by(Attendee.id)
    )
    return {"people": "\n".join(names), "note": row.note}


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    row = _row(uow, link)
    try:
        nominating.refuse_late(SYSTEM, row, now().date())
    except Conflict as fault:
        return fault.message
    return None


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = _row(uow, link)
    if values.get("answer") == _NO:
        event = uow.session.get_one(Event, row.event_id)
        nominating.declined(uow, actor, event, row, str(values.get("note") or ""), now())
        return
    people = parsed(str(values.get("people") or ""))
    if not people:
        raise invalid({"people": Message("请写出推荐的专家，每行一位：姓名，职称，手机。")})
    row.note = str(values.get("note") or "")
    nominating.by_list(uow, actor, row, people, at=now())


def parsed(text: str) -> list[tuple[str, str, str]]:
    """Lines of “name, title, telephone”, the latter two in any order or absent; each name once."""
    found: dict[str, tuple[str, str, str]] = {}
    for line in text.splitlines():
        parts = [part for part in _PARTS.split(line.strip()) if part]
        if not parts:
            continue
        phone = next((part for part in parts[1:] if _PHONE.fullmatch(part)), "")
        title = " ".join(part for part in parts[1:] if part != phone)
        found.setdefault(parts[0][:100], (parts[0][:100], title[:100], phone))
    return list(found.values())


NOMINATION = Purpose(
    title=Message("贵单位推荐哪几位专家？"),
    about=Message("单位推荐参会专家"),
    questions=(
        Question(
            "answer",
            Message("能否推荐"),
            "choice",
            {_YES: Message("推荐以下专家"), _NO: Message("这次不参加")},
            required=True,
        ),
        Question(
            "people",
            Message("推荐名单"),
            "text",
            longest=4000,
            help=Message("每行一位：姓名，职称，手机。例如：林一鸣，教授，13800000000"),
        ),
        Question("note", Message("其他说明"), "text", longest=500),
    ),
    facts=_facts,
    values=_values,
    apply=_apply,
    over=_over,
    settles=(body_inviting.ASKED, body_inviting.AGAIN),
    elsewhere=("people",),
    thanks=Message("谢谢，已收到贵单位的推荐；组织者确认后会逐一发出邀请函。"),
)
