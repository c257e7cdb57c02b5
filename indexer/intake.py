"""What a document must be before an engine takes it (clause 6), and how its dates are compared."""

from __future__ import annotations

import json
import re

import numpy as np

from indexer.document import Document
from indexer.query import QueryError

#: Longer ids are no ids of ours.
LONGEST_ID = 400
_LARGEST_VERSION = 2**63 - 1
_UNIT = 1e-3
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


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
