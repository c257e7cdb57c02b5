"""A question as weighted words, character pairs and chunks: what is compared with documents. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from indexer.text import sentences, words
from matchmaker.matching.question import Question

IntArray = npt.NDArray[np.int64]

#: A word of the title counts as two of the text.
TITLE_TIMES = 2.0
#: Words asked of the engine: the heaviest by weight × rarity; more add time and no relevance.
MOST_WORDS = 96
#: Characters of a chunk whose meaning is compared on its own, and chunks at most.
CHUNK_LEAST, CHUNK_MOST = 25, 250
MOST_CHUNKS = 10
#: Characters of a question that are looked at; a text of 1 MB must not stall anybody.
MOST_CHARACTERS = 12_000

_BREAK = re.compile(r"[\s\W_]+")


@dataclass(frozen=True, slots=True)
class Analysis:
    """A question taken apart.

    Attributes:
        weights: word → how often and where it stands, times the discount of boilerplate; no rarity in it.
        title_words: words of the title.
        title_pairs, text_pairs: codes of neighbouring characters.
        chunks: pieces of the text, a sentence or a few, for comparing meanings.
    """

    weights: Mapping[str, float]
    title_words: frozenset[str]
    title_pairs: IntArray
    text_pairs: IntArray
    chunks: tuple[str, ...]


def analyse(question: Question) -> Analysis:
    """Takes a question apart; at most MOST_CHARACTERS of it."""
    title = question.title[:MOST_CHARACTERS]
    text = f"{question.body} {' '.join(question.keywords)}"[:MOST_CHARACTERS]
    in_title, in_text = Counter(words(title)), Counter(words(text))
    discounts = boilerplate_words()
    weights = {
        word: (TITLE_TIMES * in_title[word] + in_text[word]) * discounts.get(word, 1.0)
        for word in in_title.keys() | in_text.keys()
    }
    return Analysis(
        weights=weights,
        title_words=frozenset(in_title),
        title_pairs=pairs(title),
        text_pairs=pairs(text),
        chunks=chunks(sentences(question.body[:MOST_CHARACTERS]))[:MOST_CHUNKS],
    )


def chunks(pieces: Sequence[str]) -> tuple[str, ...]:
    """Consecutive sentences joined to at least CHUNK_LEAST characters."""
    found: list[str] = []
    waiting = ""
    for piece in pieces:
        if len(piece) <= 3:
            continue
        waiting = f"{waiting}；{piece}" if waiting else piece
        if len(waiting) >= CHUNK_LEAST:
            found.append(waiting[:CHUNK_MOST])
            waiting = ""
    return tuple([*found, waiting] if waiting else found)


def pairs(text: str) -> IntArray:
    """Codes of pairs of neighbouring Han characters, ASCII letters and digits, with repetitions."""
    plain = _BREAK.sub(" ", unicodedata.normalize("NFKC", text).lower())
    codes = np.frombuffer(plain.encode("utf-32-le", "replace"), np.uint32).astype(np.int64)
    if len(codes) < 2:
        return np.zeros(0, np.int64)
    known = (
        ((codes >= 0x4E00) & (codes <= 0x9FFF))
        | ((codes >= 48) & (codes <= 57))
        | ((codes >= 97) & (codes <= 122))
    )
    return np.asarray(((codes[:-1] << 21) | codes[1:])[known[:-1] & known[1:]], dtype=np.int64)


def rarity(frequencies: npt.NDArray[np.float64], documents: int) -> npt.NDArray[np.float64]:
    """BM25's idf: ln(1 + (N − df + ½) / (df + ½))."""
    return np.asarray(np.log1p((documents - frequencies + 0.5) / (frequencies + 0.5)))


@cache
def boilerplate_words() -> dict[str, float]:
    """Words of requirement texts that tell little of the subject → discount in 0…1 (docs/matching.md)."""
    return dict(_table("boilerplate_words.tsv"))


@cache
def boilerplate_pairs() -> dict[int, float]:
    """The same for pairs of characters, by code."""
    return {
        int(pairs(pair)[0]): weight for pair, weight in _table("boilerplate_pairs.tsv") if len(pairs(pair))
    }


def _table(name: str) -> list[tuple[str, float]]:
    text = (resources.files("matchmaker.matching") / "data" / name).read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(row[0], float(row[1])) for row in rows]
