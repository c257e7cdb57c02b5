"""/imports: a file sent by a program, read by the worker, its report fetched."""

from __future__ import annotations

from io import BytesIO

from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.jobs.worker import Worker

ROWS = "名称,需求内容,截止日期\n纽扣镀层变色,盐雾 24 小时后变色,2027-05-18\n,没有名称的一行,\n"


def send(client: FlaskClient, content: bytes, name: str = "难题.csv", **query: str):
    return client.post("/api/v1/imports", data={"file": (BytesIO(content), name)}, query_string=query)


def test_a_file_is_accepted_and_its_report_fetched(app: Application, organizer: FlaskClient) -> None:
    accepted = send(organizer, ROWS.encode("gb18030"), kind="problem")
    assert accepted.status_code == 202
    assert (accepted.json["state"], accepted.json["filename"], accepted.json["kind"]) == (
        "waiting",
        "难题.csv",
        "problem",
    )
    assert accepted.json["columns"] == {"名称": "title", "需求内容": "text", "截止日期": "deadline"}
    Worker(app).drain()
    report = organizer.get(accepted.headers["Location"]).json
    assert {name: report[name] for name in ("state", "total", "created", "updated", "rejected")} == {
        "state": "done",
        "total": 2,
        "created": 1,
        "updated": 0,
        "rejected": 1,
    }
    assert [(fault["row"], fault["rejected"]) for fault in report["faults"]] == [(3, True)]
    assert report["faults"][0]["remedy"]
    assert [item["title"] for item in organizer.get("/api/v1/problems").json["items"]] == ["纽扣镀层变色"]


def test_a_bad_file_is_told_and_not_kept(app: Application, organizer: FlaskClient) -> None:
    for content in (b"", b"   \n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "甲,乙\n1,2\n".encode()):
        answer = send(organizer, content)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_input")
        assert answer.json["error"]["hint"]
    assert list(app.settings.imports_folder.glob("*")) == []


def test_a_file_is_compulsory(organizer: FlaskClient) -> None:
    answer = organizer.post("/api/v1/imports", data={})
    assert (answer.status_code, answer.json["error"]["fields"]) == (422, {"file": "请附上一个文件。"})


def test_visitors_may_not(app: Application, client: FlaskClient) -> None:
    assert send(client, ROWS.encode()).status_code == 403
    assert not app.settings.imports_folder.exists()
