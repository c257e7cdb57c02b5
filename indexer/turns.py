"""Turns: some threads at a time, the others in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """A fair semaphore.

    Many threads that compute at once in one interpreter slow each other down far beyond their number, since
    each must win the interpreter back after every step that let it go. In turns all are served sooner.

    Args:
        at_once: threads that compute at a time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for a turn; not to be nested."""
        gate = self._gate()
        if gate is not None:
            try:
                gate.acquire()
            except BaseException:
                self._leave(gate)
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _gate(self) -> Lock | None:
        """None when it is our turn, else what opens when it is."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
            return gate

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _leave(self, gate: Lock) -> None:
        """An interrupted thread waits no more; a turn that it was given meanwhile goes to the next."""
        with self._lock:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return
        self._pass_on()
