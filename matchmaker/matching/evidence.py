"""Quoted sentences of both sides and the points that nothing covers. Pure: texts in, quotes out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from indexer.text import sentences
from matchmaker.matching.result import Point, Quote

#: Quotes are cut to this many characters around their marked words.
MOST_QUOTED = 120
#: A point whose words are covered less than this is shown as not covered.
COVERED = 0.34
#: Points a problem shows at most; the heaviest ones.
MOST_POINTS = 10
#: Uncovered points told of a match.
POINTS_SHOWN = 4
#: A point lighter than this share of the heaviest says nothing technical and is no point.
LIGHTEST_POINT = 0.15
#: What a document's text must share at least, as a share of the sentence's weight, to be quoted.
LEAST_SHARED = 0.08
#: Words of every requirement, and the label of our own indicator lines: evidence of nothing.
_EVERYWHERE_WORDS = """
现值 希望 目前 左右 以上 以下 要求 需要 我们 我司 本厂 公司 企业 降到 降低 提高 达到 仍有 处理 问题 解决 用量
"""
_EVERYWHERE = frozenset(_EVERYWHERE_WORDS.split())
#: Bare numbers, units, and counted things: “三天”, “一遍”, “亿粒”.
_COUNTED = re.compile(
    r"[\W\d_]+|[munck]?m|[mk]?g|ml|[mk]?[vw]|[mk]?pa|[kmg]?hz|min|mg/l"
    r"|[一二两三四五六七八九十几百千万亿每半前去今][天年月日次个遍单粒家到时]|[一两几亿每][^\W\d_]"
)
#: Up to the next mark, a clause in which somebody says what he does not do.
_DENIED = re.compile(
    r"(?:不做|不涉及|不包括|不研究|不承接|未涉及|没有?做过)[^，。；！？\n]*|[^，。；！？\n]*没有?做过"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the query's words that it holds."""

    text: str
    words: frozenset[str]


def folded(text: str) -> str:
    """As words are compared: NFKC, lower case."""
    return normalize("NFKC", text).lower()


def affirmed(text: str) -> str:
    """The text without what somebody says he does not do: “不做鱼病免疫” is no evidence for it."""
    return _DENIED.sub("", text)


def telling(weights: Mapping[str, float]) -> dict[str, float]:
    """Words that are evidence when two texts share them.

    None are single characters, bare numbers, counted things (“一遍”, “亿粒”), and labels of our own lines.
    """
    return {word: weight for word, weight in weights.items() if weight > 0 and _tells(word)}


def _tells(word: str) -> bool:
    return len(word) > 1 and word not in _EVERYWHERE and not _COUNTED.fullmatch(word)


def held(words: Iterable[str], plain: str) -> frozenset[str]:
    """The words that a folded text holds: Chinese ones anywhere, no segmenting here; others not within longer
    ones, so that “10” is not found in “100”.
    """
    return frozenset([word for word in words if word in plain and _stands(word, plain)])


def _stands(word: str, plain: str) -> bool:
    if not word.isascii():
        return True
    at = plain.find(word)
    while at >= 0:
        before, after = plain[at - 1 : at], plain[at + len(word) : at + len(word) + 1]
        if not _same_word(before, word[0]) and not _same_word(word[-1], after):
            return True
        at = plain.find(word, at + 1)
    return False


def _same_word(left: str, right: str) -> bool:
    return bool(left and right) and (left + right).isascii() and (left + right).isalnum()


def split(text: str, words: Iterable[str]) -> list[Sentence]:
    """The sentences of a text with the given words that each holds."""
    wanted = tuple(words)
    return [Sentence(sentence, held(wanted, plain)) for sentence, plain in _sentences(text)]


def affirmations(text: str, words: Iterable[str]) -> list[Sentence]:
    """As ``split``, each sentence with those words only that it does not deny."""
    return [
        Sentence(one.text, held(one.words, folded(affirmed(one.text)))) if _DENIED.search(one.text) else one
        for one in split(text, words)
    ]


@lru_cache(maxsize=4096)
def _sentences(text: str) -> tuple[tuple[str, str], ...]:
    """Sentences as they stand and as words are compared; the same documents are quoted again and again."""
    return tuple((sentence, folded(sentence)) for sentence in sentences(text))


def maximal(words: Iterable[str]) -> tuple[str, ...]:
    """Words without those that are part of another one, longest first: what a reader sees as shared."""
    kept: list[str] = []
    longer = ""
    for word in sorted(sorted(set(words)), key=len, reverse=True):
        if word not in longer:
            kept.append(word)
            longer = f"{longer}\n{word}"
    return tuple(kept)


def weight_of(words: Iterable[str], weights: Mapping[str, float]) -> float:
    """Weight of a set of words; one within a longer one counts beside it, on both sides of a share alike."""
    return sum(weights[word] for word in words if word in weights)


def points_of(texts: Sequence[str], weights: Mapping[str, float]) -> list[Sentence]:
    """The points of a problem: its sentences and indicator lines that say something technical, in order."""
    seen: set[str] = set()
    every: list[tuple[float, int, Sentence]] = []
    for text in texts:
        for sentence in split(text, weights):
            key = re.sub(r"\W", "", sentence.text)
            if key and key not in seen:
                seen.add(key)
                every.append((weight_of(sentence.words, weights), len(every), sentence))
    heaviest = max((weight for weight, _place, _sentence in every), default=0.0)
    chosen = [entry for entry in every if entry[0] > LIGHTEST_POINT * heaviest]
    chosen = sorted(sorted(chosen, key=lambda entry: -entry[0])[:MOST_POINTS], key=lambda entry: entry[1])
    return [sentence for _weight, _place, sentence in chosen]


def quotes(
    points: Sequence[Sentence],
    documents: Sequence[tuple[str, str, Sequence[Sentence]]],
    weights: Mapping[str, float],
    most: int = 2,
) -> tuple[Quote, ...]:
    """The best pairs of sentences, one a sentence of either side.

    Args:
        points: of the problem.
        documents: (index id, title, sentences).
        weights: of the query's words.
        most: pairs at most.
    """
    candidates = [
        (_worth(point, sentence, weights), place, point, identifier, title, sentence)
        for place, point in enumerate(points)
        for identifier, title, some in documents
        for sentence in some
        if point.words & sentence.words
    ]
    candidates.sort(key=lambda entry: (-entry[0], entry[1], entry[3]))
    least = LEAST_SHARED * max((weight_of(point.words, weights) for point in points), default=0.0)
    taken_ours: set[str] = set()
    taken_theirs: set[str] = set()
    found: list[Quote] = []
    for worth, _place, point, identifier, title, sentence in candidates:
        if len(found) == most or worth <= least:
            break
        if point.text in taken_ours or sentence.text in taken_theirs:
            continue
        taken_ours.add(point.text)
        taken_theirs.add(sentence.text)
        shared = maximal(point.words & sentence.words)
        found.append(
            Quote(
                shorten(point.text, shared), shorten(sentence.text, shared), shared, identifier, title, worth
            )
        )
    return tuple(found)


def coverage(
    points: Sequence[Sentence], covered_words: frozenset[str], weights: Mapping[str, float]
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """(covered, uncovered) points, each in the problem's order, uncovered ones with their missing words.

    At most POINTS_SHOWN uncovered ones are told.
    """
    spoken: list[Point] = []
    silent: list[Point] = []
    for point in points:
        whole = weight_of(point.words, weights)
        share = min(1.0, weight_of(point.words & covered_words, weights) / whole) if whole else 0.0
        if share >= COVERED:
            spoken.append(Point(point.text, share))
        elif len(silent) < POINTS_SHOWN:
            missing = maximal(point.words - covered_words)
            heaviest = sorted(missing, key=lambda word: (-weights.get(word, 0.0), word))
            silent.append(Point(point.text, share, tuple(heaviest[:4])))
    return tuple(spoken), tuple(silent)


def shorten(text: str, words: Sequence[str]) -> str:
    """At most MOST_QUOTED characters around the first shared word, with … where something was cut."""
    if len(text) <= MOST_QUOTED:
        return text
    plain = folded(text)
    places = [plain.find(word) for word in words if word in plain]
    start = max(0, min(places, default=0) - MOST_QUOTED // 3)
    start = min(start, len(text) - MOST_QUOTED)
    end = start + MOST_QUOTED
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _worth(point: Sentence, sentence: Sentence, weights: Mapping[str, float]) -> float:
    """Shared weight, a little less for very long sentences, which share something with everything."""
    shared = weight_of(point.words & sentence.words, weights)
    return shared / (1.0 + len(sentence.text) / 400.0)
