"""Tables delivered as files: tab-separated, with a head that tells edition, source and licence.

Lines of the head begin with ``#``; those of the form ``# key: value`` are facts. Columns: code, Chinese name,
English name, code of the larger whole, pinyin; the last three may be empty or missing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from matchmaker.taxonomy.table import Entry, Facts

FACTS = frozenset({"year", "source", "licence"})


def from_file(file: str) -> Callable[[], tuple[Facts, list[Entry]]]:
    """What reads a file of ``taxonomy/data`` at its first use."""

    def read() -> tuple[Facts, list[Entry]]:
        text = (resources.files("matchmaker.taxonomy") / "data" / file).read_text("utf-8")
        facts: dict[str, str] = {}
        entries = []
        for line in text.splitlines():
            if line.startswith("#"):
                key, colon, value = line.lstrip("# ").partition(": ")
                if colon and key in FACTS:
                    facts[key] = value
            elif line:
                entries.append(Entry(*line.split("\t")))
        return facts, entries

    return read
