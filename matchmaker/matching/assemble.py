"""Scores → answers: the texts behind the best scores are read once, quoted, and held against the points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from indexer.document import StoredDocument
from matchmaker.matching.evidence import Sentence, affirmations, affirmed, coverage, folded, held, quotes
from matchmaker.matching.result import Component, RankedDocument, RankedExpert

#: Documents shown for an expert.
DOCUMENTS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A document or expert with its score, before its texts were read.

    Attributes:
        documents: of an expert: those that speak for him, best first.
    """

    id: str
    score: float
    probability: float
    band: str
    components: tuple[Component, ...]
    documents: tuple[Scored, ...] = ()


@dataclass
class Texts:
    """Stored documents with their sentences, split once however often they are quoted."""

    stored: Mapping[str, StoredDocument]
    weights: Mapping[str, float]
    _sentences: dict[str, list[Sentence]] = field(default_factory=dict)
    _words: dict[str, frozenset[str]] = field(default_factory=dict)
    _told: dict[str, RankedDocument] = field(default_factory=dict)

    def sentences(self, identifier: str) -> list[Sentence]:
        """The sentences of a document's body, its title first."""
        if identifier not in self._sentences:
            document = self.stored[identifier]
            title = document.title if document.kind != "expert" else ""
            self._sentences[identifier] = affirmations(f"{title}\n{document.body}", self.weights)
        return self._sentences[identifier]

    def own_sentences(self, person: str, works: Iterable[Scored]) -> list[Sentence]:
        """An expert's own sentences, without lines that only name his works: those are quoted themselves."""
        titles = tuple(title for work in works if (title := self.stored[work.id].title))
        return [one for one in self.sentences(person) if not (titles and one.text.startswith(titles))]

    def words(self, identifier: str) -> frozenset[str]:
        """The query's words that a document holds anywhere."""
        if identifier not in self._words:
            document = self.stored[identifier]
            whole = "\n".join((document.title, " ".join(document.keywords), document.body))
            plain = folded(affirmed(whole))
            self._words[identifier] = held(self.weights, plain)
        return self._words[identifier]

    def told(self, one: Scored, points: Sequence[Sentence]) -> RankedDocument:
        """A document with its quotes; the same one speaks for co-authors and stands in the list itself."""
        if one.id not in self._told:
            self._told[one.id] = _document(one, points, self)
        return self._told[one.id]

    def title(self, identifier: str) -> str:
        """The title, or the beginning of the text where there is none."""
        document = self.stored[identifier]
        return document.title or document.body[:40]


def documents_of(
    scored: Iterable[Scored], points: Sequence[Sentence], texts: Texts
) -> tuple[RankedDocument, ...]:
    """Documents with their quotes and the points they leave open."""
    return tuple(texts.told(one, points) for one in scored if one.id in texts.stored)


def experts_of(
    scored: Iterable[Scored], points: Sequence[Sentence], texts: Texts
) -> tuple[RankedExpert, ...]:
    """Experts with their documents, quotes out of these and their profile, covered and open points."""
    return tuple(_expert(one, points, texts) for one in scored if one.id in texts.stored)


def _document(one: Scored, points: Sequence[Sentence], texts: Texts) -> RankedDocument:
    stored = texts.stored[one.id]
    _covered, open_points = coverage(points, texts.words(one.id), texts.weights)
    return RankedDocument(
        id=one.id,
        kind=stored.kind,
        title=texts.title(one.id),
        score=one.score,
        band=one.band,
        probability=one.probability,
        components=one.components,
        quotes=quotes(points, [(one.id, texts.title(one.id), texts.sentences(one.id))], texts.weights),
        uncovered=open_points,
        display=stored.display,
    )


def _expert(one: Scored, points: Sequence[Sentence], texts: Texts) -> RankedExpert:
    behind = [document for document in one.documents if document.id in texts.stored]
    shown = behind[:DOCUMENTS_SHOWN]
    sources = [(document.id, texts.title(document.id), texts.sentences(document.id)) for document in shown]
    sources.append((one.id, texts.title(one.id), texts.own_sentences(one.id, behind)))
    spoken = frozenset().union(*(texts.words(identifier) for identifier in (one.id, *(d.id for d in behind))))
    covered, open_points = coverage(points, spoken, texts.weights)
    return RankedExpert(
        id=one.id,
        score=one.score,
        band=one.band,
        probability=one.probability,
        components=one.components,
        documents=documents_of(shown, points, texts),
        quotes=quotes(points, sources, texts.weights),
        covered=covered,
        uncovered=open_points,
        display=texts.stored[one.id].display,
    )
