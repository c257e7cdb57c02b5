"""2,000 requests made up from the description of the API, as a visitor and as an administrator: which answers?"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import Base
from tests.support.accounts import account, token
from tests.support.embedder import HashEmbedder
from tests.support.fuzzing import fuzz
from tests.support.site import fill, open_site

CASES = 2000


def main() -> int:
    """Prints a table; 1 when an answer was a 5xx."""
    print("| who | requests | 2xx | 3xx | 4xx | 5xx | seconds |\n|---|---|---|---|---|---|---|")
    broken = {}
    for who in ("visitor", "administrator"):
        with tempfile.TemporaryDirectory() as home:
            app = build(Settings(home=Path(home)), embedder=HashEmbedder())
            Base.metadata.create_all(app.database.engine)
            fill(app)
            site = open_site(app)
            headers = {}
            if who == "administrator":
                headers["Authorization"] = f"Bearer {token(app, account(app, who))}"
            started = time.perf_counter()
            done = fuzz(site, CASES, headers)
            took = time.perf_counter() - started
            app.close()
        by_class = [
            sum(n for status, n in done.answers.items() if status // 100 == first) for first in (2, 3, 4, 5)
        ]
        print(f"| {who} | {done.cases} | {' | '.join(map(str, by_class))} | {took:.0f} |")
        broken |= done.faults
    for name, sent in broken.items():
        print(f"\n{name}\n    {sent}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
