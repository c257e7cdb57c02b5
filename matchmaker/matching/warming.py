"""Loads beforehand what the first questions would wait for; the site answers meanwhile."""

from __future__ import annotations

import time
from itertools import islice

from indexer.embedder import CachedEmbedder
from indexer.engine import Reader
from matchmaker.matching.analysis import boilerplate_pairs, boilerplate_words
from matchmaker.matching.candidates import WORKS, centre_of
from matchmaker.matching.features import document_pairs
from matchmaker.matching.model import shipped

#: Works that are read beforehand; the caches of engine and features hold little more.
MOST_WORKS = 14_000
#: Works read at a time, some 1 ms, and seconds left to others after each time: requests must not wait.
_AT_ONCE, _PAUSE = 5, 0.01


def warm(index: Reader, embedder: CachedEmbedder) -> None:
    """Loads model, tables, mean document and works, in this order; the works take half a minute."""
    shipped(), boilerplate_words(), boilerplate_pairs()
    centre_of(index, embedder.dimension)
    embedder.load()
    ids = (identifier for identifier, _version in index.versions())
    works = list(islice((key for key in ids if key.partition(":")[0] in WORKS), MOST_WORKS))
    for start in range(0, len(works), _AT_ONCE):
        for document in index.get(works[start : start + _AT_ONCE]).values():
            document_pairs(document)
        time.sleep(_PAUSE)
