"""Everything here runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from matchmaker.bootstrap import Application


@pytest.fixture
def app(any_app: Application) -> Application:
    return any_app
