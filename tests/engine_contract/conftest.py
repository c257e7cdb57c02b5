"""One suite, every engine: each test gets an index under a fresh name, which is dropped after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from contract_samples import ElasticsearchPlace, EmbeddedPlace, Place

from indexer.engine import Engine


@pytest.fixture(params=["elasticsearch", "elasticsearch-2-shards", "embedded"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    made: Place
    if request.param == "embedded":
        made = EmbeddedPlace(tmp_path)
    else:
        made = ElasticsearchPlace(
            request.getfixturevalue("elasticsearch_url"),
            request.getfixturevalue("elasticsearch_index"),
            shards=2 if "shards" in request.param else 1,
        )
    yield made
    made.drop()


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    opened = place.open()
    yield opened
    opened.close()
