"""/health and /index/health: whether the parts work, whether index and database agree."""

from __future__ import annotations

from typing import Any

from flask import Response

from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import index_health
from web.api.blueprint import ApiBlueprint, answer
from web.i18n import tell
from web.request import actor, application
from web.schemas.answers import HealthOut, IndexHealthOut
from web.schemas.requests import Asked

blueprint = ApiBlueprint("health", Message("状态：各部分是否可用，索引与数据库是否一致。"))


@blueprint.operation(
    "/health",
    Message("各部分是否可用"),
    Asked,
    HealthOut,
    about=Message(
        "只有数据库不可用时状态码为 503，正文形式不变；索引或模型不可用时仍可读取，degraded 为 true。"
    ),
)
def health(_asked: dict[str, Any]) -> Response:
    """Every part with "ok"; visitors learn that a part is down, the office also why."""
    found = index_health.parts(application())
    readiness = index_health.readiness(found)
    if actor().role == "visitor":
        found = {part: state if state == "ok" else "unavailable" for part, state in found.items()}
    told = answer(HealthOut, {**readiness, "parts": found})
    told.status_code = 200 if readiness["ready"] else 503
    return told


@blueprint.operation("/index/health", Message("索引的状态（组织者）"), Asked, IndexHealthOut)
def index(_asked: dict[str, Any]) -> Response:
    """Index against database, jobs, failures."""
    require(actor(), "index:read")
    app = application()
    with app.reading() as uow:
        books = index_health.of_database(uow, actor())
        failed = [
            {"kind": job.kind, "subject": job.subject, "attempts": job.attempts, "error": job.error}
            for job in books.failed
        ]
    state = index_health.of_index(app)
    return answer(
        IndexHealthOut,
        {
            "state": state.state,
            "message": tell(state.message),
            "since": state.since,
            "engine": state.engine,
            "generation": state.generation,
            "fingerprint": state.fingerprint,
            "dimension": state.dimension,
            "in_index": state.documents,
            "in_database": books.documents,
            "drift": index_health.drift(state, books),
            "jobs": books.jobs,
            "waiting": books.waiting,
            "waiting_since": books.waiting_since,
            "failed": failed,
            "verified_at": books.verified_at,
        },
    )
