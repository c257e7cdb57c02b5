"""索引状态: figures of both sides, jobs, failures and what can be done; the two probes."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.jobs.worker import Worker
from matchmaker.models import Base, History, Job, Problem
from tests.support.samples import store
from tests.support.site import County, break_index


def fail_job(app: Application, subject: str = "problem:1") -> int:
    with app.unit_of_work() as uow:
        job = Job(
            kind="index", subject=subject, state="failed", attempts=6, error="RuntimeError: <disk full>"
        )
        uow.session.add(job)
        uow.session.flush()
        return job.id


def jobs(app: Application) -> list[tuple[str, str, str]]:
    with app.reading() as uow:
        return sorted((job.kind, job.subject, job.state) for job in uow.session.query(Job))


def test_agreement_and_drift(app: Application, organizer: FlaskClient, county: County) -> None:
    page = organizer.get("/health/index").text
    assert "索引与数据库的数目一致" in page
    assert "从未核对" in page
    assert "test-hash/1" in page
    store(
        app,
        Problem(title="还没有进索引"),
        Problem(title="草稿", visibility="draft"),
        Problem(title="退回", state="returned"),
    )
    assert "索引比数据库少 1 条、多 0 条" in organizer.get("/health/index").text
    health = organizer.get("/api/v1/index/health").json
    assert {kind: number for kind, number in health["drift"].items() if number} == {"problem": -1}
    assert (health["engine"], health["dimension"], health["verified_at"]) == ("embedded", 32, None)


def test_a_verification_repairs_and_is_remembered(
    app: Application, organizer: FlaskClient, county: County
) -> None:
    store(app, Problem(title="还没有进索引"))
    assert organizer.post("/health/index/jobs", data={"kind": "verify"}).status_code == 303
    assert jobs(app) == [("verify", "index", "queued")]
    Worker(app).drain()
    page = organizer.get("/health/index").text
    assert "索引与数据库的数目一致" in page
    assert "缺 1、旧 0、多 0 条" in page
    assert organizer.get("/api/v1/index/health").json["verified_at"].endswith("Z")


def test_a_rebuild_can_be_asked_for_once(app: Application, organizer: FlaskClient, county: County) -> None:
    before = organizer.get("/api/v1/index/health").json["generation"]
    for _time in range(2):
        organizer.post("/health/index/jobs", data={"kind": "rebuild"})
    assert jobs(app) == [("rebuild", "index", "queued")]
    Worker(app).drain()
    assert organizer.get("/api/v1/index/health").json["generation"] != before


def test_an_unknown_job_is_refused(app: Application, organizer: FlaskClient) -> None:
    assert organizer.post("/health/index/jobs", data={"kind": "drop"}).status_code == 404
    assert organizer.post("/health/index/jobs").status_code == 404
    assert jobs(app) == []


def test_a_failed_job_is_shown_and_tried_again(app: Application, organizer: FlaskClient) -> None:
    number = fail_job(app)
    page = organizer.get("/health/index").text
    assert "RuntimeError: &lt;disk full&gt;" in page
    assert organizer.post(f"/health/index/jobs/{number}/retry").status_code == 303
    assert jobs(app) == [("index", "problem:1", "queued")]
    assert organizer.post(f"/health/index/jobs/{number}/retry").status_code == 404
    with app.reading() as uow:
        assert [line.action for line in uow.session.query(History)] == ["job:retry"]


def test_all_failed_jobs_are_tried_again(app: Application, organizer: FlaskClient) -> None:
    for subject in ("problem:1", "problem:2"):
        fail_job(app, subject)
    assert "2 个任务已重新排队" in organizer.post("/health/index/jobs/retry", follow_redirects=True).text
    assert jobs(app) == [("index", "problem:1", "queued"), ("index", "problem:2", "queued")]


def test_a_lost_index_is_a_state_not_a_fault(
    app: Application, organizer: FlaskClient, county: County
) -> None:
    break_index(app)
    page = organizer.get("/health/index")
    assert page.status_code == 200
    assert "索引不可用：the index folder is gone" in page.text
    assert organizer.get("/api/v1/index/health").json["state"] == "unavailable"


def test_visitors_may_do_none_of_it(app: Application, client: FlaskClient) -> None:
    number = fail_job(app)
    assert client.get("/health/index").status_code == 403
    for address in ("/health/index/jobs", f"/health/index/jobs/{number}/retry", "/health/index/jobs/retry"):
        assert client.post(address, data={"kind": "verify"}).status_code == 403
    assert jobs(app) == [("index", "problem:1", "failed")]


def test_the_probes(app: Application, client: FlaskClient, county: County) -> None:
    assert client.get("/healthz").json == {"alive": True}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"ready": True, "degraded": False, "parts": {"database": True, "index": True, "model": True}},
    )
    break_index(app)  # for every host alike: it stays in service, and says what it lacks
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"ready": True, "degraded": True, "parts": {"database": True, "index": False, "model": True}},
    )
    assert client.get("/healthz").status_code == 200


def test_without_the_database_a_host_is_not_ready(app: Application, client: FlaskClient) -> None:
    Base.metadata.drop_all(app.database.engine)
    for probe in ("/readyz", "/api/v1/health"):
        answer = client.get(probe)
        assert (answer.status_code, answer.json["ready"], answer.json["degraded"]) == (503, False, False)


@pytest.mark.parametrize("role", ["client", "organizer"])
def test_health_of_the_api(app: Application, role: str, request: pytest.FixtureRequest) -> None:
    reader: FlaskClient = request.getfixturevalue(role)
    break_index(app)
    answer = reader.get("/api/v1/health")
    why = "unavailable" if role == "client" else "the index folder is gone"
    assert (answer.status_code, answer.json) == (
        200,
        {"ready": True, "degraded": True, "parts": {"database": "ok", "index": why, "model": "ok"}},
    )
