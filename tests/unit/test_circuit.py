"""The circuit before the index: opens at a failure, refuses at once, looks again in one thread, closes."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from indexer.engine import EngineUnavailable, IndexBroken
from matchmaker.circuit import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PROBE, Circuit
from tests.support.outage import Time

NOON = datetime.fromisoformat("2026-05-01T12:00")


class Index:
    """Answers while it is up; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.fault: Exception | None = None

    def __call__(self) -> str:
        self.asked += 1
        if self.fault:
            raise self.fault
        return "found"


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def probes() -> list[Any]:
    """Probes that were begun and have not run yet."""
    return []


@pytest.fixture
def circuit(index: Index, time: Time, probes: list[Any]) -> Circuit:
    return Circuit(index, lambda: NOON + timedelta(seconds=time.now), monotonic=time, start=probes.append)


def refused(circuit: Circuit, index: Index) -> bool:
    """Whether a question is refused without asking the index."""
    before = index.asked
    with pytest.raises(EngineUnavailable):
        circuit.ask(index)
    return index.asked == before


def test_questions_pass_while_the_index_answers(circuit, index):
    assert (circuit.ask(index), circuit.ask(index), index.asked) == ("found", "found", 2)
    assert circuit.outage is None


def test_after_a_failure_nobody_waits_again(circuit, index, time, probes):
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    assert (circuit.outage.since, circuit.outage.reason) == (NOON, "timed out")
    time.now += FIRST_PAUSE - 0.1
    assert refused(circuit, index)
    assert probes == []


def test_one_probe_at_a_time_looks_again_and_closes(circuit, index, time, probes):
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    time.now += FIRST_PAUSE
    assert [refused(circuit, index) for _ in range(3)] == [True] * 3
    assert len(probes) == 1
    index.fault = None
    assert refused(circuit, index)
    probes.pop()()
    assert circuit.outage is None
    assert circuit.ask(index) == "found"


def test_the_pauses_grow_to_a_limit_and_the_beginning_is_kept(circuit, index, time, probes):
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    pauses = []
    for _ in range(6):
        begun = time.now
        while not probes:
            time.now += 1
            refused(circuit, index)
        pauses.append(time.now - begun)
        probes.pop()()
    assert pauses == [2, 4, 8, 16, 30, 30]
    assert (FIRST_PAUSE, LONGEST_PAUSE, circuit.outage.since) == (2, 30, NOON)


def test_after_a_mended_outage_the_first_pause_is_short_again(circuit, index, time, probes):
    for _ in range(2):
        index.fault = EngineUnavailable("timed out")
        assert not refused(circuit, index)
        time.now += FIRST_PAUSE
        assert refused(circuit, index)
        index.fault = None
        probes.pop()()
        assert circuit.ask(index) == "found"


def test_a_probe_that_never_comes_back_is_replaced(circuit, index, time, probes):
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    time.now += FIRST_PAUSE
    assert refused(circuit, index)
    time.now += LONGEST_PROBE
    assert refused(circuit, index)
    assert len(probes) == 2


def test_another_fault_passes_and_does_not_open(circuit, index, time, probes):
    index.fault = IndexBroken("damaged")
    for _ in range(2):
        with pytest.raises(IndexBroken):
            circuit.ask(index)
    assert circuit.outage is None
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    time.now += FIRST_PAUSE
    assert refused(circuit, index)
    index.fault = IndexBroken("damaged")
    probes.pop()()  # it answers again, if only to say that it is broken
    with pytest.raises(IndexBroken):
        circuit.ask(index)


def test_a_question_on_its_way_that_succeeds_closes_and_one_that_fails_changes_nothing(circuit, index, time):
    def slow() -> str:
        index.fault = EngineUnavailable("timed out")
        assert not refused(circuit, index)
        return "found after all"

    assert circuit.ask(slow) == "found after all"
    assert circuit.outage is None


def test_a_probe_runs_in_a_thread_of_its_own(index, time):
    done, go = Event(), Event()

    def probe() -> None:
        go.wait(10)
        done.set()

    circuit = Circuit(probe, lambda: NOON, monotonic=time)
    index.fault = EngineUnavailable("timed out")
    assert not refused(circuit, index)
    time.now += FIRST_PAUSE
    assert refused(circuit, index)  # although the probe still hangs
    go.set()
    assert done.wait(10)
