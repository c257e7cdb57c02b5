"""Takes the picture of the README: a problem with its experts, as a visitor sees it.

    python -m tests.browser.photograph --home var/demo --problem MX2026-003

The home is an installation with the demo in it (``matchmaker --home var/demo demo --no-serve``).
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from matchmaker.bootstrap import Application, build
from matchmaker.config import load
from matchmaker.permissions import VISITOR
from matchmaker.services.matches import problem_number
from web.app import create_app

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "problem.png"
WIDTH, HEIGHT = 1366, 900
MOST_BYTES = 300_000


def main() -> int:
    """Writes the picture; exit code 1 when it is too large for a README."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--problem", default="MX2026-003")
    parser.add_argument("--out", type=Path, default=PICTURE)
    wanted = parser.parse_args()
    app = build(load(wanted.home))
    try:
        with app.reading() as uow:
            number = problem_number(uow, VISITOR, wanted.problem)
        if number is None:
            sys.exit(f"{wanted.home} holds no problem {wanted.problem}; run: matchmaker demo")
        with served(app) as address:
            photograph(f"{address}/problems/{number}", wanted.out)
    finally:
        app.close()
    size = wanted.out.stat().st_size
    print(f"{wanted.out}: {size / 1000:.0f} kB")
    return int(size > MOST_BYTES)


@contextmanager
def served(app: Application) -> Iterator[str]:
    """The site at a free port."""
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def photograph(address: str, out: Path) -> None:
    """The upper part of a page."""
    out.parent.mkdir(parents=True, exist_ok=True)
    chromium = next(
        path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        page.goto(address)
        page.screenshot(path=out)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
