"""Who is told what of an introduction: the other side's steps, never a contact, never a hidden title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.models import Introduction
from matchmaker.permissions import Actor
from matchmaker.services import messages, secret_links
from matchmaker.services.messages import Recipient
from matchmaker.storage.unit_of_work import UnitOfWork

ASKED = "introduction:asked"
#: Of the secret links by which the asked side answers.
PURPOSE = "introduction"
_OTHER = {"demand": "supply", "supply": "demand"}
_FIRM, _EXPERT, _PROBLEM = Message("一家单位"), Message("一位专家"), Message("一项未公开的难题")


def asked(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The side that is to answer."""
    subject = f"introduction:{row.id}"
    what = (
        Message("%(firm)s希望就难题“%(problem)s”与您对接")
        if row.asked_by == "demand"
        else Message("%(expert)s愿意参与解决难题“%(problem)s”")
    )
    days = max((row.answer_by - row.asked_at).days, 1) if row.answer_by else secret_links.DAYS
    for person in _once(_side(uow, row, row.asked_side)):
        names = _names(row, person)
        values = {**names, "what": Message(what.template, names), "day": _day(row.answer_by)}
        link = secret_links.issue(uow, actor, PURPOSE, subject, person, days)
        messages.tell(uow, actor, [person], ASKED, subject, values, link=link)


def accepted(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The asker, and the asked side where somebody accepted on its behalf."""
    _answered(uow, row)
    _each(uow, actor, row, _both(uow, row), "introduction:accepted", {})


def recalled(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The side that need not answer any more."""
    _answered(uow, row)
    _each(uow, actor, row, _side(uow, row, row.asked_side), "introduction:recalled", {})


def refused(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The office at once; the other side when the reason is passed on (``reasons_told``)."""
    _answered(uow, row)
    values = {"reason": _reason(row), "day": _day(row.tell_by)}
    _each(uow, actor, row, [*messages.office(uow), *_follower(uow, row)], "introduction:refused", values)


def lapsed(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """Both sides and the broker: nobody answered."""
    _answered(uow, row)
    people = [*_side(uow, row, row.asked_by), *_follower(uow, row), *messages.office(uow)]
    _each(uow, actor, row, people, "introduction:lapsed", {})


def reasons_told(uow: UnitOfWork, actor: Actor, row: Introduction) -> None:
    """The side that was refused, with the reason as the office passed it on."""
    values = {"reason": _reason(row), "words": row.told_words or Message("（没有补充说明）")}
    _each(uow, actor, row, _side(uow, row, _OTHER[row.refused_by]), "introduction:declined", values)


def written(uow: UnitOfWork, actor: Actor, row: Introduction, side: str) -> None:
    """Everybody else in the thread."""
    _others(uow, actor, row, side, "introduction:message")


def met(uow: UnitOfWork, actor: Actor, row: Introduction, side: str) -> None:
    """The other side and the broker."""
    when = _moment(row.meeting_at) if row.meeting_at else Message("时间待定")
    _others(uow, actor, row, side, "introduction:meeting", when=when, place=row.meeting_place)


def intended(uow: UnitOfWork, actor: Actor, row: Introduction, side: str) -> None:
    """The other side and the broker."""
    _others(uow, actor, row, side, "introduction:intention")


def _others(uow: UnitOfWork, actor: Actor, row: Introduction, side: str, kind: str, **values: object) -> None:
    sides = [_OTHER[side]] if side else ["demand", "supply"]
    people = [person for each in sides for person in _side(uow, row, each)]
    _each(uow, actor, row, [*people, *_follower(uow, row)], kind, values)


def _both(uow: UnitOfWork, row: Introduction) -> list[Recipient]:
    return [*_side(uow, row, "demand"), *_side(uow, row, "supply"), *_follower(uow, row)]


def _side(uow: UnitOfWork, row: Introduction, side: str) -> list[Recipient]:
    if side == "demand":
        return messages.recipients_for_problem(uow, row.problem)
    return messages.recipients_for_expert(uow, row.expert)


def _follower(uow: UnitOfWork, row: Introduction) -> list[Recipient]:
    return messages.account(uow, row.follower_id) if row.follower_id is not None else []


def _answered(uow: UnitOfWork, row: Introduction) -> None:
    """Nobody is called for this answer any more, and its links say that it is decided."""
    messages.settle(uow, f"introduction:{row.id}", [ASKED])
    secret_links.close(uow, PURPOSE, f"introduction:{row.id}")


def _each(
    uow: UnitOfWork,
    actor: Actor,
    row: Introduction,
    people: Iterable[Recipient],
    kind: str,
    values: Mapping[str, object],
) -> None:
    """One message a person, each with the names that this person may know."""
    for person in _once(people):
        known = {**_names(row, person), **values}
        messages.tell(uow, actor, [person], kind, f"introduction:{row.id}", known)


def _once(people: Iterable[Recipient]) -> list[Recipient]:
    """Each person once, whatever he is to the introduction."""
    return list({person.audience or (person.name, person.phone): person for person in people}.values())


def _names(row: Introduction, person: Recipient) -> dict[str, object]:
    problem, expert, firm = row.problem, row.expert, row.problem.organization
    connected = row.state in {"accepted", "meeting", "intention", "closed"}
    open_name = problem.visibility != "anonymous" and firm is not None and person.may_read(firm)
    may_read = person.may_read(problem)
    return {
        "problem": problem.title[:120] if may_read else problem.number or _PROBLEM,
        "expert": expert.name if person.may_read(expert) else _EXPERT,
        "firm": firm.name if firm is not None and (open_name or connected) else _FIRM,
    }


def _reason(row: Introduction) -> Message:
    return Message(taxonomy.DECLINE_REASONS.label(row.reason)) if row.reason else Message("未说明")


def _day(moment: datetime | None) -> str:
    return f"{_local(moment):%Y-%m-%d}" if moment else ""


def _moment(moment: datetime) -> str:
    return f"{_local(moment):%Y-%m-%d %H:%M}"


def _local(moment: datetime) -> datetime:
    """As the clock of the office shows it."""
    return moment.replace(tzinfo=UTC).astimezone()
