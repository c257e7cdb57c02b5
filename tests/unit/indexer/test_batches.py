"""Which texts are embedded together."""

from __future__ import annotations

from indexer.sentence_transformer import BATCH, SHORT, batches


def test_rows_come_by_rising_length_in_full_batches():
    assert batches([30, 10, 20]) == [[1, 2, 0]]
    assert [len(rows) for rows in batches([50] * (2 * BATCH + 1))] == [BATCH, BATCH, 1]


def test_a_long_text_stands_alone_among_short_ones():
    assert batches([400, 30, 90]) == [[1], [2], [0]]
    assert batches([SHORT, 1]) == [[1, 0]]
    assert batches([]) == []
