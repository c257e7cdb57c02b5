"""Outcome cards 结果卡: what each side says of its meetings, and the organizer's word where they disagree.

A card may be changed while outcomes are told; each version stays in the history. A card that contradicts what
the organizer has settled opens it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from matchmaker import taxonomy
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.lifecycle import EVENT_TELLING
from matchmaker.messages import Message
from matchmaker.models import (
    Attendee,
    Event,
    EventProblem,
    EventProblemPerson,
    History,
    Meeting,
    Organization,
    OutcomeCard,
    Problem,
)
from matchmaker.permissions import Actor, relations_of, require
from matchmaker.services import events, intentions, owners
from matchmaker.services.event_stages import Readiness
from matchmaker.services.outcome_rules import INTENTION, MET, SETTLEABLE, Told, Verdict, contradicts, verdict
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

SIDES: dict[str, Message] = {
    "demand": Message("需求方"),
    "supply": Message("专家方"),
    "office": Message("未注明"),
}
#: Ways by which a card comes.
VIAS: dict[str, Message] = {
    "page": Message("网页"),
    "link": Message("专属链接"),
    "paper": Message("纸质卡"),
    "phone": Message("电话"),
    "file": Message("文件"),
}
#: States of a meeting that it may be told of.
_TOLD_OF = frozenset({"planned", "called", "held", "missed"})
#: An intention above this is a slip of the pen: 100 亿元, in 分.
MOST_FEN = 10**12


@dataclass(frozen=True, slots=True)
class Card:
    """What one side writes on a card; the fields of ``OutcomeCard``."""

    attended: str
    result: str = ""
    ways: tuple[str, ...] = ()
    amount_fen: int | None = None
    next_step: str = ""
    next_who: str = ""
    next_on: date | None = None
    reason: str = ""
    rating: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The organizer's word: what happened (one of ``SETTLEABLE``), what came of it, and why he says so."""

    happened: str
    reason: str
    result: str = ""
    ways: tuple[str, ...] = ()
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A meeting as the reader may see it.

    Attributes:
        sides: for which the reader may fill in the card.
        firm: None where the reader may not know it.
    """

    row: Meeting
    verdict: Verdict
    sides: tuple[str, ...]
    firm: Organization | None
    cards: dict[str, OutcomeCard] = field(default_factory=dict)


def cleaned(card: Card) -> Card:
    """The card without what its answers rule out; InvalidInput with a fault for each question left open."""
    faults: dict[str, Message] = {}
    met = card.attended == MET
    if card.attended not in taxonomy.ATTENDANCE:
        faults["attended"] = Message("请选择是否洽谈。")
    if met and card.result not in taxonomy.MEETING_OUTCOMES:
        faults["result"] = Message("请选择洽谈结果。")
    intended = met and card.result == INTENTION
    if intended and not card.ways:
        faults["ways"] = Message("请选择至少一种意向方式。")
    elif any(way not in taxonomy.INTENT_WAYS for way in card.ways):
        faults["ways"] = Message("没有这种意向方式，请从列表中选择。")
    if met and card.result == "unfit" and card.reason not in taxonomy.UNFIT_REASONS:
        faults["reason"] = Message("请选择不合适的原因。")
    if card.amount_fen is not None and not 0 <= card.amount_fen <= MOST_FEN:
        faults["amount"] = Message("金额应在 0 到 1,000,000 万元之间。")
    if card.rating is not None and not 1 <= card.rating <= 5:
        faults["rating"] = Message("评分应为 1 到 5。")
    if faults:
        raise InvalidInput(Message("结果卡还没有填完，请按各项的说明补充。"), fields=faults)
    return Card(
        attended=card.attended,
        result=card.result if met else "",
        ways=tuple(dict.fromkeys(card.ways)) if intended else (),
        amount_fen=card.amount_fen if intended else None,
        next_step=card.next_step[:300],
        next_who=card.next_who[:100],
        next_on=card.next_on,
        reason=card.reason if met and card.result == "unfit" else "",
        rating=card.rating if met else None,
        note=card.note[:2000],
    )


def tell(
    uow: UnitOfWork,
    actor: Actor,
    number: int,
    side: str,
    card: Card,
    *,
    at: datetime,
    via: str = "page",
    revision: int | None = None,
) -> OutcomeCard:
    """Takes the card of one side; the same one twice is one.

    ``revision`` is that of the card that the form began with (0: none); another since then is a Conflict.
    """
    row = held(uow, number)
    require(actor, "meeting:tell", row)
    if side not in SIDES or not (actor.is_office or side in relations_of(actor, row)):
        raise Forbidden(Message("您不能替这一方填写结果。"), hint=Message("请从自己的洽谈列表中打开。"))
    return take(uow, actor, row, side, card, at=at, via=via, revision=revision)


def take(
    uow: UnitOfWork,
    actor: Actor,
    row: Meeting,
    side: str,
    card: Card,
    *,
    at: datetime,
    via: str,
    revision: int | None = None,
) -> OutcomeCard:
    """The same for a side that is known (the holder of a secret link); the row is held."""
    _refuse_closed(actor, row)
    card = cleaned(card)
    kept = next((each for each in row.cards if each.side == side), None)
    if kept is not None and _same(kept, card):
        return kept
    if revision is not None and revision != (kept.revision if kept else 0):
        raise Conflict(
            Message("这一方已有结果卡（%(who)s 填写）。", {"who": kept.given_by if kept else ""}),
            hint=Message("请核对；确需更改时再次保存即可覆盖，原来的内容会保留在记录中。"),
        )
    if kept is None:
        kept = OutcomeCard(meeting_id=row.id, side=side, revision=0)
        row.cards.append(kept)
    for name, value in asdict(card).items():
        setattr(kept, name, list(value) if name == "ways" else value)
    kept.via, kept.account_id, kept.revision = via, actor.account, kept.revision + 1
    kept.given_by = (f"{actor.name}（代 {actor.behalf}）" if actor.behalf else actor.name)[:200]
    uow.record(
        actor, "card:told", f"meeting:{row.id}", side=side, via=via, revision=kept.revision, **plain(card)
    )
    settled = settled_of(row)
    if settled is not None and contradicts(told_by(kept), settled):
        _reopen(uow, actor, row, "card")
    refresh(uow, actor, row, at=at)
    return kept


def settle(uow: UnitOfWork, actor: Actor, number: int, word: Settlement, *, at: datetime) -> Meeting:
    """The organizer says what holds, with a reason; it stands above the cards until one contradicts it."""
    row = held(uow, number)
    require(actor, "meeting:settle", row)
    faults: dict[str, Message] = {}
    if word.happened not in SETTLEABLE:
        faults["happened"] = Message("请选择是否洽谈。")
    met = word.happened == MET
    if met and word.result not in taxonomy.MEETING_OUTCOMES:
        faults["result"] = Message("请选择洽谈结果。")
    if not word.reason.strip():
        faults["reason"] = Message("请写明裁定的依据，例如“已电话向双方核实”。")
    if word.amount_fen is not None and not 0 <= word.amount_fen <= MOST_FEN:
        faults["amount"] = Message("金额应在 0 到 1,000,000 万元之间。")
    if faults:
        raise InvalidInput(Message("裁定还没有填完，请按各项的说明补充。"), fields=faults)
    intended = met and word.result == INTENTION
    row.settled = {
        "attended": word.happened,
        "result": word.result if met else "",
        "ways": list(word.ways) if intended else [],
        "amount_fen": word.amount_fen if intended else None,
    }
    row.settled_by, row.settled_reason, row.settled_at = actor.name[:100], word.reason.strip()[:2000], at
    uow.record(actor, "meeting:settled", f"meeting:{row.id}", reason=row.settled_reason, **row.settled)
    refresh(uow, actor, row, at=at)
    return row


def reopen(uow: UnitOfWork, actor: Actor, number: int, *, at: datetime) -> Meeting:
    """The organizer takes his word back: the cards speak again."""
    row = held(uow, number)
    require(actor, "meeting:settle", row)
    if row.settled:
        _reopen(uow, actor, row, "office")
        refresh(uow, actor, row, at=at)
    return row


def refresh(uow: UnitOfWork, actor: Actor, row: Meeting, *, at: datetime) -> Verdict:
    """Writes what holds now into the meeting, its intention and what screens show."""
    found = verdict_of(row)
    row.outcome = found.outcome
    intentions.follow(uow, actor, row, found, at=at)
    events.touched(row.event)
    return found


def verdict_of(row: Meeting) -> Verdict:
    """What the cards, the organizer and the desk say together of a meeting; its cards are read."""
    return verdict([told_by(card) for card in row.cards], settled_of(row), desk_of(row))


def desk_of(row: Meeting) -> str:
    """What the desk wrote down on the day; cards never change it."""
    return row.state if row.state in {"held", "missed"} else ""


def told_by(card: OutcomeCard) -> Told:
    """A card as the rules read it."""
    return Told(card.side, card.attended, card.result, tuple(card.ways), card.amount_fen)


def settled_of(row: Meeting) -> Told | None:
    """The organizer's word on a meeting."""
    if not row.settled:
        return None
    word = row.settled
    return Told("office", word["attended"], word["result"], tuple(word["ways"]), word["amount_fen"])


def plain(card: Card) -> dict[str, Any]:
    """A card as JSON holds it."""
    values = asdict(card)
    values["ways"] = list(card.ways)
    values["next_on"] = card.next_on.isoformat() if card.next_on else None
    return values


def held(uow: UnitOfWork, number: int) -> Meeting:
    """A meeting of the plan that is changed; NotFound for a cancelled one."""
    row: Meeting | None = None
    if number <= MOST_NUMBER:
        statement = _loaded(select(Meeting).where(Meeting.id == number))
        row = uow.session.scalar(statement.with_for_update(of=Meeting))
    if row is None or row.state not in _TOLD_OF:
        raise unknown(number)
    return row


def get(uow: UnitOfWork, actor: Actor, number: int) -> Shown:
    """One meeting with its cards, as far as the reader may see them; hidden is NotFound."""
    statement = _loaded(select(Meeting).where(Meeting.id == min(number, MOST_NUMBER), shown_to(actor)))
    row = uow.session.scalar(statement)
    if row is None or row.state not in _TOLD_OF:
        raise unknown(number)
    return shown(actor, row)


def unknown(number: int) -> NotFound:
    """The error for a meeting that does not exist, was cancelled or does not concern the actor."""
    return NotFound(
        Message("没有编号为 %(number)s 的洽谈，或者它已取消、与您无关。", {"number": number}),
        hint=Message("请核对场次表或结果卡上的编号。"),
    )


def listing(uow: UnitOfWork, actor: Actor, event: Event) -> list[Shown]:
    """Meetings of an event that the actor may tell of, by rounds: a fixed number of statements."""
    statement = (
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state.in_(_TOLD_OF), shown_to(actor))
        .order_by(Meeting.slot, Meeting.id)
    )
    return [shown(actor, row) for row in uow.session.scalars(_loaded(statement))]


def of_person(uow: UnitOfWork, attendee: Attendee) -> list[Meeting]:
    """Meetings of one person of an event, in the order of rounds."""
    represented = select(EventProblemPerson.event_problem_id).where(
        EventProblemPerson.attendee_id == attendee.id
    )
    statement = (
        select(Meeting)
        .where(
            Meeting.event_id == attendee.event_id,
            Meeting.state.in_(_TOLD_OF),
            or_(Meeting.attendee_id == attendee.id, Meeting.event_problem_id.in_(represented)),
        )
        .order_by(Meeting.slot, Meeting.id)
    )
    return list(uow.session.scalars(_loaded(statement)))


def shown(actor: Actor, row: Meeting) -> Shown:
    """A loaded meeting as the reader may see it: a card of the other side is the office's business."""
    sides = tuple(SIDES) if actor.is_office else tuple(
        side for side in ("demand", "supply") if side in relations_of(actor, row)
    )  # fmt: skip
    cards = {card.side: card for card in row.cards if actor.is_office or card.side in sides}
    firm = owners.shown(actor, row.event_problem.problem)
    return Shown(row, verdict_of(row), sides, firm, cards)


def shown_to(actor: Actor) -> ColumnElement[bool]:
    """Meetings that concern somebody: the office all, others those of a side of theirs."""
    if actor.is_office:
        return true()
    bodies = list(actor.liaison_of)
    people: list[ColumnElement[bool]] = [Attendee.organization_id.in_(bodies)]
    problems: list[ColumnElement[bool]] = [
        Problem.organization_id.in_(bodies),
        *(Problem.readers.contains(f" liaison:{body} ", autoescape=True) for body in bodies),
    ]
    if actor.account is not None:
        people.append(Attendee.account_id == actor.account)
        problems.append(Problem.created_by == actor.account)
    if actor.expert is not None:
        people.append(Attendee.expert_id == actor.expert)
    represents = (
        exists()
        .where(
            EventProblemPerson.event_problem_id == Meeting.event_problem_id,
            EventProblemPerson.attendee_id == Attendee.id,
            or_(*people),
        )
        .correlate(Meeting)
    )
    own = select(Attendee.id).where(or_(*people))
    brought = select(EventProblem.id).join(Problem).where(or_(*problems))
    return or_(Meeting.attendee_id.in_(own), Meeting.event_problem_id.in_(brought), represents)


def versions(uow: UnitOfWork, number: int) -> Sequence[History]:
    """Everything that was told and settled of a meeting, the oldest first: each card in each version."""
    statement = select(History).where(History.subject == f"meeting:{number}").order_by(History.id)
    return uow.session.scalars(statement).all()


def readiness(uow: UnitOfWork, _actor: Actor, event: Event) -> Sequence[Readiness]:
    """Cards that are missing, contradictions, and intentions that wait for a second word."""
    if event.state not in EVENT_TELLING | {"locked"}:
        return ()
    rows = uow.session.scalars(
        select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.state.in_(_TOLD_OF))
        .options(selectinload(Meeting.cards))
    ).all()
    return facts_of(rows)


def facts_of(rows: Sequence[Meeting]) -> list[Readiness]:
    """The same of loaded meetings with their cards."""
    found = [verdict_of(row) for row in rows]
    silent = sum(not row.cards and not row.settled for row in rows)
    fights = sum(bool(each.contradictions) for each in found)
    pending = sum(each.is_pending for each in found)
    lines = []
    if silent:
        text = Message("%(n)s 场洽谈还没有结果卡", {"n": silent})
        lines.append(Readiness(text, False, "outcomes.listing", {"show": "silent"}))
    if fights:
        text = Message("%(n)s 场洽谈双方说法不一，待裁定", {"n": fights})
        lines.append(Readiness(text, False, "outcomes.listing", {"show": "contradicted"}))
    if pending:
        text = Message("%(n)s 项意向待确认", {"n": pending})
        lines.append(Readiness(text, False, "outcomes.listing", {"show": "pending"}))
    counted = sum(each.counts for each in found)
    return [*lines, Readiness(Message("已达成意向 %(n)s 项", {"n": counted}), True, "outcomes.listing")]


def may_tell(actor: Actor, event: Event) -> bool:
    """Whether outcomes may be told now: until the figures are locked, by the office also later."""
    return event.state in EVENT_TELLING or (actor.is_office and event.state == "locked")


def _refuse_closed(actor: Actor, row: Meeting) -> None:
    if may_tell(actor, row.event):
        return
    if row.event.state == "locked":
        raise Conflict(
            Message("这场活动的数据已锁定，结果不能再改。"),
            hint=Message("确需更正请致电办公室，更正会单独列出。"),
        )
    raise Conflict(Message("活动还没有开始，暂不能填写结果。"), hint=Message("请在洽谈结束后填写。"))


def _reopen(uow: UnitOfWork, actor: Actor, row: Meeting, why: str) -> None:
    uow.record(
        actor, "meeting:reopened", f"meeting:{row.id}", by=why, reason=row.settled_reason, **row.settled
    )
    row.settled, row.settled_by, row.settled_reason, row.settled_at = {}, "", "", None


def _same(kept: OutcomeCard, card: Card) -> bool:
    return all(
        (tuple(kept.ways) if name == "ways" else getattr(kept, name)) == value
        for name, value in asdict(card).items()
    )


def _loaded(statement: Select[Any]) -> Select[Any]:
    """With everything that a list shows of both sides."""
    problem = joinedload(Meeting.event_problem)
    return statement.options(
        joinedload(Meeting.event),
        joinedload(Meeting.table),
        joinedload(Meeting.attendee).joinedload(Attendee.organization),
        joinedload(Meeting.attendee).joinedload(Attendee.expert),
        problem.joinedload(EventProblem.problem).joinedload(Problem.organization),
        problem.selectinload(EventProblem.people),
        problem.joinedload(EventProblem.event),
        selectinload(Meeting.cards),
    )
