"""The reply to an invitation by secret link, file or telephone: what is asked, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.document import PUBLIC
from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, SecretLink, now
from matchmaker.models.base import Findable
from matchmaker.permissions import Actor, readable
from matchmaker.services import invitation_facts, inviting, replying
from matchmaker.services.answers import Facts, Purpose, Question
from matchmaker.services.replying import ANSWERS, LONGEST, MOST_MEETINGS, PARTS, Reply
from matchmaker.storage.unit_of_work import UnitOfWork


def _row(uow: UnitOfWork, link: SecretLink, *, to_change: bool = False) -> Attendee:
    kind, _, number = link.subject.partition(":")
    row = uow.session.get(Attendee, int(number)) if kind == "attendee" else None
    if row is None:
        raise NotFound(Message("这份邀请已不存在。"), hint=Message("有疑问请致电办公室。"))
    if to_change:
        uow.session.get_one(Event, row.event_id, with_for_update=True)
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    """What the invitation says; anonymous and hidden problems stand by their numbers, nobody's contacts."""
    row = _row(uow, link)
    event = row.event
    problems = invitation_facts.concerning(uow, event, [row])[row.id]
    facts = [
        (Message("活动"), event.title),
        (Message("邀请"), row.name),
        (Message("时间"), invitation_facts.when(event)),
        (Message("地点"), invitation_facts.place(event)),
        (Message("主办单位"), "、".join(event.hosts)),
        (Message("主题"), event.theme),
    ]
    facts += [
        (Message("与您有关的难题"), str(invitation_facts.problem_name(each, anybody))) for each in problems
    ]
    if event.answer_until is not None:
        facts.append((Message("请在此日前回复"), f"{event.answer_until:%Y-%m-%d}"))
    return [(name, text) for name, text in facts if text]


def anybody(row: Findable) -> bool:
    """Whoever holds the link reads what everybody may."""
    return readable(frozenset({PUBLIC}), row.readers.split(), row.hidden_from.split())


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    row = _row(uow, link)
    return {"part": "", "most": row.most, "note": row.note}


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    return replying.closed(_row(uow, link))


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    reply = Reply(
        answer=str(values.get("answer") or ""),
        part=str(values.get("part") or ""),
        most=values.get("most"),
        reason=str(values.get("reason") or ""),
        name=str(values.get("name") or ""),
        title=str(values.get("title") or ""),
        phone=str(values.get("phone") or ""),
        note=str(values.get("note") or ""),
    )
    replying.give(uow, actor, _row(uow, link, to_change=True), reply, at=now())


INVITATION = Purpose(
    title=Message("您能参加对接会吗？"),
    about=Message("回复对接会邀请（回执）"),
    questions=(
        Question("answer", Message("能否参加"), "choice", ANSWERS, required=True),
        Question(
            "part",
            Message("哪些时间在场"),
            "choice",
            PARTS,
            help=Message("不选表示全程；具体到场次的时间以后还会再问一次。"),
        ),
        Question("most", Message("最多安排几场洽谈"), "whole", longest=MOST_MEETINGS),
        Question("reason", Message("不能参加的原因"), longest=200, help=Message("选“不能参加”时请填写。")),
        Question(
            "name",
            Message("代替者姓名"),
            longest=100,
            help=Message("选“请他人代替”时填写本单位的同事，难题和时间由他接手。"),
        ),
        Question("title", Message("代替者职称"), longest=100),
        Question("phone", Message("代替者手机"), longest=50),
        Question("note", Message("其他说明"), "text", longest=LONGEST),
    ),
    facts=_facts,
    values=_values,
    apply=_apply,
    over=_over,
    settles=(inviting.ASKED, inviting.AGAIN),
    elsewhere=("name", "title", "phone"),
    thanks=Message("谢谢，已收到您的回执；有变化时可再次打开这个链接更改。"),
)
