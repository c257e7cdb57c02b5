"""A site with fifty rows, served on this machine, and a browser that looks at it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.models import (
    Achievement,
    Base,
    ExpertProject,
    Indicator,
    Inventorship,
    Organization,
    Patent,
    Problem,
)
from tests.support.embedder import HashEmbedder
from tests.support.samples import expert, organization, publication, store
from web.app import create_app
from web.auth import organizer_link

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
SIZES = {"phone": (390, 844), "office": (1366, 768), "hall": (1920, 1080)}
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)


@dataclass(frozen=True)
class Served:
    address: str
    link: str


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    app = build(Settings(home=tmp_path_factory.mktemp("browser")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    _fill(app)
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield Served(address, organizer_link(app, address))
    server.shutdown()
    thread.join()
    server.server_close()
    app.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, and there is no Chromium")
        pytest.skip(
            reason="no Chromium: install it with `apt-get install chromium` or your system's packages"
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=served.address)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, served: Served) -> Page:
    """An organizer's page; whatever the browser complains of fails the test that asks ``complaints``."""
    opened = context.new_page()
    opened.goto(served.link)
    return opened


def _fill(app: Application) -> None:
    university, firm = organization(), Organization(name="澄溪晶彩钮扣有限公司", kind="enterprise")
    long = "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型一体化装备关键技术研究及产业化示范"
    person = expert(
        organization=university, department="材料科学与工程学院", position="教授", fields=["materials", "manufacturing"],
        directions=["盐雾腐蚀与防护", "无氰电镀"], phone="13812345678", keywords=["电镀", "镀层"],
    )  # fmt: skip
    person.projects = [
        ExpertProject(title="无氰镀铜打底工艺", client="某五金厂", year=2023, outcome="合格率 98%")
    ]
    paper = publication(authors=[person], year=2022)
    patent = Patent(title="一种镀液", abstract="镀液", year=2021)
    patent.inventorships = [Inventorship(expert=person)]
    problems = [
        Problem(
            title=long if number % 7 == 0 else f"纽扣镀层第 {number} 种耐腐蚀要求", number=f"MX-{number:03}", fields=["materials"],
            organization=firm, budget_fen=number * 12_345_678 or None, deadline=date(2027, 1, 1 + number % 28),
            main_problem="镀层在盐雾中 24 小时后变色，客户整批退货。" * 3, tried="换过两家药水，效果不稳定。",
        )
        for number in range(60)
    ]  # fmt: skip
    problems[0].indicators = [
        Indicator(name="中性盐雾", current="24", target="96", unit="h", comparator=">=")
    ]
    people = [expert(f"专家{number}", organization=university, directions=["盐雾"]) for number in range(59)]
    achievement = Achievement(
        title="无氰镀层成套工艺",
        organization=university,
        leader=person,
        maturity=6,
        summary="可替代含氰工艺。",
    )
    store(app, university, firm, person, *people, paper, patent, achievement, *problems)
    sync.rebuild(app)
