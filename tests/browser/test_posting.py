"""Posting with the keyboard alone, the form without scripts, what survives a lost session; no barrier, no overflow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Base
from matchmaker.permissions import ORGANIZER
from matchmaker.services import posting
from tests.browser.conftest import SCREENSHOTS, SIZES
from tests.support.accounts import account, log_in
from tests.support.embedder import HashEmbedder
from tests.support.samples import organization, store
from web.app import create_app

pytestmark = pytest.mark.browser

LONG = "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型一体化装备关键技术研究及产业化示范"
TEXT = "纽扣镀层在中性盐雾中 24 小时后变色，换过两家药水，希望达到 96 小时以上。"
VALUES = {"title": LONG, "text": TEXT, "contact_phone": "13912345601", "organization": "澄溪晶彩钮扣有限公司"}


class Place:
    """A served site with a firm's account, a draft, and two problems in review."""

    def __init__(self, app: Application, site: Flask, address: str) -> None:
        self.app, self.site, self.address = app, site, address
        firm = store(app, organization("澄溪晶彩钮扣有限公司", kind="enterprise"))[0]
        self.poster = account(app, "enterprise", firm, name="王工", phone="13800001111")
        self.office = account(app, "organizer", name="张科长")
        with app.unit_of_work() as uow:
            self.draft = posting.create(uow, ORGANIZER, VALUES).id
            self.waiting = posting.post(uow, ORGANIZER, VALUES, declared=True, at=app.clock()).id

    def cookie(self, number: int) -> dict[str, str]:
        client = log_in(self.site, number)
        name = self.site.config["SESSION_COOKIE_NAME"]
        found = client.get_cookie(name)
        assert found is not None
        return {"name": name, "value": found.value, "url": self.address}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    app = build(Settings(home=tmp_path_factory.mktemp("posting")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    site = create_app(app)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    import threading

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Place(app, site, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture
def browsing(browser: Browser, place: Place) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=place.address)
    yield made
    made.close()


class Keyboard:
    """Whoever has only a keyboard: every press besides the letters of a text is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.fields = page, 0, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def fill(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.fields += 1

    def here(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.className"))


def test_the_short_path_of_a_visitor_takes_twelve_fields_and_presses_at_most(
    browsing: BrowserContext,
) -> None:
    page = browsing.new_page()
    page.goto("/problems/new")
    keyboard = Keyboard(page)
    for name, text in (
        ("title", "镀层变色"),
        ("text", TEXT),
        ("organization", "新来的钮扣厂"),
        ("contact_phone", "13900002222"),
        ("contact_name", "葛建国"),
    ):
        assert keyboard.here() == name
        keyboard.fill(text)
        keyboard.press("Tab")
    assert keyboard.here() == "declared"
    keyboard.press("Space")
    keyboard.press("Enter")
    page.wait_for_url("**/problems/posted")
    assert "已提交" in page.locator("h1").inner_text()
    assert keyboard.fields + keyboard.presses <= 12


def test_the_short_path_of_an_account_takes_less(browsing: BrowserContext, place: Place) -> None:
    browsing.add_cookies([place.cookie(place.poster)])
    page = browsing.new_page()
    page.goto("/problems/new")
    keyboard = Keyboard(page)
    keyboard.fill("镀层起泡")
    keyboard.press("Tab")
    keyboard.fill(TEXT)
    for _ in range(4):
        keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Control+Enter")
    page.wait_for_url("**/problems/posted")
    assert keyboard.fields + keyboard.presses <= 9


PAGES = {
    "new": (None, "/problems/new"),
    "mine": ("poster", "/mine"),
    "edit-basic": ("poster", "/problems/{draft}/edit?step=basic"),
    "edit-need": ("poster", "/problems/{draft}/edit?step=need"),
    "edit-indicators": ("poster", "/problems/{draft}/edit?step=indicators"),
    "edit-cooperation": ("poster", "/problems/{draft}/edit?step=cooperation"),
    "edit-readers": ("poster", "/problems/{draft}/edit?step=readers"),
    "edit-files": ("poster", "/problems/{draft}/edit?step=files"),
    "edit-check": ("poster", "/problems/{draft}/edit?step=check"),
    "draft": ("poster", "/problems/{draft}"),
    "versions": ("poster", "/problems/{draft}/versions"),
    "review": ("office", "/review"),
    "review-one": ("office", "/review/{waiting}"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen_and_has_no_serious_barrier(
    name: str, browsing: BrowserContext, place: Place
) -> None:
    who, address = PAGES[name]
    if who:
        browsing.add_cookies([place.cookie(getattr(place, who))])
    page = browsing.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    address = address.format(draft=place.draft, waiting=place.waiting)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
        page.screenshot(path=SCREENSHOTS / f"posting-{name}-{size}.png", full_page=True)
    assert page.locator("h1").count() == 1
    assert complaints == []
    found = Axe().run(page).response["violations"]
    assert {
        f"{one['id']}: {node['target']}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    } == set()


def test_what_is_touched_is_large_enough(browser: Browser, place: Place) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=place.address
    )
    context.add_cookies([place.cookie(place.poster)])
    page = context.new_page()
    for address in (
        "/problems/new",
        f"/problems/{place.draft}/edit?step=indicators",
        f"/problems/{place.draft}/edit?step=readers",
    ):
        page.goto(address)
        small = page.evaluate(
            """() => [...document.querySelectorAll("a.btn, button.btn, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, summary, label.tick, label.choice")]
                 .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.9)
                 .map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert small == [], address
    context.close()


def test_what_was_typed_survives_a_lost_session(browsing: BrowserContext, place: Place) -> None:
    browsing.add_cookies([place.cookie(place.poster)])
    page = browsing.new_page()
    page.goto(f"/problems/{place.draft}/edit?step=need")
    page.locator("#field-tried").fill("换过三家药水")
    browsing.clear_cookies()
    page.get_by_role("button", name="保存后返回").click()
    page.wait_for_load_state()
    browsing.add_cookies([place.cookie(place.poster)])
    page.goto(f"/problems/{place.draft}/edit?step=need")
    assert page.locator("#field-tried").input_value() == "换过三家药水"


def test_rows_are_added_and_the_form_works_without_scripts(
    browser: Browser, browsing: BrowserContext, place: Place
) -> None:
    browsing.add_cookies([place.cookie(place.poster)])
    page = browsing.new_page()
    page.goto(f"/problems/{place.draft}/edit?step=indicators")
    rows = page.locator(".need-row").count()
    page.get_by_role("button", name="再加几行").click()
    assert page.locator(".need-row").count() == rows + 1
    plain = browser.new_context(java_script_enabled=False, base_url=place.address)
    plain.add_cookies([place.cookie(place.poster)])
    page = plain.new_page()
    page.goto(f"/problems/{place.draft}/edit?step=indicators")
    page.locator("#indicator-0-name").fill("中性盐雾")
    page.get_by_role("button", name="再加几行").click()
    assert page.locator(".need-row").count() > rows
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**step=cooperation")
    plain.close()
