"""The page of documents, the handing out of pages, and somebody's own day on his telephone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import AgendaItem, Base, Event, Meeting, Problem
from matchmaker.services import event_pages, events, secret_links
from tests.browser.looking import looked_at
from tests.support.embedder import HashEmbedder
from tests.support.events import docking, with_plan
from tests.support.papers_sample import LONG
from web.app import create_app
from web.auth import organizer_link

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Hall:
    app: Application
    event: int
    meeting: int
    address: str
    entry: str
    page: str


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """An event whose plan is published today, and the page of its first expert."""
    app = build(Settings(home=tmp_path_factory.mktemp("papers")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    made = docking(
        app, experts=6, problems=5, slots=8, tables=12, day=app.today() + timedelta(days=1), anonymous=[1],
        contact_name="王科长", contact_phone="0579-1234567",
    )  # fmt: skip
    with_plan(app, made)
    office = made.actor("office")
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, made.problems[0]).title = LONG
        event = events.get(uow, office, made.event)
        start = event.slots[0].starts
        uow.session.add(
            AgendaItem(
                event_id=event.id, kind="opening", title="开幕式", room="报告厅", starts=start - timedelta(hours=1),
                ends=start,
            )
        )  # fmt: skip
        links = event_pages.hand_out(uow, office, event, set(made.people[:3]), app.today(), app.clock())
        page = secret_links.path(app.secret(), links[0])
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Hall(app, made.event, made.meetings[0, 0], address, organizer_link(app, address), page)
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


def test_pages_of_the_office(browser: Browser, hall: Hall) -> None:
    context = browser.new_context(base_url=hall.address)
    page = context.new_page()
    page.goto(hall.entry)
    found = []
    for name, path in (("papers", "papers"), ("paper-pages", "papers/pages")):
        page.goto(f"/events/{hall.event}/{path}")
        found += looked_at(page, name)
    context.close()
    assert found == []


def test_a_telephone_shows_what_is_next_and_what_has_changed(browser: Browser, hall: Hall) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=hall.address, has_touch=True
    )
    page = context.new_page()
    page.goto(hall.page)
    card = page.locator(".own-next").bounding_box()
    assert card is not None
    assert card["y"] + card["height"] < 844  # on the first screen
    page.evaluate("document.querySelector('[data-live]').dataset.pollEvery = '300'")
    found = looked_at(page, "own-day")
    with hall.app.unit_of_work() as uow:
        row = uow.session.get_one(Meeting, hall.meeting)
        row.slot, row.sequence = 7, row.sequence + 1
        events.touched(uow.session.get_one(Event, hall.event))
    expect(page.get_by_text("您上次看过之后有变动")).to_be_visible(timeout=20_000)
    found += looked_at(page, "own-day-changed")
    page.get_by_role("button", name="知道了").tap()
    expect(page.get_by_text("您上次看过之后有变动")).to_have_count(0)
    context.close()
    assert found == []
