"""A question taken apart: weights, pairs, chunks, whatever the text."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.matching.analysis import (
    CHUNK_LEAST,
    MOST_CHUNKS,
    analyse,
    boilerplate_pairs,
    boilerplate_words,
    chunks,
    pairs,
    rarity,
)
from matchmaker.matching.question import Question, typed


def test_a_word_of_the_title_counts_as_two_of_the_text():
    weights = analyse(Question("纽扣", ("纽扣电镀",))).weights

    assert weights["纽扣"] == 3.0
    assert weights["电镀"] == 1.0


def test_boilerplate_is_discounted_and_subjects_are_not():
    weights = analyse(Question("", ("企业 研发 镀层",))).weights

    assert weights["企业"] < 0.5 < weights["镀层"] == 1.0


def test_tables_hold_discounts_between_nothing_and_one():
    for table in (boilerplate_words(), boilerplate_pairs()):
        assert 50 < len(table) <= 400
        assert all(0 < value <= 1 for value in table.values())


def test_pairs_stay_within_a_run_of_letters():
    assert len(pairs("镀层，盐雾")) == 2
    assert pairs("AB").tolist() == pairs("ａｂ").tolist()
    assert pairs("一").tolist() == []


def test_short_sentences_are_joined_to_chunks():
    found = chunks(["镀层起泡严重。", "盐雾试验只有四十八小时就出现腐蚀。", "一。", "结尾"])

    assert found == ("镀层起泡严重。；盐雾试验只有四十八小时就出现腐蚀。",)
    assert len(found[0]) >= CHUNK_LEAST


def test_rarity_falls_with_frequency_and_is_never_negative():
    values = rarity(np.array([0.0, 1.0, 50.0, 100.0]), 100)

    assert list(values) == sorted(values, reverse=True)
    assert values.min() > 0


def test_a_typed_text_without_title_takes_its_first_sentence():
    question = typed("", "镍离子超标。想降到 0.1 mg/L。")

    assert question.title == "镍离子超标。"
    assert question.body == "镍离子超标。想降到 0.1 mg/L。"


@given(st.text(max_size=300), st.text(max_size=2000))
def test_any_text_can_be_taken_apart(title, text):
    found = analyse(Question(title, (text,)))

    assert all(weight > 0 for weight in found.weights.values())
    assert len(found.chunks) <= MOST_CHUNKS
    assert found.title_words <= found.weights.keys()


def test_a_text_of_a_megabyte_is_cut():
    found = analyse(Question("镀层", ("耐腐蚀镀层工艺研究。" * 100_000,)))

    assert found.weights["镀层"] < 3000
