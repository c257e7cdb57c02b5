"""Dates, cursors and locks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cursor import place_of, token_of
from indexer.engine import EngineBusy, IndexBroken
from indexer.intake import asked_date, date_number
from indexer.locks import held
from indexer.query import Filter, QueryError, WordQuery

dates = st.one_of(
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: day.isoformat()[:7]),
    st.dates().map(lambda day: day.isoformat()[:4]),
    st.just(""),
)


@given(dates, dates)
def test_dates_compare_as_their_texts_do(first, second):
    assert (date_number(first) < date_number(second)) == (first < second)


@pytest.mark.parametrize("text", ["2024-5-1", "01.05.2024", "2024-05-01T00:00", "\ud800", "２０２４"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(QueryError):
        asked_date(text)


@given(st.integers(0, 10**6))
def test_a_cursor_comes_back(position):
    query, where = WordQuery({"a": 1.0, "\ud800": 2.0}), Filter(frozenset({"x", "y"}))
    token = token_of(str(position), query, where)
    again = WordQuery({"\ud800": 2.0, "a": 1.0})
    assert place_of(token, again, Filter(frozenset({"y", "x"}))) == str(position)
    for other in (Filter(frozenset({"x"})), Filter(None), Filter(frozenset({"x", "y"}), kinds=())):
        with pytest.raises(QueryError):
            place_of(token, query, other)


def test_a_lock_keeps_others_out_and_frees_itself(tmp_path: Path):
    path = tmp_path / "lock"
    with held(path, 0.0, "writing"), pytest.raises(EngineBusy, match="writing"), held(path, 0.05, "writing"):
        pass
    with held(path, 0.0, "writing"):
        pass


def test_a_lock_is_waited_for(tmp_path: Path):
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with held(tmp_path / "lock", 0.0, "writing"):
            inside.set()
            leave.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(5)
    threading.Timer(0.1, leave.set).start()
    with held(tmp_path / "lock", 5.0, "writing"):
        assert leave.is_set()
    thread.join()


def test_a_lock_in_a_lost_folder_is_a_broken_index(tmp_path: Path):
    with pytest.raises(IndexBroken), held(tmp_path / "gone" / "lock", 0.0, "writing"):
        pass
