"""Codes as people meet them: a field that suggests while one types, by keyboard alone; the pages of the tables."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SCREENSHOTS, SIZES, Served

pytestmark = pytest.mark.browser

PAGES = {
    "codes": "/codes",
    "code-table": "/codes/regions?parent=330300",
    "code-none": "/codes/regions?q=qqqqq",
    "history": "/history",
    "history-none": "/history?actor=zzz",
}


def serious(page: Page) -> list[str]:
    """Barriers that axe finds serious."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_has_no_barrier(name: str, size: str, page: Page) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    answer = page.goto(PAGES[name])
    assert answer is not None
    assert answer.status == 200
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{size}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("h1").count() == 1
    assert serious(page) == []


def test_a_place_is_chosen_by_keyboard_alone(page: Page) -> None:
    page.goto("/problems")
    field = page.get_by_label("地区")
    field.focus()
    page.keyboard.type("wenzhou r")
    page.get_by_role("option", name="瑞安市").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.locator("[role=option][aria-selected=true]").count() == 1
    page.screenshot(path=SCREENSHOTS / "picker-open.png")
    assert serious(page) == []
    page.keyboard.press("Enter")
    assert (field.input_value(), field.get_attribute("aria-expanded")) == ("浙江省温州市瑞安市", "false")
    page.keyboard.press("Enter")
    page.wait_for_url("**/problems?region=*")
    assert page.get_by_label("地区").input_value() == "浙江省温州市瑞安市"


def test_escape_closes_the_suggestions_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/problems")
    field = page.get_by_label("地区")
    field.focus()
    page.keyboard.type("hz")
    page.get_by_role("option", name="杭州市").wait_for()
    page.keyboard.press("Escape")
    assert (page.get_by_role("option", name="杭州市").count(), field.input_value()) == (0, "hz")


def test_several_codes_stand_in_one_field(page: Page) -> None:
    page.goto("/styleguide")
    field = page.get_by_label("学科")
    field.focus()
    page.keyboard.press("End")
    page.keyboard.type("；hxgc")
    page.get_by_role("option", name="化学工程").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert field.input_value() == "机械工程；材料科学；化学工程"


def test_without_scripts_the_typed_name_is_understood(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/problems")
    page.get_by_label("地区").fill("温州")
    page.get_by_role("button", name="筛选").click()
    assert page.get_by_label("地区").input_value() == "浙江省温州市"
    page.get_by_label("地区").fill("朝阳区")
    page.get_by_role("button", name="筛选").click()
    assert "有几个“朝阳区”" in page.locator(".fault-text").inner_text()
    assert page.get_by_label("地区").input_value() == "朝阳区"
    context.close()
