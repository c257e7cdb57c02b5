"""A lock between processes (and threads) that the system lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.engine import EngineBusy, IndexBroken

_PAUSE = 0.02


@contextmanager
def held(path: Path, wait: float, what: str) -> Iterator[None]:
    """Holds the lock file; EngineBusy when somebody else still has it after ``wait`` seconds.

    The file is never removed: two files of one name would be two locks.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except FileNotFoundError as fault:
        raise IndexBroken(f"{path.parent} is gone; run: matchmaker index rebuild") from fault
    try:
        _acquire(handle, time.monotonic() + wait, what)
        yield
    finally:
        os.close(handle)


def _acquire(handle: int, deadline: float, what: str) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise EngineBusy(f"another process is {what}; try again later") from None
            time.sleep(_PAUSE)
        else:
            return
