"""Nothing waits for PostgreSQL without an end: slow statements, held locks, few connections, a frozen server."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select, text

from matchmaker.bootstrap import build
from matchmaker.errors import Conflict, Unavailable
from matchmaker.models import Organization
from matchmaker.storage import bounded, schema
from matchmaker.storage import database as connections
from tests.support.samples import organization, store
from tests.support.samples import organization_names as names

AWAY = "数据库暂时连接不上。"


def test_a_statement_that_takes_too_long_is_ended_and_told(far_app, monkeypatch):
    monkeypatch.setattr(connections, "STATEMENT_SECONDS", 1)
    hasty = build(far_app.settings, embedder=None)
    with pytest.raises(Unavailable, match="数据库用时太长"), hasty.reading() as uow:
        uow.session.execute(text("SELECT pg_sleep(20)"))
    hasty.close()


def test_a_lock_that_is_not_given_back_is_waited_for_no_longer_than_told(far_app, monkeypatch):
    store(far_app, organization("甲"))
    monkeypatch.setattr(connections, "LOCK_SECONDS", 1)
    hasty = build(far_app.settings, embedder=None)

    def collide():
        with hasty.unit_of_work() as uow:
            uow.session.scalars(select(Organization).with_for_update()).one()

    with far_app.unit_of_work() as holding:
        holding.session.scalars(select(Organization).with_for_update()).one()
        with pytest.raises(Unavailable, match="数据库正忙"):
            collide()
    hasty.close()


def test_more_requests_than_connections_are_told_to_wait(far_app, monkeypatch):
    for name, value in (("POOL_SIZE", 1), ("POOL_OVERFLOW", 0), ("POOL_SECONDS", 0.2)):
        monkeypatch.setattr(connections, name, value)
    small = build(far_app.settings, embedder=None)
    with small.reading() as uow:
        uow.session.scalars(select(Organization)).all()
        with pytest.raises(Unavailable, match="数据库的连接都在使用中"):
            names(small)
    assert names(small) == []
    small.close()


def test_two_units_that_wait_for_each_other_end_and_one_is_told(far_app):
    first, second = store(far_app, organization("甲"), organization("乙"))
    met = threading.Barrier(2)
    faults = []

    def change(numbers):
        try:
            with far_app.unit_of_work() as uow:
                for number in numbers:
                    row = uow.session.get(Organization, number, with_for_update=True)
                    row.summary = f"{row.summary}。"
                    uow.session.flush()
                    if number == numbers[0]:
                        met.wait(10)
        except Conflict as fault:
            faults.append(str(fault))

    threads = [threading.Thread(target=change, args=(order,)) for order in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == ["别人正在改同一内容，这次没有保存。"]
    with far_app.reading() as uow:
        assert uow.session.scalars(select(Organization.summary)).all() == ["。", "。"]


def test_a_server_that_freezes_holds_nobody_for_long(server, far_app, monkeypatch):
    """Whoever has a connection is told after the limit, then one tries to connect and all others are refused."""
    monkeypatch.setattr(bounded, "SILENT_SECONDS", 0.6)
    monkeypatch.setattr(connections, "CONNECT_SECONDS", 2)
    hasty = build(far_app.settings, embedder=None)
    store(hasty, organization("甲"))
    server.freeze()
    try:
        spent = []
        for _ in range(4):
            began = time.perf_counter()
            with pytest.raises(Unavailable, match=AWAY):
                names(hasty)
            spent.append(time.perf_counter() - began)
    finally:
        server.thaw()
    assert (spent[0] < 8, [seconds < 0.9 for seconds in spent[1:]]) == (True, [True, True, True])
    time.sleep(2)
    assert names(hasty) == ["甲"]
    hasty.close()


def test_a_copy_and_a_migration_may_take_their_time(far_app, monkeypatch):
    monkeypatch.setattr(bounded, "SILENT_SECONDS", 0.3)
    with schema.unhurried(far_app.database) as connection:
        connection.execute(text("SELECT pg_sleep(1)"))

    def slow():
        with far_app.reading() as uow:
            uow.session.execute(text("SELECT pg_sleep(5)"))

    with pytest.raises(Unavailable, match=AWAY):
        slow()


def test_every_wait_has_a_limit_and_what_the_address_says_wins(far_app):
    def shown(database):
        with database.reading.connect() as connection:
            names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
            return [connection.scalar(text(f"SHOW {name}")) for name in (*names, "transaction_isolation")]

    assert shown(far_app.database) == ["20s", "30s", "5min", "repeatable read"]
    own = connections.Database(far_app.settings.database_url + "&options=-c%20lock_timeout%3D7s")
    assert shown(own) == ["7s", "30s", "5min", "repeatable read"]
    own.close()
