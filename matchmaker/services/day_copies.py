"""An empty machine becomes the copy of one event: its rows keep their numbers, since they stand on paper."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from matchmaker.models import (
    Attendee,
    DayCopy,
    Event,
    EventPair,
    EventProblem,
    EventProblemPerson,
    EventSlot,
    EventTable,
    Meeting,
    Organization,
    OutcomeCard,
    Problem,
    Standby,
)
from matchmaker.services.day_files import CARD, OFFER, baseline, moment, values
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.storage.unit_of_work import UnitOfWork


def settle(uow: UnitOfWork, data: Mapping[str, Any]) -> int:
    """Makes the event of a file here, for the office alone; the caller brings the entries."""
    number = int(data["number"])
    event = Event(id=number, **values(data["event"]))
    event.slots = [EventSlot(**values(each)) for each in data["slots"]]
    event.tables = [EventTable(**values(each)) for each in data["tables"]]
    uow.session.add(event)
    uow.session.flush()
    bodies = _bodies(uow, data)
    people = _people(uow, number, data, bodies)
    offers = {each["key"]: _offer(uow, number, each, bodies, people) for each in data["offers"]}
    for kind, name in ((EventPair, "pairs"), (Standby, "standby")):
        uow.session.add_all(_linked(kind, number, people, offers, each) for each in data[name])
    tables = {each.name: each.id for each in event.tables}
    uow.session.add_all(_meeting(number, people, offers, tables, each) for each in data["meetings"])
    known = {
        "mark": secrets.token_hex(8),
        "meetings": baseline(data),
        "offers": [each["id"] for each in data["offers"]],
    }
    uow.session.add(
        DayCopy(
            event_id=number,
            house=data["house"],
            number=number,
            taken_at=moment(data["taken_at"]),
            baseline=known,
        )
    )
    uow.session.flush()
    _count_on(uow)
    return number


def _bodies(uow: UnitOfWork, data: Mapping[str, Any]) -> Mapping[str, Organization]:
    names = {str(each["body"]) for each in (*data["people"], *data["offers"])} - {""}
    bodies, _made = organizations_by_name(uow.session, "expert", sorted(names))
    for each in bodies.values():
        each.readers, each.visibility = " office ", "invited"
    return bodies


def _people(
    uow: UnitOfWork, number: int, data: Mapping[str, Any], bodies: Mapping[str, Organization]
) -> dict[str, Attendee]:
    people = {}
    for each in data["people"]:
        body = bodies.get(each["body"])
        people[each["badge"]] = Attendee(
            event_id=number, organization_id=body.id if body else None, **values(each, without=("body",))
        )
    uow.session.add_all(people.values())
    uow.session.flush()
    return people


def _offer(
    uow: UnitOfWork,
    number: int,
    given: Mapping[str, Any],
    bodies: Mapping[str, Organization],
    people: Mapping[str, Attendee],
) -> EventProblem:
    body = bodies.get(given["body"])
    uow.session.add(
        Problem(
            id=given["problem_id"], organization_id=body.id if body else None, readers=" office ",
            **values(given["problem"]),
        )
    )  # fmt: skip
    uow.session.flush()
    row = EventProblem(
        id=given["id"],
        event_id=number,
        problem_id=given["problem_id"],
        **{name: given[name] for name in OFFER},
    )
    uow.session.add(row)
    uow.session.flush()
    uow.session.add_all(
        EventProblemPerson(event_problem_id=row.id, attendee_id=people[badge].id) for badge in given["people"]
    )
    return row


def _meeting(
    number: int,
    people: Mapping[str, Attendee],
    offers: Mapping[str, EventProblem],
    tables: Mapping[str, int],
    given: Mapping[str, Any],
) -> Meeting:
    row = Meeting(
        id=given["id"], event_id=number, attendee_id=people[given["who"]].id,
        event_problem_id=offers[given["offer"]].id, slot=given["slot"], table_id=tables.get(given["table"]),
        state="cancelled" if given["is_cancelled"] else "planned", sequence=given["sequence"],
        source=given["source"],
    )  # fmt: skip
    row.cards = [OutcomeCard(**values({name: card[name] for name in CARD})) for card in given["cards"]]
    return row


def _linked(
    kind: type[Any],
    event: int,
    people: Mapping[str, Attendee],
    offers: Mapping[str, EventProblem],
    given: Mapping[str, Any],
) -> Any:
    return kind(
        event_id=event, attendee_id=people[given["who"]].id, event_problem_id=offers[given["offer"]].id,
        **values(given, without=("who", "offer")),
    )  # fmt: skip


def _count_on(uow: UnitOfWork) -> None:
    """PostgreSQL counts by itself; rows that brought their numbers along must not be met again."""
    if uow.session.get_bind().dialect.name != "postgresql":
        return
    for table in (Event, EventTable, Attendee, Problem, EventProblem, Meeting):
        name = table.__tablename__
        most = uow.session.scalar(select(table.id).order_by(table.id.desc()).limit(1)) or 1
        uow.session.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :most)"), {"name": name, "most": most}
        )
