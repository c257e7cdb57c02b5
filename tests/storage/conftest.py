"""A PostgreSQL that a test may stop, kill and freeze, and an installation on it."""

from __future__ import annotations

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.models import Base
from matchmaker.storage import database as connections
from tests.support import postgres


@pytest.fixture(scope="module")
def server():
    with postgres.local_server() as made:
        yield made


@pytest.fixture
def far_app(server, tmp_path, embedder, monkeypatch):
    """An installation whose server may be stopped; it is waited for one second."""
    monkeypatch.setattr(connections, "RESTART_SECONDS", 1.0)
    with postgres.database(server.url) as url:
        made = build(Settings(home=tmp_path / "home", database_url=url, lease_seconds=300), embedder=embedder)
        Base.metadata.create_all(made.database.engine)
        yield made
        made.close()
