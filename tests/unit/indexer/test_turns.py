"""Turns: no more at once than there are, first come first served, an interrupted one loses none."""

from __future__ import annotations

import threading
import time

import pytest

from indexer.turns import Turns


def test_never_more_at_once_and_everybody_is_served():
    turns, inside, most, served = Turns(2), [], [0], []

    def take(number):
        with turns.taken():
            inside.append(number)
            most[0] = max(most[0], len(inside))
            time.sleep(0.005)
            inside.remove(number)
        served.append(number)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, sorted(served)) == ([2], list(range(20)))


def test_who_waits_is_served_in_order():
    turns, served, threads = Turns(1), [], []

    def take(number):
        with turns.taken():
            served.append(number)

    with turns.taken():
        for number in range(5):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3, 4]


def test_a_fault_gives_the_turn_back():
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken():
        pass


def test_an_interrupted_one_leaves_the_queue():
    turns = Turns(1)
    with turns.taken():
        gate = turns._gate()
        turns._leave(gate)
        assert not turns._waiting
        given = turns._gate()
        turns._pass_on()
        turns._leave(given)
        turns._free -= 1
    with turns.taken():
        pass
