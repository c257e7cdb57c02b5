"""索引状态: whether index and database agree, what the worker has to do, what failed; and two probes."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.messages import Message
from matchmaker.permissions import require
from matchmaker.services import index_health
from matchmaker.services.index_health import Books, IndexState
from web.formats import KIND_NAMES, kind_name
from web.i18n import _, tell
from web.request import actor, application

blueprint = Blueprint("health", __name__)

#: State of the index → kind of the component ``state`` and its name; others are shown as they are.
STATES: dict[str, tuple[str, Message]] = {
    "ok": ("done", Message("可用")),
    "behind": ("attention", Message("可用，但有一部分还没有跟上")),
    "unavailable": ("fault", Message("不可用")),
}
JOB_NAMES: dict[str, Message] = {
    "import": Message("导入文件"),
    "rebuild": Message("重建索引"),
    "index": Message("更新索引"),
    "verify": Message("核对索引"),
    "mail": Message("发送邮件"),
    "digest": Message("每日汇总邮件"),
    "watch": Message("查看订阅"),
}
JOB_STATES: tuple[tuple[str, Message], ...] = (
    ("queued", Message("排队")),
    ("running", Message("进行中")),
    ("failed", Message("失败")),
)


@blueprint.get("/health/index")
def show() -> str:
    """Index against database, jobs, failures, and what can be done."""
    require(actor(), "index:read")
    index = index_health.of_index(application())
    with application().reading() as uow:
        books = index_health.of_database(uow, actor())
        drift = index_health.drift(index, books)
        return render_template(
            "pages/health.html",
            index=index,
            books=books,
            state=STATES.get(index.state, ("waiting", Message(index.state))),
            picture=[_bar(kind, index, books) for kind in drift],
            stored=[(_kind(kind), f"{number:,}") for kind, number in books.documents.items() if number],
            finding=_finding(drift, index),
            job_names=JOB_NAMES,
            job_states=JOB_STATES,
        )


@blueprint.post("/health/index/jobs")
def ask() -> ResponseReturnValue:
    """Asks the worker to verify or to rebuild."""
    with application().unit_of_work() as uow:
        index_health.request_job(uow, actor(), request.form.get("kind", ""))
    flash(_("已交给后台程序；完成后这里会更新。"), "done")
    return redirect(url_for("health.show"), 303)


@blueprint.post("/health/index/jobs/<int:number>/retry")
def retry(number: int) -> ResponseReturnValue:
    """Puts one failed job back into the queue."""
    with application().unit_of_work() as uow:
        index_health.retry(uow, actor(), number)
    flash(_("已重新排队。"), "done")
    return redirect(url_for("health.show"), 303)


@blueprint.post("/health/index/jobs/retry")
def retry_all() -> ResponseReturnValue:
    """Puts every failed job back into the queue."""
    with application().unit_of_work() as uow:
        count = index_health.retry_all(uow, actor())
    flash(_("%(n)s 个任务已重新排队。", n=count), "done")
    return redirect(url_for("health.show"), 303)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers; for whoever restarts it."""
    return jsonify({"alive": True})


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether requests may be sent here: the database answers. Without index or model it is degraded, and a
    host that reads is better than none: an index that is away is away for every host.
    """
    found = index_health.parts(application())
    readiness = index_health.readiness(found)
    parts = {part: state == "ok" for part, state in found.items()}
    answer = jsonify({**readiness, "parts": parts})
    answer.status_code = 200 if readiness["ready"] else 503
    return answer


def _kind(kind: str) -> str:
    return kind_name(kind) if kind in KIND_NAMES else kind


def _bar(kind: str, index: IndexState, books: Books) -> dict[str, object]:
    values = (index.documents.get(kind, 0), books.documents.get(kind, 0))
    return {
        "name": _kind(kind),
        "values": values,
        "most": max(values),
        "links": None,
    }


def _finding(drift: dict[str, int], index: IndexState) -> str:
    """The sentence above the picture."""
    if index.message:
        return tell(Message("索引无法读取，数据库完好"))
    missing = -sum(difference for difference in drift.values() if difference < 0)
    surplus = sum(difference for difference in drift.values() if difference > 0)
    if not missing and not surplus:
        return tell(Message("索引与数据库的数目一致"))
    return tell(
        Message("索引比数据库少 %(missing)s 条、多 %(surplus)s 条", {"missing": missing, "surplus": surplus})
    )
