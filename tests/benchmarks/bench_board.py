"""The live board with twenty screens: how late a check-in shows, and what polling costs one process.

Twenty threads poll ``board.json`` as the screens' script does; every few seconds somebody is checked in at the
database. A screen's delay is from the commit to the answer that holds the name's absence from the list.
"""

from __future__ import annotations

import http.client
import json
import os
import tempfile
import threading
import time
from pathlib import Path

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.permissions import ORGANIZER
from matchmaker.services import board, checking_in
from matchmaker.storage import schema
from tests.benchmarks.support import HEAD, percentile, row, site
from tests.support.embedder import HashEmbedder
from tests.support.events import docking, with_plan

SCREENS = 20
ROUNDS = 15
#: Milliseconds, as web.pages.board.POLL.
POLL = 0.65


def main() -> None:
    """Prints a table."""
    home = Path(tempfile.mkdtemp(prefix="bench-board-"))
    app = build(Settings(home=home), embedder=HashEmbedder())
    schema.upgrade(app.database)
    made = docking(app, experts=43, problems=28, slots=8, tables=16)
    with_plan(app, made, "running")
    with app.unit_of_work() as uow:
        key = board.new_key(uow, ORGANIZER, made.event).board_key
    with site(home) as (host, port):
        screens = [Screen(host, port, made.event, key) for _ in range(SCREENS)]
        for screen in screens:
            time.sleep(POLL / SCREENS)
            screen.start()
        time.sleep(2)
        before, began = processor(port), time.perf_counter()
        delays: list[float] = []
        for number in range(ROUNDS):
            with app.unit_of_work() as uow:
                checking_in.check_in(uow, ORGANIZER, made.event, made.people[number], at=app.clock())
            done = time.perf_counter()
            time.sleep(2)
            delays += [screen.changed - done for screen in screens]
        busy, seconds = processor(port) - before, time.perf_counter() - began
        asked = [each for screen in screens for each in screen.answers]
        for screen in screens:
            screen.stop = True
    app.close()
    print(HEAD)
    print(row("delay of a screen", delays))
    print(row("one poll", asked))
    print(
        f"\n{SCREENS} screens, poll every {POLL} s, {ROUNDS} changes: longest delay {max(delays):.2f} s, "
        f"p99 of a poll {percentile(asked, 0.99) * 1e3:.0f} ms, {busy / seconds:.0%} of one core, "
        f"missed {sum(each < 0 for each in delays)}"
    )


class Screen(threading.Thread):
    """One screen: polls, keeps when its version last changed."""

    def __init__(self, host: str, port: int, event: int, key: str) -> None:
        super().__init__(daemon=True)
        self._connection = http.client.HTTPConnection(host, port, timeout=10)
        self._path = f"/events/{event}/board.json?key={key}&since="
        self._version = ""
        self.changed = 0.0
        self.answers: list[float] = []
        self.stop = False

    def run(self) -> None:
        """Until it is stopped."""
        while not self.stop:
            began = time.perf_counter()
            self._connection.request("GET", self._path + self._version)
            answer = self._connection.getresponse()
            body = answer.read()
            self.answers.append(time.perf_counter() - began)
            if answer.status == 200:
                self._version = json.loads(body)["version"]
                self.changed = time.perf_counter()
            time.sleep(POLL)


def processor(port: int) -> float:
    """Seconds of processor time of the process that serves the site."""
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                command = (each / "cmdline").read_bytes().split(b"\0")
                if b"serve" in command and str(port).encode() in command:
                    fields = (each / "stat").read_text().rpartition(")")[2].split()
                    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            except OSError:
                continue
    return 0.0


if __name__ == "__main__":
    main()
