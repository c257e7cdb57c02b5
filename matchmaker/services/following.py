"""Follow-ups 跟进: each intention and each pair that wants to talk on is looked at, for a year.

One look is open at a time: +3, +14, +30 days after the event, then monthly; the next one follows when it is
done. Whoever is late is reminded, after ``ESCALATE_DAYS`` the office is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker import taxonomy
from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import (
    Agreement,
    Attendee,
    Event,
    EventProblem,
    FollowUp,
    Introduction,
    Meeting,
    Problem,
)
from matchmaker.permissions import SYSTEM, Actor, allowed, relations_of, require
from matchmaker.services import introduction_work, recipients
from matchmaker.services.messages import tell
from matchmaker.services.paging import Page, paged
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

#: Days after the event of the first looks; then every MONTH days.
FIRST_DAYS = (3, 14, 30)
MONTH = 30
#: Days after the event after which nobody is asked any more.
END_DAYS = 365
#: Days after which an overdue look goes to the office.
ESCALATE_DAYS = 7
#: Findings after which nothing more is to be looked at.
FINAL = frozenset({"signed", "dropped"})
#: Rows that one run of the job looks at, and of an export.
BATCH, MOST_EXPORTED = 200, 20_000

TABS: dict[str, Message] = {
    "": Message("全部待办"),
    "overdue": Message("已逾期"),
    "due": Message("7 天内到期"),
    "unowned": Message("无人跟进"),
    "done": Message("已完成"),
}


@dataclass(frozen=True, slots=True)
class FollowFilter:
    """What a list shows; ``tab`` is one of TABS."""

    tab: str = ""
    mine: bool = False
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found: a ``FOLLOW_STATUSES``, words, why it was dropped, the next day if not the usual."""

    status: str
    note: str = ""
    reason: str = ""
    next_on: date | None = None


def begin(uow: UnitOfWork, actor: Actor, event: Event) -> int:
    """Plans the first look at each intention and each pair that wants to talk on; gives how many are new."""
    agreements = uow.session.scalars(
        select(Agreement).where(
            Agreement.event_id == event.id, Agreement.is_open.is_(True), Agreement.state == "intention"
        )
    ).all()
    made = [ensure(uow, event, agreement=each) for each in agreements]
    rows = uow.session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state != "cancelled")
        .options(selectinload(Meeting.cards))
        .order_by(Meeting.id)
    )
    made += [ensure(uow, event, meeting=row) for row in rows if _wants_more(row)]
    new = sum(made)
    if new:
        uow.record(actor, "followup:planned", f"event:{event.id}", number=new)
    return new


def ensure(
    uow: UnitOfWork, event: Event, *, agreement: Agreement | None = None, meeting: Meeting | None = None
) -> bool:
    """The first look, unless there is one already (of the pair, when it has become an intention)."""
    pair = agreement.meeting_id if agreement else meeting.id if meeting else None
    same = [FollowUp.agreement_id == agreement.id] if agreement else []
    if pair is not None:
        same.append(FollowUp.meeting_id == pair)
    known = uow.session.scalar(
        select(FollowUp).where(or_(*same)).order_by(FollowUp.id.desc()).limit(1).with_for_update()
    )
    if known is not None and (known.done_at is None or agreement is None or known.agreement_id is not None):
        if agreement is not None and known.done_at is None:
            known.agreement_id = agreement.id
        return False
    owner_id, owner = (agreement.owner_id, agreement.owner) if agreement else (None, "")
    if owner_id is None and meeting is not None:
        owner_id, owner = follower_of(uow, meeting)
    uow.session.add(
        FollowUp(
            event_id=event.id,
            meeting_id=pair,
            agreement_id=agreement.id if agreement else None,
            due_on=day_of(event) + timedelta(days=FIRST_DAYS[0]),
            owner_id=owner_id,
            owner=owner,
        )
    )
    uow.session.flush()
    return True


def follower_of(uow: UnitOfWork, meeting: Meeting) -> tuple[int | None, str]:
    """The broker who follows the introduction of the same pair."""
    statement = (
        select(Introduction.follower_id, Introduction.follower)
        .join(EventProblem, EventProblem.problem_id == Introduction.problem_id)
        .join(Attendee, Attendee.expert_id == Introduction.expert_id)
        .where(
            EventProblem.id == meeting.event_problem_id,
            Attendee.id == meeting.attendee_id,
            Introduction.follower_id.is_not(None),
        )
        .order_by(Introduction.id.desc())
        .limit(1)
    )
    found = uow.session.execute(statement).first()
    return (found[0], found[1]) if found else (None, "")


def day_of(event: Event) -> date:
    """The day from which looks are counted: the last one of the event."""
    day = event.last_day or event.first_day
    return day if day is not None else event.created_at.date()


def next_day(begin_on: date, today: date) -> date | None:
    """The next day of the schedule after today; None after its end."""
    days = [*FIRST_DAYS, *range(FIRST_DAYS[-1] + MONTH, END_DAYS + 1, MONTH)]
    return next((day for day in (begin_on + timedelta(days=each) for each in days) if day > today), None)


def note(uow: UnitOfWork, actor: Actor, number: int, found: Found, *, at: datetime, today: date) -> FollowUp:
    """Writes down what a look found; the next one is planned, or the end with its reason."""
    row = held(uow, actor, number)
    require(actor, "followup:note", row)
    if row.done_at is not None:
        raise Conflict(
            Message("这一项已由%(name)s登记。", {"name": row.done_by}),
            hint=Message("请刷新清单后查看下一项。"),
        )
    _check(found, today)
    row.status, row.reason = found.status, found.reason if found.status == "dropped" else ""
    row.note, row.done_at, row.done_by = found.note.strip()[:2000], at, actor.name[:200]
    uow.record(
        actor, "followup:noted", f"followup:{row.id}", status=row.status, reason=row.reason, note=row.note
    )
    agreement = uow.session.get(Agreement, row.agreement_id) if row.agreement_id else None
    if row.status == "dropped" and agreement is not None and agreement.is_open:
        agreement.is_open, agreement.reason = False, row.reason
        uow.record(actor, "agreement:ended", f"agreement:{agreement.id}", reason=row.reason, note=row.note)
    if row.status not in FINAL:
        _plan_next(uow, row, found.next_on, today)
    return row


def hand_over(uow: UnitOfWork, actor: Actor, number: int, account: int | None) -> FollowUp:
    """Somebody else follows it from now on, the intention as well; brokers take what nobody follows."""
    row = held(uow, actor, number)
    takes = account is not None and account == actor.account and row.owner_id is None
    if not takes:
        require(actor, "agreement:assign", row)
    require(actor, "followup:note", row)
    name = known_owner(uow, account)
    before, row.owner_id, row.owner = row.owner, account, name
    if row.agreement_id:
        agreement = uow.session.get_one(Agreement, row.agreement_id)
        agreement.owner_id, agreement.owner = account, name
    uow.record(actor, "followup:handed", f"followup:{row.id}", before=before, after=name)
    return row


def known_owner(uow: UnitOfWork, account: int | None) -> str:
    """The name of somebody who may follow; "" for nobody."""
    names = dict(introduction_work.followers(uow))
    if account is not None and account not in names:
        raise NotFound(Message("没有这位跟进人。"), hint=Message("请从列表中选择。"))
    return names[account][:100] if account is not None else ""


def held(uow: UnitOfWork, actor: Actor, number: int) -> FollowUp:
    """One look that is changed; hidden is NotFound."""
    row = None
    if number <= MOST_NUMBER:
        statement = select(FollowUp).where(FollowUp.id == number, shown_to(actor))
        row = uow.session.scalar(statement.with_for_update())
    if row is None:
        raise NotFound(Message("没有这项跟进，或者它不由您负责。"), hint=Message("请从跟进清单中打开。"))
    return row


def one(uow: UnitOfWork, actor: Actor, number: int) -> FollowUp:
    """One look with what it is about; hidden is NotFound."""
    statement = select(FollowUp).where(FollowUp.id == min(number, MOST_NUMBER), shown_to(actor))
    row: FollowUp | None = uow.session.scalar(_loaded(statement))
    if row is None:
        raise NotFound(Message("没有这项跟进，或者它不由您负责。"), hint=Message("请从跟进清单中打开。"))
    return row


def earlier(uow: UnitOfWork, row: FollowUp) -> Sequence[FollowUp]:
    """Looks at the same that were done before, the oldest first."""
    same = []
    if row.meeting_id is not None:
        same.append(FollowUp.meeting_id == row.meeting_id)
    if row.agreement_id is not None:
        same.append(FollowUp.agreement_id == row.agreement_id)
    done = select(FollowUp).where(or_(*same), FollowUp.done_at.is_not(None), FollowUp.id != row.id)
    return uow.session.scalars(done.order_by(FollowUp.id)).all()


def listing(
    uow: UnitOfWork, actor: Actor, wanted: FollowFilter, today: date, page: int = 1
) -> Page[FollowUp]:
    """Looks that the actor may note, what is longest overdue first."""
    require(actor, "followup:read")
    return paged(uow.session, _loaded(_selected(actor, wanted, today)), page)


def export(uow: UnitOfWork, actor: Actor, wanted: FollowFilter, today: date) -> Sequence[FollowUp]:
    """The same list as a whole."""
    require(actor, "followup:read")
    return uow.session.scalars(_loaded(_selected(actor, wanted, today)).limit(MOST_EXPORTED)).all()


def counts(uow: UnitOfWork, actor: Actor, today: date) -> dict[str, int]:
    """Looks by tab, in one statement; for a work list as well."""
    if not allowed(actor, "followup:read"):
        return {}
    parts = [func.count().filter(_tab(tab, today)) for tab in TABS]
    row = uow.session.execute(select(*parts).select_from(FollowUp).where(shown_to(actor))).one()
    return dict(zip(TABS, row, strict=True))


def own_counts(uow: UnitOfWork, actor: Actor, today: date) -> tuple[int, int]:
    """(overdue, due within a week) of the actor's own; the office's own are those that nobody follows too."""
    if not allowed(actor, "followup:read"):
        return 0, 0
    own: ColumnElement[bool] = FollowUp.owner_id == (actor.account or 0)
    if actor.is_office:
        late = FollowUp.due_on <= today - timedelta(days=ESCALATE_DAYS)
        own = or_(own, FollowUp.owner_id.is_(None), late)
    counted = [func.count().filter(_tab(tab, today)) for tab in ("overdue", "due")]
    row = uow.session.execute(select(*counted).select_from(FollowUp).where(own)).one()
    return int(row[0]), int(row[1])


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """The office sees all, a broker his own and what nobody follows."""
    if actor.is_office:
        return FollowUp.id.is_not(None)
    if actor.account is None:
        return FollowUp.id.is_(None)
    own: ColumnElement[bool] = FollowUp.owner_id == actor.account
    return or_(own, FollowUp.owner_id.is_(None)) if "broker" in actor.roles else own


def remind_due(uow: UnitOfWork, *, today: date, at: datetime) -> int:
    """Tells brokers what is due today or late, the office what has been late for long; each once."""
    late = FollowUp.due_on <= today - timedelta(days=ESCALATE_DAYS)
    statement = (
        select(FollowUp)
        .where(
            FollowUp.done_at.is_(None),
            FollowUp.due_on <= today,
            or_(FollowUp.told_at.is_(None), and_(late, FollowUp.escalated_at.is_(None))),
        )
        .order_by(FollowUp.id)
        .limit(BATCH)
    )
    rows = uow.session.scalars(statement.with_for_update(skip_locked=True)).all()
    subjects = titles(uow, rows)
    for row in rows:
        _remind(uow, row, subjects[row.id], today, at)
    return len(rows)


def titles(uow: UnitOfWork, rows: Sequence[FollowUp]) -> dict[int, str]:
    """What each look is about, in one statement each for pairs and intentions."""
    numbers = [row.meeting_id for row in rows if row.meeting_id]
    pairs = {
        number: f"{title}（{name}）"
        for number, title, name in uow.session.execute(
            select(Meeting.id, Problem.title, Attendee.name)
            .join(EventProblem, EventProblem.id == Meeting.event_problem_id)
            .join(Problem, Problem.id == EventProblem.problem_id)
            .join(Attendee, Attendee.id == Meeting.attendee_id)
            .where(Meeting.id.in_(numbers))
        )
    }
    own = [row.agreement_id for row in rows if row.agreement_id]
    known = select(Agreement.id, Agreement.title).where(Agreement.id.in_(own))
    named: dict[int, str] = dict(uow.session.execute(known).all())
    return {
        row.id: pairs.get(row.meeting_id or 0) or named.get(row.agreement_id or 0) or f"#{row.id}"
        for row in rows
    }


def _remind(uow: UnitOfWork, row: FollowUp, title: str, today: date, at: datetime) -> None:
    values = {"what": title[:120], "day": f"{row.due_on:%Y-%m-%d}", "owner": row.owner or "—"}
    office = recipients.office(uow)
    owner = recipients.account(uow, row.owner_id) if row.owner_id else []
    subject = f"followup:{row.id}"
    if row.told_at is None:
        row.told_at = at
        tell(uow, SYSTEM, owner or office, "followup:due", subject, values)
    if row.escalated_at is None and row.due_on <= today - timedelta(days=ESCALATE_DAYS):
        row.escalated_at = at
        tell(uow, SYSTEM, [*owner, *office], "followup:overdue", subject, values)


def _plan_next(uow: UnitOfWork, row: FollowUp, wanted: date | None, today: date) -> None:
    event = uow.session.get(Event, row.event_id) if row.event_id else None
    begin_on = day_of(event) if event is not None else row.created_at.date()
    due = wanted or next_day(begin_on, max(today, row.due_on))
    if due is None:
        return
    uow.session.add(
        FollowUp(
            event_id=row.event_id, meeting_id=row.meeting_id, agreement_id=row.agreement_id, due_on=due,
            owner_id=row.owner_id, owner=row.owner,
        )
    )  # fmt: skip


def _check(found: Found, today: date) -> None:
    faults: dict[str, Message] = {}
    if found.status not in taxonomy.FOLLOW_STATUSES:
        faults["status"] = Message("请选择跟进情况。")
    if found.status == "dropped" and found.reason not in taxonomy.UNFIT_REASONS:
        faults["reason"] = Message("不再推进时请选择原因。")
    if found.next_on is not None and found.next_on <= today:
        faults["next_on"] = Message("下次跟进的日期应在今天之后。")
    if faults:
        raise InvalidInput(Message("跟进情况还没有填完，请按各项的说明补充。"), fields=faults)


def _wants_more(row: Meeting) -> bool:
    """Further talks by one side at least, or an intention that does not count yet."""
    said = {card.result for card in row.cards} | {row.outcome}
    return row.outcome not in {"intention", "contacts", "unfit"} and bool(said & {"talk", "intention"})


def _tab(tab: str, today: date) -> ColumnElement[bool]:
    todo = FollowUp.done_at.is_(None)
    if tab == "done":
        return FollowUp.done_at.is_not(None)
    if tab == "overdue":
        return and_(todo, FollowUp.due_on < today)
    if tab == "due":
        return and_(todo, FollowUp.due_on.between(today, today + timedelta(days=7)))
    return and_(todo, FollowUp.owner_id.is_(None)) if tab == "unowned" else todo


def _selected(actor: Actor, wanted: FollowFilter, today: date) -> Select[Any]:
    where = [shown_to(actor), _tab(wanted.tab, today)]
    if wanted.mine:
        where.append(FollowUp.owner_id == (actor.account or 0))
    if wanted.event is not None:
        where.append(FollowUp.event_id == wanted.event)
    order = FollowUp.done_at.desc() if wanted.tab == "done" else FollowUp.due_on
    return select(FollowUp).where(*where).order_by(order, FollowUp.id)


def _loaded(statement: Select[Any]) -> Select[Any]:
    pair = joinedload(FollowUp.meeting)
    return statement.options(
        joinedload(FollowUp.event),
        joinedload(FollowUp.agreement),
        pair.joinedload(Meeting.attendee).joinedload(Attendee.organization),
        pair.joinedload(Meeting.event_problem)
        .joinedload(EventProblem.problem)
        .joinedload(Problem.organization),
    )


def firm_of(actor: Actor, row: FollowUp) -> str:
    """The firm behind it as the reader may know it: an anonymous one is told to whoever follows the pair."""
    problem = row.meeting.event_problem.problem if row.meeting else None
    hidden = problem is not None and problem.visibility == "anonymous"
    if hidden and not (actor.is_office or relations_of(actor, row)):
        return ""
    if row.agreement is not None:
        return row.agreement.demand
    return problem.organization.name if problem is not None and problem.organization else ""
