"""A plan in a browser: run, published, a meeting moved by keys, looked at and accepted; without barriers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.jobs.worker import Worker
from matchmaker.models import Base, Problem
from tests.browser.conftest import SCREENSHOTS, SIZES
from tests.support import accounts
from tests.support.embedder import HashEmbedder
from tests.support.events import Docking, docking
from tests.support.plans import meetings, planned
from web.app import create_app

pytestmark = pytest.mark.browser

LONG = "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型一体化装备关键技术研究及产业化示范"


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Docking, Docking]]:
    """A hall of 16 tables and 8 rounds with a published plan, and a small event where nothing is planned."""
    app = build(Settings(home=tmp_path_factory.mktemp("hall")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    large = docking(app, experts=12, problems=8, slots=8, tables=16)
    with app.unit_of_work() as uow:
        uow.session.get_one(Problem, large.problems[0]).title = LONG
    planned(app, large)
    small = docking(app, experts=2, problems=2, slots=3, tables=2)
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", large, small
    server.shutdown()
    server.server_close()
    app.close()


def opened(browser: Browser, address: str, made: Docking, role: str, **options: object) -> Page:
    """A page of somebody who is logged in."""
    client = accounts.log_in(create_app(made.app), made.account(role))
    cookie = client.get_cookie("matchmaker")
    assert cookie is not None
    context = browser.new_context(base_url=address, **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "matchmaker", "value": cookie.value, "url": address}])
    return context.new_page()


@pytest.mark.parametrize(
    ("role", "path"),
    [("office", "plan"), ("office", "plan?view=meetings"), ("office", "repair"), ("firm", "mine")],
)
def test_a_page_fits_and_has_no_serious_barrier(
    browser: Browser, hall: tuple[str, Docking, Docking], role: str, path: str
) -> None:
    address, made, _small = hall
    page = opened(browser, address, made, role)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(f"/events/{made.event}/{path}")
        assert answer is not None
        assert answer.status == 200
        page.screenshot(path=SCREENSHOTS / f"event-{path.replace('?view=', '-')}-{size}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    assert [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    ] == []
    page.context.close()


def test_the_whole_hall_is_readable_at_a_desk(browser: Browser, hall: tuple[str, Docking, Docking]) -> None:
    address, made, _small = hall
    page = opened(browser, address, made, "office", viewport={"width": 1366, "height": 768})
    page.goto(f"/events/{made.event}/plan")
    told = page.evaluate(
        """() => {
            const table = document.querySelector(".plan-grid"), box = table.parentElement;
            const size = parseFloat(getComputedStyle(table.querySelector(".plan-who")).fontSize);
            return [table.rows.length, table.rows[0].cells.length, table.scrollWidth <= box.clientWidth, size >= 12];
        }"""
    )
    assert told == [17, 9, True, True]
    page.context.close()


def test_a_plan_is_run_published_and_a_meeting_moved_by_keys(
    browser: Browser, hall: tuple[str, Docking, Docking]
) -> None:
    address, _large, made = hall
    page = opened(browser, address, made, "office")
    page.goto(f"/events/{made.event}/plan")
    page.get_by_label("最多计算").first.fill("2")
    page.get_by_role("button", name="排一次").click()
    page.wait_for_url("**/runs/1")
    Worker(made.app).drain(seconds=30)
    page.get_by_role("button", name="公布这一版").click()
    page.get_by_text("现行排程").first.wait_for()
    before = {key: (row.slot, row.table_id) for key, row in meetings(made.app, made).items()}
    cell = page.locator("td[data-pair]").first
    pair, table = cell.get_attribute("data-pair"), cell.get_attribute("data-table")
    slot = int(cell.get_attribute("data-slot") or 0)
    cell.focus()
    page.keyboard.press("Enter")
    assert "已选中" in page.locator("[data-plan-status]").inner_text()
    page.keyboard.press("ArrowRight" if slot < 2 else "ArrowLeft")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="就这样改").wait_for()
    assert {key: (row.slot, row.table_id) for key, row in meetings(made.app, made).items()} == before
    page.get_by_role("button", name="就这样改").click()
    page.get_by_text("已公布").first.wait_for()
    page.goto(f"/events/{made.event}/plan")
    moved = page.locator(f'td[data-pair="{pair}"]')
    assert moved.get_attribute("data-slot") == str(slot + (1 if slot < 2 else -1))
    assert moved.get_attribute("data-table") == table
    page.context.close()
