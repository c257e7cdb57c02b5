"""Search in the database alone, for the time when the index is away: words as they are written, no meaning.

One statement a kind finds and counts, whatever the question; rows are loaded for the hits of one page.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, case, cast, func, literal, or_, select

from indexer.text import words
from matchmaker import searching
from matchmaker.matching.evidence import maximal, telling
from matchmaker.permissions import Actor, require
from matchmaker.searching import DEPTH, KINDS, PARTS, SearchAnswer, SearchHit, SearchRequest
from matchmaker.services.browsing import narrowed
from matchmaker.services.display import rows
from matchmaker.storage.queries import TABLES
from matchmaker.storage.unit_of_work import UnitOfWork

#: Words of a question that are looked for in names, the longest ones.
MOST_WORDS = 6
#: Those that are looked for in keywords and texts too, which costs ten times as much: of a short question
#: all, of a longer one the two longest.
SHORT_QUESTION = 3
MOST_IN_TEXTS = 2
#: What a word that stands anywhere in a row is worth; all words in names are worth less than one word more.
HELD = 16
#: In front of the place in a cursor of this search; those of the index look different.
_MARK = "db"
#: Looks like the escapes in which JSON keeps a Chinese character (\u9540).
_LIKE_AN_ESCAPE = re.compile(r"u?[0-9a-f]*")
#: What LIKE would not take as it is.
_SPECIAL = re.compile(r"[%_/]")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the words of a kind stand; only what every reader of the row may read.

    Attributes:
        keywords: JSON lists.
    """

    names: tuple[str, ...]
    keywords: tuple[str, ...]
    texts: tuple[str, ...]


COLUMNS: dict[str, Columns] = {
    "problem": Columns(
        ("title", "number"),
        ("keywords",),
        ("main_problem", "text", "key_technology", "background", "goal", "scene", "tried", "deliverables"),
    ),
    "expert": Columns(
        ("name",), ("directions", "keywords"), ("discipline", "profile", "services", "platforms")
    ),
    "organization": Columns(("name",), (), ("summary",)),
    "publication": Columns(("title",), ("keywords",), ("abstract",)),
    "patent": Columns(("title", "number"), ("keywords",), ("abstract",)),
    "attachment": Columns(("filename",), (), ("text",)),
    "achievement": Columns(
        ("title",), ("keywords",), ("summary", "problem_solved", "advantage", "scenes", "cases")
    ),
}


@dataclass(frozen=True, slots=True)
class _Found:
    """A row that holds some of the words.

    Attributes:
        worth: HELD for each word, one more for each that stands in the name.
        place: among those of its kind that are worth as much.
    """

    id: str
    worth: int
    place: int


def find(uow: UnitOfWork, actor: Actor, request: SearchRequest) -> SearchAnswer:
    """Rows that hold most of the words first, then those with words in their names, then the newest.

    A cursor of the index begins at the first page.

    Raises:
        InvalidInput: an unknown kind, a text longer than LONGEST.
    """
    require(actor, "search:all")
    searching.check(request)
    start, offset, wanted = time.perf_counter(), place_of(request.after) or 0, _wanted(request.text)
    end = min(offset + request.limit, DEPTH)
    found: list[_Found] = []
    totals: dict[str, int] = {}
    for kind in KINDS:
        is_chosen = request.kind in (None, kind)
        totals[kind], some = _look(uow, actor, kind, wanted, request, end + 1 if is_chosen else 1)
        found += some if is_chosen and wanted else []
    found.sort(key=lambda one: (-one.worth, one.place))
    return SearchAnswer(
        hits=_present(uow, actor, found[offset:end], wanted),
        totals={kind: number for kind, number in totals.items() if number},
        facets={part: {} for part in PARTS},
        after=f"{_MARK}{end}" if len(found) > end and end < DEPTH else None,
        is_fallback=True,
        seconds={"all": time.perf_counter() - start},
    )


def place_of(after: str | None) -> int | None:
    """The place that a cursor of this search names; None when it is of another kind."""
    digits = (after or "").removeprefix(_MARK)
    is_ours = after is not None and after.startswith(_MARK) and digits.isascii() and digits.isdigit()
    return int(digits) if is_ours and len(digits) <= len(str(DEPTH)) else None


def _wanted(text: str) -> tuple[str, ...]:
    weights = dict.fromkeys(words(text), 1.0)
    return maximal(telling(weights) or weights)[:MOST_WORDS]


def _look(
    uow: UnitOfWork, actor: Actor, kind: str, wanted: Sequence[str], request: SearchRequest, most: int
) -> tuple[int, list[_Found]]:
    """How many rows of a kind hold a word, and the best of them; without words, how many there are."""
    table = TABLES[kind]
    where = narrowed(actor, table, fields=request.fields, regions=request.regions, bodies=request.bodies)
    if not wanted:
        return uow.session.scalar(select(func.count()).select_from(table).where(*where)) or 0, []
    worth = _worth(table, COLUMNS[kind], wanted)
    each = (
        select(table.id, worth.label("worth"))
        .where(*where)
        .cte()
        .prefix_with("MATERIALIZED")  # or the sum is computed twice a row
    )
    best = (
        select(each, func.count().over())
        .where(each.c.worth > 0)
        .order_by(each.c.worth.desc(), each.c.id.desc())
        .limit(most)
    )
    lines = uow.session.execute(best).all()
    places: Counter[int] = Counter()
    found = []
    for number, held, _total in lines:
        found.append(_Found(f"{kind}:{number}", held, places[held]))
        places[held] += 1
    return lines[0][2] if lines else 0, found


def _worth(table: type[Any], columns: Columns, wanted: Sequence[str]) -> ColumnElement[int]:
    """What the words add to a row; one that stands in the name spares the look into the text."""
    total: ColumnElement[int] = literal(0)
    in_texts = len(wanted) if len(wanted) <= SHORT_QUESTION else MOST_IN_TEXTS
    for place, word in enumerate(wanted):
        found = [(or_(*_holding(table, columns.names, word)), HELD + 1)]
        if place < in_texts:
            found.append((or_(*_elsewhere(table, columns, word)), HELD))
        total += case(*found, else_=0)
    return total


def _elsewhere(table: type[Any], columns: Columns, word: str) -> list[ColumnElement[bool]]:
    found = _holding(table, columns.texts, word)
    if not _LIKE_AN_ESCAPE.fullmatch(word):
        found += _holding(table, columns.keywords, word, json.dumps(word)[1:-1])
    return found


def _holding(
    table: type[Any], names: Sequence[str], word: str, written: str = ""
) -> list[ColumnElement[bool]]:
    """Whether each of the columns holds a word, as it is ``written`` there.

    Case matters to no reader; where a word has none the cheaper comparison does. The pattern is bound whole:
    put together by the database it would be so for every row.
    """
    pattern = "%" + _SPECIAL.sub(r"/\g<0>", written or word) + "%"
    columns = [_plain(getattr(table, name)) for name in names]
    if word.lower() == word.upper():
        return [column.like(pattern, escape="/") for column in columns]
    return [column.ilike(pattern, escape="/") for column in columns]


def _plain(column: Any) -> Any:
    """The column as text; a cast where none is needed would be paid for in every row."""
    return cast(column, String) if isinstance(column.type, JSON) else column


def _present(
    uow: UnitOfWork, actor: Actor, found: Sequence[_Found], wanted: Sequence[str]
) -> tuple[SearchHit, ...]:
    known = rows(uow, actor, [one.id for one in found])
    weights = dict.fromkeys(wanted, 1.0)
    return tuple(_hit(one, known[one.id], weights) for one in found if one.id in known)


def _hit(found: _Found, row: Any, weights: Mapping[str, float]) -> SearchHit:
    kind = row.__tablename__
    columns = COLUMNS[kind]
    texts = [getattr(row, name) for name in columns.texts]
    keywords = [word for name in columns.keywords for word in getattr(row, name)]
    body = "\n".join(text for text in texts if text)
    line = searching.line(getattr(row, columns.names[0]), keywords, body, weights)
    return SearchHit(found.id, kind, line.title, line.snippet, line.words, found.worth / HELD)
