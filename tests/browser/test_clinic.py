"""The need clinic under somebody's hands: it answers while he writes, fills fields, and works without scripts."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SCREENSHOTS, SIZES, Served

pytestmark = pytest.mark.browser

TEXT = "我们生产树脂纽扣，漏检率在3%左右。去年买过一台筛选机，最后闲置。希望漏检率降到0.3%以下。预算50万元，希望和高校合作开发。"
ASKED = "**/problems/clinic"


def test_it_answers_after_a_pause_and_says_so(page: Page) -> None:
    page.goto("/clinic")
    with page.expect_response(ASKED) as answered:
        page.get_by_label("需求内容").press_sequentially(TEXT[:30])
    assert answered.value.status == 200
    expect(page.locator("[data-clinic-status]")).to_contain_text("项不完整")
    assert page.evaluate("document.activeElement.name") == "text"


def test_one_question_at_a_time_however_fast_somebody_types(page: Page) -> None:
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/problems/clinic" in request.url else None
    )
    page.goto("/clinic")
    with page.expect_response(ASKED):
        for _ in range(20):
            page.get_by_label("需求内容").press("x")
    page.wait_for_timeout(800)
    assert 1 <= len(asked) <= 2


def test_a_proposal_fills_its_field(page: Page) -> None:
    page.goto("/clinic")
    with page.expect_response(ASKED):
        page.get_by_label("需求内容").fill(TEXT)
    expect(page.locator(".proposal-tick input").first).to_be_hidden()
    expect(page.locator("[name=budget]")).to_be_hidden()
    page.get_by_role("button", name="采用 拟投入资金").click()
    expect(page.locator("[name=budget]")).to_be_focused()
    assert page.locator("[name=budget]").input_value() == "50"
    page.get_by_role("button", name="采用 指标表").click()
    assert page.locator("[name=indicator-0-name]").input_value() == "漏检率"
    assert page.locator("[name=indicator-0-target]").input_value() == "0.3"
    page.get_by_role("button", name="采用 期望合作方式").click()
    assert page.locator("[name=cooperation][value=joint]").is_checked()
    page.get_by_role("button", name="采用 行业").click()
    assert page.locator("[name=industry]").input_value() == "41"


def test_a_sentence_to_complete_is_put_behind_what_is_there(page: Page) -> None:
    page.goto("/clinic")
    page.get_by_text("分项填写").click()
    with page.expect_response(ASKED):
        page.locator("[name=tried]").fill("有")
    page.get_by_role("button", name="采用 现状").click()
    assert page.locator("[name=main_problem]").input_value().startswith("目前")


def test_without_scripts_buttons_do_the_same(browser: Browser, served: Served) -> None:
    context = browser.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/clinic")
    page.get_by_label("需求内容").fill(TEXT)
    page.get_by_role("button", name="检查").click()
    page.locator("input[name=adopt][value=budget]").check()
    page.get_by_role("button", name="采用勾选的").click()
    assert page.locator("[name=budget]").input_value() == "50"
    assert page.locator("[name=text]").input_value() == TEXT
    context.close()


def test_it_fits_every_screen_and_has_no_serious_barrier(size: str, page: Page) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/clinic")
    with page.expect_response(ASKED):
        page.get_by_label("需求内容").fill(TEXT)
    expect(page.locator(".proposal").first).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"clinic-{size}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []


def test_experts_are_compared_in_a_new_tab(page: Page) -> None:
    page.goto("/clinic")
    page.get_by_label("难题名称").fill("纽扣镀层盐雾")
    page.get_by_text("和以前的写法比较").click()
    page.get_by_label("以前的内容").fill("番茄枯死")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="比较修改前后的专家").click()
    compared = opened.value
    expect(compared.get_by_role("heading", level=1)).to_have_text(re.compile("改写之后"))
    found = Axe().run(compared).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    compared.screenshot(path=SCREENSHOTS / "clinic-compare.png", full_page=True)
