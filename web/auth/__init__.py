"""Who asks, and how somebody comes in: log-in, the office's link, tokens, acting on behalf."""

from __future__ import annotations

from flask import Flask

from web.auth import door, entering, gate, who
from web.auth.door import organizer_link

__all__ = ["init_app", "organizer_link"]


def init_app(app: Flask) -> None:
    """Finds the actor before each request, and stops accounts that are not ready."""
    app.before_request(who.find)
    app.before_request(gate.prefer)
    app.before_request(gate.stop)
    app.register_blueprint(door.blueprint)
    app.register_blueprint(entering.blueprint)
