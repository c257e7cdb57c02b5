"""Database rows as index documents: what is searched, by whom, and what a list shows of it.

Indexed text holds only what every reader of the document may read: an anonymous problem's document has no
firm name; contacts are never indexed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from indexer.document import Document, text_of
from indexer.embedder import Use
from matchmaker.lifecycle import SHOWN
from matchmaker.matching.analysis import analyse
from matchmaker.matching.question import Question
from matchmaker.models import (
    Achievement,
    Attachment,
    Authorship,
    Expert,
    Indicator,
    Inventorship,
    Organization,
    Patent,
    Problem,
    Publication,
)
from matchmaker.storage.queries import TABLES, index_id, parse_id

#: States of a problem in which it stands in the index.
INDEXED_STATES = SHOWN
#: Characters of an expert's works that go into his lexical profile.
MOST_PROFILE_CHARACTERS = 20_000

#: Characters of an attachment that are searched by their words, and by their meaning in passages of so many.
MOST_ATTACHED = 50_000
PASSAGE, MOST_PASSAGES = 400, 5

Display = dict[str, str | int | float | None]


@dataclass(frozen=True, slots=True)
class Part:
    """A text that goes into a document's vector.

    Attributes:
        share: its weight in the mean.
    """

    text: str
    use: Use = "passage"
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that still lacks its vector.

    Attributes:
        parts: what is to be embedded; the vector is their weighted mean.
        further: texts whose vectors, as queries, a ranking will want from the cache.
    """

    document: Document
    parts: tuple[Part, ...]
    further: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the parts."""
        return tuple(part.text for part in self.parts)


def drafts(session: Session, ids: Iterable[str]) -> dict[str, Draft | None]:
    """Draft by index id; None for what must not stand in the index (gone, or in no public state)."""
    numbers: dict[str, list[int]] = {}
    found: dict[str, Draft | None] = {}
    for identifier in dict.fromkeys(ids):
        found[identifier] = None
        parsed = parse_id(identifier)
        if parsed:
            numbers.setdefault(parsed[0], []).append(parsed[1])
    for kind, wanted in numbers.items():
        build, options = _BUILDERS[kind]
        statement = select(TABLES[kind]).where(TABLES[kind].id.in_(wanted)).options(*options)
        for row in session.scalars(statement):
            if row.visibility != "draft" and getattr(row, "state", "published") in INDEXED_STATES:
                found[index_id(row)] = build(row)
    return found


def organization_draft(row: Organization) -> Draft:
    """An organization is found by its name and what it says of itself."""
    return _single(_base(row, title=row.name, body=row.summary, bodies=(str(row.id),)))


def problem_draft(row: Problem) -> Draft:
    """A problem: its parts in the order of the form; the firm's name unless it is anonymous."""
    shown = row.organization if row.visibility != "anonymous" else None
    document = _base(
        row,
        title=row.title,
        keywords=row.keywords,
        body=question_of(row).body,
        fields=row.fields,
        bodies=(str(shown.id),) if shown else (),
        date=row.deadline.isoformat() if row.deadline else "",
    )
    display: Display = {"number": row.number, "organization": shown.name if shown else "", "state": row.state}
    question = question_of(row)
    parts = tuple(Part(text, use, share) for text, use, share in question.mixture)
    return Draft(replace(document, display=display), parts, analyse(question).chunks)


def question_of(row: Problem) -> Question:
    """A problem as the question it asks: its parts in the order of the form, indicators a line each."""
    parts = (
        row.text, row.background, row.main_problem, row.key_technology,
        *(indicator_line(indicator) for indicator in row.indicators),
        row.goal, row.scene, row.tried, row.deliverables,
    )  # fmt: skip
    return Question(
        title=row.title,
        parts=tuple(part for part in parts if part),
        keywords=tuple(row.keywords),
        context=frozenset((row.background, row.scene, row.tried, row.deliverables, row.goal)),
        id=index_id(row),
        version=row.index_version,
    )


def indicator_line(row: Indicator) -> str:
    """``名称 ≥ 目标 单位（现值 x）``."""
    symbol = {">=": "≥", "<=": "≤", "range": ""}.get(row.comparator, row.comparator)
    text = " ".join(part for part in (row.name, symbol, row.target, row.unit) if part)
    return f"{text}（现值 {row.current}）" if row.current else text


def publication_draft(row: Publication) -> Draft:
    """A paper, with the people and bodies behind it."""
    people = [authorship.expert for authorship in row.authorships]
    document = replace(publication_text(row).document, fields=tuple(row.fields), date=_year(row.year))
    display: Display = {"venue": row.venue, "year": row.year}
    return _single(replace(document, display=display, **_behind(people)))


def patent_draft(row: Patent) -> Draft:
    """A patent, with its inventors and holder."""
    people = [inventorship.expert for inventorship in row.inventorships]
    document = replace(patent_text(row).document, fields=tuple(row.fields), date=_year(row.year))
    display: Display = {"number": row.number, "year": row.year, "status": row.status}
    return _single(replace(document, display=display, **_behind(people, row.organization_id)))


def achievement_draft(row: Achievement) -> Draft:
    """An achievement: what it is, what it solves, why it is better; its owner unless it is anonymous."""
    lines = "\n".join(indicator_line(indicator) for indicator in row.indicators)
    parts = (row.summary, row.problem_solved, row.advantage, lines, row.scenes, row.cases)
    is_named = row.visibility != "anonymous"
    people = [row.leader] if row.leader and is_named else []
    owner = row.organization if is_named else None
    document = _base(
        row,
        title=row.title,
        keywords=row.keywords,
        body="\n".join(part for part in parts if part),
        fields=row.fields,
        date=row.verified_on.isoformat() if row.verified_on else "",
    )
    display: Display = {"organization": owner.name if owner else "", "maturity": row.maturity}
    return _single(replace(document, display=display, **_behind(people, owner.id if owner else None)))


def attachment_draft(row: Attachment) -> Draft:
    """An attachment is a document of its own, with its own readers: no other document holds its text."""
    text = row.text[:MOST_ATTACHED]
    passages = [text[start : start + PASSAGE] for start in range(0, len(text), PASSAGE)][:MOST_PASSAGES]
    parts = tuple(Part(passage) for passage in (row.filename, *passages) if passage.strip())
    return Draft(replace(_base(row, title=row.filename, body=text), display={"subject": row.subject}), parts)


def expert_draft(row: Expert) -> Draft:
    """An expert as a whole: his own words, then titles and keywords of his works (his lexical profile).

    Embedded are his own profile and each of his works; the vector is their mean.
    """
    works = _works(row)
    own = _own_profile(row)
    profile = "\n".join([own, *(_told(work) for work in works)])
    organization = row.organization
    document = _base(
        row,
        title=row.name,
        keywords=[*row.directions, *row.keywords],
        body=profile[:MOST_PROFILE_CHARACTERS],
        fields=row.fields,
        bodies=(str(organization.id),) if organization else (),
    )
    display: Display = {
        "organization": organization.name if organization else "",
        "position": row.position,
        "works": len(works),
        "projects": len(row.projects),
    }
    texts = [text_of(work) for work in works]
    return Draft(
        replace(document, display=display), tuple(Part(text) for text in (own, *texts) if text.strip())
    )


def _told(work: Document) -> str:
    """A work in its author's profile, as a line that can be quoted."""
    return f"{work.title}（{'、'.join(work.keywords)}）" if work.keywords else work.title


def _own_profile(row: Expert) -> str:
    """His own words: directions, profile, services, then experience and works that he names himself.

    Whatever its kind, an experience counts as a sentence of his; for whom it was is nobody's business here.
    """
    experience = [f"{each.title} {each.description} {each.outcome}" for each in row.projects]
    parts = (row.discipline, " ".join(row.directions), " ".join(row.keywords), row.profile, row.services,
             row.platforms, *experience, *row.representative)  # fmt: skip
    return "\n".join(part.strip() for part in parts if part.strip())


def _works(row: Expert) -> list[Document]:
    """The documents of an expert that anybody may read and that name him, newest first."""
    rows: list[tuple[Any, Callable[[Any], Draft]]] = [
        *((authorship.publication, publication_text) for authorship in row.authorships),
        *((inventorship.patent, patent_text) for inventorship in row.inventorships),
        *((achievement, achievement_draft) for achievement in row.achievements),
    ]
    visible = [(work, build) for work, build in rows if _is_open(work)]
    visible.sort(key=lambda item: (-(getattr(item[0], "year", None) or 0), index_id(item[0])))
    return [build(work).document for work, build in visible]


def _is_open(work: Any) -> bool:
    return work.visibility == "public" and " public " in work.readers and not work.hidden_from.strip()


def publication_text(row: Publication) -> Draft:
    """A paper without its people: enough for its text and vector."""
    return _single(_base(row, title=row.title, keywords=row.keywords, body=row.abstract))


def patent_text(row: Patent) -> Draft:
    """A patent without its people."""
    return _single(_base(row, title=row.title, keywords=row.keywords, body=row.abstract))


def _base(
    row: Any,
    *,
    title: str,
    keywords: Iterable[str] = (),
    body: str = "",
    fields: Iterable[str] = (),
    bodies: tuple[str, ...] = (),
    date: str = "",
) -> Document:
    region = getattr(row, "region", "") or ""
    return Document(
        id=index_id(row),
        kind=row.__tablename__,
        version=row.index_version,
        title=title,
        keywords=tuple(keywords),
        body=body,
        readers=frozenset(row.readers.split()),
        hidden_from=frozenset(row.hidden_from.split()),
        fields=tuple(fields),
        regions=(region,) if region else (),
        bodies=bodies,
        date=date,
    )


def _behind(people: Iterable[Expert], organization_id: int | None = None) -> dict[str, Any]:
    """The people and bodies that stand behind a work."""
    present = list(people)
    bodies = [organization_id, *(person.organization_id for person in present)]
    return {
        "people": tuple(index_id(person) for person in present),
        "bodies": tuple(dict.fromkeys(str(number) for number in bodies if number)),
    }


def _single(document: Document) -> Draft:
    text = text_of(document)
    return Draft(document, (Part(text),) if text.strip() else ())


def _year(year: int | None) -> str:
    return f"{year:04d}-01-01" if year else ""


_AUTHORS = selectinload(Publication.authorships).joinedload(Authorship.expert)
_BUILDERS: dict[str, tuple[Callable[[Any], Draft], tuple[Any, ...]]] = {
    "organization": (organization_draft, ()),
    "problem": (problem_draft, (selectinload(Problem.indicators), selectinload(Problem.organization))),
    "publication": (publication_draft, (_AUTHORS,)),
    "patent": (patent_draft, (selectinload(Patent.inventorships).joinedload(Inventorship.expert),)),
    "achievement": (
        achievement_draft,
        (
            selectinload(Achievement.indicators),
            selectinload(Achievement.leader),
            selectinload(Achievement.organization),
        ),
    ),
    "attachment": (attachment_draft, ()),
    "expert": (
        expert_draft,
        (
            selectinload(Expert.organization),
            selectinload(Expert.projects),
            selectinload(Expert.authorships).joinedload(Authorship.publication),
            selectinload(Expert.inventorships).joinedload(Inventorship.patent),
            selectinload(Expert.achievements).selectinload(Achievement.indicators),
            selectinload(Expert.achievements).selectinload(Achievement.organization),
        ),
    ),
}
