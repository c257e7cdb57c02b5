"""What is read: exact answers, hidden objects as if they were not there, no contact anywhere."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.models import Expert, Organization, Problem
from tests.support.samples import store
from tests.support.site import CONTACTS, FIRM, SECRET, County, counted

PATHS = {"problem": "problems", "expert": "experts", "organization": "organizations",
         "achievement": "achievements", "publication": "publications", "patent": "patents"}  # fmt: skip
LISTS = ("/api/v1/problems", "/api/v1/experts", "/api/v1/organizations")
MATERIALS = [{"code": "materials", "name": "新材料及其应用"}]


def test_a_problem(client: FlaskClient, county: County) -> None:
    answer = client.get(f"/api/v1/problems/problem:{county.open['problem']}").json
    assert answer == {
        "id": f"problem:{county.open['problem']}",
        "revision": 0,
        "number": "",
        "title": "纽扣镀层耐腐蚀",
        "kind": None,
        "fields": MATERIALS,
        "industry": None,
        "region": {"code": "330100", "name": "杭州市"},
        "state": "published",
        "deadline": None,
        "budget_wan": 50.0,
        "organization": None,
        "background": "",
        "main_problem": "",
        "tried": "",
        "key_technology": "",
        "indicators": [
            {
                "name": "盐雾试验",
                "comparator": ">=",
                "target": "96",
                "current": "24",
                "unit": "小时",
                "required": True,
            }
        ],
        "scene": "",
        "goal": "",
        "deliverables": "",
        "cooperation": [],
        "ip_intent": "",
        "solver_conditions": "",
        "keywords": [],
        "verified_on": None,
        "text": "镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
    }


def test_an_organization_with_its_counts(client: FlaskClient, county: County) -> None:
    answer = client.get(f"/api/v1/organizations/{county.open['organization']}").json
    assert (answer["experts"], answer["achievements"], answer["problems"]) == (1, 1, 0)
    assert answer["organization"]["kind"] == {"code": "university", "name": "高校"}


def test_works_name_their_people(client: FlaskClient, county: County) -> None:
    person = {"id": f"expert:{county.open['expert']}", "name": "林一鸣"}
    body = {"id": f"organization:{county.open['organization']}", "name": "临江大学"}
    assert client.get(f"/api/v1/publications/{county.open['publication']}").json["authors"] == [person]
    assert client.get(f"/api/v1/patents/{county.open['patent']}").json["inventors"] == [person]
    achievement = client.get(f"/api/v1/achievements/{county.open['achievement']}").json
    assert (achievement["leader"], achievement["organization"]) == (person, body)
    assert (achievement["price_wan"], achievement["maturity"]["code"]) == (12.3456, "6")


@pytest.mark.parametrize("kind", sorted(PATHS))
def test_hidden_is_not_there(client: FlaskClient, organizer: FlaskClient, county: County, kind: str) -> None:
    hidden = f"/api/v1/{PATHS[kind]}/{county.hidden[kind]}"
    missing = f"/api/v1/{PATHS[kind]}/987654"
    answer, nothing = client.get(hidden), client.get(missing)
    assert (answer.status_code, nothing.status_code) == (404, 404)
    told = answer.text.replace(str(county.hidden[kind]), "N")
    assert told == nothing.text.replace("987654", "N")
    seen = organizer.get(hidden)
    assert seen.status_code == 200
    assert SECRET in seen.text


@pytest.mark.parametrize("kind", ["problem", "expert"])
def test_matches_of_hidden_are_not_there(client: FlaskClient, county: County, kind: str) -> None:
    assert client.get(f"/api/v1/{PATHS[kind]}/{county.hidden[kind]}/matches").status_code == 404


def test_nothing_hidden_leaks_from_lists_and_searches(
    client: FlaskClient, organizer: FlaskClient, county: County
) -> None:
    addresses = [
        *LISTS,
        "/api/v1/search?q=镀层盐雾",
        f"/api/v1/search?q={SECRET}&by=words",
        "/api/v1/search?q=镀层&by=meaning&limit=100",
        *(f"/api/v1/search?kind={kind}" for kind in PATHS),
        *(f"/api/v1/{PATHS[kind]}/{number}" for kind, number in county.open.items()),
    ]
    assert all(SECRET not in client.get(address).text for address in addresses)
    assert SECRET in organizer.get("/api/v1/search?q=镀层盐雾&limit=100").text
    assert all(SECRET in organizer.get(address).text for address in LISTS)


@pytest.mark.parametrize(
    "changed", [{"readers": " office "}, {"hidden_from": " public "}, {"state": "withdrawn"}]
)
def test_a_stale_index_does_not_leak(
    app: Application, client: FlaskClient, county: County, changed: dict[str, str]
) -> None:
    """The row was hidden after it was indexed, and the worker has not come round yet."""
    address = "/api/v1/search?q=纽扣镀层耐腐蚀&by=words"
    before = [hit["id"] for hit in client.get(address).json["items"]]
    assert f"problem:{county.open['problem']}" in before
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem, county.open["problem"])
        for part, value in changed.items():
            setattr(row, part, value)
    after = [hit["id"] for hit in client.get(address).json["items"]]
    assert after == [identifier for identifier in before if identifier != f"problem:{county.open['problem']}"]


def test_no_contact_in_any_answer(client: FlaskClient, organizer: FlaskClient, county: County) -> None:
    for reader in (client, organizer):
        addresses = [*LISTS, "/api/v1/search?q=林一鸣"]
        addresses += [f"/api/v1/{PATHS[kind]}/{number}" for kind, number in county.open.items()]
        texts = [reader.get(address).text for address in addresses]
        assert "林一鸣" in "".join(texts)
        assert [contact for contact in CONTACTS if any(contact in text for text in texts)] == []


def test_the_firm_behind_an_anonymous_problem_is_told_only_to_the_office(
    client: FlaskClient, organizer: FlaskClient, county: County
) -> None:
    address = f"/api/v1/problems/{county.anonymous}"
    assert client.get(address).json["organization"] is None
    assert organizer.get(address).json["organization"]["name"] == FIRM
    firm = organizer.get(address).json["organization"]["id"]
    assert client.get(f"/api/v1/organizations/{firm}").json["problems"] == 0
    assert organizer.get(f"/api/v1/organizations/{firm}").json["problems"] == 1
    number = firm.partition(":")[2]
    assert client.get(f"/api/v1/problems?organization={firm}").json["items"] == []
    assert client.get(f"/api/v1/search?kind=problem&body={number}").json["items"] == []
    found = organizer.get(f"/api/v1/search?kind=problem&body={number}").json["items"]
    assert [item["id"] for item in found] == [f"problem:{county.anonymous}"]


def test_filters_and_pages(app: Application, client: FlaskClient) -> None:
    body = Organization(name="甲", kind="enterprise")
    rows = [Problem(title=f"第{number:02d}个", organization=body, fields=["energy"]) for number in range(25)]
    store(app, *rows, Problem(title="另外的", fields=["urban"]))
    first = client.get("/api/v1/problems?field=energy&sort=title&per_page=10").json
    assert [item["title"] for item in first["items"]] == [f"第{number:02d}个" for number in range(10)]
    assert first["paging"] == {"page": 1, "per_page": 10, "total": 25, "pages": 3}
    third = client.get("/api/v1/problems?field=energy&sort=title&per_page=10&page=3").json
    assert [item["title"] for item in third["items"]] == [f"第{number:02d}个" for number in range(20, 25)]
    assert client.get("/api/v1/problems?q=另外").json["paging"]["total"] == 1
    assert client.get("/api/v1/organizations?kind=university").json["items"] == []
    assert client.get("/api/v1/organizations").json["kinds"] == {"enterprise": 1}


@pytest.mark.parametrize("address", LISTS)
def test_lists_take_a_fixed_number_of_statements(app: Application, client: FlaskClient, address: str) -> None:
    def add(start: int, count: int) -> None:
        for number in range(start, start + count):
            body = Organization(name=f"单位{number}")
            store(
                app,
                body,
                Expert(name=f"人{number}", organization=body),
                Problem(title=f"题{number}", organization=body),
            )

    def statements() -> int:
        with counted(app) as ran:
            assert client.get(f"{address}?per_page=100").status_code == 200
        return len(ran)

    add(0, 1)
    one = statements()
    add(1, 49)
    assert len(client.get(f"{address}?per_page=100").json["items"]) == 50
    assert statements() == one <= 6


def test_an_unchanged_answer_is_304(client: FlaskClient, county: County) -> None:
    address = f"/api/v1/experts/{county.open['expert']}"
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{address}?lang=en", headers={"If-None-Match": tag}).status_code == 200


def test_names_of_codes_follow_the_language(client: FlaskClient, county: County) -> None:
    address = f"/api/v1/problems/{county.open['problem']}"
    english = [{"code": "materials", "name": "New materials"}]
    assert client.get(address, headers={"Accept-Language": "en-GB,en;q=0.9"}).json["fields"] == english
    assert client.get(f"{address}?lang=en").json["fields"] == english
    assert client.get(f"{address}?lang=zh", headers={"Accept-Language": "en"}).json["fields"] == MATERIALS
    assert client.get(address, headers={"Accept-Language": "fr"}).json["fields"] == MATERIALS


def test_a_look_at_an_expert_is_written_down(app: Application, client: FlaskClient, county: County) -> None:
    from matchmaker.models import AccessLog

    client.get(f"/api/v1/experts/{county.open['expert']}")
    with app.reading() as uow:
        looks = [(look.action, look.subject) for look in uow.session.query(AccessLog)]
    assert looks == [("expert:read", f"expert:{county.open['expert']}")]
