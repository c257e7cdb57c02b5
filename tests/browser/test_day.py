"""The day in a browser: the board on the hall's screen, check-in by keyboard alone, the desk on a telephone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import Base
from matchmaker.permissions import ORGANIZER
from matchmaker.services import board, calling, checking_in
from matchmaker.services.calling import When
from tests.browser.looking import looked_at
from tests.support.embedder import HashEmbedder
from tests.support.events import Docking, docking, with_plan
from tests.support.site import organizer_of
from web.app import create_app

pytestmark = pytest.mark.browser
NINE = datetime(2027, 3, 18, 1, 3)  # noqa: DTZ001 - stored moments have no zone


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Docking, str]]:
    """16 tables in their first round: most at it, one missed, some awaited, one firm anonymous."""
    app = build(Settings(home=tmp_path_factory.mktemp("hall")), embedder=HashEmbedder(), clock=lambda: NINE)
    Base.metadata.create_all(app.database.engine)
    made = docking(app, experts=22, problems=16, slots=4, tables=16, anonymous=[1])
    with_plan(app, made, "running")
    at = When(NINE, "Asia/Shanghai")
    with app.unit_of_work() as uow:
        for person in [*made.people[2:19], *made.representatives[:-2]]:
            checking_in.check_in(uow, ORGANIZER, made.event, person, at=NINE)
        calling.start(uow, ORGANIZER, made.event, 0, at)
        calling.miss(uow, ORGANIZER, made.event, made.meetings[0, 0], "supply", at)
        key = board.new_key(uow, ORGANIZER, made.event).board_key
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", made, key
    server.shutdown()
    server.server_close()
    app.close()


def desk(browser: Browser, hall: tuple[str, Docking, str], **options) -> Page:
    """A page of the organizer."""
    address, made, _key = hall
    cookie = organizer_of(create_app(made.app)).get_cookie("matchmaker")
    context = browser.new_context(base_url=address, **options)
    context.add_cookies([{"name": "matchmaker", "value": cookie.value, "url": address}])
    return context.new_page()


def test_the_board_fills_the_screen_and_follows_the_desk(browser: Browser, hall) -> None:
    address, made, key = hall
    page = browser.new_page(viewport={"width": 1920, "height": 1080}, base_url=address)
    page.goto(f"/events/{made.event}/board?key={key}")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    small = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.board-demand, .board-supply, .board-awaited li')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert small >= 28
    assert page.locator("[data-clock]").inner_text() == "09:03"
    assert page.locator(".board-demand").all_inner_texts()[:2] == ["第1纽扣厂", "2027-0002"]
    assert page.locator(".board-count b").inner_text().count(":") == 1
    assert page.locator(".board-awaited li").first.inner_text().split() == ["A02", "专家2"]
    with made.app.unit_of_work() as uow:
        calling.call(uow, ORGANIZER, made.event, 1, When(NINE, "Asia/Shanghai"))
    page.get_by_text("第 2 场 09:30 开始，请就座").wait_for(timeout=3000)
    with made.app.unit_of_work() as uow:
        calling.start(uow, ORGANIZER, made.event, 0, When(NINE, "Asia/Shanghai"))
    assert looked_at(page, "day-board") == []
    page.context.close()


def test_the_board_without_scripts_and_without_a_key(browser: Browser, hall) -> None:
    address, made, key = hall
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/events/{made.event}/board?key={key}")
    assert page.get_by_text("09:28 结束").is_visible()
    page.goto(f"/events/{made.event}/board?key=wrong")
    assert page.get_by_text("这个大屏链接已失效").is_visible()
    context.close()


def test_check_in_by_keyboard_alone(browser: Browser, hall) -> None:
    page = desk(browser, hall)
    page.goto(f"/events/{hall[1].event}/checkin")
    page.keyboard.type("zj2")
    page.get_by_text("符合“zj2”的有").wait_for()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.get_by_text("已签到").first.wait_for()
    assert "专家1" in page.locator(".notice").inner_text()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.get_by_text("已经签到").wait_for()
    assert looked_at(page, "day-checkin") == []
    page.get_by_role("button", name="撤销").first.click()
    page.get_by_text("已撤销").wait_for()
    page.context.close()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("desk", "/day?slot=1"),
        ("walkin", "/day/walkin"),
        ("paper", "/day/paper?slot=1"),
        ("moves", "/day/moves?table=3"),
        ("find", "/checkin?q=zj1&phones=1"),
    ],
)
def test_a_page_of_the_day_fits_and_has_no_serious_barrier(
    browser: Browser, hall, name: str, path: str
) -> None:
    page = desk(browser, hall)
    answer = page.goto(f"/events/{hall[1].event}{path}")
    assert answer is not None
    assert answer.status == 200
    assert looked_at(page, f"day-{name}") == []
    if name == "desk":
        page.set_viewport_size({"width": 390, "height": 844})
        low = page.evaluate(
            "[...document.querySelectorAll('main .btn')].filter((one) => one.offsetHeight && one.offsetHeight < 44)"
            ".map((one) => one.innerText)"
        )
        assert low == []
    page.context.close()
