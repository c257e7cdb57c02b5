"""Fusion of ranked lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.fusion import fuse_ranks, fuse_scores
from indexer.query import Hit


def ranked(**scores: float) -> list[Hit]:
    return [Hit(key, score) for key, score in scores.items()]


def test_reciprocal_ranks_by_hand():
    fused = fuse_ranks([ranked(a=9.0, b=1.0), ranked(b=0.2, c=0.1)], offset=60)
    assert [hit.id for hit in fused] == ["b", "a", "c"]
    assert [hit.score for hit in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_weights_of_lists_count():
    lists = [ranked(a=2.0, b=1.0), ranked(b=2.0, a=1.0)]
    assert [hit.id for hit in fuse_ranks(lists, [2.0, 1.0])] == ["a", "b"]
    assert [hit.id for hit in fuse_ranks(lists, [1.0, 2.0])] == ["b", "a"]
    assert [hit.id for hit in fuse_scores(lists, [2.0, 1.0])] == ["a", "b"]
    assert [hit.id for hit in fuse_scores(lists, [1.0, 2.0])] == ["b", "a"]


def test_standard_scores_by_hand():
    fused = fuse_scores([ranked(a=3.0, b=1.0), ranked(b=5.0, c=1.0)])
    assert {hit.id: hit.score for hit in fused} == pytest.approx({"a": 0.0, "b": 0.0, "c": -2.0})
    assert [hit.id for hit in fused] == ["a", "b", "c"]


def test_a_flat_list_tells_present_from_absent():
    fused = fuse_scores([ranked(a=3.0, b=3.0), ranked(c=2.0, a=1.0)])
    assert {hit.id: hit.score for hit in fused} == pytest.approx({"a": -1.0, "b": -1.0, "c": 0.0})


@pytest.mark.parametrize("fuse", [fuse_ranks, fuse_scores])
def test_nothing_gives_nothing(fuse):
    assert fuse([]) == []
    assert fuse([[], []]) == []
    assert [hit.id for hit in fuse([[], ranked(a=1.0)])] == ["a"]


@pytest.mark.parametrize("fuse", [fuse_ranks, fuse_scores])
def test_one_weight_a_list_is_wanted(fuse):
    with pytest.raises(ValueError, match="zip"):
        fuse([ranked(a=1.0)], [1.0, 2.0])


lists = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50)).map(
        lambda found: [
            Hit(key, float(score))
            for key, score in sorted(found.items(), key=lambda item: (-item[1], item[0]))
        ]
    ),
    max_size=4,
)


@given(lists, st.integers(-3, 6), st.integers(-20, 20))
def test_the_scale_of_scores_does_not_matter(ranking, power, shift):
    factor = 2.0**power
    scaled = [[Hit(hit.id, hit.score * factor + shift) for hit in hits] for hits in ranking]
    assert fuse_ranks(scaled) == fuse_ranks(ranking)
    before, after = ({hit.id: hit.score for hit in fuse_scores(each)} for each in (ranking, scaled))
    assert after == pytest.approx(before, abs=1e-6)
