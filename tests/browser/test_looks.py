"""Every page as people meet it: on a phone, at a desk, in the hall, in large type, on paper, without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SCREENSHOTS, SIZES, Served

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "problems": "/problems",
    "problems-none": "/problems?q=zzz",
    "problem": "/problems/1",
    "experts": "/experts",
    "expert": "/experts/1",
    "match": "/match",
    "achievement": "/achievements/1",
    "publication": "/publications/1",
    "patent": "/patents/1",
    "institutes": "/institutes",
    "institute": "/institutes/1",
    "search": "/search?q=镀层",
    "imports": "/imports",
    "health": "/health/index",
    "styleguide": "/styleguide",
    "not-there": "/nope",
    "permissions": "/permissions",
    "history": "/history",
    "accounts": "/accounts",
    "invitations": "/invitations",
    "stale": "/profiles/stale",
    "merges": "/merges",
    "expert-edit": "/experts/1/edit",
    "expert-new": "/experts/new",
    "achievement-edit": "/achievements/1/edit",
    "institute-edit": "/institutes/1/edit",
    "institute-experts": "/institutes/1/experts",
    "outbox": "/outbox",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_screen(name: str, size: str, page: Page) -> None:
    width, height = SIZES[size]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.set_viewport_size({"width": width, "height": height})
    answer = page.goto(PAGES[name])
    assert answer is not None
    assert answer.status == (404 if name == "not-there" else 200)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{size}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("h1").count() == 1
    assert [text for text in complaints if name != "not-there" or "404" not in text] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_barrier(name: str, page: Page) -> None:
    page.goto(PAGES[name])
    found = Axe().run(page).response["violations"]
    serious = {
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    }
    assert serious == set()


@pytest.mark.parametrize("name", ["problems", "problem", "styleguide", "home"])
def test_large_type_fits_too(name: str, size: str, page: Page) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    address = PAGES[name]
    page.goto(f"{address}{'&' if '?' in address else '?'}type=large")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    page.screenshot(path=SCREENSHOTS / f"{name}-{size}-large.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_is_touched_is_large_enough(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(served.link)
    for address in ("/", "/problems", "/match", "/styleguide"):
        page.goto(served.address + address)
        small = page.evaluate(
            """() => [...document.querySelectorAll("a.btn, button.btn, .main-nav a, input:not([type=hidden]), select, summary")]
                 .map((one) => ["checkbox", "radio"].includes(one.type) ? one.closest("label") || one : one)
                 .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.9)
                 .map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert small == []
    context.close()


def test_the_keyboard_reaches_everything(page: Page) -> None:
    page.goto("/problems")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement === document.querySelector('.row-link')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "field-q"
    page.keyboard.type("第 3 种")
    page.keyboard.press("Enter")
    page.wait_for_url("**/problems?q=*")
    assert page.locator(".row-link").count() == 1
    page.locator(".row-link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/problems/*")


def test_it_reads_without_scripts(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=served.address)
    page = context.new_page()
    page.goto("/problems")
    page.locator("#field-q").fill("MX-003")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="纽扣镀层第 3 种耐腐蚀要求").click()
    assert page.locator("h1").inner_text() == "谁能解决：纽扣镀层第 3 种耐腐蚀要求？"
    page.goto("/")
    page.get_by_text("看数据表").click()
    assert page.locator("details.behind table").is_visible()
    context.close()


@pytest.mark.parametrize("name", ["problem", "problems", "expert", "home"])
def test_paper_has_no_navigation(name: str, page: Page) -> None:
    page.goto(PAGES[name])
    paper = page.pdf(path=SCREENSHOTS / f"{name}.pdf", prefer_css_page_size=True)
    assert paper.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator(".main-nav").is_visible()
    assert not page.locator(".foot").is_visible()
    assert page.locator(".print-head").is_visible()
    assert page.locator(".print-head").inner_text().count("http://127.0.0.1") == 1


def test_a_table_stays_a_table_on_paper(page: Page) -> None:
    page.set_viewport_size({"width": 690, "height": 1000})
    page.goto("/problems")
    assert page.evaluate("getComputedStyle(document.querySelector('.table.list')).display") == "block"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.table.list')).display") == "table"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.table.list thead')).display")
        == "table-header-group"
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_what_was_typed_stays(page: Page) -> None:
    page.goto("/match")
    page.locator("#field-text").fill("镀层在盐雾中变色")
    page.goto("/")
    page.goto("/match")
    assert page.locator("#field-text").input_value() == "镀层在盐雾中变色"
