"""Review: what waits, and each decision with its coded reasons, its line of history and its message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.messages import Message
from matchmaker.models import Attachment, Problem, Review, Version
from matchmaker.permissions import VISITOR, Actor, require
from matchmaker.services import anonymity, attachments, problem_news, versions, watches
from matchmaker.services.paging import Page, paged
from matchmaker.services.problem_bodies import publish_owner
from matchmaker.services.problem_changes import hold, move, on_behalf
from matchmaker.storage.queries import index_id, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork
from matchmaker.taxonomy import RETURN_REASONS, VISIBILITY, WITHDRAW_REASONS, Table

#: As the owner wanted it → as a reviewer may publish it: never to more readers, never with a hidden firm.
_NARROWER = {
    "public": {"public", "anonymous", "members", "invited"},
    "anonymous": {"anonymous"},
    "members": {"members", "invited"},
    "invited": {"invited"},
}
#: Problems published at once from the queue.
MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Case:
    """What a reviewer needs beside the text.

    Attributes:
        published: the version that was published last, None when there was none.
        changes: its differences to the present text.
        tellings: what gives an anonymous owner away.
        hindrances: what keeps it from being published (attachments).
        decisions: earlier ones, the newest first.
    """

    published: Version | None
    changes: Sequence[versions.Difference]
    tellings: Sequence[anonymity.Telling]
    hindrances: Sequence[Message]
    decisions: Sequence[Review]


def queue(uow: UnitOfWork, actor: Actor, page: int = 1, size: int = 50) -> Page[Problem]:
    """Submitted problems, the one that waits longest first."""
    require(actor, "problem:review")
    statement = (
        select(Problem)
        .where(Problem.state == "submitted", readable_by(actor, Problem))
        .options(joinedload(Problem.organization), selectinload(Problem.indicators))
        .order_by(Problem.submitted_at.asc().nulls_first(), Problem.id)
    )
    return paged(uow.session, statement, page, size)


def waiting(uow: UnitOfWork, actor: Actor) -> int:
    """How many wait, for the work list of the office; 0 for whoever does not review."""
    if not actor.is_office:
        return 0
    statement = select(func.count()).where(Problem.state == "submitted", readable_by(actor, Problem))
    return uow.session.scalar(statement) or 0


def is_unverified(row: Problem) -> bool:
    """Whether nobody knows yet that the poster speaks for the firm: posted without an account."""
    return row.created_by is None and row.verified_on is None and row.declared_by == VISITOR.name


def case(uow: UnitOfWork, actor: Actor, row: Problem) -> Case:
    """Everything beside the text, for the page of one problem in review."""
    require(actor, "problem:review")
    decisions = history(uow, row)
    published = _published(uow, row, decisions)
    changes = versions.differences(published.snapshot, versions.snapshot(row)) if published else []
    return Case(
        published,
        [each for each in changes if each.field not in _OF_REVIEW],
        _tellings(uow, row, row.visibility),
        attachments.hindrances(uow, index_id(row), publishing=True),
        decisions,
    )


def history(uow: UnitOfWork, row: Problem) -> Sequence[Review]:
    """The decisions on a problem, the newest first. The caller has checked that the actor may see them."""
    statement = select(Review).where(Review.problem_id == row.id).order_by(Review.id.desc())
    return uow.session.scalars(statement).all()


def publish(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    *,
    at: datetime,
    expires_on: date,
    visibility: str | None = None,
    overrule: str = "",
    revision: int | None = None,
) -> Problem:
    """The problem appears, to whom its visibility says, until it expires.

    Args:
        uow: writes.
        actor: the reviewer.
        number: of the problem.
        at: now.
        expires_on: the first day on which it is no longer shown.
        visibility: as the reviewer confirms it; None: as its owner wanted it.
        overrule: why it is published although something seems to tell who is behind it.
        revision: that the reviewer has read.
    """
    row = hold(uow, actor, number)
    require(actor, "problem:publish", row)
    versions.refuse_stale(uow, row, revision)
    wanted = visibility or row.visibility
    _check_publishing(uow, row, wanted, expires_on, at.date(), overrule)
    row.visibility = wanted
    row.published_at, row.expires_on, row.verified_on = at, expires_on, at.date()
    move(uow, actor, row, "publish", expires_on=expires_on.isoformat(), visibility=wanted)
    publish_owner(uow, row)
    watches.soon(uow)
    _decide(uow, actor, row, "publish", (), overrule)
    problem_news.tell_poster(uow, actor, row, "published", day=expires_on)
    return row


def publish_many(
    uow: UnitOfWork, actor: Actor, numbers: Iterable[int], *, at: datetime, expires_on: date
) -> tuple[list[Problem], list[tuple[int, Message]]]:
    """Publishes those that nothing speaks against, as their owners wanted; and the others with the reason."""
    require(actor, "problem:review")
    done: list[Problem] = []
    refused: list[tuple[int, Message]] = []
    for number in list(dict.fromkeys(numbers))[:MOST_AT_ONCE]:
        try:
            done.append(publish(uow, actor, number, at=at, expires_on=expires_on))
        except MatchmakerError as fault:
            refused.append((number, fault.message))
    return done, refused


def send_back(
    uow: UnitOfWork, actor: Actor, number: int, *, reasons: Sequence[str], words: str = ""
) -> Problem:
    """Returns it to its poster with coded reasons and words."""
    row = hold(uow, actor, number)
    require(actor, "problem:return", row)
    chosen = _reasons(RETURN_REASONS, reasons, words)
    move(uow, actor, row, "return", note=words, reasons=chosen)
    _decide(uow, actor, row, "return", chosen, words)
    problem_news.tell_poster(uow, actor, row, "returned", reasons=_told(RETURN_REASONS, chosen, words))
    return row


def withdraw(
    uow: UnitOfWork, actor: Actor, number: int, *, reasons: Sequence[str], words: str = ""
) -> Problem:
    """Takes it down, by its owner or by the office."""
    row = hold(uow, actor, number)
    require(actor, "problem:withdraw", row)
    chosen = _reasons(WITHDRAW_REASONS, reasons, words)
    who = on_behalf(actor, row)
    move(uow, who, row, "withdraw", note=words, reasons=chosen)
    _decide(uow, who, row, "withdraw", chosen, words)
    problem_news.tell_poster(uow, who, row, "withdrawn", reasons=_told(WITHDRAW_REASONS, chosen, words))
    return row


def expire(uow: UnitOfWork, actor: Actor, number: int) -> Problem:
    """Ends its showing, on its day or by the office."""
    row = hold(uow, actor, number)
    move(uow, actor, row, "expire")
    _decide(uow, actor, row, "expire", (), "")
    problem_news.tell_poster(uow, actor, row, "expired")
    return row


def renew(uow: UnitOfWork, actor: Actor, number: int, *, at: datetime, days: int) -> Problem:
    """Shows it for so many days from today, again or longer; one being docked stays so."""
    row = hold(uow, actor, number)
    require(actor, "problem:renew", row)
    who, was_docking = on_behalf(actor, row), row.state == "docking"
    row.expires_on = at.date() + timedelta(days=days)
    row.verified_on = at.date()
    move(uow, who, row, "renew", to="docking" if was_docking else "", expires_on=row.expires_on.isoformat())
    _decide(uow, who, row, "renew", (), "")
    problem_news.tell_poster(uow, who, row, "renewed", day=row.expires_on)
    return row


def step(uow: UnitOfWork, actor: Actor, number: int, name: str) -> Problem:
    """One of the steps that need nothing said: recall, dock, solve, reopen."""
    assert name in {"recall", "dock", "solve", "reopen"}
    row = hold(uow, actor, number)
    move(uow, on_behalf(actor, row), row, name)
    return row


#: Fields that a review itself changes: no difference to the text that was published.
_OF_REVIEW = frozenset(
    {
        "state",
        "verified_on",
        "declared_at",
        "declared_by",
        "submitted_at",
        "published_at",
        "expires_on",
        "number",
    }
)


def _published(uow: UnitOfWork, row: Problem, decisions: Sequence[Review]) -> Version | None:
    last = next((each for each in decisions if each.decision == "publish"), None)
    if last is None:
        return None
    statement = select(Version).where(Version.subject == index_id(row), Version.number == last.revision)
    return uow.session.scalars(statement).one_or_none()


def _check_publishing(
    uow: UnitOfWork, row: Problem, visibility: str, expires_on: date, today: date, overrule: str
) -> None:
    faults: dict[str, Message] = {}
    if visibility not in VISIBILITY:
        faults["visibility"] = Message("请从列表中选择公开范围。")
    elif visibility not in _NARROWER.get(row.visibility, set(VISIBILITY)):
        faults["visibility"] = Message("不能比提交人要求的更公开；请退回商定，或征得同意后代为修改。")
    if expires_on <= today:
        faults["expires_on"] = Message("有效期应在今天之后。")
    for hindrance in attachments.hindrances(uow, index_id(row), publishing=True):
        faults["attachments"] = hindrance
    found = _tellings(uow, row, visibility)
    if found and not overrule.strip():
        values = {"words": "、".join(dict.fromkeys(each.found for each in found))}
        faults["overrule"] = Message(
            "匿名内容中出现了可辨认单位的文字：%(words)s。请退回修改，或说明为何仍可发布。", values
        )
    if faults:
        message = next(iter(faults.values()))
        raise InvalidInput(message, fields=faults)


def _tellings(uow: UnitOfWork, row: Problem, visibility: str) -> list[anonymity.Telling]:
    if visibility != "anonymous":
        return []
    names = uow.session.scalars(select(Attachment.filename).where(Attachment.subject == index_id(row)))
    return anonymity.tellings(row, row.organization, names)


def _reasons(table: Table, reasons: Sequence[str], words: str) -> list[str]:
    chosen = [code for code in dict.fromkeys(reasons) if code in table]
    fault = None
    if not chosen:
        fault = Message("请至少选择一个原因。")
    elif "other" in chosen and not words.strip():
        fault = Message("选择“其他”时请写明原因。")
    if fault:
        raise InvalidInput(fault, fields={"words" if chosen else "reasons": fault})
    return chosen


def _told(table: Table, reasons: Sequence[str], words: str) -> str:
    """The reasons as one sentence, in Chinese: it goes into the message."""
    return "；".join(
        [*(table.label(code) for code in reasons if code != "other"), *([words] if words else [])]
    )


def _decide(
    uow: UnitOfWork, actor: Actor, row: Problem, decision: str, reasons: Sequence[str], comment: str
) -> None:
    uow.session.add(
        Review(
            problem_id=row.id, actor=actor.name, account_id=actor.account, decision=decision,
            reasons=list(reasons), comment=comment, revision=row.revision,
        )
    )  # fmt: skip
