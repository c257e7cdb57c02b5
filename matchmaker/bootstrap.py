"""Builds the object graph once: web, command line, worker and tests share it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from indexer.document import FloatArray
from indexer.embedder import CachedEmbedder, Embedder, Progress, Use
from indexer.engine import Engine, EngineUnavailable
from matchmaker.circuit import Circuit, Outage
from matchmaker.config import Settings
from matchmaker.errors import ConfigurationError, Unavailable
from matchmaker.messages import Message
from matchmaker.models import now
from matchmaker.notifications.mailer import Mailer, opened
from matchmaker.notifications.quiet import local_day
from matchmaker.storage.database import Database
from matchmaker.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from indexer.factory import Server

Clock = Callable[[], datetime]
Say = Callable[[str], None]
#: As much of elasticsearch_index as leaves room for the name of a workspace.
_LONGEST_PREFIX = 50


@dataclass(slots=True)
class Application:
    """Everything a use case may need; a test swaps one part.

    Attributes:
        embedder: with its cache; loads the model at first need.
        clock: UTC without a zone.
        mailer: None where no e-mails go out.
        circuit: through which the index is asked, so that an absent server is not waited for again and again.
    """

    settings: Settings
    database: Database
    embedder: CachedEmbedder
    clock: Clock
    _open_index: Callable[[bool], Engine]
    _open_workspace: Callable[[str], Engine]
    mailer: Mailer | None = None
    _index: Engine | None = None
    _opening: Lock = field(default_factory=Lock)
    circuit: Circuit = field(init=False)

    def __post_init__(self) -> None:
        self.circuit = Circuit(self.ping_index, self.clock)

    def today(self) -> date:
        """The day by the clock of the office, whatever zone its server lives in."""
        return local_day(self.clock(), self.settings.timezone)

    def ping_index(self) -> None:
        """Raises an EngineError unless the index answers."""
        self.index.health()

    def unit_of_work(self) -> UnitOfWork:
        """A unit that writes; commits at the end of its block."""
        return UnitOfWork(self.database.writing, writes=True)

    def reading(self) -> UnitOfWork:
        """A unit that only reads."""
        return UnitOfWork(self.database.reading, writes=False)

    @property
    def index(self) -> Engine:
        """The index, opened at first use; an EngineError passes through as it is."""
        index = self._index
        if index is None:
            before = self.circuit.outage
            with self._opening:
                if self._index is None:
                    self._refuse_if_gone_since(before)
                    self._index = self._opened()
                index = self._index
        return index

    def _refuse_if_gone_since(self, before: Outage | None) -> None:
        """Whoever waited for another to open the index does not wait for the same time-out again."""
        outage = self.circuit.outage
        if outage is not None and before is None:
            raise EngineUnavailable(outage.reason)

    def _opened(self) -> Engine:
        try:
            return self._open_index(False)
        except EngineUnavailable as fault:
            self.circuit.failed(fault)
            raise

    def index_to_rebuild(self) -> Engine:
        """Another handle on the index, which a broken one or one of another model gives too.

        The caller closes it. Readers of ``index`` in this process go on and notice the switch by themselves.
        """
        return self._open_index(True)

    def open_workspace(self, name: str) -> Engine:
        """An index apart from the installation's, on the same engine, opened as ``index_to_rebuild`` is.

        The caller closes it; it stays for whoever asks for this name again.
        """
        return self._open_workspace(name)

    def forget_index(self) -> None:
        """Closes the index, so that the next use opens it anew (after a rebuild or a fault)."""
        with self._opening:
            index, self._index = self._index, None
        if index is not None:
            index.close()

    def secret(self) -> bytes:
        """The installation's own secret, made at first use, readable by its owner only."""
        path = self.settings.home / "secret"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f"secret.{secrets.token_hex(8)}")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
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
    """The application of one installation; nothing slow is loaded yet.

    Raises:
        ConfigurationError: the home folder cannot be made, or database or engine cannot be as they are set.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise ConfigurationError(
            Message("无法使用安装文件夹 %(home)s：%(fault)s", {"home": settings.home, "fault": fault}),
            hint=Message("请用 --home 或 MATCHMAKER_HOME 指定一个可写的文件夹。"),
        ) from fault
    cached = CachedEmbedder(embedder or _embedder(settings), settings.home / "cache" / "vectors.sqlite")

    open_index = _engine_opener(settings, cached)

    def open_workspace(name: str) -> Engine:
        return _engine_opener(settings, cached, name)(True)

    database = open_database(settings.database)
    mailer = opened(settings.smtp_url, settings.smtp_from, settings.site_name)
    return Application(settings, database, cached, clock, open_index, open_workspace, mailer)


def _engine_opener(settings: Settings, embedder: Embedder, workspace: str = "") -> Callable[[bool], Engine]:
    """What opens the index that the settings name, or a workspace beside it; nothing is connected yet."""
    if settings.engine == "elasticsearch":
        server = _server(settings)
        if workspace:
            server = replace(server, name=f"{server.name[:_LONGEST_PREFIX]}-evaluation-{workspace}")

        def open_cluster(is_rebuilding: bool) -> Engine:
            from indexer.factory import open_elasticsearch

            return open_elasticsearch(
                server, embedder.fingerprint, embedder.dimension, is_rebuilding=is_rebuilding
            )

        return open_cluster

    folder = settings.home / "evaluation" / workspace if workspace else settings.index_folder

    def open_folder(is_rebuilding: bool) -> Engine:
        from indexer.factory import open_engine

        return open_engine(folder, embedder.fingerprint, embedder.dimension, is_rebuilding=is_rebuilding)

    return open_folder


def _server(settings: Settings) -> Server:
    from indexer.factory import Server

    server = Server(
        urls=tuple(url.strip() for url in settings.elasticsearch_url.split(",") if url.strip()),
        name=settings.elasticsearch_index,
        ca=settings.elasticsearch_ca,
        api_key=settings.elasticsearch_api_key,
        timeout=settings.elasticsearch_timeout,
        shards=settings.elasticsearch_shards,
        replicas=settings.elasticsearch_replicas,
        candidates=settings.elasticsearch_candidates,
    )
    fault = server.fault()
    if fault:
        raise ConfigurationError(
            Message("无法使用 Elasticsearch 的设置：%(fault)s", {"fault": fault}),
            hint=Message("请更正 elasticsearch_url、elasticsearch_index 或 elasticsearch_ca。"),
        )
    return server


def with_language(settings: Settings, language: str) -> Settings:
    """The same settings in another language."""
    return replace(settings, language=language)


def open_database(url: str) -> Database:
    """A database by its URL; nothing is connected yet.

    Raises:
        ConfigurationError: the URL cannot be used, or its driver is not installed.
    """
    try:
        return Database(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as fault:
        raise ConfigurationError(
            Message("无法使用设置 database_url：%(fault)s", {"fault": fault}),
            hint=Message(
                "例如 postgresql://用户:密码@主机/数据库（需安装 matchmaker[server]）；留空则使用 SQLite。"
            ),
        ) from fault


def _embedder(settings: Settings) -> Embedder:
    from indexer.sentence_transformer import SentenceTransformerEmbedder

    def named(name: str) -> Embedder:
        return SentenceTransformerEmbedder(name, dtype=settings.model_dtype, threads=settings.threads)

    if settings.model:
        return named(settings.model)
    from indexer.offline_model import FOLDER_NAME

    return _OfflineEmbedder(settings.models_folder / FOLDER_NAME, named)


class _OfflineEmbedder:
    """The offline model; until it is built every use says how to get it, afterwards it is simply there."""

    def __init__(self, folder: Path, named: Callable[[str], Embedder]) -> None:
        self._folder = folder
        self._named = named
        self._built: Embedder | None = None

    @property
    def fingerprint(self) -> str:
        """That of the built model."""
        return self._model().fingerprint

    @property
    def dimension(self) -> int:
        """That of the built model."""
        return self._model().dimension

    def encode(self, texts: Sequence[str], use: Use, progress: Progress | None = None) -> FloatArray:
        """As the built model."""
        return self._model().encode(texts, use, progress)

    def _model(self) -> Embedder:
        from indexer.offline_model import is_built

        if self._built is None:
            if not is_built(self._folder):
                raise Unavailable(
                    Message("嵌入模型尚未建立：%(folder)s。", {"folder": self._folder}),
                    hint=Message("请运行 matchmaker init。"),
                )
            self._built = self._named(str(self._folder))
        return self._built
