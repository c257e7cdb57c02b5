"""Who asks: found before each request from a token, a session or the office's link; else a visitor."""

from __future__ import annotations

import logging
from typing import Any

from flask import g, request, session

from matchmaker.errors import Forbidden, MatchmakerError, Unauthenticated
from matchmaker.messages import Message
from matchmaker.permissions import ORGANIZER, VISITOR, Actor
from matchmaker.services import acting, sessions, tokens
from matchmaker.services.accounts import actor_of
from web.request import application

log = logging.getLogger(__name__)

#: Key of the session's key in the signed cookie.
KEY = "sid"
#: Key of whom somebody acts for.
BEHALF = "behalf"
#: What is only files: nobody's rights matter.
_FILES = frozenset({"static", "bootstrap.static"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_API = "/api/"


def find() -> None:
    """Fills ``g.actor`` (perhaps for somebody), ``g.self_actor`` (himself), ``g.account``, ``g.behalf``."""
    g.app = application()
    g.account = g.behalf = None
    g.actor = g.self_actor = VISITOR
    if request.endpoint in _FILES:
        return
    if request.path.startswith(_API) and "Authorization" in request.headers:
        g.actor = g.self_actor = _by_token()
    elif KEY in session:
        _by_session(str(session[KEY]))
    elif session.get("role") == "organizer":
        g.actor = g.self_actor = ORGANIZER
    if session.get(BEHALF) and g.actor.scopes is None:
        _act(str(session[BEHALF]))


def _by_token() -> Actor:
    """The owner of the token of this request, held to its scopes."""
    header = request.headers["Authorization"]
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer":
        raise Unauthenticated(
            Message("只接受 Authorization: Bearer <令牌>。"), hint=Message("请在“我的账号”中新建一个令牌。")
        )
    app = application()
    at = app.clock()
    with app.reading() as uow:
        token = tokens.find(uow, text.strip(), at=at)
        actor = tokens.actor_by(token)
    if tokens.is_stale(token, at=at):
        _note(lambda uow: tokens.used(uow, token.id, at=at))
    if request.method in _SAFE and "read" not in token.scopes:
        raise Forbidden(
            Message("这个令牌没有读取的权限。"), hint=Message("请在“我的账号”中新建一个包含所需权限的令牌。")
        )
    if request.method not in _SAFE and not {"write", "admin"} & set(token.scopes):
        raise Forbidden(
            Message("这个令牌只能读取。"), hint=Message("请在“我的账号”中新建一个包含所需权限的令牌。")
        )
    return actor


def _by_session(key: str) -> None:
    app = application()
    at = app.clock()
    with app.reading() as uow:
        found = sessions.find(uow, key, at=at)
        if found is not None:
            g.account = found.account
            g.session_number = found.id
            g.actor = g.self_actor = actor_of(found.account)
    if found is None:
        session.pop(KEY)
        session.pop(BEHALF, None)
        g.session_ended = True
    elif sessions.is_stale(found, at=at):
        _note(lambda uow: sessions.seen(uow, found.id, at=at))


def _act(target: str) -> None:
    with application().reading() as uow:
        g.behalf = acting.resume(uow, g.self_actor, target)
    if g.behalf is None:
        session.pop(BEHALF)
    else:
        g.actor = g.behalf.actor


def _note(write: Any) -> None:
    """A line that must not hold up anybody: a database that is busy just now keeps the older one."""
    try:
        with application().unit_of_work() as uow:
            write(uow)
    except MatchmakerError as fault:
        log.info("the last use was not noted: %s", fault)
