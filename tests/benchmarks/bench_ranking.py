"""The quality of the ranking: ``matchmaker evaluate`` and ``evaluate experts`` on ../shared/data.

python -m tests.benchmarks.bench_ranking
"""

from __future__ import annotations

from tests.benchmarks.support import DATA, installation, matchmaker


def main() -> None:
    """Prints both tables."""
    home = installation()
    matchmaker("evaluate", "--data", str(DATA), home=home)
    matchmaker(
        "evaluate", "experts", "--data", str(DATA), "--papers", str(DATA / "loo_papers.json"), home=home
    )


if __name__ == "__main__":
    main()
