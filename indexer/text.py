"""Text → words and sentences: one recipe for every engine, for queries and for documents alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Stored with every index; to be changed whenever ``words`` gives other words for some text.
RECIPE = "jieba-search/1"
#: Characters of one text that are segmented; what lies beyond is stored, yet not searched by words.
MOST_CHARACTERS = 200_000
#: Longer words are cut: a line of base64 must not become a term.
MOST_LETTERS = 64
#: Longer sentences are split at a comma, or wherever it must be.
LONGEST_SENTENCE = 300

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS = rf"[^\W_{_HAN}]+"
_RUNS = re.compile(rf"(?P<han>[{_HAN}]+)|{_LETTERS}(?:[.\-/+#'&_]{_LETTERS})*(?:\+\+|[+#%])?")
_PARTS = re.compile(r"\d+(?:\.\d+)*|[^\W\d_]+")
_IS_HAN = re.compile(f"[{_HAN}]")
#: Controls but tab and newline, surrogates, zero-width and bidirectional marks, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)
_STOP_WORDS = """
的 了 和 与 及 或 是 在 对 为 等 中 上 下 以 于 将 由 并 从 到 有 其 该 本 此 也 而 被 把 向 使 所 之
这 那 个 可 能 会 可以 能够 以及 通过 进行 具有 一种 其中 并且
a an the of and or in on to for with by from at as is are was were be been it its this that these those
we our can which
"""
#: Words that stand in nearly every text and tell nothing of its subject.
STOP_WORDS = frozenset(_STOP_WORDS.split())


def clean(text: str) -> str:
    """The text without surrogates, control and invisible characters; line ends become a newline."""
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def words(text: str) -> list[str]:
    """Segmented words in the order of the text, with repetitions, in NFKC and lower case.

    Chinese goes through jieba's search mode (a long word and the words within it). A run of other
    letters and digits gives itself and its parts: "PM2.5" gives pm2.5, pm, 2.5. A lone Latin letter counts
    only beside Chinese (T细胞), a lone digit never. A word contains no white space.
    """
    return list(_words(_normal(text)))


def sentences(text: str) -> list[str]:
    """Sentences and numbered items in order; they hold every visible character of ``clean(text)``."""
    found: list[str] = []
    waiting = ""
    for line in clean(text).split("\n"):
        for piece in _pieces(line):
            whole = f"{waiting} {piece}".strip()
            waiting = ""
            if _is_marker(whole):
                waiting = whole
            elif found and not any(map(str.isalnum, whole)):
                found[-1] += whole
            else:
                found.extend(_split_long(whole))
    return [*found, waiting] if waiting else found


def _normal(text: str) -> str:
    """Case-folding can undo NFKC and the other way round, hence twice."""
    folded = unicodedata.normalize("NFKC", clean(text[:MOST_CHARACTERS])).lower()
    return unicodedata.normalize("NFKC", folded)[: 2 * MOST_CHARACTERS]


def _words(text: str) -> Iterator[str]:
    segment = _segmenter()
    for match in _RUNS.finditer(text):
        run = match[0]
        if match.lastgroup == "han":
            yield from (word for word in segment(run) if word not in STOP_WORDS)
        elif len(run) == 1:
            if not run.isascii() or (run.isalpha() and _is_beside_han(text, match.start())):
                yield run
        elif not (run.isalpha() or run.isdecimal()):
            yield from _compound_words(run)
        elif run not in STOP_WORDS:
            yield run[:MOST_LETTERS]


def _is_beside_han(text: str, at: int) -> bool:
    return _IS_HAN.match(text, at + 1) is not None or (at > 0 and _IS_HAN.match(text, at - 1) is not None)


def _compound_words(run: str) -> Iterator[str]:
    """The run itself and its parts, unless it is one part: "3.5", or "abc" with a combining mark."""
    yield run[:MOST_LETTERS]
    parts = _PARTS.findall(run)
    if parts != [run]:
        yield from (part[:MOST_LETTERS] for part in parts if len(part) > 1 and part not in STOP_WORDS)


@cache
def _segmenter() -> Callable[[str], list[str]]:
    """Jieba takes a tenth of a second and 44 MB to load: at first use only."""
    import rjieba

    segment: Callable[[str], list[str]] = rjieba.cut_for_search
    return segment


_NUMERAL = "一二三四五六七八九十"
#: 1、 1. 1) (1) ① （一） 一、
_MARKER = (
    r"(?:\d{1,2}(?:[、．]|[.)）](?!\d))|[（(]\d{1,2}[)）]|[①-⑳]"
    rf"|[（(][{_NUMERAL}]{{1,3}}[)）]|[{_NUMERAL}]{{1,3}}、)"
)
_IS_MARKER = re.compile(_MARKER)
#: Where a sentence ends (closing quotes belong to it), and where a numbered item begins.
_ENDS = re.compile(
    r"(?:[。！？；!?;]+|…+)[”’」』》）)\"']*"
    r"|(?<=(?P<before>[^\s.]))\.[”’)\"']*(?=\s+[A-Z\"“(\[" + _HAN + "])"
    rf"|(?<=[\s：:，,。；;])(?={_MARKER})"
)
_LAST_WORD = re.compile(r"[\w.]+$")
_ABBREVIATED = """
e.g i.e etc fig figs no nos vol pp dr prof mr mrs ms vs al eq eqs ref refs inc co ltd st dept univ cf
"""
_ABBREVIATIONS = frozenset(_ABBREVIATED.split())
_COMMAS = "，,、 "


def _pieces(line: str) -> Iterator[str]:
    start = 0
    for end in _ENDS.finditer(line):
        if end[0].startswith(".") and _is_abbreviated(line, end.start()):
            continue
        if not end[0] and _is_bracketed(line[max(start, end.start() - 60) : end.start()]):
            continue
        if piece := line[start : end.end()].strip():
            yield piece
        start = end.end()
    if piece := line[start:].strip():
        yield piece


def _is_abbreviated(line: str, dot: int) -> bool:
    """“Fig.”, “e.g.”, the initial of a name, and the number of an item do not end a sentence."""
    last = _LAST_WORD.search(line, max(0, dot - 20), dot)
    if last is None:
        return False
    word = last[0]
    is_number = word.isdigit() and len(word) <= 2 and not line[: last.start()].strip()
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper()) or is_number


def _is_bracketed(before: str) -> bool:
    """Within an open bracket a number with “）” closes it, as in “（现值 24）”, and begins no item."""
    return sum(map(before.count, "(（")) > sum(map(before.count, ")）"))


def _is_marker(piece: str) -> bool:
    return _IS_MARKER.fullmatch(piece) is not None


def _split_long(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST_SENTENCE:
        cut = max(sentence.rfind(comma, LONGEST_SENTENCE // 3, LONGEST_SENTENCE) for comma in _COMMAS) + 1
        cut = cut or LONGEST_SENTENCE
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence
