"""Several ranked lists → one, whatever the scales of their scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.query import Hit

#: The usual constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).
RANK_OFFSET = 60


def fuse_ranks(
    lists: Sequence[Sequence[Hit]], weights: Sequence[float] | None = None, offset: int = RANK_OFFSET
) -> list[Hit]:
    """Reciprocal rank fusion: Σ weight / (offset + rank), rank from 1; scores of the lists are not read."""
    totals: dict[str, float] = {}
    for hits, weight in zip(lists, _weights(lists, weights), strict=True):
        for rank, hit in enumerate(hits, start=1):
            totals[hit.id] = totals.get(hit.id, 0.0) + weight / (offset + rank)
    return _ranked(totals)


def fuse_scores(lists: Sequence[Sequence[Hit]], weights: Sequence[float] | None = None) -> list[Hit]:
    """Sum of weighted standard scores (z); in a list that lacks a document it counts as the list's last.

    A list whose scores are all equal tells only present from absent: 0 and −1. An empty list tells nothing.
    """
    totals = dict.fromkeys((hit.id for hits in lists for hit in hits), 0.0)
    for hits, weight in zip(lists, _weights(lists, weights), strict=True):
        if not hits:
            continue
        scores = np.array([hit.score for hit in hits], dtype=np.float64)
        spread = float(scores.std())
        is_flat = spread <= 1e-12 * max(1.0, float(np.abs(scores).max()))
        values = np.zeros_like(scores) if is_flat else (scores - scores.mean()) / spread
        known = dict(zip((hit.id for hit in hits), values.tolist(), strict=True))
        absent = -1.0 if is_flat else float(values.min())
        for key in totals:
            totals[key] += weight * known.get(key, absent)
    return _ranked(totals)


def _weights(lists: Sequence[Sequence[Hit]], weights: Sequence[float] | None) -> Sequence[float]:
    return [1.0] * len(lists) if weights is None else weights


def _ranked(totals: dict[str, float]) -> list[Hit]:
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(key, score) for key, score in ordered]
