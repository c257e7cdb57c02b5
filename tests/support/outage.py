"""An index whose server can be taken away and given back, at any moment, over a real engine."""

from __future__ import annotations

from typing import Any

from indexer.engine import Engine, EngineUnavailable
from matchmaker.bootstrap import Application
from matchmaker.circuit import Circuit

REASON = "no answer from http://127.0.0.1:9200"


class Line:
    """The line to the server: ``cut`` takes it away at once or after some calls, ``mend`` gives it back."""

    def __init__(self) -> None:
        self._left: int | None = None
        self.refused = 0

    def cut(self, after: int = 0) -> None:
        self._left = after

    def mend(self) -> None:
        self._left = None

    def use(self) -> None:
        """One call over the line."""
        if self._left is None:
            return
        if self._left == 0:
            self.refused += 1
            raise EngineUnavailable(REASON)
        self._left -= 1


class RemoteEngine:
    """An engine each of whose methods goes over a line."""

    def __init__(self, engine: Engine, line: Line) -> None:
        self._engine = engine
        self._line = line

    def __getattr__(self, name: str) -> Any:
        if name != "close":
            self._line.use()
        return getattr(self._engine, name)


class Time:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def put_on_a_line(app: Application) -> tuple[Line, Time]:
    """From here on the index is far away: opening it and each question goes over the line.

    The pauses of the circuit follow the time that is given back; probes run where they begin.
    """
    line, time = Line(), Time()
    open_index = app._open_index

    def opened(is_rebuilding: bool) -> Any:
        line.use()
        return RemoteEngine(open_index(is_rebuilding), line)

    app.forget_index()
    app._open_index = opened
    app.circuit = Circuit(app.ping_index, app.clock, monotonic=time, start=lambda probe: probe())
    return line, time
