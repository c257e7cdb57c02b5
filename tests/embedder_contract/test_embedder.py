"""What every embedder promises; the same tests run on the fake of the other tests and on the real model."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.embedder import CachedEmbedder
from indexer.sentence_transformer import SentenceTransformerEmbedder
from tests.support.embedder import HashEmbedder

PLATING = "纽扣表面镀层耐腐蚀工艺"
TEXTS = [PLATING, PLATING + "研究", "vegetable cold chain", PLATING]


@pytest.fixture(scope="session")
def real(request):
    folder = request.getfixturevalue("model_folder")
    return SentenceTransformerEmbedder(str(folder), dtype="float32")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.model)])
def embedder(request):
    return HashEmbedder() if request.param == "fake" else request.getfixturevalue("real")


@pytest.fixture(params=["bare", "cached"])
def any_embedder(request, embedder, tmp_path):
    if request.param == "bare":
        yield embedder
        return
    cached = CachedEmbedder(embedder, tmp_path / "vectors.sqlite")
    yield cached
    cached.close()


def test_vectors_are_of_unit_length_in_the_order_given(any_embedder):
    vectors = any_embedder.encode(TEXTS, "passage")
    assert (vectors.shape, vectors.dtype) == ((4, any_embedder.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[3], atol=1e-5)
    alone = np.concatenate([any_embedder.encode([text], "passage") for text in TEXTS])
    np.testing.assert_allclose(vectors, alone, atol=1e-4)


def test_texts_about_the_same_are_nearer_than_others(any_embedder):
    vectors = any_embedder.encode(TEXTS, "passage")
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_no_texts_give_no_vectors(any_embedder):
    assert any_embedder.encode([], "query").shape == (0, any_embedder.dimension)


@pytest.mark.parametrize("text", ["", " ", "坏\ud800字", "\x00\x07", "🧪" * 3, "字" * 100_000])
def test_any_text_gives_a_finite_vector(any_embedder, text):
    vectors = any_embedder.encode([text], "query")
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors[0]) == pytest.approx(1, abs=1e-5)


def test_progress_ends_with_all(any_embedder):
    told = []
    any_embedder.encode(TEXTS, "query", lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert told == sorted(told)


def test_fingerprint_and_dimension_stay(any_embedder, embedder):
    assert (any_embedder.fingerprint, any_embedder.dimension) == (embedder.fingerprint, embedder.dimension)
    assert embedder.fingerprint
