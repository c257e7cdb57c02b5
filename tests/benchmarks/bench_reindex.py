"""A rebuild from cached vectors: 13,522 papers alone, then with 32,638 experts.

python -m tests.benchmarks.bench_reindex
"""

from __future__ import annotations

import time

from matchmaker.bootstrap import build
from matchmaker.config import load
from matchmaker.indexing import sync
from tests.benchmarks.support import installation, resident


def main() -> None:
    """Prints the table."""
    app = build(load(installation()))
    print("| what | documents | seconds | peak MiB |\n|---|--:|--:|--:|")
    for name, kinds in (("papers", ("publication",)), ("everything", sync.KINDS)):
        held, sync.KINDS = sync.KINDS, kinds
        start = time.perf_counter()
        report = sync.rebuild(app)
        seconds = time.perf_counter() - start
        sync.KINDS = held
        print(
            f"| rebuild with cached vectors, {name} | {report.written} | {seconds:.1f} | {resident():.0f} |"
        )
    app.close()


if __name__ == "__main__":
    main()
