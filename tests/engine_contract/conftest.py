"""One suite, every engine: each test gets an index under a fresh name, which is dropped after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from contract_samples import EmbeddedPlace, Place

from indexer.engine import Engine

#: Engine → what makes a place for it from a temporary folder.
PLACES: dict[str, Callable[[Path], Place]] = {"embedded": EmbeddedPlace}


@pytest.fixture(params=sorted(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    made = PLACES[request.param](tmp_path)
    yield made
    made.drop()


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    opened = place.open()
    yield opened
    opened.close()
