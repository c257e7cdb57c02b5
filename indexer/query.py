"""What is asked of an index: weighted words, a filter, a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.document import TEXT_FIELDS

#: More words than this are cut to the heaviest ones: a query of 1 MB must not stall an engine.
MOST_WORDS = 256
#: The most hits one call returns.
MOST_HITS = 2000


class QueryError(ValueError):
    """A query that no engine could answer sensibly; the message names the part and the remedy."""


@dataclass(frozen=True, slots=True)
class WordQuery:
    """Words with weights; a document's score is Σ weight × Σ boost(field) × BM25(word, field).

    Attributes:
        words: segmented words → positive weight.
        boosts: text field → factor; a field with factor 0 is not searched.
        required: words of which a document must contain every one, in some searched field.
    """

    words: Mapping[str, float]
    boosts: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(TEXT_FIELDS, 1.0))
    required: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = set(self.boosts) - set(TEXT_FIELDS)
        if unknown:
            raise QueryError(f"unknown text field {min(unknown)!r}; known are {', '.join(TEXT_FIELDS)}")
        if any(not weight > 0 for weight in self.words.values()):
            raise QueryError("the weight of a word must be above 0; leave the word out instead")
        if any(boost < 0 for boost in self.boosts.values()):
            raise QueryError("the boost of a field must be 0 or more")

    def heaviest(self, most: int = MOST_WORDS) -> list[tuple[str, float]]:
        """The heaviest words, in a fixed order."""
        return sorted(self.words.items(), key=lambda item: (-item[1], item[0]))[:most]


@dataclass(frozen=True, slots=True)
class Filter:
    """Every part that is given must hold; an empty tuple of a part lets nothing through, None everything.

    Attributes:
        audiences: readable iff ``readers`` meets it and ``hidden_from`` does not; None: no check at all.
        since, until: inclusive ISO dates; a document without a date passes neither.
    """

    audiences: frozenset[str] | None
    kinds: tuple[str, ...] | None = None
    fields: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    bodies: tuple[str, ...] | None = None
    people: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    excluded: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One result; scores are comparable within one answer only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in falling order of score, then by id; ``after`` continues, None at the end.

    Attributes:
        total: documents that match, exact or a lower bound as ``Capabilities.exact_totals`` says.
    """

    hits: tuple[Hit, ...]
    total: int
    after: str | None = None
