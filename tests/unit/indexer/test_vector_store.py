"""The file of vectors and the exact scan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.engine import IndexBroken
from indexer.vector_store import VectorFile, best_rows, exact_products


@pytest.fixture
def file(tmp_path: Path) -> VectorFile:
    made = VectorFile(tmp_path / "v.f32", 4)
    made.create()
    return made


def test_rows_are_appended_and_read_again(file):
    assert file.append(np.ones((2, 4), dtype=np.float32)) == 0
    assert file.append(np.full((1, 4), 2.0, dtype=np.float32)) == 2
    assert file.append(np.zeros((0, 4), dtype=np.float32)) == 3
    np.testing.assert_array_equal(file.mapped(3)[:, 0], [1.0, 1.0, 2.0])
    assert file.mapped(0).shape == (0, 4)


def test_part_of_a_row_left_by_a_kill_is_written_over(file, tmp_path):
    file.append(np.ones((1, 4), dtype=np.float32))
    with (tmp_path / "v.f32").open("ab") as raw:
        raw.write(b"\x07" * 9)
    assert file.rows() == 1
    assert file.append(np.full((1, 4), 3.0, dtype=np.float32)) == 1
    np.testing.assert_array_equal(file.mapped(2)[1], [3.0] * 4)


def test_a_file_shorter_than_the_catalogue_says_is_broken(file):
    file.append(np.ones((1, 4), dtype=np.float32))
    with pytest.raises(IndexBroken, match="1 of 2 vectors"):
        file.mapped(2)


@pytest.mark.parametrize("share", [1.0, 0.05])
@pytest.mark.parametrize("limit", [1, 10, 5000])
def test_best_rows_are_those_of_a_full_sort(share, limit):
    rng = np.random.default_rng(3)
    matrix = rng.standard_normal((6000, 16)).astype(np.float32)
    matrix[5000:] = matrix[:1000]
    rows = np.sort(rng.choice(6000, int(6000 * share), replace=False))
    query = matrix[7]
    positions, scores = best_rows(matrix, rows, query, limit, matrix[rows] @ query)
    wanted = exact_products(matrix, rows, query)
    cut = np.sort(wanted)[::-1][min(limit, len(rows)) - 1]
    assert set(np.flatnonzero(wanted >= cut)) <= set(positions.tolist())
    np.testing.assert_array_equal(scores, wanted[positions])


def test_alike_rows_have_alike_products_wherever_they_stand():
    rng = np.random.default_rng(4)
    row, query = rng.standard_normal((2, 384)).astype(np.float32)
    matrix = rng.standard_normal((9001, 384)).astype(np.float32)
    places = np.array([0, 1, 4095, 4096, 4097, 9000])
    matrix[places] = row
    products = exact_products(matrix, np.arange(9001), query)
    assert len(set(products[places].tolist())) == 1
