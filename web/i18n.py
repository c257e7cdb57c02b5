"""Languages: Chinese first, English by catalogue; the reader's choice stays in a cookie."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, g, request
from flask_babel import Babel, get_translations, gettext

from matchmaker.messages import Message

LANGUAGES = {"zh": "中文", "en": "English"}
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
TYPE_SIZES = ("normal", "large")
_YEAR = 31_536_000


def init_app(app: Flask, *, default: str) -> None:
    """Chooses language and type size of each request: address, then cookie, then the setting."""
    folder = Path(__file__).parent / "translations"
    Babel(
        app,
        default_locale=default,
        default_translation_directories=str(folder),
        locale_selector=lambda: g.get("language", default),
    )
    app.jinja_env.filters["tell"] = tell

    @app.before_request
    def _chosen() -> None:
        g.language = _choice("lang", tuple(LANGUAGES), default)
        g.type_size = _choice("type", TYPE_SIZES, "normal")

    @app.after_request
    def _kept(response: Response) -> Response:
        for name, allowed in (("lang", tuple(LANGUAGES)), ("type", TYPE_SIZES)):
            value = request.args.get(name)
            if value in allowed and not request.path.startswith("/api/"):
                response.set_cookie(
                    name, value, max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure
                )
        return response


def _(text: str, **values: object) -> str:
    """A sentence of a page in the language of this request."""
    return str(gettext(text, **values))


def translate(text: str) -> str:
    """A template of a Message in the language of this request; a ranking tells some 200 of a few kinds."""
    known: dict[str, str] = g.setdefault("translated", {"": ""})
    if text not in known:
        known[text] = str(get_translations().ugettext(text))
    return known[text]


def tell(message: Message | str | None) -> str:
    """A Message as the reader of this request understands it."""
    if message is None:
        return ""
    return message.render(translate) if isinstance(message, Message) else str(message)


def _choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    for value in (request.args.get(name), request.cookies.get(name)):
        if value in allowed:
            return str(value)
    return default
