"""/experts/<number>/data: what is held about a person, for him and administrators; erased by the latter."""

from __future__ import annotations

import json

import pytest

from matchmaker.models import Expert, ExpertProject
from tests.support.accounts import account, log_in
from tests.support.samples import store


@pytest.fixture
def numbers(app, county):
    """An expert with an account, and an administrator."""
    number = county.open["expert"]
    with app.unit_of_work() as uow:
        uow.session.get(Expert, number).profile = "<script>alert(1)</script>"
    himself = account(app, "expert", expert=number)
    return {"expert": number, "himself": himself, "administrator": account(app, "administrator")}


def test_he_reads_and_takes_everything_others_nothing(app, site, visitor, organizer, numbers):
    address = f"/experts/{numbers['expert']}/data"
    assert [client.get(address).status_code for client in (visitor, organizer)] == [403, 403]
    client = log_in(site, numbers["himself"])
    page = client.get(address).get_data(as_text=True)
    assert ("13812345678" in page, "<script>alert" in page, "抹去个人数据" in page) == (True, False, False)
    answer = client.get(f"{address}.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="expert-{numbers["expert"]}.json"'
    assert json.loads(answer.data)["tables"]["expert"][0]["email"] == "lin@example.edu.cn"
    assert client.get(f"/experts/{numbers['expert'] + 1}/data").status_code in {403, 404}


def test_a_person_that_there_is_not_is_not_found(site, numbers):
    client = log_in(site, numbers["administrator"])
    assert client.get("/experts/9999/data").status_code == 404


def test_the_pages_of_an_expert_lead_there_only_for_those_who_may(site, visitor, organizer, numbers):
    def links(client):
        page = client.get(f"/experts/{numbers['expert']}").get_data(as_text=True)
        return f'/experts/{numbers["expert"]}/data"' in page, "/history?subject=expert" in page

    assert [links(visitor), links(organizer)] == [(False, False), (False, True)]
    assert links(log_in(site, numbers["administrator"])) == (True, True)


def test_an_administrator_erases_after_typing_the_number(app, site, county):
    (number,) = store(
        app, Expert(name="欧阳明远", phone="13900001111", projects=[ExpertProject(title="旧项目")])
    )
    client = log_in(site, account(app, "administrator"))
    address = f"/experts/{number}/erase"
    wrong = client.post(address, data={"reason": "本人要求", "confirm": "expert:0"})
    page = wrong.get_data(as_text=True)
    assert (wrong.status_code, 'value="本人要求"' in page, "请原样输入编号" in page) == (422, True, True)
    without = client.post(address, data={"reason": " ", "confirm": f"expert:{number}"})
    assert (without.status_code, "请填写抹去的原因" in without.get_data(as_text=True)) == (422, True)
    done = client.post(address, data={"reason": "本人要求", "confirm": f"expert:{number}"})
    assert done.status_code == 303
    shown = client.get(done.location).get_data(as_text=True)
    assert ("已抹去专家" in shown, "本人要求" in shown, "13900001111" in shown) == (True, True, False)
    assert "欧阳明远" not in client.get(f"/experts/{number}").get_data(as_text=True)


def test_nobody_else_may_erase(site, visitor, organizer, numbers):
    address = f"/experts/{numbers['expert']}/erase"
    clients = (visitor, organizer, log_in(site, numbers["himself"]))
    assert [client.post(address, data={}).status_code for client in clients] == [403, 403, 403]


def test_an_open_account_is_told(site, numbers):
    client = log_in(site, numbers["administrator"])
    number = numbers["expert"]
    answer = client.post(
        f"/experts/{number}/erase", data={"reason": "本人要求", "confirm": f"expert:{number}"}
    )
    assert (answer.status_code, "还有账号" in answer.get_data(as_text=True)) == (409, True)
