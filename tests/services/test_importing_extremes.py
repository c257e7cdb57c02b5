"""Rows as long and as odd as anybody can make them: taken or rejected with a reason, never a fault of the database."""

from __future__ import annotations

import json

import pytest

from matchmaker.importing.schemas import SCHEMAS
from tests.support.imports import counts, jsonl, load

LENGTHS = (17, 18, 50, 51, 100, 101, 200, 201, 300, 301, 500, 501, 2001)
ODD = (
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0010ffff",
    "\ufeff",
    "'; DROP TABLE x; --",
    "%s",
    "\\u0000",
    2**40,
    -(2**70),
    1e308,
)
CHILDREN = {
    "indicators": lambda text: [
        {"name": text, "current": text, "target": text, "unit": text, "comparator": text}
    ],
    "projects": lambda text: [{"title": text, "client": text, "year": text, "description": text}],
}


def rows(kind, values):
    """A row a value, in every field at once, and rows with one field of it each, so that some are taken."""
    names = [name for name in SCHEMAS[kind]().fields if name != "classified"]
    required = {name: f"值{name}" for name in names if SCHEMAS[kind]().fields[name].required}
    for place, value in enumerate(values):
        yield {name: CHILDREN.get(name, lambda each: each)(value) for name in names}
        for name in names:
            made = CHILDREN[name](value) if name in CHILDREN else value
            yield {**required, "id": f"{kind}{place}{name}", name: made}
            yield {**required, "id": f"{kind}{place}{name}*", name: [made]}


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_whatever_length_a_text_has(app, tmp_path, kind):
    run = load(
        app,
        jsonl(tmp_path / "a.jsonl", *map(json.dumps, rows(kind, ["长" * length for length in LENGTHS]))),
        kind,
    )
    assert (run.state, run.error, sum(counts(run))) == ("done", "", run.total)
    assert run.created > len(LENGTHS)


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_whatever_characters_and_numbers_come(app, tmp_path, kind):
    run = load(app, jsonl(tmp_path / "a.jsonl", *map(json.dumps, rows(kind, ODD))), kind)
    assert (run.state, run.error, sum(counts(run))) == ("done", "", run.total)
    assert run.created > len(ODD)
