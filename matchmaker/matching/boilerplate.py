"""Derives the tables of boilerplate: what stands in many requirement texts and seldom in expertise.

No judgment is used, only how many problems and how many works hold a word (or a pair of characters).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from math import log
from pathlib import Path
from typing import TypeVar

from indexer.text import words
from matchmaker.matching.analysis import pairs

Term = TypeVar("Term", bound=Hashable)

#: Problems that must hold a term before it can be boilerplate.
LEAST_PROBLEMS = 8
#: How many times more frequent it is among problems than among works.
LEAST_RATIO = 1.5
#: Entries of a table at most, the most frequent ones.
MOST = 400
LOWEST = 0.02


def discounts(problems: Sequence[Iterable[Term]], works: Sequence[Iterable[Term]]) -> dict[Term, float]:
    """Term → discount in 0…1: its rarity among problems as a share of that of a term in a single one.

    Args:
        problems: the terms of each problem.
        works: the terms of each work.
    """
    asked = Counter(term for some in problems for term in set(some))
    told = Counter(term for some in works for term in set(some))
    found = {
        term: _discount(count, len(problems))
        for term, count in asked.items()
        if count >= LEAST_PROBLEMS
        and (count + 1) / (len(problems) + 2) > LEAST_RATIO * (told[term] + 5) / (len(works) + 50)
    }
    most = sorted(found, key=lambda term: (-asked[term], str(term)))[:MOST]
    return {term: found[term] for term in most}


def write_tables(folder: Path, problems: Sequence[str], works: Sequence[str]) -> tuple[int, int]:
    """Writes both tables; returns their sizes."""
    by_word = discounts([words(text) for text in problems], [words(text) for text in works])
    by_pair = discounts([pairs(text).tolist() for text in problems], [pairs(text).tolist() for text in works])
    spelled = {chr(code >> 21) + chr(code & 0x1FFFFF): value for code, value in by_pair.items()}
    head = "# term<TAB>discount: frequent in requirement texts, seldom in works (docs/matching.md)\n"
    for name, table in (("boilerplate_words.tsv", by_word), ("boilerplate_pairs.tsv", spelled)):
        lines = "".join(f"{term}\t{value:.3f}\n" for term, value in sorted(table.items()))
        (folder / name).write_text(head + lines, "utf-8")
    return len(by_word), len(spelled)


def _discount(count: int, problems: int) -> float:
    value = log((problems + 1) / (count + 0.5)) / log((problems + 1) / 1.5)
    return min(1.0, max(LOWEST, value))
