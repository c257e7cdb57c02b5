"""Fixtures that every part of the suite shares: an installation, the fake embedder, no network."""

from __future__ import annotations

import ipaddress
import os
import socket
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import settings as hypothesis

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.models import Base
from tests.support import elasticsearch, postgres
from tests.support.embedder import HashEmbedder

# How long an example takes tells of the machine's load; in CI the same examples run every time.
hypothesis.register_profile("house", deadline=None)
hypothesis.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))

#: The real model is built once and kept here between runs.
MODEL_HOME = Path(__file__).resolve().parents[1] / "var" / "test-model"


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket of this machine's file system
    try:
        return ipaddress.ip_address(str(address[0])).is_loopback
    except ValueError:
        return address[0] in ("localhost", "")


@cache
def _named_servers() -> frozenset[str]:
    """Addresses of the Elasticsearch that whoever runs the tests has named: the one machine they may reach."""
    urls = os.environ.get(elasticsearch.VARIABLE, "").split(",")
    hosts = {host for url in urls if (host := urlsplit(url).hostname)}
    return frozenset(str(found[4][0]) for host in hosts for found in socket.getaddrinfo(host, None))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for another machine fails, saying where to."""

    def guarded(name: str) -> None:
        original = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            if not _is_local(address) and address[0] not in _named_servers():
                raise AssertionError(f"a test must not reach the network: {address}")
            return original(self, address)

        monkeypatch.setattr(socket.socket, name, connect)

    guarded("connect")
    guarded("connect_ex")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings of whoever runs the tests are not those of the tests; a command's time zone ends with it."""
    zone = os.environ.get("TZ")
    for name in list(os.environ):
        if name.startswith("MATCHMAKER_") and not name.startswith("MATCHMAKER_TEST_"):
            monkeypatch.delenv(name)
    yield
    if os.environ.get("TZ") != zone:
        os.environ.pop("TZ")
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


@pytest.fixture
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def app(settings: Settings, embedder: HashEmbedder) -> Iterator[Application]:
    """An installation with tables and the fake embedder; its index is opened at first use."""
    made = build(settings, embedder=embedder)
    Base.metadata.create_all(made.database.engine)
    yield made
    made.close()


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The real embedding model, built from the installed package unless it is there.

    Where the package does not install, tests of the real model are skipped; REQUIRE_MODEL=1 makes that a fault.
    """
    from indexer import offline_model
    from indexer.packed_model import ModelFileError, packed_file

    try:
        packed_file()
    except ModelFileError as fault:
        if os.environ.get("REQUIRE_MODEL") == "1":
            raise
        pytest.skip(reason=f"the package of the real model is not here: {fault}")
    return offline_model.build(MODEL_HOME / offline_model.FOLDER_NAME)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """A server that all tests share: each takes a fresh name of its index, see ``elasticsearch_index``."""
    with elasticsearch.server() as url:
        yield url


@pytest.fixture
def elasticsearch_index(elasticsearch_url: str) -> Iterator[str]:
    """A fresh value of that setting; whatever indices are named so are deleted afterwards."""
    with elasticsearch.prefix(elasticsearch_url) as name:
        yield name


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    with postgres.template(postgres_server) as name:
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Each kind of database that an installation may have."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite'}"
        return
    with postgres.database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def any_app(
    database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, embedder: HashEmbedder
) -> Iterator[Application]:
    """As ``app``, on each kind of database. A folder of tests that takes it for ``app`` runs on both."""
    if database_kind == "sqlite":
        made = build(Settings(home=tmp_path / "home"), embedder=embedder)
        Base.metadata.create_all(made.database.engine)
        yield made
        made.close()
        return
    server, template = (request.getfixturevalue(f"postgres_{name}") for name in ("server", "template"))
    with postgres.database(server, template) as url:
        made = build(Settings(home=tmp_path / "home", database_url=url), embedder=embedder)
        yield made
        made.close()
