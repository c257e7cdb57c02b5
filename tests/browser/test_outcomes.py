"""Outcome cards on a telephone by taps, paper cards by keyboard, figures and lists on every screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Base, Event, OutcomeCard, SecretLink
from matchmaker.permissions import ORGANIZER
from matchmaker.services import following, outcome_links, outcomes, secret_links
from matchmaker.services.outcomes import Card
from tests.browser.conftest import SIZES
from tests.browser.looking import looked_at
from tests.support.embedder import HashEmbedder
from tests.support.events import Docking, docking, with_plan
from web.app import create_app
from web.auth import organizer_link

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Hall:
    app: Application
    made: Docking
    address: str
    entry: str
    link: str


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """An event that goes on: an intention, a contradiction, a pending one, links sent."""
    app = build(Settings(home=tmp_path_factory.mktemp("outcomes")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    made = docking(app, experts=4, problems=3, slots=4, tables=3)
    with_plan(app, made)
    told = {
        (1, 1): (Card("met", "intention", ("joint",), 12_000_000), Card("met", "intention", ("joint",))),
        (1, 0): (Card("met", "intention", ("joint",)), Card("other_missing")),
        (2, 2): (Card("met", "intention", ("testing",)), None),
        (2, 1): (Card("met", "unfit", reason="price"), Card("met", "talk")),
    }
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.state = "running"
        for pair, sides in told.items():
            for side, card in zip(("demand", "supply"), sides, strict=True):
                if card is not None:
                    outcomes.tell(uow, ORGANIZER, made.meetings[pair], side, card, at=app.clock())
        following.begin(uow, ORGANIZER, event)
        outcome_links.ask(uow, ORGANIZER, event)
        link = uow.session.scalars(
            select(SecretLink).where(SecretLink.subject == f"attendee:{made.people[0]}")
        ).one()
        path = secret_links.path(app.secret(), link)
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Hall(app, made, address, organizer_link(app, address), f"{address}{path}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture
def desk(browser: Browser, hall: Hall) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=hall.address)
    page = context.new_page()
    page.goto(hall.entry)
    yield page
    context.close()


def of_side(hall: Hall, pair: tuple[int, int], side: str) -> tuple[str, str, list[str], str] | None:
    with hall.app.reading() as uow:
        card = uow.session.scalars(
            select(OutcomeCard).where(
                OutcomeCard.meeting_id == hall.made.meetings[pair], OutcomeCard.side == side
            )
        ).one_or_none()
        return (card.attended, card.result, list(card.ways), card.next_step) if card else None


@pytest.mark.parametrize("scripts", [True, False])
def test_three_taps_and_a_sentence_on_a_telephone(browser: Browser, hall: Hall, *, scripts: bool) -> None:
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(hall.link)
    form = page.locator("details[open] form")
    taps = 0
    for words in ("已洽谈", "达成意向", "委托开发"):
        label = form.locator("label.tap", has_text=words).first
        box = label.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        label.tap()
        taps += 1
    form.get_by_label("下一步").fill("先寄样品")
    form.get_by_role("button", name="提交结果卡").tap()
    assert taps == 3
    page.get_by_text("已保存。").wait_for()
    pair = (0, 0) if scripts else (0, 1)
    assert of_side(hall, pair, "supply") == ("met", "intention", ["commission"], "先寄样品")
    if scripts:
        assert looked_at(page, "outcome-link") == []
    context.close()


def test_paper_cards_by_keyboard_alone(desk: Page, hall: Hall) -> None:
    desk.goto(f"/events/{hall.made.event}/outcomes/grid")
    first, second = hall.made.meetings[0, 2], hall.made.meetings[3, 0]
    cells = (str(first), "1", "1", "1", "1 9", "20.5", "", "签意向书", "", str(second), "2", "1", "7")
    for cell in cells:
        desk.keyboard.type(cell)
        desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    desk.get_by_text("已保存 1 张").wait_for()
    assert of_side(hall, (0, 2), "demand") == ("met", "intention", ["commission", "testing"], "签意向书")
    focused = "document.activeElement.name"
    assert desk.evaluate(focused) == "row-0-result"
    assert looked_at(desk, "outcome-grid-fault") == []
    desk.locator("[name=row-0-result]").fill("2")
    desk.keyboard.press("Enter")
    desk.get_by_text("已保存 1 张结果卡").wait_for()
    assert of_side(hall, (3, 0), "supply") == ("met", "talk", [], "")


def test_pages_of_the_office_on_every_screen(desk: Page, hall: Hall) -> None:
    event = hall.made.event
    pages = {
        "outcomes": f"/events/{event}/outcomes",
        "outcome": f"/events/{event}/outcomes/{hall.made.meetings[1, 0]}",
        "event-figures": f"/events/{event}/figures",
        "figure": f"/events/{event}/figures/intentions",
        "bulletin": f"/events/{event}/bulletin",
        "agreements": "/agreements",
        "agreement": "/agreements/1",
        "intention-new": f"/events/{event}/intentions/new",
        "followups": "/follow-ups",
        "followup": "/follow-ups/1",
    }
    faults: list[str] = []
    for name, path in pages.items():
        answer = desk.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        faults += looked_at(desk, name)
    assert faults == []
