"""Who of an event has told hours and wishes, who has not; asking and reminding them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker import lifecycle
from matchmaker.messages import Message
from matchmaker.models import (
    Account,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventProblemPerson,
    SecretLink,
)
from matchmaker.permissions import Actor, require
from matchmaker.services import pairs
from matchmaker.services.event_stages import Readiness
from matchmaker.services.messages import tell
from matchmaker.services.preferring import MEETING
from matchmaker.services.recipients import Recipient, of_account, recipients_for_expert
from matchmaker.services.secret_links import DAYS, issue
from matchmaker.storage.unit_of_work import UnitOfWork


def everybody(uow: UnitOfWork, actor: Actor, event: Event) -> Sequence[Attendee]:
    """Who comes to meet somebody; who has told nothing stands first."""
    require(actor, "attendee:read")
    statement = (
        select(Attendee)
        .where(
            Attendee.event_id == event.id,
            Attendee.kind.in_(MEETING),
            Attendee.state.in_(lifecycle.COMING),
        )
        .order_by(Attendee.prefers_at.is_not(None), Attendee.kind.desc(), Attendee.id)
        .options(
            joinedload(Attendee.organization),
            joinedload(Attendee.expert),
            selectinload(Attendee.problems).joinedload(EventProblem.problem),
        )
    )
    return uow.session.scalars(statement).all()


def told_wishes(uow: UnitOfWork, event: int) -> dict[int, dict[str, int]]:
    """Attendee → wish → how often: of experts their own, of representatives those of their problems."""
    found: dict[int, dict[str, int]] = {}
    experts = (
        select(EventPair.attendee_id, EventPair.expert_wish, func.count())
        .where(EventPair.event_id == event, EventPair.expert_wish != "")
        .group_by(EventPair.attendee_id, EventPair.expert_wish)
    )
    people = (
        select(EventProblemPerson.attendee_id, EventPair.problem_wish, func.count())
        .join(EventProblemPerson, EventProblemPerson.event_problem_id == EventPair.event_problem_id)
        .where(EventPair.event_id == event, EventPair.problem_wish != "")
        .group_by(EventProblemPerson.attendee_id, EventPair.problem_wish)
    )
    for statement in (experts, people):
        for number, wish, count in uow.session.execute(statement):
            found.setdefault(number, {})[wish] = count
    return found


def silent(uow: UnitOfWork, event: int) -> Sequence[Attendee]:
    """Who comes to meet somebody and has told nothing."""
    statement = (
        select(Attendee)
        .where(
            Attendee.event_id == event,
            Attendee.kind.in_(MEETING),
            Attendee.state.in_(lifecycle.COMING),
            Attendee.prefers_at.is_(None),
        )
        .order_by(Attendee.id)
        .options(joinedload(Attendee.expert), joinedload(Attendee.event))
    )
    return uow.session.scalars(statement).all()


def ask(uow: UnitOfWork, actor: Actor, event: Event, numbers: Sequence[int], today: date) -> list[SecretLink]:
    """Asks people for their preferences, or reminds them: a message with a secret link for each.

    The link holds until preferences close; whoever is named and has told already is asked again, too.
    """
    require(actor, "attendee:prefer")
    statement = (
        select(Attendee)
        .where(
            Attendee.event_id == event.id,
            Attendee.id.in_(numbers),
            Attendee.kind.in_(MEETING),
            Attendee.state.in_(lifecycle.COMING),
        )
        .order_by(Attendee.id)
        .options(joinedload(Attendee.expert))
    )
    until = event.prefer_until or event.first_day
    days = max((until - today).days + 1, 1) if until else DAYS
    made = []
    for person in uow.session.scalars(statement):
        recipient = recipient_of(uow, person)
        subject = f"attendee:{person.id}"
        link = issue(uow, actor, "event_wishes", subject, recipient, days)
        values = {"event": event.title, "day": f"{until:%Y-%m-%d}" if until else "—"}
        tell(uow, actor, [recipient], "event:wishes", subject, values, link=link)
        made.append(link)
    return made


def recipient_of(uow: UnitOfWork, person: Attendee) -> Recipient:
    """How an attendee is reached: by his account, as the expert he is, or by what he left."""
    if person.account_id is not None:
        account = uow.session.get(Account, person.account_id)
        if account is not None and account.state == "active":
            return of_account(account)
    if person.expert is not None:
        return recipients_for_expert(uow, person.expert)[0]
    return Recipient(
        name=person.name, phone=person.phone, email=person.email, organization=person.organization_id
    )


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """What the stage of preferences lacks."""
    people = [len(quiet) for quiet in _quiet(uow, event)]
    experts, representatives = people
    found = []
    for count, text in (
        (representatives, Message("%(n)s 位需求方代表没有填写意愿", {"n": representatives})),
        (experts, Message("%(n)s 位专家没有填写意愿", {"n": experts})),
    ):
        if count:
            found.append(
                Readiness(text, is_good=False, endpoint="preferring.listing", action=Message("提醒"))
            )
    if not found:
        found.append(Readiness(Message("参会双方都已填写时间和意愿"), is_good=True))
    lacking = pairs.lacking(uow, event.id)
    if lacking > 0:
        found.append(
            Readiness(
                Message("%(n)s 对专家和难题还没有计算匹配", {"n": lacking}),
                is_good=False,
                endpoint="preferring.pairs_of",
                action=Message("计算"),
            )
        )
    return found


def _quiet(uow: UnitOfWork, event: Event) -> tuple[list[Attendee], list[Attendee]]:
    quiet = silent(uow, event.id)
    experts = [each for each in quiet if each.kind == "expert"]
    return experts, [each for each in quiet if each.kind != "expert"]
