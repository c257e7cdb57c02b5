"""/api/v1/events: public facts, no people, no firm behind an anonymous problem."""

from __future__ import annotations

from flask import Flask

from matchmaker.bootstrap import Application
from tests.support.events import DAY, docking


def test_an_event_is_told_without_people_and_secrets(app: Application, site: Flask) -> None:
    made = docking(app, experts=2, problems=2, slots=4, state="open", anonymous=[1])
    client = site.test_client()
    found = client.get("/api/v1/events").json
    assert [(one["id"], one["kind"]["code"], one["state"]) for one in found["items"]] == [
        (f"event:{made.event}", "docking", "open")
    ]
    whole = client.get(f"/api/v1/events/{made.event}")
    told = whole.json
    assert (told["event"]["first_day"], told["experts"]) == (DAY.isoformat(), 2)
    assert told["sessions"] == [{"name": "上午", "starts": f"{DAY}T09:00", "ends": f"{DAY}T10:55"}]
    assert [(one["title"], (one["organization"] or {}).get("name")) for one in told["problems"]] == [
        ("第 1 种镀层变色", "第1纽扣厂"), ("第 2 种镀层变色", None),
    ]  # fmt: skip
    text = whole.get_data(as_text=True)
    assert [word for word in ("专家1", "代表1", "139", "第2纽扣厂") if word in text] == []
    assert client.get("/api/v1/events/event:999").status_code == 404


def test_drafts_are_the_offices(app: Application, site: Flask) -> None:
    made = docking(app, experts=1, problems=1, state="draft")
    client = site.test_client()
    assert client.get("/api/v1/events?tab=draft").json["items"] == []
    assert client.get(f"/api/v1/events/{made.event}").status_code == 404
