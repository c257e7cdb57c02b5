"""The life of an achievement: drafted, submitted, published by liaison or office, taken back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message
from matchmaker.models import Account, Achievement
from matchmaker.permissions import Actor, require
from matchmaker.services import messages, profiles, versions
from matchmaker.services.paging import Page, paged
from matchmaker.services.profile_changes import refresh_readers, tell_index
from matchmaker.storage.queries import index_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Step → state that it ends in.
STEPS = {"submit": "submitted", "publish": "published", "return": "returned", "withdraw": "draft"}
STATES: dict[str, Message] = {
    "draft": Message("草稿"),
    "submitted": Message("待审核"),
    "returned": Message("退回"),
    "published": Message("已发布"),
}


def step(uow: UnitOfWork, actor: Actor, number: int, name: str, *, reason: str = "") -> Achievement:
    """One step of an achievement's life; whoever is concerned is told.

    Raises:
        InvalidInput: no such step, or a return without a reason.
        Conflict: it does not begin in this state.
    """
    row: Achievement = profiles.get(uow, actor, "achievement", number)
    if name not in STEPS:
        raise InvalidInput(Message("没有这个操作。"), fields={"step": Message("请使用页面上的按钮。")})
    require(actor, f"achievement:{name}", row)
    if name == "return" and len(reason.strip()) < 4:
        raise InvalidInput(
            Message("请填写退回的原因。"), fields={"reason": Message("请至少写 4 个字，说明要补充什么。")}
        )
    actor = profiles.on_behalf(actor, row)
    versions.begin(uow, row)
    row.state = STEPS[name]
    refresh_readers(uow, row)
    tell_index(uow, row, renamed=False, further={})
    uow.record(actor, f"achievement:{name}", index_id(row), reason=reason.strip()[:500])
    versions.keep(uow, actor, row)
    _tell(uow, actor, row, name, reason.strip()[:500])
    return row


def waiting(uow: UnitOfWork, actor: Actor, page: int = 1) -> Page[Achievement]:
    """Submitted achievements that the actor may decide on, the oldest first."""
    require(actor, "achievement:review")
    where = [readable_by(actor, Achievement), Achievement.state == "submitted"]
    if not actor.is_office:
        where.append(Achievement.organization_id.in_(actor.liaison_of))
    statement = (
        select(Achievement)
        .where(*where)
        .options(joinedload(Achievement.organization), joinedload(Achievement.leader))
        .order_by(Achievement.updated_at, Achievement.id)
    )
    return paged(uow.session, statement, page)


def _tell(uow: UnitOfWork, actor: Actor, row: Achievement, name: str, reason: str) -> None:
    """The liaison (else the office) of what waits; its makers of what was decided."""
    if name == "submit":
        liaisons = messages.recipients_for_body(uow, row.organization_id) if row.organization_id else []
        recipients = liaisons or messages.office(uow)
        messages.tell(uow, actor, recipients, "achievement:submitted", index_id(row))
    elif name in {"publish", "return"}:
        kind = "achievement:published" if name == "publish" else "achievement:returned"
        for account in _makers(uow, row):
            messages.tell(uow, actor, messages.account(uow, account), kind, index_id(row), {"reason": reason})


def _makers(uow: UnitOfWork, row: Achievement) -> Sequence[int]:
    """Accounts of whoever made it and of its leader."""
    found = [] if row.created_by is None else [row.created_by]
    if row.leader_id is not None:
        leaders = select(Account.id).where(Account.expert_id == row.leader_id)
        found += [number for number in uow.session.scalars(leaders) if number not in found]
    return found
