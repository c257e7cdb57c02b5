"""Builds the object graph once: web, command line, worker and tests share it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from indexer.embedder import CachedEmbedder, Embedder
from indexer.engine import Engine
from matchmaker.config import Settings
from matchmaker.errors import ConfigurationError, Unavailable
from matchmaker.messages import Message
from matchmaker.models import now
from matchmaker.storage.database import Database
from matchmaker.storage.unit_of_work import UnitOfWork

Clock = Callable[[], datetime]
Say = Callable[[str], None]


@dataclass(slots=True)
class Application:
    """Everything a use case may need; a test swaps one part.

    Attributes:
        embedder: with its cache; loads the model at first need.
        clock: UTC without a zone.
    """

    settings: Settings
    database: Database
    embedder: CachedEmbedder
    clock: Clock
    _open_index: Callable[[bool], Engine]
    _index: Engine | None = None

    def unit_of_work(self) -> UnitOfWork:
        """A unit that writes; commits at the end of its block."""
        return UnitOfWork(self.database.writing, writes=True)

    def reading(self) -> UnitOfWork:
        """A unit that only reads."""
        return UnitOfWork(self.database.reading, writes=False)

    @property
    def index(self) -> Engine:
        """The index, opened at first use; an EngineError passes through as it is."""
        if self._index is None:
            self._index = self._open_index(False)
        return self._index

    def index_to_rebuild(self) -> Engine:
        """The index opened for a rebuild, which a broken one or one of another model allows too."""
        self.forget_index()
        self._index = self._open_index(True)
        return self._index

    def forget_index(self) -> None:
        """Closes the index, so that the next use opens it anew (after a rebuild or a fault)."""
        if self._index is not None:
            self._index.close()
            self._index = None

    def secret(self) -> bytes:
        """The installation's own secret, made at first use, readable by its owner only."""
        path = self.settings.home / "secret"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f"secret.{os.getpid()}")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            try:
                os.link(unfinished, path)  # the first of two processes wins
            except FileExistsError:
                pass
            finally:
                unfinished.unlink()
            return path.read_bytes()

    def close(self) -> None:
        """Lets go of database, index and cache."""
        self.forget_index()
        self.embedder.close()
        self.database.close()


def build(settings: Settings, *, embedder: Embedder | None = None, clock: Clock = now) -> Application:
    """The application of one installation; nothing slow is loaded yet."""
    settings.home.mkdir(parents=True, exist_ok=True)
    if settings.engine == "elasticsearch":
        raise ConfigurationError(
            Message("本版本尚未提供 Elasticsearch 引擎。"),
            hint=Message("请把 engine 设为 embedded；该引擎将在下一版本提供。"),
        )
    cached = CachedEmbedder(embedder or _embedder(settings), settings.home / "cache" / "vectors.sqlite")

    def open_index(is_rebuilding: bool) -> Engine:
        from indexer.factory import open_engine

        return open_engine(
            settings.index_folder, cached.fingerprint, cached.dimension, is_rebuilding=is_rebuilding
        )

    return Application(settings, Database(settings.database), cached, clock, open_index)


def with_language(settings: Settings, language: str) -> Settings:
    """The same settings in another language."""
    return replace(settings, language=language)


def _embedder(settings: Settings) -> Embedder:
    from indexer.offline_model import FOLDER_NAME, is_built
    from indexer.sentence_transformer import SentenceTransformerEmbedder

    name = settings.model
    if not name:
        folder = settings.models_folder / FOLDER_NAME
        if not is_built(folder):
            return _Unbuilt(folder)
        name = str(folder)
    return SentenceTransformerEmbedder(name, dtype=settings.model_dtype, threads=settings.threads)


class _Unbuilt:
    """Stands for a model that is not there yet: every use says how to get it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def fingerprint(self) -> str:
        raise self._missing()

    @property
    def dimension(self) -> int:
        raise self._missing()

    def encode(self, *_arguments: object) -> None:  # type: ignore[override]
        raise self._missing()

    def _missing(self) -> Unavailable:
        return Unavailable(
            Message("嵌入模型尚未建立：%(folder)s。", {"folder": self._folder}),
            hint=Message("请运行 matchmaker init。"),
        )
