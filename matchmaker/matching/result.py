"""What a ranking is: values with their reasons, made together so that they cannot drift apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matchmaker.messages import Message

#: Bands of confidence, best first; their names for people are in ``BAND_NAMES``.
STRONG, WORTH, WEAK, NONE = "strong", "worth", "weak", "none"
BANDS = (STRONG, WORTH, WEAK, NONE)
BAND_NAMES: dict[str, Message] = {
    STRONG: Message("强匹配"),
    WORTH: Message("值得一谈"),
    WEAK: Message("弱相关"),
    NONE: Message("暂不合适"),
}


@dataclass(frozen=True, slots=True)
class Component:
    """One signal of a score: its value, what it adds, and the sentence that tells it.

    Attributes:
        value: in 0…1, for a bar.
        contribution: share of the final score, may be negative.
    """

    name: str
    label: Message
    value: float
    contribution: float
    reason: Message


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of the query beside a sentence of a document.

    Attributes:
        words: what the two share, to be marked in both.
        document: index id of the document that is quoted.
    """

    ours: str
    theirs: str
    words: tuple[str, ...]
    document: str
    title: str
    weight: float


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the problem (an indicator, a sentence) and how far the documents speak of it (0…1)."""

    text: str
    coverage: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A publication, patent, achievement or problem with its score and its reasons."""

    id: str
    kind: str
    title: str
    score: float
    band: str
    probability: float
    components: tuple[Component, ...] = ()
    quotes: tuple[Quote, ...] = ()
    uncovered: tuple[Point, ...] = ()
    display: Mapping[str, str | int | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RankedExpert:
    """An expert with the documents that speak for him."""

    id: str
    score: float
    band: str
    probability: float
    components: tuple[Component, ...]
    documents: tuple[RankedDocument, ...]
    quotes: tuple[Quote, ...]
    covered: tuple[Point, ...]
    uncovered: tuple[Point, ...]
    display: Mapping[str, str | int | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether there is a good match at all.

    Attributes:
        probability: that at least one document is worth a meeting.
        band: of the whole answer; NONE means “暂无合适”.
        reasons: what speaks for and against, strongest first.
        advice: where else to look, or what would help.
    """

    probability: float
    band: str
    reasons: tuple[Message, ...] = ()
    advice: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an earlier refusal does to a ranking, told only to the office and to the refusing side.

    Attributes:
        target: index id of the expert or problem concerned.
        held: it is left out of the ranking; otherwise it stands in it again, and this says why.
        note: the sentence that tells it.
    """

    target: str
    held: bool
    note: Message


@dataclass(frozen=True, slots=True)
class Ranking:
    """The answer to one query, in one direction.

    Attributes:
        words: the query's words with their weights, heaviest first.
        points: the points of the query, in its order.
        inputs: what it was computed from: text hash, model and index fingerprints, version of the scorer.
        seconds: time by part.
        feedback: what earlier refusals did to it, as far as the reader may know of them.
    """

    experts: tuple[RankedExpert, ...]
    achievements: tuple[RankedDocument, ...]
    literature: tuple[RankedDocument, ...]
    problems: tuple[RankedDocument, ...]
    verdict: Verdict
    words: tuple[tuple[str, float], ...]
    points: tuple[str, ...]
    inputs: Mapping[str, str]
    seconds: Mapping[str, float]
    feedback: tuple[Feedback, ...] = ()
