"""Whoever connects to a database waits for a restart, once; a server that stays away costs nobody's time."""

from __future__ import annotations

import pytest

from matchmaker.storage.database import CONNECT_SECONDS, RESTART_SECONDS, Database, Patience


class Refused(Exception):
    pass


class Server:
    """Answers or refuses; each attempt takes some of its own time."""

    def __init__(self):
        self.now, self.takes, self.is_away, self.attempts = 100.0, 0.1, False, 0
        self.patience = Patience(lambda: self.now)

    def attempt(self):
        self.attempts += 1
        self.now += self.takes
        if self.is_away:
            raise Refused(f"attempt {self.attempts}")
        return "connection"

    def connect(self):
        return self.patience.connect(self.attempt, Refused)


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setattr("time.sleep", lambda seconds: setattr(made, "now", made.now + seconds))
    return made


def test_one_that_never_worked_is_not_waited_for(server):
    server.is_away = True
    with pytest.raises(Refused, match="attempt 1"):
        server.connect()


def test_one_that_worked_is_waited_for_once(server):
    server.connect()
    server.is_away, began = True, server.now
    for _ in range(3):
        with pytest.raises(Refused):
            server.connect()
    assert RESTART_SECONDS <= server.now - began <= RESTART_SECONDS + 0.6
    server.is_away = False
    assert server.connect() == "connection"
    server.is_away, began = True, server.now
    with pytest.raises(Refused):
        server.connect()
    assert server.now - began >= RESTART_SECONDS


def test_one_that_lets_a_caller_wait_is_left_alone_for_a_while(server):
    server.is_away, server.takes = True, CONNECT_SECONDS
    for _ in range(3):
        with pytest.raises(Refused, match="attempt 1"):
            server.connect()
    assert server.attempts == 1
    server.now += CONNECT_SECONDS + 1
    server.is_away = False
    assert (server.connect(), server.attempts) == ("connection", 2)


@pytest.mark.parametrize("url", ["postgres://a@h/d", "postgresql://a@h/d", "postgresql+psycopg2://a@h/d"])
def test_every_way_to_write_postgresql_means_the_driver_that_we_have(url):
    database = Database(url)
    assert database.engine.url.drivername == "postgresql+psycopg"
    database.close()


def test_other_kinds_of_database_are_refused():
    with pytest.raises(ValueError, match="mysql: neither sqlite nor postgresql"):
        Database("mysql://a@h/d")
