"""Messages, calls, links, grid and calendar as people use them: on each screen, by keyboard, without scripts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Account, Base, Expert, SecretLink, now
from matchmaker.permissions import ORGANIZER, SYSTEM
from matchmaker.services import asking, messages, secret_links
from tests.browser.conftest import SCREENSHOTS, SIZES
from tests.support.embedder import HashEmbedder
from tests.support.samples import expert, organization, problem, store
from web.app import create_app
from web.auth import organizer_link

pytestmark = pytest.mark.browser

PAGES = {
    "messages": "/messages",
    "message": "/messages/1",
    "outbox": "/outbox",
    "calls": "/calls",
    "answers": "/answers",
    "grid-hours": "/answers/hours",
    "grid-contact": "/answers/contact",
    "calendar": "/calendar",
    "watches": "/watches",
}


@dataclass(frozen=True)
class Office:
    app: Application
    address: str
    entry: str
    link: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Twelve experts of a university who were asked, calls that are due, deadlines of this month."""
    app = build(Settings(home=tmp_path_factory.mktemp("answering")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    (body,) = store(app, organization())
    people = [expert(f"专家{number:02}", organization_id=body, phone="13812345678") for number in range(12)]
    day = now().date()
    store(
        app,
        *people,
        *(problem(f"难题{number}", deadline=day + timedelta(days=number % 3)) for number in range(9)),
    )
    store(app, Account(name="厂里的", roles=["enterprise"], email="a@example.cn"))
    with app.unit_of_work() as uow:
        for number in (1, 2):
            messages.tell(uow, SYSTEM, messages.office(uow), "problem:submitted", f"problem:{number}")
        asking.ask_experts(uow, ORGANIZER, "contact", body, 7, day)
        asking.ask_experts(uow, ORGANIZER, "hours", body, 7, day)
        link = uow.session.scalars(select(SecretLink).where(SecretLink.purpose == "hours")).first()
        assert link is not None
        secret = secret_links.path(app.secret(), link)
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Office(app, address, organizer_link(app, address), secret)
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture
def desk(office: Office, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=office.address, reduced_motion="reduce")
    page = context.new_page()
    page.goto(office.entry)
    yield page
    context.close()


def serious(page: Page) -> list[str]:
    return [
        f"{one['id']}: {node['target']}"
        for one in Axe().run(page).response["violations"]
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen_and_has_no_serious_barrier(name: str, desk: Page) -> None:
    complaints: list[str] = []
    desk.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        desk.set_viewport_size({"width": width, "height": height})
        answer = desk.goto(PAGES[name])
        assert answer is not None
        assert answer.status == 200
        desk.screenshot(path=SCREENSHOTS / f"{name}-{size}.png", full_page=True)
        assert desk.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size
        assert desk.locator("h1").count() == 1
    assert serious(desk) == []
    assert complaints == []


def test_a_link_is_answered_on_a_phone_without_scripts(office: Office, browser: Browser) -> None:
    context = browser.new_context(
        base_url=office.address, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto(office.link)
    page.screenshot(path=SCREENSHOTS / "link-phone.png", full_page=True)
    for label in page.locator(".choice").all():
        box = label.bounding_box()
        assert box is not None
        assert box["height"] >= 44
    page.get_by_label("周二").check()
    page.get_by_label("时段和其他说明").fill("上午")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到您的答复")
    page.screenshot(path=SCREENSHOTS / "link-done-phone.png", full_page=True)
    context.close()
    with office.app.reading() as uow:
        assert uow.session.get_one(Expert, 1).hours == "周二；上午"


def test_the_grid_is_filled_in_by_keyboard_and_saved_line_by_line(office: Office, desk: Page) -> None:
    desk.goto("/answers/contact")
    first = desk.locator("tbody tr").first
    who = first.locator("th").inner_text().split()[0]
    first.locator("select").focus()
    desk.keyboard.type("正")  # chooses by its first sign
    if first.locator("select").input_value() == "":
        first.locator("select").select_option("yes")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.type("教授")
    desk.keyboard.press("Enter")
    expect(first.locator("[data-state]")).to_have_text("已保存")
    second = desk.locator("tbody tr").nth(1)
    assert second.locator("input[type=text]").first.evaluate("(field) => field === document.activeElement")
    desk.keyboard.type("讲师")
    desk.keyboard.press("ArrowUp")
    expect(second.locator("[data-state]")).to_have_text(
        "有误，未保存"
    )  # whether the contacts are right is missing
    with office.app.reading() as uow:
        positions = dict(uow.session.execute(select(Expert.name, Expert.position)).all())
    assert positions[who] == "教授"
    assert "讲师" not in positions.values()


def test_a_call_is_noted_by_keyboard_and_the_next_has_the_focus(desk: Page) -> None:
    desk.goto("/calls")
    before = desk.locator(".call").count()
    first = desk.locator(".call").first
    first.locator("select").select_option("reached")
    first.get_by_label("备注").press("Enter")
    expect(desk.locator(".call")).to_have_count(before)
    assert desk.locator(".call select").first.evaluate("(field) => field === document.activeElement")
    expect(desk.get_by_text("已登记：已通知到")).to_be_visible()


def test_a_text_is_copied(desk: Page) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.goto("/calls")
    desk.get_by_role("button", name="复制").first.click()
    expect(desk.get_by_text("已复制").first).to_be_visible()
    assert desk.evaluate("navigator.clipboard.readText()").startswith("【产学研对接】")
