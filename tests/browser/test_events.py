"""Events in a browser: made by keyboard alone, looked at on every screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import AgendaItem, Attendee, Base, EventProblem
from tests.browser.looking import looked_at
from tests.support import accounts
from tests.support.embedder import HashEmbedder
from tests.support.events import DAY, Docking, docking, with_plan
from web.app import create_app

pytestmark = pytest.mark.browser

Hall = tuple[str, Docking]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """An event with a plan, an agenda, somebody and something that wait."""
    app = build(Settings(home=tmp_path_factory.mktemp("hall")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    made = docking(
        app, experts=6, problems=4, slots=8, tables=4, theme="表面处理与耐腐蚀：少样本检测、无氰电镀。"
    )
    with_plan(app, made)
    nine = datetime.combine(DAY, time(8, 30))
    with app.unit_of_work() as uow:
        uow.session.add(
            AgendaItem(
                event_id=made.event,
                kind="opening",
                title="开幕式",
                starts=nine,
                ends=nine + timedelta(minutes=45),
            )
        )
        uow.session.get_one(Attendee, made.representatives[3]).state = "registered"
        uow.session.get_one(EventProblem, made.offers[3]).state = "offered"
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()
    app.close()


def opened(browser: Browser, hall: Hall, role: str) -> Page:
    address, made = hall
    cookie = accounts.log_in(create_app(made.app), made.account(role)).get_cookie("matchmaker")
    assert cookie is not None
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768})
    context.add_cookies([{"name": "matchmaker", "value": cookie.value, "url": address}])
    return context.new_page()


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (
            "office",
            (
                "",
                "/edit?part=what",
                "/edit?part=times",
                "/edit?part=tables",
                "/edit?part=rules",
                "/agenda",
                "/people",
                "/problems",
            ),
        ),
        ("firm", ("", "/register")),
    ],
)
def test_pages_fit_and_have_no_serious_barrier(
    browser: Browser, hall: Hall, role: str, paths: tuple[str, ...]
) -> None:
    page = opened(browser, hall, role)
    found = []
    for path in paths:
        page.goto(f"/events/{hall[1].event}{path}")
        found += looked_at(page, f"event-{role}-{path.strip('/').replace('?part=', '-') or 'page'}")
    page.context.close()
    assert found == []


def test_an_event_is_made_by_keyboard(browser: Browser, hall: Hall) -> None:
    page = opened(browser, hall, "office")
    page.goto("/events/new")
    page.keyboard.type("秋季专场对接会")  # the first field has the focus
    for _ in range(2):
        page.keyboard.press("Tab")
    day = date.today() + timedelta(days=70)
    page.keyboard.type(f"{day:%m%d%Y}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit?part=times")
    assert "这样是 10 轮" in page.content()
    minutes = page.get_by_label("每轮几分钟")
    minutes.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("20")
    page.get_by_role("button", name="先看看").focus()
    page.keyboard.press("Enter")
    page.get_by_text("尚未保存").wait_for()
    page.get_by_role("button", name="保存，下一步").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit?part=tables")
    page.context.close()
