"""A poster without an account completes a returned problem by his link, from a file, or by telephone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Problem, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import posting, reviewing
from matchmaker.services.answers import Facts, Purpose, Question
from matchmaker.storage.queries import parse_id
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import RETURN_REASONS

#: States in which the poster is waited for.
_OPEN = frozenset({"draft", "returned"})
_YES = "yes"


def _problem(uow: UnitOfWork, link: SecretLink) -> Problem:
    parsed = parse_id(link.subject, "problem")
    row = uow.session.get(Problem, parsed[1]) if parsed else None
    if row is None:
        raise NotFound(
            Message("这个难题已不在系统中，不需要再填写。"), hint=Message("如有疑问请致电办公室。")
        )
    return row


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    parsed = parse_id(link.subject, "problem")
    row = uow.session.get(Problem, parsed[1]) if parsed else None
    if row is not None and row.state in _OPEN:
        return None
    return Message("这个难题已经提交或已有结果，不需要再填写。")


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    """Number and name, and why it came back; no contacts."""
    row = _problem(uow, link)
    last = next((each for each in reviewing.history(uow, row) if each.decision == "return"), None)
    reasons = [RETURN_REASONS.label(code) for code in last.reasons if code != "other"] if last else []
    words = [last.comment] if last and last.comment else []
    return [
        (Message("编号"), row.number),
        (Message("名称"), row.title),
        (Message("退回原因"), "；".join([*reasons, *words])),
    ]


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    row = _problem(uow, link)
    return {name: getattr(row, name) for name in ("title", "text", "main_problem", "tried", "goal")}


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    if values.get("declared") != _YES:
        raise InvalidInput(posting.CONFIRM, fields={"declared": posting.CONFIRM})
    written = {name: value for name, value in values.items() if name != "declared"}
    posting.complete(uow, actor, _problem(uow, link).id, written, at=now())


def _long(name: str, label: Message, hint: Message | None = None) -> Question:
    return Question(name, label, "text", longest=20_000, help=hint)


COMPLETE = Purpose(
    title=Message("请补充您的技术难题"),
    about=Message("请没有账号的提交人补充被退回的难题"),
    questions=(
        Question("title", Message("名称"), required=True, longest=300),
        _long("text", Message("难题描述"), Message("什么产品或工序、现在怎样、希望达到多少。")),
        _long("main_problem", Message("主要问题")),
        _long("tried", Message("已经试过什么")),
        _long("goal", Message("预期目标")),
        Question(
            "declared",
            Message("以上内容不含国家秘密"),
            "choice",
            {_YES: Message("我确认")},
            required=True,
        ),
    ),
    facts=_facts,
    values=_values,
    apply=_apply,
    over=_over,
    settles=("answers:asked", "problem:returned"),
    thanks=Message("谢谢，已重新提交审核，结果会再告诉您。"),
)
