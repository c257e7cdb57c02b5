"""Documents of a county's event (43 experts, 28 problems, 105 meetings): seconds and size of each and of the zip.

python -m tests.benchmarks.bench_papers
"""

from __future__ import annotations

import resource
import time

from matchmaker.reporting import documents
from tests.support.papers import pages
from tests.support.papers_sample import dossier


def main() -> None:
    """Prints a Markdown table."""
    told = dossier(43, 28, 8, 16, 105)
    print("| document | form | pages | KB | ms |\n|---|---|--:|--:|--:|")
    for document in documents.DOCUMENTS.values():
        for form, write in document.writers.items():
            start = time.perf_counter()
            made = write(told)
            spent = time.perf_counter() - start
            count = str(len(pages(made))) if form == "pdf" else ""
            print(f"| {document.file} | {form} | {count} | {len(made) / 1024:.0f} | {spent * 1e3:.0f} |")
    start = time.perf_counter()
    made = documents.bundle(told)
    spent = time.perf_counter() - start
    print(f"| 全部单据 | zip | | {len(made) / 1024:.0f} | {spent * 1e3:.0f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory of the process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
