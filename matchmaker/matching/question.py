"""What is asked: a problem, stored or just typed, as the ranking sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indexer.document import FloatArray
from indexer.embedder import Use, content_hash
from indexer.text import clean, sentences

#: Shares in a question's vector beside 1 for the whole text as a question: its title as a question, and the
#: whole text as a passage, since a problem is also a description.
TITLE_SHARE = 0.5
PASSAGE_SHARE = 0.5


@dataclass(frozen=True)
class Question:
    """A problem's text in its parts.

    Attributes:
        title: its name, which tells the subject.
        parts: the texts below the title, in the order of the form; indicator lines are a part each.
        keywords: given by the poster.
        context: those of the parts that tell of the firm and the way, not of the need (background, what was
            tried, deliverables, hopes); nobody is expected to cover them.
        id, version: index id and version of a stored problem, "" and 0 of a text never seen.
        excluded: index ids that may not answer (leave-one-out, refused pairs).
    """

    title: str
    parts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    context: frozenset[str] = frozenset()
    id: str = ""
    version: int = 0
    excluded: tuple[str, ...] = ()

    @cached_property
    def body(self) -> str:
        """The parts as one text."""
        return "\n".join(part for part in self.parts if part)

    @property
    def needs(self) -> tuple[str, ...]:
        """The parts that tell what is needed; all of them when nothing else is told."""
        return tuple(part for part in self.parts if part not in self.context) or self.parts

    @cached_property
    def text(self) -> str:
        """Everything, in the recipe that documents are embedded by, so that a cached vector is found."""
        return "\n".join(part for part in (self.title, self.body, " ".join(self.keywords)) if part)

    @property
    def mixture(self) -> tuple[tuple[str, Use, float], ...]:
        """What goes into the question's vector: (text, use, share), empty texts left out."""
        every: tuple[tuple[str, Use, float], ...] = (
            (self.text, "query", 1.0),
            (self.title, "query", TITLE_SHARE),
            (self.text, "passage", PASSAGE_SHARE),
        )
        return tuple(part for part in every if part[0].strip())

    @cached_property
    def hash(self) -> str:
        """Names the text in stored runs."""
        return content_hash(self.text)


#: Characters of a title that is taken from a text without one.
TITLE_LENGTH = 60


def typed(title: str, text: str) -> Question:
    """A question that somebody typed; without a title its first sentence serves as one."""
    pieces = sentences(text)
    heading = clean(title).strip() or (pieces[0][:TITLE_LENGTH] if pieces else "")
    body = clean(text).strip()
    return Question(heading, (body,) if body and body != heading else ())


def mixed(parts: Sequence[tuple[FloatArray, float]]) -> FloatArray | None:
    """Weighted mean of vectors, unit length, shape (dimension,); None when nothing is left of it."""
    total = np.sum([share * vector for vector, share in parts], axis=0, dtype=np.float64)
    length = float(np.linalg.norm(total))
    return np.asarray(total / length, dtype=np.float32) if length > 0 else None
