"""Numbers of our own rows as they leave the system and come back: those of another installation are not taken
for ours, since each ends with a check of when its row was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.storage.queries import TABLES, index_id, parse_id

_FORM = re.compile(r"([a-z]+:\d+)-([0-9a-f]{8})")
#: Values of one IN.
_PART = 500


def lasting_id(row: Any) -> str:
    """The sender's own id where there is one, else ``problem:12-9f3a01bc``."""
    return row.key or f"{index_id(row)}-{_check(index_id(row), row.created_at)}"


def is_ours(key: str | None) -> bool:
    """Whether a number has the form of one of ours."""
    return bool(key) and _FORM.fullmatch(str(key)) is not None


def ours(session: Session, kind: str, keys: Iterable[str]) -> dict[str, int]:
    """Those of the keys that are numbers of rows of this installation → number of the row."""
    wanted: dict[int, str] = {}
    for key in keys:
        found = _FORM.fullmatch(key)
        parsed = parse_id(found[1], kind) if found else None
        if parsed:
            wanted[parsed[1]] = key
    table, numbers, known = TABLES[kind], sorted(wanted), {}
    for start in range(0, len(numbers), _PART):
        rows = session.execute(
            select(table.id, table.created_at).where(table.id.in_(numbers[start : start + _PART]))
        )
        for number, made in rows:
            if wanted[number].endswith(_check(f"{kind}:{number}", made)):
                known[wanted[number]] = number
    return known


def _check(identifier: str, made: Any) -> str:
    return f"{crc32(f'{identifier} {made.isoformat()}'.encode()):08x}"
