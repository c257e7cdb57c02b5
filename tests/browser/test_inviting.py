"""Pages of inviting in a browser, on every screen, in large type and on paper."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import Base, now
from matchmaker.services import body_inviting, inviting, nominating
from matchmaker.services.body_inviting import Asking
from tests.browser.looking import looked_at
from tests.support import accounts
from tests.support.embedder import HashEmbedder
from tests.support.inviting import TODAY, Gathering, gathering
from web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Gathering]]:
    """Somebody invited who declined, somebody nominated."""
    app = build(Settings(home=tmp_path_factory.mktemp("inviting")), embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    made = gathering(app)
    office, at = made.actor("office"), now()
    with app.unit_of_work() as uow:
        rows = inviting.invite(uow, office, made.event, [made.experts["林一鸣"]], at=at, today=TODAY)
        inviting.invite(uow, office, made.event, [made.experts["钱进"]], at=at, today=TODAY)
        rows[0].state, rows[0].reason = "declined", "出国访学一年"
    with app.unit_of_work() as uow:
        bodies = {made.bodies["望海研究院"]: 2, made.bodies["临江大学"]: 3}
        body_inviting.invite(uow, office, made.event, bodies, Asking(0, "表面处理", None), at=at, today=TODAY)
    with app.unit_of_work() as uow:
        nominating.nominate(
            uow, office, made.event, made.bodies["望海研究院"], [made.experts["郑和"]], at=at, today=TODAY
        )
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()
    app.close()


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("office", ("inviting", "inviting?by_hand=1&k=2", "invitations", "bodies")),
        ("望海研究院", ("nominate",)),
    ],
)
def test_pages_fit_and_have_no_serious_barrier(
    browser: Browser, hall: tuple[str, Gathering], who: str, paths: tuple[str, ...]
) -> None:
    address, made = hall
    cookie = accounts.log_in(create_app(made.app), made.account(who)).get_cookie("matchmaker")
    assert cookie is not None
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "matchmaker", "value": cookie.value, "url": address}])
    page = context.new_page()
    found = []
    for path in paths:
        page.goto(f"/events/{made.event}/{path}")
        found += looked_at(page, f"inviting-{path.partition('?')[0]}{'-by-hand' if '?' in path else ''}")
    context.close()
    assert found == []
