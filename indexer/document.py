"""What the index holds: a Document, as the domain hands it over, and the stored form that comes back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

#: Fields of text that are searched by words, each with a BM25 of its own.
TEXT_FIELDS = ("title", "keywords", "body")

#: Who may read a document that everybody may read.
PUBLIC = "public"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One thing that can be found. Text is plain; every engine segments it by ``indexer.text``.

    Attributes:
        id: ``kind:key``, unique in the index.
        kind: "problem", "expert", "publication" …
        version: grows with every change of the object behind it; an older one never overwrites a newer.
        title, keywords, body: the text fields; they hold only what every reader may read.
        readers: audiences that may read it, as {"public"} or {"org:7"}.
        hidden_from: audiences that may not, even if they are readers (rivals).
        fields, regions, bodies: codes for filters and facets (technical field, region, organization id).
        people: ids of the expert documents behind it (authors, inventors, leaders).
        date: ISO date for filters ("" when unknown).
        vector: unit-length float32 of shape (dimension,), or None when it has no meaning to compare.
        display: small JSON-able facts that a list shows without a look into the database.
    """

    id: str
    kind: str
    version: int
    title: str = ""
    keywords: tuple[str, ...] = ()
    body: str = ""
    readers: frozenset[str] = frozenset({PUBLIC})
    hidden_from: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    date: str = ""
    vector: FloatArray | None = None
    display: dict[str, str | int | float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """What an engine gives back of a document, without its vector.

    Attributes:
        words: the segmented words of each text field, in TEXT_FIELDS order.
    """

    id: str
    kind: str
    version: int
    title: str
    keywords: tuple[str, ...]
    body: str
    people: tuple[str, ...]
    bodies: tuple[str, ...]
    fields: tuple[str, ...]
    regions: tuple[str, ...]
    date: str
    display: dict[str, str | int | float | None]
    words: tuple[tuple[str, ...], ...]


def text_of(document: Document | StoredDocument) -> str:
    """The text recipe of an embedding: title, body, keywords, each on its line when there is one."""
    return "\n".join(part for part in (document.title, document.body, " ".join(document.keywords)) if part)
