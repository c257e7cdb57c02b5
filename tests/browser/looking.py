"""A page looked at on every screen: photographed, measured, asked for barriers."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SCREENSHOTS, SIZES


def looked_at(page: Page, name: str) -> list[str]:
    """Photographs a page on every screen; its faults for those who cannot see it, and where it does not fit."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            found.append(f"{name} is wider than {size}")
    violations = Axe().run(page).response["violations"]
    return found + [
        f"{one['id']}: {node['target']}"
        for one in violations
        for node in one["nodes"]
        if one["impact"] in {"serious", "critical"}
    ]
