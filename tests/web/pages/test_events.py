"""活动 on pages: the list, one event for the office, visitors and participants."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from tests.support.events import docking


def test_the_office_sees_stages_and_a_visitor_no_draft(
    app: Application, site: Flask, organizer: FlaskClient
) -> None:
    made = docking(app, state="draft")
    page = f"/events/{made.event}"
    assert site.test_client().get(page).status_code == 404
    shown = organizer.get(page)
    assert shown.status_code == 200
    assert "表面处理对接会" in organizer.get("/events?tab=draft").text
    assert "表面处理对接会" not in site.test_client().get("/events?tab=draft").text
