"""Faults as the user meets them: a page, or the one JSON shape below ``/api``."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from matchmaker.errors import MatchmakerError, TooMany
from web.i18n import _, tell
from web.request import loggable_path

log = logging.getLogger(__name__)
API = "/api/"
#: After this time a program may ask again for what is unavailable; the longest pause of the index's circuit.
RETRY_SECONDS = 30


def init_app(app: Flask) -> None:
    """Registered last, so that no extension turns pages into JSON."""
    app.register_error_handler(MatchmakerError, _told)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _http)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_say_when)


def error_body(
    code: str, message: str, *, hint: str = "", fields: Mapping[str, Any] | None = None, incident: str = ""
) -> dict[str, Any]:
    """The one JSON shape of a fault."""
    return {
        "error": {
            "code": code,
            "message": message,
            "hint": hint,
            "fields": dict(fields or {}),
            "incident": incident,
        }
    }


def _say_when(response: Response) -> Response:
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def _told(fault: MatchmakerError) -> Response:
    fields = {name: tell(message) for name, message in fault.fields.items()}
    if fault.status >= 500:
        log.warning("%s at %s: %s (%s)", fault.code, loggable_path(), fault, fault.__cause__)
    answer = _answer(fault.status, fault.code, tell(fault.message), tell(fault.hint), fields=fields)
    if isinstance(fault, TooMany):
        answer.headers["Retry-After"] = str(fault.seconds)
    if fault.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _http(fault: HTTPException) -> Response:
    status = fault.code or 500
    if fault.response is not None or status < 400:
        return fault.get_response()
    code, message, hint = _sentences(fault, status)
    answer = _answer(status, code, message, hint, fields=_fields_of(fault))
    for name, value in fault.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _fields_of(fault: HTTPException) -> dict[str, Any]:
    """Faults of fields as webargs hands them over: {"json": {"title": ["…"]}}."""
    messages = getattr(fault, "data", {}).get("messages", {}) if hasattr(fault, "data") else {}
    found: dict[str, Any] = {}
    for part in messages.values() if isinstance(messages, dict) else []:
        if isinstance(part, dict):
            found.update(part)
    return found


def _unexpected(fault: Exception) -> Response:
    incident = secrets.token_hex(4)
    log.error("incident %s at %s %s", incident, request.method, loggable_path(), exc_info=fault)
    return _answer(
        500,
        "internal",
        _("出了意外的错误，我们已记录。"),
        _("请稍后再试；仍不行时，把下面的编号告诉管理员。"),
        incident=incident,
    )


def _answer(
    status: int,
    code: str,
    message: str,
    hint: str,
    *,
    fields: Mapping[str, Any] | None = None,
    incident: str = "",
) -> Response:
    if request.path.startswith(API):
        answer = jsonify(error_body(code, message, hint=hint, fields=fields, incident=incident))
        answer.status_code = status
        return answer
    page = render_template(
        "errors/fault.html", status=status, message=message, hint=hint, fields=fields or {}, incident=incident
    )
    return Response(page, status, content_type="text/html; charset=utf-8")


def _sentences(fault: HTTPException, status: int) -> tuple[str, str, str]:
    """Code, message and hint for the faults that the framework finds."""
    if isinstance(fault, CSRFError):
        return "form_expired", _("这个表单已失效。"), _("请返回上一页，刷新后重新提交；填写的内容不会丢失。")
    known = {
        400: ("bad_request", _("请求有误，无法理解。"), _("请返回上一页重试。")),
        404: ("not_found", _("没有这个页面。"), _("请检查地址，或从下面的入口继续。")),
        405: ("method_not_allowed", _("这个地址不支持此操作。"), _("请从页面上的按钮进入。")),
        413: ("too_large", _("提交的内容太大。"), _("请缩小文件或分几次提交。")),
        415: ("unsupported_type", _("不支持这种内容类型。"), _("请使用 JSON。")),
        422: ("invalid_input", _("有的内容不符合要求。"), _("请按各项提示更正。")),
    }
    return known.get(
        status, (f"http_{status}", _("请求没有成功（%(status)s）。", status=status), _("请稍后再试。"))
    )
