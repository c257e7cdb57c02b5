"""Introductions in a browser: on a phone and at a desk, by keyboard, without scripts, without barriers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.models import Base
from matchmaker.services import introduction_talk
from tests.browser.conftest import SCREENSHOTS, SIZES
from tests.support import accounts
from tests.support.embedder import HashEmbedder
from tests.support.introductions import NOW, Village, village
from tests.support.samples import expert, store
from web.app import create_app

pytestmark = pytest.mark.browser

LONG = "报价和我们的期望有差距，而且设备要到明年才能腾出来。" * 8


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Village]]:
    """A village with an introduction in each state that looks different: asked, talked over, declined."""
    app = build(Settings(home=tmp_path_factory.mktemp("town")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    made = village(app)
    quote = {
        "ours": "镀层在盐雾中 24 小时后变色", "theirs": "研究镀层与盐雾腐蚀", "words": ["镀层", "盐雾"],
        "document": f"expert:{made.ids['expert']}", "title": "",
    }  # fmt: skip
    uncovered = [{"text": "中性盐雾 ≥ 96 h", "coverage": 0.1, "missing": ["96"]}]
    made.ask(evidence={"quotes": [quote], "uncovered": uncovered})
    talked, declined = (
        made.ask(expert=made.ids["other"]),
        made.ask(expert=store(app, expert("欧阳明远", organization_id=made.ids["university"]))[0]),
    )
    made.accept(talked, "other")
    with app.unit_of_work() as uow:
        introduction_talk.write(uow, made.actor("firm"), talked, LONG, now=NOW)
    made.decline(declined, "body", words=LONG)
    sync.rebuild(app)
    site = create_app(app)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()
    app.close()


def opened(browser: Browser, town: tuple[str, Village], name: str, **options) -> Page:
    """A page of somebody who is logged in."""
    address, made = town
    site = create_app(made.app)
    client = accounts.log_in(site, made.people[name])
    cookie = client.get_cookie("matchmaker")
    context = browser.new_context(base_url=address, **options)
    context.add_cookies([{"name": "matchmaker", "value": cookie.value, "url": address}])
    return context.new_page()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("expert", "/introductions/1"),
        ("firm", "/introductions/2"),
        ("office", "/introductions/2"),
        ("office", "/introductions/3"),
        ("office", "/introductions"),
        ("rival", "/introductions"),
        ("firm", "/introductions/new?problem=1&expert=1&side=demand"),
        ("body", "/introductions/new?problem=1&side=supply"),
        ("firm", "/problems/1"),
        ("expert", "/experts/1"),
    ],
)
def test_a_page_fits_and_has_no_serious_barrier(
    browser: Browser, town: tuple[str, Village], name: str, path: str
) -> None:
    page = opened(browser, town, name)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        plain = path.strip("/").split("?")[0].replace("/", "-")
        page.screenshot(path=SCREENSHOTS / f"{plain}-{name}-{size}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    assert [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    ] == []
    page.context.close()


def test_an_answer_on_a_phone_without_scripts(browser: Browser, town: tuple[str, Village]) -> None:
    page = opened(browser, town, "expert", java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto("/introductions/1")
    page.get_by_text("这次不合适").click()
    page.get_by_role("button", name="婉拒", exact=True).click()
    assert page.get_by_text("请选择一个原因").is_visible()
    page.get_by_label("原因", exact=True).select_option("busy")
    page.get_by_role("button", name="婉拒", exact=True).click()
    assert "目前没有时间" in page.content()
    assert "已婉拒" in page.content()
    page.context.close()
