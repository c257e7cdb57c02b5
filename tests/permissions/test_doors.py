"""Every address × every role: none breaks, none lets in whom it should not, lists cost the same for fifty rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from matchmaker.models import (
    Account,
    Base,
    Expert,
    Introduction,
    Membership,
    Organization,
    Outbox,
    Problem,
    Version,
    now,
)
from matchmaker.models.outbox import Delivery
from tests.support.accounts import account, log_in
from tests.support.events import docking, with_plan
from tests.support.site import SECRET, fill, open_site

ROLES = (
    "visitor", "enterprise", "expert", "body_liaison", "territory_liaison", "broker", "organizer", "administrator",
)  # fmt: skip
#: Pages of the office, or of accounts: a visitor is asked to log in, refused, or told that there is nothing.
CLOSED = (
    "/account", "/account/data.json", "/agreements", "/agreements.csv", "/follow-ups", "/follow-ups.csv",
    "/events/1/figures", "/events/1/bulletin", "/events/1/outcomes/grid",
    "/account/password", "/account/second-factor", "/accounts", "/act",
    "/achievements/new", "/achievements/waiting", "/answers", "/attachments", "/calendar", "/calls", "/events/new",
    "/events/1/people", "/events/1/problems", "/experts/new", "/health/index", "/history", "/history.csv",
    "/imports", "/institutes/new", "/introductions",
    "/introductions.csv", "/introductions/new", "/invitations", "/merges", "/messages", "/messages/settings",
    "/outbox", "/profiles/stale", "/purges", "/review", "/styleguide", "/watches",
)  # fmt: skip
#: Of these, what an enterprise may not open either.
OFFICE_ONLY = (
    "/events/1/figures", "/events/1/bulletin", "/events/1/outcomes/grid", "/follow-ups", "/health/index", "/history", "/history.csv", "/imports", "/outbox", "/purges", "/review", "/styleguide",
)  # fmt: skip
#: Lists that grow with the rows of the office.
LISTS = (
    "/", "/problems", "/experts", "/institutes", "/mine", "/review", "/introductions", "/messages", "/calls", "/accounts",
    "/invitations", "/history", "/outbox", "/profiles/stale", "/institutes/1/experts", "/calendar", "/watches", "/imports",
    "/achievements/waiting", "/answers", "/merges", "/events", "/events/1/people", "/events/1/problems",
    "/agreements", "/follow-ups", "/events/1/outcomes",
)  # fmt: skip
MOST_QUERIES = 12
#: The first page is twelve lists in one: what waits of every subject, figures, the newest, the next event.
#: A calendar is nine lists in one: a statement or two for each source of days.
CALENDAR_QUERIES = 16
WORK_QUERIES = 24


@pytest.fixture
def county(app):
    """A county with something to hide, and an event that has begun."""
    found = fill(app)
    with_plan(app, docking(app, experts=3, problems=2, anonymous=[0]), "running")
    return found


@pytest.fixture
def site(app):
    return open_site(app)


@pytest.fixture
def enter(app, site, county):
    """A client of each role; the firm and the expert are those of the county."""
    bodies = {
        "enterprise": county.open["organization"],
        "body_liaison": county.open["organization"],
        "territory_liaison": county.open["organization"],
    }

    def client(role):
        if role == "visitor":
            return site.test_client()
        expert = county.open["expert"] if role == "expert" else None
        return log_in(site, account(app, role, bodies.get(role), expert=expert))

    return client


#: What stands for a name in an address; a number is 1.
NAMES = {"kind": "expert", "name": "publish", "key": "fields", "table": "fields", "code": "materials"}


def addresses(site, method):
    """Each rule with numbers and names filled in, static files left out."""
    for rule in site.url_map.iter_rules():
        if method in rule.methods and not rule.endpoint.endswith("static"):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda part: NAMES.get(part[1], "1"), rule.rule)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_breaks(site, enter, role):
    client = enter(role)
    found = {address: client.get(address).status_code for address in addresses(site, "GET")}
    assert {address: status for address, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("role", ROLES)
def test_no_form_breaks_on_nothing_and_on_nonsense(site, enter, role):
    client = enter(role)
    nonsense = dict.fromkeys(
        ("name", "title", "reason", "revision", "number", "visibility", "action", "on"), "\u202e<x>'\""
    )
    found = {}
    for address in addresses(site, "POST"):
        if address not in {"/logout", "/leave"}:
            for data in ({}, nonsense):
                found[address, len(data)] = client.post(address, data=data).status_code
    assert {address: status for address, status in found.items() if status >= 500} == {}


def test_a_visitor_changes_nothing_but_by_the_doors_that_are_open_to_him(app, site, enter):
    before = counts(app)
    client = enter("visitor")
    for address in addresses(site, "POST"):
        client.post(
            address, data={"confirm": "problem:1", "subject": "problem:1", "reason": "没有权限的清除"}
        )
    after = counts(app)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"login_throttle", "link_miss"}


def counts(app):
    with app.reading() as uow:
        return {
            t.name: uow.session.scalar(select(func.count()).select_from(t))
            for t in Base.metadata.sorted_tables
        }


def test_closed_pages_are_closed(enter):
    visitor, firm = enter("visitor"), enter("enterprise")
    told = {address: visitor.get(address) for address in CLOSED}
    assert {
        address: answer.status_code for address, answer in told.items()
        if answer.status_code not in {401, 403, 404} and "/login" not in answer.headers.get("Location", "")
    } == {}  # fmt: skip
    assert {address for address in OFFICE_ONLY if firm.get(address).status_code not in {403, 404}} == set()


@pytest.mark.parametrize("role", ["visitor", "territory_liaison"])
def test_what_is_hidden_is_on_no_page(site, enter, role):
    """Members read what is for members; whoever is no member does not meet its name anywhere."""
    client = enter(role)
    if role == "visitor":
        leaks = [a for a in addresses(site, "GET") if SECRET.encode() in client.get(a).data]
        assert leaks == []
    else:
        assert SECRET in client.get("/problems").get_data(as_text=True)


def grow(app, count):
    """So many of everything that lists show."""
    with app.unit_of_work() as uow:
        for _ in range(count):
            body = Organization(name="某单位", kind="enterprise")
            expert = Expert(name="某专家", organization_id=1, profile="镀层", readers=" public office ")
            public = Problem(title="某难题", organization=body, deadline=now().date() + timedelta(5))
            waiting = Problem(
                title="待审难题", organization=body, state="submitted", readers=" office ", created_by=1
            )
            uow.session.add_all([body, expert, public, waiting])
            uow.session.flush()
            uow.session.add_all([
                Introduction(problem_id=public.id, expert_id=expert.id, asked_by="demand", answer_by=now()),
                Account(name="某人", roles=["enterprise"], state="waiting", username=f"u{body.id}",
                        memberships=[Membership(organization_id=body.id)]),
                Outbox(kind="problem:returned", subject=f"problem:{waiting.id}", recipient="某人", phone="13800000000",
                       title="退回", deliveries=[Delivery(channel="call", who="某人", state="waiting", due_at=now())]),
                Version(subject=f"problem:{waiting.id}", number=1),
            ])  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_as_much_for_fifty_rows_as_for_one(app, enter, address):
    client = enter("administrator")
    statements = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    def cost():
        client.get(address)
        statements.clear()
        assert client.get(address).status_code == 200
        return len([one for one in statements if one.lstrip().upper().startswith("SELECT")])

    grow(app, 1)
    one = cost()
    grow(app, 50)
    assert cost() <= max(one, MOST_QUERIES), "grows with the rows"
    assert one <= {"/": WORK_QUERIES, "/calendar": CALENDAR_QUERIES}.get(address, MOST_QUERIES)
