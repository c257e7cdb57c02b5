"""E-mails go out: prepared in one unit of work, sent outside any, marked in another.

A worker that dies in between leaves the mark "sending": the letter goes out once more, with the same
Message-ID, and never a third time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial

from matchmaker.bootstrap import Application
from matchmaker.errors import Unavailable
from matchmaker.notifications.mailer import Deferred, Post, Refused
from matchmaker.services import mails
from matchmaker.services.mails import Ready
from matchmaker.storage.unit_of_work import UnitOfWork

Beat = Callable[[], None]
Prepare = Callable[[UnitOfWork], Ready | None]


def send_mails(app: Application, numbers: Iterable[int], beat: Beat) -> None:
    """Sends each delivery that may go out now, all over one connection.

    Raises:
        Unavailable: the server is away; the jobs wait for it.
    """
    if app.mailer is None:
        with app.unit_of_work() as uow:
            for number in numbers:
                mails.drop(uow, number)
        return
    at, secret = app.clock(), app.secret()
    _send(app, [partial(mails.prepare, app.settings, secret, number, at) for number in numbers], beat)


def send_digests(app: Application, whose: Iterable[str], beat: Beat) -> None:
    """Sends each one's daily letter."""
    if app.mailer is None:
        return
    at, secret = app.clock(), app.secret()
    _send(app, [partial(mails.prepare_digest, app.settings, secret, who, at) for who in whose], beat)


def _send(app: Application, prepares: Iterable[Prepare], beat: Beat) -> None:
    assert app.mailer is not None
    post: Post | None = None
    with ExitStack() as stack:
        for prepare in prepares:
            with app.unit_of_work() as uow:
                ready = prepare(uow)
            if ready is None:
                continue
            try:
                post = post or stack.enter_context(app.mailer.post())
                _hand_over(app, post, ready)
            except Unavailable as fault:
                with app.unit_of_work() as uow:
                    mails.interrupted(uow, ready.deliveries, str(fault))
                raise
            beat()


def _hand_over(app: Application, post: Post, ready: Ready) -> None:
    try:
        post.send(ready.letter)
    except Refused as fault:
        with app.unit_of_work() as uow:
            mails.failed(uow, ready.deliveries, str(fault))
    except Deferred as fault:
        with app.unit_of_work() as uow:
            mails.deferred(uow, ready.deliveries, str(fault), app.clock())
    else:
        with app.unit_of_work() as uow:
            mails.sent(uow, ready, app.clock(), app.settings.timezone)
