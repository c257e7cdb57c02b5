"""Tables that another process may change are looked at again now and then, at the beginning of a request."""

from __future__ import annotations

import time

from flask import Flask

from matchmaker.errors import Unavailable
from matchmaker.services import codes
from web.request import application

#: Seconds for which the codes of this process may be older than those of the database.
SECONDS = 5.0


def init_app(app: Flask) -> None:
    """The first request always looks; when the database is away the page that needs it says so."""
    looked = [float("-inf")]

    @app.before_request
    def _look() -> None:
        if time.monotonic() - looked[0] < SECONDS:
            return
        looked[0] = time.monotonic()
        try:
            with application().reading() as uow:
                codes.refresh(uow)
        except Unavailable:
            looked[0] = float("-inf")
