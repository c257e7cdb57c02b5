"""What every answer carries against misuse: headers, cookies, limits, tokens of forms."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect, generate_csrf
from markupsafe import Markup

POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "font-src 'self'; "
    "connect-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: A form without a file; uploads are held to the setting of imports.
MOST_FORM_BYTES = 4 * 1024 * 1024

csrf = CSRFProtect()


class Sessions(SecureCookieSessionInterface):
    """The cookie is Secure exactly when the site is reached by HTTPS: an intranet may have none."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - the interface names it
        """Whether the browser may send the cookie only over HTTPS."""
        return request.is_secure


def init_app(app: Flask, *, secret: bytes, upload_megabytes: int) -> None:
    """Sets the limits and adds the headers; a view may set a header of its own first.

    ``csrf`` is started by the caller after language and actor are known, since its fault is a page too.
    """
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="matchmaker",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=upload_megabytes * 1024 * 1024 + MOST_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    app.jinja_env.globals["csrf"] = _csrf_field

    @app.after_request
    def _guarded(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            response.headers.setdefault(
                "Cache-Control", "private, no-store" if request.method == "POST" else "private, no-cache"
            )
        return response


def _csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
