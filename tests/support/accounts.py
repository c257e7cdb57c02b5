"""Accounts for tests: made at once, logged in without the time that a password takes."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.models import Account, Membership
from matchmaker.permissions import Actor
from matchmaker.services import sessions, tokens
from matchmaker.services.accounts import REPRESENTING, actor_of

#: A password that every check lets through.
PASSWORD = "紫菜-海塘-四十二"


def account(
    app: Application,
    role: str | tuple[str, ...],
    organization: int | tuple[int, ...] | None = None,
    expert: int | None = None,
    name: str = "",
    *,
    represents: bool | None = None,
    state: str = "active",
    password: str = "",
    **parts: Any,
) -> int:
    """An account of a role (or several) in a body (or several); returns its number.

    Enterprises and liaisons represent their bodies unless told otherwise. It has a user name of its own, and
    a password only if one is given: hashing takes its time.
    """
    roles = (role,) if isinstance(role, str) else role
    bodies = (organization,) if isinstance(organization, int) else organization or ()
    if represents is None:
        represents = not REPRESENTING.isdisjoint(roles)
    if password:
        from matchmaker.identity.passwords import hashed

        parts["password_hash"] = hashed(password)
    with app.unit_of_work() as uow:
        made = Account(
            name=name or f"某{roles[0]}", roles=list(roles), expert_id=expert, state=state, **parts
        )
        made.memberships = [Membership(organization_id=each, represents=represents) for each in bodies]
        uow.session.add(made)
        uow.session.flush()
        made.username = made.username or f"user{made.id}"
        return made.id


def actor(app: Application, number: int) -> Actor:
    """The account as it asks."""
    with app.reading() as uow:
        return actor_of(uow.session.get_one(Account, number))


def log_in(site: Flask, number: int) -> FlaskClient:
    """A browser in which this account is logged in."""
    app: Application = site.extensions["matchmaker"]
    client = site.test_client()
    with app.unit_of_work() as uow:
        row = uow.session.get_one(Account, number)
        key = sessions.begin(uow, row, device="Chrome · Windows", address="127.0.0.1", at=app.clock())
    with client.session_transaction() as session:
        session["sid"] = key
        session.permanent = True
    return client


def token(app: Application, number: int, scopes: tuple[str, ...] = ("read", "write", "admin")) -> str:
    """A key by which a program acts for the account."""
    who = actor(app, number)
    with app.unit_of_work() as uow:
        return tokens.create(uow, who, "测试程序", scopes, 1, at=app.clock())[1]
