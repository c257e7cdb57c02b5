"""A folder of real input as an index of its own: problems, expertise, experts, graded judgments.

Nothing of it enters the installation: the index is a workspace of its own on the installation's engine
(``<home>/evaluation``, or indices named ``<elasticsearch_index>-evaluation-…``), vectors come from the
installation's cache, so that a second evaluation embeds nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from indexer.document import Document, text_of
from indexer.embedder import CachedEmbedder
from indexer.engine import Engine, IndexBroken, IndexMismatch
from indexer.evaluation import read_judgments
from indexer.text import clean
from matchmaker.errors import InvalidInput
from matchmaker.indexing.documents import MOST_PROFILE_CHARACTERS, Draft, Part
from matchmaker.indexing.sync import complete
from matchmaker.matching.question import Question
from matchmaker.messages import Message

Progress = Callable[[int, int], None]
#: Opens a workspace by its name, also a broken one: ``Application.open_workspace``.
OpenNamed = Callable[[str], Engine]
BATCH = 500
#: Grows when the documents of a workspace are made differently.
LAYOUT = "1"


@dataclass(frozen=True)
class Paper:
    """One document of the folder."""

    id: str
    title: str
    abstract: str
    keywords: tuple[str, ...]

    @property
    def document(self) -> Document:
        """As an installation would index it."""
        return Document(
            id=f"publication:{self.id}",
            kind="publication",
            version=1,
            title=self.title,
            keywords=self.keywords,
            body=self.abstract,
        )


@dataclass(frozen=True)
class Person:
    """One expert of the folder with the ids of his papers."""

    id: str
    name: str
    institution: str
    papers: tuple[str, ...]


@dataclass
class Folder:
    """What was read from a data folder."""

    problems: dict[str, Question] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    judgments: dict[str, dict[str, int]] = field(default_factory=dict)


def read_folder(path: Path, *, need_judgments: bool = True) -> Folder:
    """Reads ``problems.jsonl, expertise.jsonl, experts.jsonl, qrels.tsv``.

    Raises:
        InvalidInput: a file is missing or has a line that cannot be read; names the file and the line.
    """
    folder = Folder()
    for row in _rows(path / "expertise.jsonl"):
        paper = Paper(
            str(row["id"]), clean(row.get("title") or ""), clean(row.get("abstract") or ""),
            tuple(clean(str(word)) for word in row.get("keywords") or ()),
        )  # fmt: skip
        folder.papers[paper.id] = paper
    for row in _rows(path / "experts.jsonl", optional=True):
        papers = tuple(str(paper) for paper in row.get("papers") or () if str(paper) in folder.papers)
        folder.people[str(row["id"])] = Person(
            str(row["id"]), row.get("name") or "", row.get("institution") or "", papers
        )
    for row in _rows(path / "problems.jsonl", optional=not need_judgments):
        text = clean(row.get("text") or "")
        folder.problems[str(row["id"])] = Question(clean(row.get("title") or ""), (text,) if text else ())
    if need_judgments:
        try:
            folder.judgments = {
                query: grades
                for query, grades in read_judgments(path / "qrels.tsv").items()
                if query in folder.problems
            }
        except (OSError, ValueError) as fault:
            raise _unreadable(path / "qrels.tsv", fault) from fault
    return folder


def publication_drafts(folder: Folder) -> Iterator[Draft]:
    """Papers as drafts of index documents, with the people behind them."""
    behind: dict[str, list[str]] = {}
    for person in folder.people.values():
        for paper in person.papers:
            behind.setdefault(paper, []).append(f"expert:{person.id}")
    for one in folder.papers.values():
        yield paper_draft(one, tuple(behind.get(one.id, ())))


def paper_draft(paper: Paper, people: tuple[str, ...] = ()) -> Draft:
    """One paper."""
    document = replace(paper.document, people=people)
    text = text_of(document)
    return Draft(document, (Part(text),) if text.strip() else ())


def expert_drafts(folder: Folder) -> Iterator[Draft]:
    """Experts as drafts: a profile made of the titles and keywords of their papers."""
    for person in folder.people.values():
        papers = [folder.papers[paper] for paper in person.papers]
        lines = "\n".join(f"{paper.title} {' '.join(paper.keywords)}" for paper in papers)
        document = Document(
            id=f"expert:{person.id}",
            kind="expert",
            version=1,
            title=person.name,
            body=lines[:MOST_PROFILE_CHARACTERS],
            bodies=(person.institution,) if person.institution else (),
            display={"organization": person.institution, "works": len(papers)},
        )
        texts = tuple(text_of(paper.document) for paper in papers)
        yield Draft(document, tuple(Part(text) for text in texts if text.strip()))


def open_index(
    open_named: OpenNamed, data: Path, embedder: CachedEmbedder, folder: Folder, progress: Progress
) -> Engine:
    """The index of a data folder, filled at first use and whenever folder, model or layout have changed.

    A workspace is made of its folder: one that is broken or was left half-filled is made again.
    """
    name = hashlib.sha256(f"{_fingerprint(data)}|{embedder.fingerprint}|{LAYOUT}".encode()).hexdigest()[:16]
    index = open_named(name)
    try:
        if not _is_filled(index, folder):
            _fill(index, embedder, folder, progress)
    except BaseException:
        index.close()
        raise
    return index


def _is_filled(index: Engine, folder: Folder) -> bool:
    try:
        return sum(index.health().documents.values()) == len(folder.papers) + len(folder.people)
    except (IndexMismatch, IndexBroken):
        return False


def _fill(index: Engine, embedder: CachedEmbedder, folder: Folder, progress: Progress) -> None:
    total = len(folder.papers) + len(folder.people)
    done = 0
    with index.rebuild() as rebuild:
        for some in _batches(_both(folder)):
            report = rebuild.write(complete(embedder, some))
            if report.failed:
                raise InvalidInput(
                    Message("无法建立索引：%(faults)s", {"faults": dict(list(report.failed.items())[:3])})
                )
            done += len(some)
            progress(done, total)
        rebuild.switch()
    index.prune()


def _both(folder: Folder) -> Iterator[Draft]:
    yield from publication_drafts(folder)
    yield from expert_drafts(folder)


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    some: list[Draft] = []
    for draft in drafts:
        some.append(draft)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


def _fingerprint(data: Path) -> str:
    digest = hashlib.sha256()
    for name in ("expertise.jsonl", "experts.jsonl"):
        path = data / name
        digest.update(path.read_bytes() if path.is_file() else b"-")
    return digest.hexdigest()


def _rows(path: Path, *, optional: bool = False) -> Iterator[dict[str, Any]]:
    if optional and not path.is_file():
        return
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _row(number, line)
    except (OSError, ValueError) as fault:
        raise _unreadable(path, fault) from fault


def _row(number: int, line: str) -> dict[str, Any]:
    row = json.loads(line)
    if not isinstance(row, dict) or "id" not in row:
        raise ValueError(f"line {number}: an object with an id was expected")
    return row


def _unreadable(path: Path, fault: Exception) -> InvalidInput:
    return InvalidInput(
        Message("无法读取 %(file)s：%(fault)s", {"file": path, "fault": fault}),
        hint=Message("文件夹应含 problems.jsonl、expertise.jsonl、experts.jsonl 和 qrels.tsv。"),
    )
