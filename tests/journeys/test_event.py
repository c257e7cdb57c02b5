"""A docking event from a theme to a locked bulletin, by the addresses that its people use."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest

from matchmaker.jobs.worker import Worker
from matchmaker.models import (
    Agreement,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    Meeting,
    PlanRun,
    SecretLink,
)
from matchmaker.permissions import ORGANIZER
from matchmaker.services import bulletin, secret_links
from tests.support.accounts import account, log_in
from tests.support.samples import expert, organization, problem, store
from tests.support.site import open_site

EXPERTS, PROBLEMS = 4, 3


@pytest.fixture
def site(app):
    return open_site(app)


def one(app, table, *where):
    with app.reading() as uow:
        return uow.session.query(table).filter(*where).order_by(table.id.desc()).first()


def every(app, table, *where):
    with app.reading() as uow:
        return uow.session.query(table).filter(*where).order_by(table.id).all()


def count(app, table, *where):
    return len(every(app, table, *where))


def posted(client, address, data=None, status=303):
    answer = client.post(address, data=data or {})
    assert answer.status_code == status, (address, answer.status_code, shown(answer.text))
    return answer


def shown(text):
    text = text.partition("<main")[2] or text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))[:1500]


def test_from_a_theme_to_a_locked_bulletin(app, site):  # noqa: PLR0915 - one way, told step by step
    body, firm = organization("某大学"), organization("某纽扣厂", kind="enterprise")
    store(app, body, firm, *(expert(f"教授{i}", organization=body) for i in range(EXPERTS)))
    store(
        app,
        *(
            problem(f"第 {i} 种镀层变色", number=f"2027-{i:03}", organization_id=2, contact_name="李工")
            for i in range(PROBLEMS)
        ),
    )
    office = log_in(site, account(app, "organizer"))
    professor = log_in(site, account(app, "expert", expert=1, name="教授0"))

    # the event, from a title and a day
    day = app.today() + timedelta(days=45)
    created = posted(
        office, "/events/new", {"title": "纽扣表面处理对接会", "first_day": f"{day}", "venue": "会展中心"}
    )
    event = one(app, Event)
    home = f"/events/{event.id}"
    assert created.location.startswith(f"{home}/edit")
    with app.reading() as uow:
        assert len(uow.session.get(Event, event.id).slots) >= 4
        assert len(uow.session.get(Event, event.id).tables) >= 2
    posted(office, f"{home}/step", {"step": "open", "seen": "draft"})

    # problems and people
    for number in range(1, PROBLEMS + 1):
        posted(office, f"{home}/problems", {"problem": number})
    for number in range(1, EXPERTS + 1):
        posted(office, f"{home}/people", {"kind": "expert", "expert": number})
    offers = every(app, EventProblem, EventProblem.event_id == event.id)
    posted(
        office, f"{home}/people",
        {"kind": "representative", "name": "李工", "phone": "13800001111", "organization": 2},
    )  # fmt: skip
    people = every(app, Attendee, Attendee.event_id == event.id)
    for row in offers:
        posted(office, f"{home}/problems/{row.id}", {"people": [str(people[-1].id)]})
    assert [row.kind for row in people] == ["expert"] * EXPERTS + ["representative"]
    assert {row.state for row in people} == {"accepted"}

    # wishes: one by account, the others are reminded
    posted(office, f"{home}/step", {"step": "choose", "seen": "open"})
    wish = f"wish-{people[0].id}-{offers[0].id}"
    posted(
        professor, f"{home}/wishes/{people[0].id}", {"known": "", "away": ["0"], "most": "2", wish: "must"}
    )
    assert "已发给 4 人" in office.post(
        f"{home}/wishes/ask", data={"all": "1"}, follow_redirects=True
    ).text  # fmt: skip
    with app.unit_of_work() as uow:  # the index is empty here: scores as a ranking would give them
        for person in people[:EXPERTS]:
            for offer in offers:
                row = uow.session.query(EventPair).filter_by(attendee_id=person.id, event_problem_id=offer.id)
                pair = row.one_or_none() or EventPair(
                    event_id=event.id, attendee_id=person.id, event_problem_id=offer.id
                )
                pair.score, pair.band, pair.scored_at = 0.8, "strong", app.clock()
                uow.session.add(pair)

    # the plan: run by the worker, looked at, published, confirmed
    asked = posted(office, f"{home}/plan/runs", {"seconds": "3", "problem_least": "1", "problem_most": "3"})
    Worker(app).drain()
    run = one(app, PlanRun)
    assert (run.state, run.result["figures"]["unmet_minima"]) == ("done", 0)
    page = office.get(asked.location).text
    base = re.search(r'name="base" value="([^"]*)"', page)[1]
    posted(office, f"{home}/plan/runs/{run.id}/publish", {"base": base})
    meetings = every(app, Meeting, Meeting.event_id == event.id)
    assert len(meetings) == len(run.result["meetings"]) >= PROBLEMS
    own = [row for row in meetings if row.attendee_id == people[0].id]
    assert own
    assert all(row.slot != 0 for row in own)
    assert professor.get(f"{home}/mine").text.count("第 0 种镀层变色") >= 1
    posted(office, f"{home}/step", {"step": "freeze", "seen": "provisional"})

    # paper
    bundle = office.get(f"{home}/papers/all.zip")
    assert bundle.status_code == 200
    assert len(zipfile.ZipFile(io.BytesIO(bundle.data)).namelist()) >= 8
    calendar = professor.get(f"{home}/my.ics")
    assert calendar.text.count("BEGIN:VEVENT") >= len(own)

    # the day
    posted(office, f"{home}/step", {"step": "start", "seen": "frozen"})
    for row in people:
        posted(office, f"{home}/checkin", {"q": row.badge})
    assert count(app, Attendee, Attendee.arrived_at.is_not(None)) == EXPERTS + 1
    slot = meetings[0].slot + 1
    posted(office, f"{home}/day/slots/{slot}/call")
    posted(office, f"{home}/day/slots/{slot}/start", {"tables": "1"})
    board = office.get(f"{home}/board")
    assert board.status_code == 200
    assert "13800001111" not in board.text
    posted(office, f"{home}/day/slots/{slot}/stop", {"tables": "1"})

    # both sides tell, by secret link
    posted(office, f"{home}/outcomes/ask")
    phone = site.test_client(use_cookies=False)
    told = meetings[0]
    with app.reading() as uow:
        links = uow.session.query(SecretLink).filter_by(purpose="outcome").all()
        keys = {link.subject: secret_links.token(app.secret(), link) for link in links}
    for who in (told.attendee_id, people[-1].id):
        card = {"attended": "met", "result": "intention", "ways": ["commission"], "amount": "12.5"}
        posted(phone, f"/l/{keys[f'attendee:{who}']}/outcomes/{told.id}", card)
    agreement = one(app, Agreement)
    assert (agreement.meeting_id, agreement.state, agreement.amount_fen) == (told.id, "intention", 12_500_000)

    # after
    posted(office, f"{home}/step", {"step": "end", "seen": "running"})
    assert office.get("/agreements").text.count("某纽扣厂") >= 1
    page = office.get(f"{home}/figures").text
    assert "达成意向" in page
    posted(office, f"{home}/figures/lock", {"note": "当日上报"})
    assert one(app, Event).state == "locked"
    assert office.get(f"{home}/bulletin").status_code == 200
    with app.reading() as uow:
        written = bulletin.read(uow, ORGANIZER, uow.session.get(Event, event.id), app.today())
    assert {each.name: each.value for each in written.figures}["intentions"] == 1
