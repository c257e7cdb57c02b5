"""Styles, scripts, drawings: addresses that change with their content, kept for a year, compressed."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.security import safe_join

ENDPOINTS = ("static", "bootstrap.static")
_COMPRESSED = {"text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"}
_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Adds the version to the address of each file and compresses what is text."""

    @app.url_defaults
    def _versioned(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint in ENDPOINTS and "filename" in values:
            path = _path(app, endpoint, values["filename"])
            if path is not None and path.is_file():
                values["v"] = _digest(path, path.stat().st_mtime_ns)

    @app.after_request
    def _sent(response: Response) -> Response:
        if request.endpoint not in ENDPOINTS or response.status_code != 200:
            return response
        if "v" in request.args:
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.max_age = _YEAR
        if response.mimetype in _COMPRESSED:
            response.vary.add("Accept-Encoding")
            path = _path(app, request.endpoint, (request.view_args or {})["filename"])
            if request.accept_encodings["gzip"] and path is not None:
                response.close()
                response.direct_passthrough = False
                response.set_data(_compressed(path, path.stat().st_mtime_ns))
                response.content_encoding = "gzip"
        return response


def _path(app: Flask, endpoint: str, filename: str) -> Path | None:
    owner = app if endpoint == "static" else app.blueprints["bootstrap"]
    joined = safe_join(str(owner.static_folder), filename)
    return Path(joined) if joined else None


@lru_cache(maxsize=64)
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=64)
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
