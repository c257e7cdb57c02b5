"""Posting a problem: from its first words, through drafts that are kept, to the reviewer's desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from matchmaker import lifecycle
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Problem
from matchmaker.permissions import Actor, require
from matchmaker.services import anonymity, attachments, drafting, problem_news, problems, versions
from matchmaker.services.drafting import from_snapshot
from matchmaker.services.numbering import problem_number
from matchmaker.services.problem_changes import hold, move, on_behalf, settle
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Submitted problems without an account that may wait for review under one telephone number.
MOST_WAITING = 10
#: Fewest characters of all texts together: less says nothing to anybody.
FEWEST = 10
NO_TEXT = Message("请至少用一段话说明：什么产品或工序、出了什么问题、希望达到什么程度。")
CONFIRM = Message("请确认所填内容不含国家秘密；涉密的需求不能在本系统发布。")


@dataclass(frozen=True, slots=True)
class Form:
    """A problem as a form shows it.

    Attributes:
        revision: goes into the form, so that a stale one is noticed.
        tellings: what would give an anonymous owner away.
    """

    problem: Problem
    revision: int
    tellings: tuple[anonymity.Telling, ...]


def create(uow: UnitOfWork, actor: Actor, values: Mapping[str, Any]) -> Problem:
    """A draft, which only its owner and the office see."""
    require(actor, "problem:create")
    return _made(uow, actor, values)


def post(
    uow: UnitOfWork,
    actor: Actor,
    values: Mapping[str, Any],
    *,
    declared: bool,
    at: datetime,
    open_to_visitors: bool = True,
) -> Problem:
    """The short path: made and submitted at once, by anybody while the office lets visitors post."""
    require(actor, "problem:post")
    if actor.account is None and not actor.is_office:
        _refuse_visitor(uow, values, open_to_visitors)
    row = _made(uow, actor, values)
    _submit(uow, on_behalf(actor, row), row, declared=declared, at=at)
    return row


def form(uow: UnitOfWork, actor: Actor, number: int) -> Form:
    """The problem for somebody who may edit it in its present state."""
    row = problems.get(uow, actor, number)
    require(actor, "problem:edit", row)
    found = anonymity.tellings(row, row.organization) if row.visibility == "anonymous" else []
    return Form(row, row.revision, tuple(found))


def edit(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    values: Mapping[str, Any],
    *,
    revision: int | None,
    at: datetime,
    declared: bool = False,
) -> Problem:
    """Saves what a form holds; what was published goes back to review unless the office itself changed it.

    Args:
        uow: writes.
        actor: who.
        number: of the problem.
        values: field → value; fields that are not given stay.
        revision: of the problem when the form was opened; None for a form that does not know.
        at: now.
        declared: "no state secret" was confirmed, which a change of a published problem needs.

    Raises:
        StaleForm: somebody else has saved meanwhile.
    """
    row = hold(uow, actor, number)
    require(actor, "problem:edit", row)
    if drafting.ABOUT_READERS & set(values):
        require(actor, "problem:visibility", row)
    versions.begin(uow, row)
    versions.refuse_stale(uow, row, revision)
    drafting.put(uow, actor, row, values)
    who = on_behalf(actor, row)
    if row.state in lifecycle.REVIEWED_AGAIN and _needs_review(actor, row):
        row.state = "returned"
        _submit(uow, who, row, declared=declared, at=at, action="problem:edit")
    else:
        settle(uow, who, row, "problem:edit")
    return row


def submit(
    uow: UnitOfWork, actor: Actor, number: int, *, declared: bool, at: datetime, revision: int | None = None
) -> Problem:
    """A draft or a returned problem goes to the reviewer."""
    row = hold(uow, actor, number)
    require(actor, "problem:submit", row)
    versions.refuse_stale(uow, row, revision)
    _submit(uow, on_behalf(actor, row), row, declared=declared, at=at)
    return row


def complete(
    uow: UnitOfWork, actor: Actor, number: int, values: Mapping[str, Any], *, at: datetime
) -> Problem:
    """Changes and submits in one, by whoever holds the secret link to this problem: the link is the right."""
    row = uow.session.get_one(Problem, number, with_for_update=True)
    versions.begin(uow, row)
    drafting.put(uow, actor, row, values)
    _submit(uow, actor, row, declared=True, at=at, action="problem:complete")
    return row


def recall(uow: UnitOfWork, actor: Actor, number: int) -> Problem:
    """Takes a submission back, to go on with it."""
    row = hold(uow, actor, number)
    move(uow, on_behalf(actor, row), row, "recall")
    return row


def restore(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    version: int,
    *,
    revision: int | None,
    at: datetime,
    declared: bool = False,
) -> Problem:
    """What an older version said, saved as a new one; state, number and days stay as they are."""
    row = problems.get(uow, actor, number)
    require(actor, "problem:versions", row)
    held = {each.number: each for each in versions.listing(uow, index_id(row))}
    if version not in held:
        raise NotFound(Message("没有第 %(number)s 版。", {"number": version}))
    values = from_snapshot(uow, held[version].snapshot)
    return edit(uow, actor, number, values, revision=revision, at=at, declared=declared)


def refuse_closed(*, open_to_visitors: bool) -> None:
    """Raises Forbidden, with what to do instead, while the office lets no visitor post."""
    if not open_to_visitors:
        raise Forbidden(
            Message("请先登录再提交难题。"),
            hint=Message("还没有账号的，可以注册，或打电话请组织者代为填写。"),
        )


def missing(row: Problem) -> dict[str, Message]:
    """What a submission still lacks: field → fault."""
    faults: dict[str, Message] = {}
    if not row.title.strip():
        faults["title"] = Message("请填写名称。")
    if len("".join(getattr(row, name) for name in drafting.TEXTS).strip()) < FEWEST:
        faults["text"] = NO_TEXT
    if not row.contact_phone.strip():
        faults["contact_phone"] = Message("请填写联系电话，审核和对接时要用；公开页面上不显示。")
    return faults


def _made(uow: UnitOfWork, actor: Actor, values: Mapping[str, Any]) -> Problem:
    row = Problem(title="", state="draft", readers=" office ", created_by=actor.account, source="自主填报")
    uow.session.add(row)
    uow.session.flush()
    drafting.put(uow, actor, row, values)
    settle(uow, on_behalf(actor, row), row, "problem:create")
    return row


def _submit(
    uow: UnitOfWork,
    actor: Actor,
    row: Problem,
    *,
    declared: bool,
    at: datetime,
    action: str = "problem:submit",
) -> None:
    faults = missing(row)
    for name, place in drafting.marked_fields(row).items():
        faults[name] = Message("发现密级标志（“%(place)s”），请删改。", {"place": place})
    for hindrance in attachments.hindrances(uow, index_id(row)):
        faults["attachments"] = hindrance
    if not declared:
        faults["declared"] = CONFIRM
    if faults:
        raise InvalidInput(
            Message("还不能提交：请按各项提示补充或更正。"),
            hint=Message("已填写的内容没有丢失。"),
            fields=faults,
        )
    row.number = row.number or problem_number(uow, at.year)
    row.declared_at, row.declared_by = at, actor.name
    row.submitted_at = at
    row.state = "submitted"
    settle(uow, actor, row, action, number=row.number)
    problem_news.tell_office(uow, actor, row)


def _needs_review(actor: Actor, row: Problem) -> bool:
    """The office reviews as it writes, but not what would tell who is behind an anonymous problem."""
    if not actor.is_office:
        return True
    return row.visibility == "anonymous" and bool(anonymity.tellings(row, row.organization))


def _refuse_visitor(uow: UnitOfWork, values: Mapping[str, Any], open_to_visitors: bool) -> None:
    refuse_closed(open_to_visitors=open_to_visitors)
    phone = values.get("contact_phone", "")
    waiting = select(func.count()).where(
        Problem.state == "submitted", Problem.created_by.is_(None), Problem.contact_phone == phone
    )
    if phone and (uow.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise Conflict(
            Message("这个电话已有 %(number)s 个难题等待审核。", {"number": MOST_WAITING}),
            hint=Message("请等审核后再提交，或联系组织者。"),
        )
