"""A small embedder for tests: hashed words, the same on every machine, no model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from indexer.document import FloatArray
from indexer.embedder import Progress, Use
from indexer.text import words


class HashEmbedder:
    """Each word adds ±1 at a place that its hash names; texts with common words are near each other.

    ``calls`` lists the texts of each call, so that a test can see what was asked of the model.
    """

    fingerprint = "test-hash/1"
    dimension = 32

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str], use: Use, progress: Progress | None = None) -> FloatArray:
        assert use in ("query", "passage")
        self.calls.append(list(texts))
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in [*words(text), "·"]:
                digest = hashlib.sha256(word.encode("utf-8", "replace")).digest()
                result[row, digest[0] % self.dimension] += 1.0 if digest[1] % 2 else -1.0
            result[row] /= max(float(np.linalg.norm(result[row])), 1e-12)
            if progress:
                progress(row + 1, len(texts))
        return result
