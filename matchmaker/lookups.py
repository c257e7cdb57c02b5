"""Questions that need both index and database: ask the index first, then load, never both at once.

Web, API and command line share these; each opens its own short reading units. What comes back holds index
ids; ``services.display.rows`` loads them and leaves out what the actor may not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from matchmaker.bootstrap import Application
from matchmaker.matching.result import Ranking
from matchmaker.permissions import Actor

By = Literal["both", "words", "meaning"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What somebody typed and chose; every part stands in the address of the page.

    Attributes:
        text: "" lists everything that passes the filters, newest index version first.
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
class SearchAnswer:
    """One page of hits with the numbers beside it.

    Attributes:
        totals: documents by kind for the same text and filters (tabs); approximate when ``notice`` says so.
        facets: part ("field", "region", "body") → code → number, for the chosen kind.
        notice: template sentence for the reader when something was left out (Chinese), else "".
    """

    hits: tuple[SearchHit, ...]
    totals: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]]
    after: str | None
    notice: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)


def match_problem(app: Application, actor: Actor, number: int, *, limit: int = 10) -> Ranking:
    """Experts, achievements and literature for a stored problem; NotFound if it is hidden."""


def match_text(app: Application, actor: Actor, title: str, text: str, *, limit: int = 10) -> Ranking:
    """The same for a text never seen; InvalidInput if it is empty or only stop words."""


def match_expert(app: Application, actor: Actor, number: int, *, limit: int = 10) -> Ranking:
    """Problems for an expert (``Ranking.problems``); NotFound if he is hidden."""


def search(app: Application, actor: Actor, request: SearchRequest) -> SearchAnswer:
    """One box over everything that the actor may read."""
