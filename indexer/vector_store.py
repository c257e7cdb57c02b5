"""Vectors of the embedded index: one append-only file of float32 rows, and the exact scan over it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.document import FloatArray
from indexer.engine import IndexBroken

IntArray = npt.NDArray[np.int64]
#: A row that stands for "no vector".
NO_ROW = -1
#: float32 sums of one row may differ by this much between two ways of summing.
_SLACK = 2e-5
_CHUNK = 4096
#: Below this share of the rows it is faster to gather them than to read the whole file in order.
GATHER_SHARE = 0.25


class VectorFile:
    """Row i lies at byte i × 4 × dimension. Rows are appended, never changed; unnamed ones are garbage."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._stride = 4 * dimension

    def create(self) -> None:
        """Makes the empty file."""
        self._path.touch()

    def rows(self) -> int:
        """Whole rows in the file; a killed writer may have left part of another."""
        try:
            return self._path.stat().st_size // self._stride
        except FileNotFoundError as fault:
            raise broken(self._path, "it is gone") from fault

    def append(self, vectors: FloatArray) -> int:
        """Writes rows durably and returns the number of the first one."""
        first = self.rows()
        if len(vectors):
            with self._path.open("r+b") as file:
                file.truncate(first * self._stride)
                file.seek(first * self._stride)
                file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
                file.flush()
                os.fsync(file.fileno())
        return first

    def mapped(self, rows: int) -> FloatArray:
        """The first ``rows`` rows, shape (rows, dimension), read from the disk as they are touched."""
        if self.rows() < rows:
            raise broken(self._path, f"it ends after {self.rows()} of {rows} vectors")
        if rows == 0:
            return np.zeros((0, self._dimension), dtype=np.float32)
        mapping = np.memmap(self._path, dtype="<f4", mode="r", shape=(rows, self._dimension))
        return np.asarray(mapping, dtype=np.float32)


def best_rows(
    matrix: FloatArray, rows: IntArray, vector: FloatArray, limit: int, rough: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Positions in ``rows`` of the greatest products with ``vector``, and those products, unordered.

    All positions that tie with the last one are given, so there may be more than ``limit``. ``rough``, the
    products in float32, only finds candidates; theirs are summed in float64, alike for alike rows.
    """
    if len(rough) > limit:
        threshold = np.partition(rough, len(rough) - limit)[len(rough) - limit]
        positions = np.flatnonzero(rough >= threshold - _SLACK)
    else:
        positions = np.arange(len(rough))
    return positions, exact_products(matrix, rows[positions], vector)


def exact_products(matrix: FloatArray, rows: IntArray, vector: FloatArray) -> FloatArray:
    """Product of each named row with the vector, the same whatever rows stand around it."""
    wide = vector.astype(np.float64)
    parts = [
        (matrix[rows[start : start + _CHUNK]].astype(np.float64) * wide).sum(axis=1)
        for start in range(0, len(rows), _CHUNK)
    ]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, dtype=np.float32)


def broken(path: Path, fault: object) -> IndexBroken:
    """The error of a lost or damaged file, with the remedy."""
    return IndexBroken(f"the index cannot be read: {path}: {fault}; run: matchmaker index rebuild")
