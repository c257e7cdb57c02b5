"""A rebuild of the embedded index: a generation that is filled beside the live one, then takes its place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from indexer import manifest
from indexer.document import Document
from indexer.engine import Alive, EngineError, IndexBroken, WriteReport
from indexer.generation import Generation, Pen, prepared
from indexer.manifest import Manifest

#: Nobody searches the new index before it is whole, so its words need no commit with every batch.
_WORDS_AT_ONCE = 10_000
_NAME = re.compile(r"g(\d{6})")


class EmbeddedRebuild:
    """Clause 19. Holds the lock of rebuilding and the pen of the new generation from entry to exit."""

    def __init__(
        self, home: Path, fingerprint: str, dimension: int, lock: AbstractContextManager[None], wait: float
    ) -> None:
        self._home = home
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._lock = lock
        self._wait = wait
        self._stack = ExitStack()
        self._generation: Generation | None = None
        self._pen: Pen | None = None
        self._is_switched = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._lock)
            folder = self._cleared()
            Generation.create(folder, self._dimension)
            self._generation = Generation(folder, self._dimension)
            stack.callback(self._generation.close)
            self._pen = stack.enter_context(self._generation.pen(self._wait, _WORDS_AT_ONCE))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._stack:
            if not self._is_switched and self._generation is not None:
                self._close_pen()
                shutil.rmtree(self._generation.folder, ignore_errors=True)
            self._pen = None

    def write(self, documents: Iterable[Document]) -> WriteReport:
        """As ``Writer.write``, into the new index."""
        report = WriteReport()
        for batch in prepared(documents, self._dimension, report):
            self._open_pen().write(batch, report)
        return report

    def delete(self, versions: Mapping[str, int]) -> WriteReport:
        """As ``Writer.delete``, in the new index."""
        report = WriteReport()
        self._open_pen().delete(versions, report)
        return report

    def refresh(self) -> None:
        """Nothing to do: the new index is not searched before the switch."""

    def switch(self, alive: Alive = lambda: None) -> None:
        """Takes the new index into use, between two writes to the old one, never within."""
        alive()
        self._open_pen().flush()
        self._open_pen().close()
        assert self._generation is not None
        current, lock = self._live()
        with lock:
            kept = () if current is None else (*current.kept, current.generation)
            name = self._generation.folder.name
            manifest.replace(self._home, Manifest(name, self._fingerprint, self._dimension, kept))
        self._pen = None
        self._is_switched = True

    def _live(self) -> tuple[Manifest | None, AbstractContextManager[None]]:
        """The manifest so far, if it can be read, and the lock of its generation, if that is there."""
        try:
            current = manifest.load(self._home)
        except IndexBroken:
            return None, nullcontext()
        folder = self._home / current.generation
        return current, Generation.locked(folder, self._wait) if folder.is_dir() else nullcontext()

    def _cleared(self) -> Path:
        """Removes what killed rebuilds left; gives the folder of the new generation, whose name is new."""
        present = {folder.name for folder in generations(self._home)}
        try:
            current = manifest.load(self._home)
            known = {current.generation, *current.kept}
        except IndexBroken:
            known = present
        for name in present - known:
            shutil.rmtree(self._home / name)
        return self._home / name_of(max((int(name[1:]) for name in present | known), default=0) + 1)

    def _open_pen(self) -> Pen:
        if self._pen is None:
            raise EngineError("the rebuild is over, or was not begun with a with-block")
        return self._pen

    def _close_pen(self) -> None:
        if self._pen is not None:
            self._pen.close()


def name_of(number: int) -> str:
    """The folder of the n-th generation."""
    return f"g{number:06d}"


def generations(home: Path) -> list[Path]:
    """Folders of generations, in use or not."""
    return sorted(folder for folder in home.iterdir() if _NAME.fullmatch(folder.name) and folder.is_dir())
