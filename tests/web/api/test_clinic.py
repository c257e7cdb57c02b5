"""POST /clinic and /clinic/compare: exactly as their schemas tell, hidden rows in none of it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.support.site import SECRET, County
from tests.web.api.test_matching import names, shape
from web.schemas.clinic import ClinicAnswer, ClinicComparison

BODY = {
    "title": "纽扣镀层", "text": "镀层在盐雾中 24 小时后变色，希望达到 96 小时。预算50万元。",
    "indicators": [{"name": "附着力", "target": "1", "comparator": "<="}],
}  # fmt: skip


def test_the_answer_is_what_the_schema_tells(client: FlaskClient, county: County) -> None:
    answer = client.post("/api/v1/clinic", json=BODY)
    assert answer.status_code == 200
    told = shape(ClinicAnswer())
    assert names(answer.json, told) == told
    assert [one["code"] for one in answer.json["findings"]] == [
        "object", "present", "target", "tried", "budget", "deadline", "cooperation",
    ]  # fmt: skip
    assert SECRET not in answer.text


def test_it_speaks_english_when_asked(client: FlaskClient) -> None:
    codes = [one["code"] for one in client.post("/api/v1/clinic?lang=en", json={}).json["findings"]]
    assert len(codes) == 7


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "\ud800"}, "text"),
        ({"budget_wan": "1.234"}, "budget_wan"),
        ({"budget_wan": "NaN"}, "budget_wan"),
        ({"budget_wan": 1e300}, "budget_wan"),
        ({"deadline": "2027-02-30"}, "deadline"),
        ({"fields": ["no such"]}, "fields.0"),
        ({"indicators": [{"comparator": "?"}]}, "indicators.0.comparator"),
        ({"indicators": [{}] * 41}, "indicators"),
        ({"problem": 0}, "problem"),
        ({"owner": "x"}, "owner"),
    ],
)
def test_faults_name_their_field(body: dict[str, object], field: str, client: FlaskClient) -> None:
    answer = client.post("/api/v1/clinic", json=body)
    assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, [field])


def test_amounts_are_taken_as_text_and_number(client: FlaskClient) -> None:
    for amount in ("12.34", 12.34, 12):
        levels = {
            one["code"]: one["level"]
            for one in client.post("/api/v1/clinic", json={"budget_wan": amount}).json["findings"]
        }
        assert levels["budget"] == "good"


def test_two_wordings_are_compared(client: FlaskClient, county: County) -> None:
    answer = client.post("/api/v1/clinic/compare", json={"before": {"text": "番茄枯死"}, "after": BODY})
    told = shape(ClinicComparison())
    assert (answer.status_code, names(answer.json, told)) == (200, told)
    assert f"expert:{county.open['expert']}" in {one["id"] for one in answer.json["moves"]}
    assert SECRET not in answer.text


def test_an_empty_wording_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/clinic/compare", json={"before": {}, "after": BODY})
    assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, ["before"])
