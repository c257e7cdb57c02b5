"""Who asks, and how somebody comes in: log-in, the office's link, tokens, acting on behalf."""

from __future__ import annotations

from flask import Flask

from web.auth import door, entering, who
from web.auth.door import organizer_link

__all__ = ["init_app", "organizer_link"]


def init_app(app: Flask) -> None:
    """Finds the actor before each request."""
    app.before_request(who.find)
    app.register_blueprint(door.blueprint)
    app.register_blueprint(entering.blueprint)
