"""The right to rebuild, held by one process of any host: a document, renewed while its holder lives."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from indexer.elasticsearch_indices import Indices
from indexer.elasticsearch_server import guarded
from indexer.engine import EngineBusy, EngineError

_ID = "rebuild"
#: A holder that has not renewed for so long is dead, s; clocks of the hosts may differ by less.
LEASE = 120.0
_PAUSE = 0.1


class Lease(AbstractContextManager["Lease"]):
    """Held from entry to exit; EngineBusy on entry when another holds it for longer than ``wait`` s."""

    def __init__(self, indices: Indices, wait: float) -> None:
        self._indices = indices
        self._wait = wait
        self._owner = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        self._ended = threading.Event()
        self._renewing = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Self:
        end = time.monotonic() + self._wait
        with guarded("asking for the right to rebuild"):
            self._indices.make_meta()
            while (holder := self._taken_by()) is not None:
                if time.monotonic() > end:
                    raise EngineBusy(f"{holder} is rebuilding the index; try again later")
                time.sleep(_PAUSE)
        self._renewing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._renewing.join()
        try:
            with guarded("giving back the right to rebuild"):
                self._write({"owner": self._owner, "until": 0.0}, self._held())
        except EngineError:
            return  # it ends by itself

    def _taken_by(self) -> str | None:
        """None when it is ours now, else who holds it."""
        held = self._held()
        if held is not None:
            source = held["_source"]
            if source["until"] > time.time() and not _is_gone(source["owner"]):
                return str(source["owner"])
        taken = self._write({"owner": self._owner, "until": time.time() + LEASE}, held)
        return None if taken else "another process"

    def _held(self) -> dict[str, Any] | None:
        found = self._indices.client.options(ignore_status=404).get(index=self._indices.meta, id=_ID).body
        return dict(found) if found.get("found") else None

    def _write(self, document: dict[str, Any], over: dict[str, Any] | None) -> bool:
        """Whether it was written, which it is only over the state that was seen."""
        seen: dict[str, Any] = (
            {"op_type": "create"}
            if over is None
            else {"if_seq_no": over["_seq_no"], "if_primary_term": over["_primary_term"]}
        )
        answer = self._indices.client.options(ignore_status=409).index(
            index=self._indices.meta, id=_ID, document=document, **seen
        )
        return "error" not in answer.body

    def _renew(self) -> None:
        while not self._ended.wait(LEASE / 4):
            try:
                with guarded("renewing the right to rebuild"):
                    held = self._held()
                    if held is None or held["_source"]["owner"] != self._owner:
                        return
                    self._write({"owner": self._owner, "until": time.time() + LEASE}, held)
            except EngineError:
                continue  # the next attempt comes before the lease ends


def _is_gone(owner: str) -> bool:
    """Whether the holder was a process of this host that has ended."""
    host, process, *_use = [*owner.split("/"), "", ""]
    if os.name != "posix" or host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
