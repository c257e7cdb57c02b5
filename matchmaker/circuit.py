"""Remembers that the index's server is away, so that nobody waits for its time-outs again and again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread
from typing import TypeVar

from indexer.engine import EngineUnavailable

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Probe = Callable[[], object]

#: Seconds between a failure and the next look: doubled with each failure, up to the last.
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
#: Seconds after which another look may begin although one has not come back.
LONGEST_PROBE = 60.0


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when this process has had no answer (UTC without a zone), and what it was told."""

    since: datetime
    reason: str


def in_thread(probe: Callable[[], None]) -> None:
    """Runs a probe beside everything else; a process that ends does not wait for it."""
    Thread(target=probe, name="index-probe", daemon=True).start()


class Circuit:
    """Between those who ask and an index whose server may be away.

    Closed: questions pass. The first EngineUnavailable opens it: every further question is refused at once.
    When a pause has run out the next question, still refused, has one probe begun in a thread of its own;
    its success closes the circuit. So a time-out costs whoever met it first, and nobody after him.

    Args:
        probe: asks the index something small.
        clock: for what people are told.
        monotonic: for the pauses.
        start: runs a probe.
    """

    def __init__(
        self,
        probe: Probe,
        clock: Callable[[], datetime],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        start: Callable[[Callable[[], None]], None] = in_thread,
    ) -> None:
        self._probe = probe
        self._clock = clock
        self._monotonic = monotonic
        self._start = start
        self._lock = Lock()
        self._outage: Outage | None = None
        self._pause = FIRST_PAUSE
        self._next = 0.0

    @property
    def outage(self) -> Outage | None:
        """What is known of the present outage; None while the index answers."""
        return self._outage

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """Asks the index.

        Raises:
            EngineUnavailable: it does not answer, or did not a moment ago.
        """
        self.refuse()
        try:
            answer = question()
        except EngineUnavailable as fault:
            self.failed(fault)
            raise
        self._worked()
        return answer

    def refuse(self) -> None:
        """Raises EngineUnavailable while the circuit is open; begins a probe when one is due."""
        with self._lock:
            outage = self._outage
            if outage is None:
                return
            is_due = self._monotonic() >= self._next
            if is_due:
                self._next = self._monotonic() + LONGEST_PROBE
        if is_due:
            self._start(self._look)
        raise EngineUnavailable(outage.reason)

    def failed(self, fault: EngineUnavailable) -> None:
        """Opens the circuit; what fails while it is open, asked before, changes nothing."""
        with self._lock:
            if self._outage is None:
                self._outage = Outage(self._clock(), str(fault))
                self._wait(FIRST_PAUSE)

    def _worked(self) -> None:
        with self._lock:
            self._outage = None

    def _wait(self, seconds: float) -> None:
        self._pause = seconds
        self._next = self._monotonic() + seconds

    def _look(self) -> None:
        """One probe; an index that answers with another fault (broken, of another model) is not away."""
        try:
            self._probe()
        except EngineUnavailable as fault:
            with self._lock:
                if self._outage is not None:
                    self._outage = Outage(self._outage.since, str(fault))
                self._wait(min(2 * self._pause, LONGEST_PAUSE))
            return
        except Exception as fault:  # noqa: BLE001 - whoever asks next meets it and tells it
            log.info("the index answers with a fault: %s", fault)
        self._worked()
