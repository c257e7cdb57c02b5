"""What a document must be before an engine takes it (clause 6), and how its dates are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

import numpy as np

from indexer.document import Document, FloatArray
from indexer.engine import WriteReport
from indexer.query import MOST_HITS, QueryError
from indexer.text import words

#: Longer ids are no ids of ours.
LONGEST_ID = 400
_LARGEST_VERSION = 2**63 - 1
_UNIT = 1e-3
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


def checked(
    documents: Iterable[Document], dimension: int, report: WriteReport
) -> Iterator[tuple[Document, tuple[list[str], ...]]]:
    """Sound documents with the words of each text field; faults go to the report."""
    for document in documents:
        fault = fault_of(document, dimension)
        if fault is None:
            texts = (document.title, "\n".join(document.keywords), document.body)
            yield document, tuple(words(text) for text in texts)
        else:
            report.failed[document.id] = fault


def checked_limit(limit: int) -> int:
    """The limit of a question; QueryError when it is out of range (clause 15)."""
    if not 0 <= limit <= MOST_HITS:
        raise QueryError(f"the limit must lie between 0 and {MOST_HITS}, not be {limit}")
    return limit


def checked_vector(vector: FloatArray, dimension: int) -> FloatArray:
    """The vector of a question as float32; QueryError when its form is another (clause 11)."""
    checked = np.asarray(vector, dtype=np.float32)
    if checked.shape != (dimension,) or not np.isfinite(checked).all():
        raise QueryError(f"a vector of {dimension} finite numbers is wanted, not {checked.shape}")
    return checked


def is_encodable(text: str) -> bool:
    """Whether an index can be asked for the text: lone surrogates occur in no document."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def fault_of(document: Document, dimension: int) -> str | None:
    """Why the document cannot be stored, else None."""
    if not document.id or len(document.id) > LONGEST_ID:
        return f"the id must have 1 to {LONGEST_ID} characters"
    if not isinstance(document.version, int) or not 0 <= document.version <= _LARGEST_VERSION:
        return "the version must be a whole number of 64 bits, 0 or more"
    if document.date and not _DATE.fullmatch(document.date):
        return "the date must be YYYY-MM-DD, YYYY-MM or YYYY"
    return _fault_of_text(document) or _fault_of_vector(document, dimension)


def date_number(date: str) -> int:
    """An ISO date as a number that sorts as the text does: "2024-05" → 20240500; "" → 0."""
    return int(date.replace("-", "").ljust(8, "0")) if date else 0


def asked_date(date: str) -> int:
    """``date_number`` of a date in a filter; QueryError when it is none."""
    if date and not _DATE.fullmatch(date):
        raise QueryError(f"{date!r} is no date; write YYYY-MM-DD")
    return date_number(date)


def _fault_of_text(document: Document) -> str | None:
    texts = (document.id, document.kind, document.title, document.body, *document.keywords)
    codes = (document.readers, document.hidden_from, document.fields, document.regions, document.bodies)
    try:
        for text in (*texts, *document.people, *(code for group in codes for code in group)):
            text.encode("utf-8")
        json.dumps(document.display, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except UnicodeEncodeError:
        return "a text holds half a character (a lone surrogate); clean it with indexer.text.clean"
    except (AttributeError, TypeError, ValueError) as fault:
        return f"a text field or the display facts cannot be stored: {fault}"
    return None


def _fault_of_vector(document: Document, dimension: int) -> str | None:
    if document.vector is None:
        return None
    vector = np.asarray(document.vector)
    if vector.shape != (dimension,):
        return f"the vector has the shape {vector.shape}, ({dimension},) is wanted"
    if vector.dtype.kind != "f" or not np.isfinite(vector).all():
        return "the vector holds something that is no finite number"
    if abs(float(np.linalg.norm(vector)) - 1.0) > _UNIT:
        return "the vector is not of unit length"
    return None
