"""Search over everything: words, meaning or both, with snippets; takes the index and a model, no database."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from indexer.document import StoredDocument
from indexer.embedder import Embedder, EmbedderError
from indexer.engine import Reader
from indexer.fusion import fuse_ranks
from indexer.query import Filter, Hit, QueryError, WordQuery
from indexer.text import words
from matchmaker.errors import InvalidInput, MatchmakerError
from matchmaker.matching.evidence import maximal, shorten, split, telling, weight_of
from matchmaker.messages import Message
from matchmaker.taxonomy import REGIONS

By = Literal["both", "words", "meaning"]

#: A name or title that holds the words counts more than a text that does.
BOOSTS = {"title": 3.0, "keywords": 1.5, "body": 1.0}
#: How deep words and meaning are fused; pages end there.
DEPTH = 300
#: Kinds that a search shows, in the order of its tabs.
KINDS = ("problem", "expert", "achievement", "organization", "publication", "patent", "attachment")
PARTS = ("field", "region", "body")
LONGEST = 2000
_MARK = "m"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What somebody typed and chose; every part stands in the address of the page.

    Attributes:
        text: "" gives no hits, only the numbers.
        kind: one kind, or None for all.
        by: by words, by meaning, or both fused.
        after: cursor of the previous answer.
    """

    text: str
    kind: str | None = None
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    by: By = "both"
    after: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One line of an answer.

    Attributes:
        snippet: the sentence that shows best why it was found.
        words: to be marked in title and snippet.
    """

    id: str
    kind: str
    title: str
    snippet: str
    words: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Line:
    """The part of a hit that is read."""

    title: str
    snippet: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of hits with the numbers beside it.

    Attributes:
        totals: documents by kind that hold one of the words (tabs); by meaning: that pass the filters.
        facets: part ("field", "region", "body") → code → number, for the chosen kind.
        notice: for the reader when something was left out, else None.
        is_fallback: found in the database because the index is away: word for word, without facets.
    """

    hits: tuple[SearchHit, ...]
    totals: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]]
    after: str | None
    notice: Message | None = None
    is_fallback: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict)


def search(
    index: Reader, embedder: Embedder, audiences: frozenset[str], request: SearchRequest
) -> SearchAnswer:
    """Answers one request.

    Raises:
        InvalidInput: an unknown kind, a damaged cursor, a text longer than LONGEST.
    """
    check(request)
    start = time.perf_counter()
    everything = _filter(audiences, request)
    chosen = replace(everything, kinds=(request.kind,) if request.kind else KINDS)
    query = WordQuery(dict.fromkeys(words(request.text), 1.0), BOOSTS)
    asked = query if query.words and request.by != "meaning" else None
    notice: Message | None = None
    hits: Sequence[Hit] = ()
    after: str | None = None
    if not request.text.strip():
        pass
    elif request.by == "words":
        hits, after = _by_words(index, query, chosen, request)
    else:
        hits, after, notice = _by_meaning(index, embedder, query, chosen, request)
    shown = _present(index, hits, query)
    return SearchAnswer(
        hits=shown,
        totals=index.facets(everything, "kind", asked),
        facets={part: index.facets(chosen, part, asked) for part in PARTS},
        after=after,
        notice=notice,
        seconds={"all": time.perf_counter() - start},
    )


def check(request: SearchRequest) -> None:
    """Raises InvalidInput for an unknown kind or a text longer than LONGEST."""
    if request.kind is not None and request.kind not in KINDS:
        raise InvalidInput(
            Message("没有“%(kind)s”这一类。", {"kind": request.kind}),
            fields={"kind": Message("可用的有：%(names)s", {"names": "、".join(KINDS)})},
        )
    if len(request.text) > LONGEST:
        raise InvalidInput(
            Message("检索词太长。"),
            hint=Message("请缩短到 %(most)s 字以内；整段需求请用“一段文字找专家”。", {"most": LONGEST}),
            fields={"q": Message("%(length)s 字", {"length": len(request.text)})},
        )


def _filter(audiences: frozenset[str], request: SearchRequest) -> Filter:
    return Filter(
        audiences=audiences,
        kinds=KINDS,
        fields=request.fields or None,
        regions=REGIONS.within(request.regions) or None,
        bodies=request.bodies or None,
    )


def _by_words(
    index: Reader, query: WordQuery, where: Filter, request: SearchRequest
) -> tuple[Sequence[Hit], str | None]:
    try:
        page = index.search(query, where, request.limit, request.after)
    except QueryError as fault:
        raise _bad_cursor() from fault
    return page.hits, page.after


def _by_meaning(
    index: Reader, embedder: Embedder, query: WordQuery, where: Filter, request: SearchRequest
) -> tuple[Sequence[Hit], str | None, Message | None]:
    """Hits by meaning, fused with those by words when both are wanted; words alone if the model fails."""
    offset = _offset(request.after)
    lists: list[Sequence[Hit]] = []
    notice: Message | None = None
    try:
        vector = embedder.encode([request.text], "query")[0]
        lists.append(index.nearest(vector, where, DEPTH))
    except (EmbedderError, MatchmakerError):
        notice = Message("按语义检索暂不可用，以下只按词语检索。")
    if (request.by == "both" or notice) and query.words:
        lists.append(index.search(query, where, DEPTH).hits)
    fused = fuse_ranks(lists) if len(lists) > 1 else [hit for some in lists for hit in some]
    page = fused[offset : offset + request.limit]
    more = offset + request.limit < len(fused)
    return page, f"{_MARK}{offset + request.limit}" if more else None, notice


def _offset(after: str | None) -> int:
    if after is None:
        return 0
    number = after.removeprefix(_MARK)
    if not after.startswith(_MARK) or not number.isascii() or not number.isdigit() or int(number) > DEPTH * 2:
        raise _bad_cursor()
    return int(number)


def _bad_cursor() -> InvalidInput:
    return InvalidInput(
        Message("翻页地址已失效。"),
        hint=Message("请从第一页重新检索。"),
        fields={"after": Message("无法识别")},
    )


def _present(index: Reader, hits: Sequence[Hit], query: WordQuery) -> tuple[SearchHit, ...]:
    stored = index.get([hit.id for hit in hits])
    frequencies = index.frequencies(query.words) if query.words and hits else {}
    weights = {word: 1 / math.log(2 + count) for word, count in frequencies.items()}
    weights = telling(weights) or weights
    return tuple(_hit(stored[hit.id], hit.score, weights) for hit in hits if hit.id in stored)


def _hit(document: StoredDocument, score: float, weights: Mapping[str, float]) -> SearchHit:
    shown = line(document.title, document.keywords, document.body, weights)
    return SearchHit(document.id, document.kind, shown.title, shown.snippet, shown.words, score)


def line(title: str, keywords: Sequence[str], body: str, weights: Mapping[str, float]) -> Line:
    """What a hit shows: the sentence with the heaviest words, or what it is about where none stands in it."""
    sentences = split(body, weights)
    best = max(sentences, key=lambda sentence: weight_of(sentence.words, weights), default=None)
    shown = maximal(best.words) if best else ()
    snippet = shorten(best.text, shown) if best and shown else "、".join(keywords[:6]) or shorten(body, ())
    marked = maximal(word for word in weights if word in title.lower() or word in shown)
    return Line(title or snippet[:40], snippet, marked or shown)
