"""50 log-ins and 200 posts at the same time on one process: how long, and whether anything is lost.

python -m tests.benchmarks.bench_posting [--posts 200] [--log-ins 50]

The site runs under waitress with the threads of ``matchmaker serve``, on SQLite, in this process; half of the
posts come from visitors (the form with its token), half as JSON. Nothing is embedded.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import func, select
from waitress import create_server

from matchmaker.bootstrap import Application, build
from matchmaker.cli.serve import SERVER
from matchmaker.config import Settings
from matchmaker.models import Account, History, LoginSession, Outbox, Problem
from matchmaker.storage import schema
from tests.benchmarks.support import HEAD, row
from tests.support.accounts import PASSWORD, account
from tests.support.embedder import HashEmbedder
from web.app import create_app

#: Seconds within which all are to be answered.
LIMIT = 30.0
TEXT = "纽扣镀层在中性盐雾中 24 小时后变色，换过两家药水，希望达到 96 小时以上。"


class Browser:
    """A visitor with a cookie of his own."""

    def __init__(self, host: str, port: int) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=120)
        self.cookie = ""

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, values: dict[str, str]) -> int:
        kind = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(values), {"Content-Type": kind})[0]

    def post_json(self, path: str, values: dict[str, object]) -> int:
        return self._ask("POST", path, json.dumps(values), {"Content-Type": "application/json"})[0]

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        assert found, path
        return found[1]

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        self.connection.request(method, path, body, {**(headers or {}), "Cookie": self.cookie})
        answer = self.connection.getresponse()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        return answer.status, answer.read().decode("utf-8", "replace")


def main() -> None:
    """Prints the table; ends with an error when something was lost or took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--log-ins", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = build(Settings(home=Path(folder)), embedder=HashEmbedder())
        schema.upgrade(app.database)
        names = [
            _named(app, account(app, "enterprise", name=f"某{at}", password=PASSWORD))
            for at in range(asked.log_ins)
        ]
        server = create_server(create_app(app), host="127.0.0.1", port=0, **SERVER)
        threading.Thread(target=server.run, daemon=True).start()
        host, port = server.effective_host, int(server.effective_port)
        print(HEAD)
        total, entered, posted = _at_once(host, port, names, asked.posts)
        print(row("log-in", [seconds for _status, seconds in entered]))
        print(row("post", [seconds for _status, seconds in posted]))
        print(f"all answered after {total:.1f} s")
        server.close()
        _check(app, entered, posted, total)
        app.close()


def _named(app: Application, number: int) -> str:
    with app.reading() as uow:
        return uow.session.get_one(Account, number).username or ""


Answers = list[tuple[int, float]]


def _at_once(host: str, port: int, names: list[str], posts: int) -> tuple[float, Answers, Answers]:
    """Everybody has his form open; then all send."""
    people = [(name, Browser(host, port)) for name in names]
    tokens = {name: browser.token("/login") for name, browser in people}
    visitors = [Browser(host, port) for _ in range(posts)]
    forms = [browser.token("/problems/new") if at % 2 else "" for at, browser in enumerate(visitors)]
    begin = threading.Event()

    def enter(item: tuple[str, Browser]) -> tuple[int, float]:
        name, browser = item
        begin.wait()
        start = time.perf_counter()
        status = browser.post("/login", {"csrf_token": tokens[name], "name": name, "password": PASSWORD})
        return status, time.perf_counter() - start

    def post(at: int) -> tuple[int, float]:
        values = {
            "title": f"第 {at} 个难题",
            "text": TEXT,
            "contact_phone": f"139{at:08}",
            "organization": f"第{at % 40}钮扣厂",
        }
        begin.wait()
        start = time.perf_counter()
        if forms[at]:
            status = visitors[at].post(
                "/problems/new", {**values, "csrf_token": forms[at], "declared": "yes"}
            )
        else:
            given = {**values, "submit": True, "declared": True}
            status = visitors[at].post_json("/api/v1/problems", given)
        return status, time.perf_counter() - start

    with ThreadPoolExecutor(len(people) + posts) as pool:
        entering = [pool.submit(enter, item) for item in people]
        posting = [pool.submit(post, at) for at in range(posts)]
        start = time.perf_counter()
        begin.set()
        entered, posted = [each.result() for each in entering], [each.result() for each in posting]
        return time.perf_counter() - start, entered, posted


def _check(app: Application, entered: Answers, posted: Answers, total: float) -> None:
    assert {status for status, _ in entered} == {303}, {status for status, _ in entered}
    assert {status for status, _ in posted} <= {201, 303}, {status for status, _ in posted}
    with app.reading() as uow:
        numbers = list(uow.session.scalars(select(Problem.number).where(Problem.state == "submitted")))
        sessions = uow.session.scalar(select(func.count()).select_from(LoginSession))
        lines = uow.session.scalar(
            select(func.count()).select_from(History).where(History.action == "problem:submit")
        )
        told = uow.session.scalar(
            select(func.count()).select_from(Outbox).where(Outbox.kind == "problem:submitted")
        )
    assert len(set(numbers)) == len(numbers) == len(posted)
    assert (lines, told, sessions) == (len(posted), len(posted), len(entered))
    assert total <= LIMIT, total


if __name__ == "__main__":
    main()
