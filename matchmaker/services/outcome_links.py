"""Asking somebody at an event for his outcome cards: one secret link for all his meetings.

The link leads to a page of its own. In a file and in the grid of a call a meeting is named by its place in
the list that is told beside the questions: "1、3".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker import lifecycle, taxonomy
from matchmaker.errors import NotFound
from matchmaker.lifecycle import EVENT_TELLING
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, Meeting, SecretLink, now
from matchmaker.permissions import Actor, require
from matchmaker.services import outcomes
from matchmaker.services.answers import Facts, Purpose, Question, done, invalid
from matchmaker.services.asking_wishes import recipient_of
from matchmaker.services.messages import tell
from matchmaker.services.outcomes import Card
from matchmaker.services.secret_links import issue
from matchmaker.storage.queries import MOST_NUMBER
from matchmaker.storage.unit_of_work import UnitOfWork

PURPOSE = "outcome"
#: Days that a link holds.
DAYS = 30
#: Question → (attended, result) of the meetings that it names.
_NAMED: dict[str, tuple[str, str]] = {
    "intention": ("met", "intention"),
    "talk": ("met", "talk"),
    "contacts": ("met", "contacts"),
    "unfit": ("met", "unfit"),
    "other_missing": ("other_missing", ""),
    "own_missing": ("own_missing", ""),
    "postponed": ("postponed", ""),
}


def ask(uow: UnitOfWork, actor: Actor, event: Event, *, only_silent: bool = True) -> list[SecretLink]:
    """A message with a link to everybody with meetings who has not told of all of them."""
    require(actor, "meeting:settle", event)
    people = uow.session.scalars(
        select(Attendee)
        .where(
            Attendee.event_id == event.id,
            Attendee.kind.in_(("expert", "representative")),
            Attendee.state.in_(lifecycle.COMING),
        )
        .order_by(Attendee.id)
        .options(joinedload(Attendee.expert))
    ).all()
    made = []
    for person in people:
        rows = outcomes.of_person(uow, person)
        side = side_of(person)
        left = [row for row in rows if side not in {card.side for card in row.cards}]
        if not (left if only_silent else rows):
            continue
        recipient, subject = recipient_of(uow, person), f"attendee:{person.id}"
        link = issue(uow, actor, PURPOSE, subject, recipient, DAYS)
        values = {"event": event.title, "count": len(left)}
        tell(uow, actor, [recipient], "event:outcome", subject, values, link=link)
        made.append(link)
    return made


def attendee_of(uow: UnitOfWork, link: SecretLink) -> Attendee:
    """Who is asked; NotFound when he is no longer at the event."""
    kind, _, text = link.subject.partition(":")
    number = int(text) if kind == "attendee" and text.isascii() and text.isdigit() else 0
    row = uow.session.get(Attendee, number) if 0 < number <= MOST_NUMBER else None
    if row is None:
        raise NotFound(
            Message("您已不在这场活动的名单中，不需要再填写。"), hint=Message("如有疑问请致电办公室。")
        )
    return row


def side_of(person: Attendee) -> str:
    """The side of somebody at an event."""
    return "supply" if person.kind == "expert" else "demand"


def take(
    uow: UnitOfWork,
    actor: Actor,
    link: SecretLink,
    number: int,
    card: Card,
    *,
    at: datetime,
    revision: int | None = None,
) -> None:
    """The card of one of his meetings; the link is the authority."""
    person = attendee_of(uow, link)
    row = outcomes.held(uow, number)
    if number not in {each.id for each in outcomes.of_person(uow, person)}:
        raise outcomes.unknown(number)
    outcomes.take(uow, actor, row, side_of(person), card, at=at, via="link", revision=revision)
    if all(side_of(person) in {each.side for each in one.cards} for one in outcomes.of_person(uow, person)):
        done(uow, actor, link, {}, at)


def own(uow: UnitOfWork, link: SecretLink) -> tuple[Attendee, Sequence[Meeting]]:
    """Who holds the link, and his meetings in their order."""
    person = attendee_of(uow, link)
    return person, outcomes.of_person(uow, person)


def counterpart(row: Meeting, side: str) -> str:
    """The other side of a meeting as this side may know it: an anonymous problem goes by its number."""
    problem = row.event_problem.problem
    if side == "demand":
        body = row.attendee.organization
        return " ".join(filter(None, (row.attendee.name, body.name if body else "")))
    if problem.visibility == "anonymous":
        return problem.number or problem.title
    return problem.title


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    person, rows = own(uow, link)
    names = "；".join(f"{at}：{counterpart(row, side_of(person))}" for at, row in enumerate(rows, 1))
    return [(Message("活动"), person.event.title), (Message("洽谈"), names)]


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    person, rows = own(uow, link)
    named: dict[str, list[str]] = {name: [] for name in _NAMED}
    ways: list[str] = []
    reason = note = ""
    for at, row in enumerate(rows, 1):
        for card in row.cards:
            if card.side == side_of(person):
                name = card.result if card.attended == "met" else card.attended
                named[name].append(str(at))
                ways += [way for way in card.ways if way not in ways]
                reason, note = reason or card.reason, note or card.next_step
    return {
        **{name: "、".join(places) for name, places in named.items()},
        "ways": ways,
        "reason": reason,
        "note": note,
    }


def _write(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    person, rows = own(uow, link)
    faults: dict[str, Message] = {}
    cards: dict[int, Card] = {}
    for name, (attended, result) in _NAMED.items():
        for place in _places(values, name, len(rows), faults):
            if place in cards:
                faults[name] = Message("第 %(n)s 场写在了两处，请只留一处。", {"n": place})
            cards[place] = Card(
                attended, result, tuple(values.get("ways") or ()), next_step=values.get("note") or "",
                reason=values.get("reason") or "",
            )  # fmt: skip
    if any(card.result == "intention" and not card.ways for card in cards.values()):
        faults["ways"] = Message("请选择至少一种意向方式。")
    if any(card.result == "unfit" and not card.reason for card in cards.values()):
        faults["reason"] = Message("请选择不合适的原因。")
    if faults:
        raise invalid(faults)
    for place, card in cards.items():
        row = outcomes.held(uow, rows[place - 1].id)
        outcomes.take(
            uow, actor, row, side_of(person), _merged(row, side_of(person), card), at=now(), via="phone"
        )


def _merged(row: Meeting, side: str, card: Card) -> Card:
    """What a short answer does not ask stays as the card has it, where it says the same otherwise."""
    kept = next((each for each in row.cards if each.side == side), None)
    if kept is None or (kept.attended, kept.result) != (card.attended, card.result):
        return card
    return Card(
        card.attended, card.result, card.ways, kept.amount_fen, card.next_step or kept.next_step,
        kept.next_who, kept.next_on, card.reason, kept.rating, kept.note,
    )  # fmt: skip


def _places(values: Mapping[str, Any], name: str, most: int, faults: dict[str, Message]) -> list[int]:
    parts = [part for part in re.split(r"[\s,，、;；.。]+", values.get(name) or "") if part]
    if not all(part.isdecimal() and 0 < int(part) <= most for part in parts):
        faults[name] = Message("请写 1 到 %(n)s 之间的序号，用顿号隔开。", {"n": most})
        return []
    return [int(part) for part in parts]


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    try:
        person = attendee_of(uow, link)
    except NotFound as gone:
        return gone.message
    if person.event.state == "locked":
        return Message("这场活动的数据已锁定，结果不能再改。")
    if person.event.state not in EVENT_TELLING:
        return Message("活动还没有开始，请在洽谈结束后填写。")
    return None


OUTCOME = Purpose(
    title=Message("您的洽谈结果如何？"),
    about=Message("请参会人填写结果卡"),
    questions=(
        Question("intention", Message("达成意向（写场次序号，如 1、2）")),
        Question(
            "ways",
            Message("意向方式"),
            "several",
            {code: Message(taxonomy.INTENT_WAYS.label(code)) for code in taxonomy.INTENT_WAYS},
        ),
        Question("talk", Message("需进一步交流（写序号）")),
        Question("contacts", Message("仅交换联系方式（写序号）")),
        Question("unfit", Message("不合适（写序号）")),
        Question(
            "reason",
            Message("不合适原因"),
            "choice",
            {code: Message(taxonomy.UNFIT_REASONS.label(code)) for code in taxonomy.UNFIT_REASONS},
        ),
        Question("other_missing", Message("对方未到（写序号）")),
        Question("own_missing", Message("本方未到（写序号）")),
        Question("postponed", Message("改期（写序号）")),
        Question("note", Message("下一步"), longest=300),
    ),
    facts=_facts,
    values=_values,
    apply=_write,
    over=_over,
    settles=("event:outcome",),
    page="outcomes.by_link",
)
