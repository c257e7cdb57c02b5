"""Asking many people the same: a link and a message for each expert of a body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Expert, Organization, SecretLink
from matchmaker.permissions import Actor, require
from matchmaker.services import answers
from matchmaker.services.messages import recipients_for_expert, tell
from matchmaker.services.secret_links import issue
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: People asked at a time.
MOST = 200
#: Purposes that experts are asked for in number.
FOR_EXPERTS = ("confirm_profile", "contact", "hours")


def bodies(uow: UnitOfWork, actor: Actor) -> Sequence[Organization]:
    """Bodies whose experts the actor may ask."""
    require(actor, "answer:ask")
    statement = (
        select(Organization).where(Organization.experts.any()).order_by(Organization.name, Organization.id)
    )
    if not actor.is_office:
        statement = statement.where(Organization.id.in_(actor.liaison_of))
    return uow.session.scalars(statement.where(readable_by(actor, Organization)).limit(500)).all()


def ask_experts(
    uow: UnitOfWork, actor: Actor, purpose: str, body: int, days: int, today: date
) -> list[SecretLink]:
    """Asks every expert of a body; whoever has an open link for this keeps it and is told again."""
    require(actor, "answer:ask")
    what = answers.purpose(purpose)
    if purpose not in FOR_EXPERTS or body not in {row.id for row in bodies(uow, actor)}:
        raise NotFound(Message("不能向这个单位的专家发出。"), hint=Message("请从列表中选择单位。"))
    experts = uow.session.scalars(
        select(Expert)
        .where(Expert.organization_id == body, readable_by(actor, Expert))
        .options(joinedload(Expert.organization))
        .order_by(Expert.id)
        .limit(MOST)
    ).all()
    made = []
    for expert in experts:
        person = recipients_for_expert(uow, expert)[0]
        link = issue(uow, actor, purpose, f"expert:{expert.id}", person, days)
        values = {"question": what.about, "day": f"{today + timedelta(days=days):%Y-%m-%d}"}
        tell(uow, actor, [person], "answers:asked", f"expert:{expert.id}", values, link=link)
        made.append(link)
    return made
