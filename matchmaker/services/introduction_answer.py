"""The answer to an introduction by secret link, file or telephone: what is asked, and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from matchmaker import taxonomy
from matchmaker.errors import NotFound
from matchmaker.lifecycle import INTRODUCTION_STATES
from matchmaker.messages import Message
from matchmaker.models import Introduction, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import problems
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.introduction_messages import ASKED
from matchmaker.services.introduction_records import MOST_WORDS
from matchmaker.services.introduction_steps import Refused, accept, decline
from matchmaker.storage.unit_of_work import UnitOfWork

_YES, _NO = "accept", "decline"


def _row(uow: UnitOfWork, link: SecretLink) -> Introduction:
    kind, _, number = link.subject.partition(":")
    row = uow.session.get(Introduction, int(number)) if kind == "introduction" else None
    if row is None:
        raise NotFound(Message("这项引荐已不存在。"), hint=Message("有疑问请致电办公室。"))
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    """The pair as the asked side may know it; an anonymous firm is not named, nobody's contacts are."""
    row = _row(uow, link)
    problem, expert = row.problem, row.expert
    firm = problem.organization if problem.visibility != "anonymous" else None
    body = expert.organization
    facts = [
        (Message("难题"), problem.title),
        (Message("主要内容"), problems.summary(problem)),
        (Message("难题单位"), firm.name if firm else ""),
        (Message("专家"), "，".join(filter(None, (expert.name, expert.position, body.name if body else "")))),
        (Message("对方留言"), row.message),
    ]
    facts += [(Message("相合之处"), f"{quote['ours']} / {quote['theirs']}") for quote in _quotes(row)]
    return [(name, text) for name, text in facts if text]


def _quotes(row: Introduction) -> list[dict[str, str]]:
    found: list[dict[str, str]] = row.evidence.get("quotes", [])
    return found


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    row = _row(uow, link)
    if row.state == "asked":
        return None
    state = INTRODUCTION_STATES[row.state]
    return Message("这项引荐现在的状态是“%(state)s”，不再需要答复。", {"state": state})


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = _row(uow, link)
    who = _entitled(actor, row)
    if values.get("answer") == _YES:
        accept(uow, who, row.id, now=now())
        return
    reason, words = str(values.get("reason") or ""), str(values.get("words") or "")
    faults: dict[str, Message] = {}
    if not reason:
        faults["reason"] = Message("婉拒时请选择一个原因，对方才知道是否还有可能。")
    elif reason == "other" and not words.strip():
        faults["words"] = Message("选择“其他”时请说明原因。")
    if faults:
        raise invalid(faults)
    decline(uow, who, row.id, Refused(reason, words), now=now())


def _entitled(actor: Actor, row: Introduction) -> Actor:
    """Whoever holds the link acts as the side that was asked; others come with their own rights."""
    if actor.account is not None or actor.is_office:
        return actor
    if row.asked_side == "supply":
        return replace(actor, role="expert", expert=row.expert_id)
    body = row.problem.organization_id
    return replace(actor, role="enterprise", liaison_of=(body,)) if body else replace(actor, role="system")


INTRODUCTION = Purpose(
    title=Message("是否愿意与对方见面谈一谈？"),
    about=Message("答复引荐：接受或婉拒"),
    questions=(
        Question(
            "answer",
            Message("您的答复"),
            "choice",
            {_YES: Message("接受，双方会看到彼此的联系方式"), _NO: Message("这次不合适")},
            required=True,
        ),
        Question(
            "reason",
            Message("不合适的原因"),
            "choice",
            {code: Message(name) for code, (name, _english) in taxonomy.DECLINE_REASONS.entries.items()},
            help=Message("婉拒时必选；对方会在几天内得知，组织者可以先改写措辞。"),
        ),
        Question("words", Message("补充说明"), "text", longest=MOST_WORDS),
    ),
    facts=_facts,
    values=lambda _uow, _link: {},
    apply=_apply,
    over=_over,
    settles=(ASKED,),
    thanks=Message("谢谢，已收到您的答复。接受的，对方的联系方式请登录查看，或由组织者电话告知。"),
)
