"""Hours and wishes on pages: by account, by secret link, by the office."""

from __future__ import annotations

from datetime import date

from matchmaker.models import Attendee, Event, EventPair
from matchmaker.permissions import ORGANIZER
from matchmaker.services import asking_wishes, secret_links
from tests.support.accounts import log_in
from tests.support.events import docking


def told(app, made, expert=0):
    with app.reading() as uow:
        return uow.session.get(Attendee, made.people[expert])


def link_of(app, made):
    with app.unit_of_work() as uow:
        event = uow.session.get(Event, made.event)
        (link,) = asking_wishes.ask(uow, ORGANIZER, event, [made.people[0]], date(2027, 3, 1))
        return secret_links.path(app.secret(), link)


def test_an_expert_fills_in_his_own(app, site):
    made = docking(app, experts=2, problems=2)
    client = log_in(site, made.account("expert"))
    address = f"/events/{made.event}/wishes/{made.people[0]}"
    page = client.get(address)
    assert page.status_code == 200
    assert "第 1 种镀层变色" in page.text
    wish = f"wish-{made.people[0]}-{made.offers[0]}"
    answer = client.post(address, data={"known": "", "away": ["0", "2"], "most": "3", wish: "willing"})
    assert answer.status_code == 303
    assert (told(app, made).unavailable, told(app, made).most) == ([0, 2], 3)
    assert "checked" in client.get(address).text


def test_a_fault_keeps_what_was_typed(app, site):
    made = docking(app, experts=1, problems=1)
    client = log_in(site, made.account("expert"))
    address = f"/events/{made.event}/wishes/{made.people[0]}"
    answer = client.post(address, data={"known": "", "away": ["1"], "most": "九十", "note": "自带样品"})
    assert answer.status_code == 422
    assert 'value="九十"' in answer.text
    assert "自带样品" in answer.text
    assert 'value="1" checked' in answer.text
    assert told(app, made).prefers_at is None


def test_the_second_of_two_is_shown_what_is_there(app, site, organizer):
    made = docking(app, experts=1, problems=1)
    address = f"/events/{made.event}/wishes/{made.people[0]}"
    client = log_in(site, made.account("expert"))
    assert client.post(address, data={"known": "", "most": "2"}).status_code == 303
    answer = organizer.post(address, data={"known": "", "most": "1"})
    assert answer.status_code == 409
    assert "已经提交过意愿" in answer.text
    assert told(app, made).most == 2


def test_the_secret_link_leads_to_the_same_form(app, site):
    made = docking(app, experts=1, problems=1)
    phone = site.test_client(use_cookies=False)
    path = link_of(app, made)
    first = phone.get(path)
    assert (first.status_code, first.location) == (303, f"{path}/wishes")
    page = phone.get(f"{path}/wishes")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "private, no-store"
    wish = f"wish-{made.people[0]}-{made.offers[0]}"
    done = phone.post(f"{path}/wishes", data={"known": "", "away": ["3"], wish: "must"})
    assert "已收到您的答复" in done.text
    assert told(app, made).unavailable == [3]
    with app.reading() as uow:
        assert uow.session.get(EventPair, made.pairs[0, 0]).expert_wish == "must"


def test_another_question_s_link_does_not_open_it(app, site):
    made = docking(app, experts=1, problems=1)
    path = link_of(app, made)
    phone = site.test_client(use_cookies=False)
    assert phone.get(f"{path[:-3]}abc/wishes").status_code == 404
    with app.unit_of_work() as uow:
        uow.session.get(Event, made.event).state = "ended"
    assert phone.get(f"{path}/wishes").status_code == 303
    assert phone.get(path).status_code == 410


def test_the_office_sees_who_is_silent_and_reminds(app, site, organizer):
    made = docking(app, experts=2, problems=1)
    page = organizer.get(f"/events/{made.event}/wishes")
    assert page.text.count("未填写") == 3
    assert site.test_client().get(f"/events/{made.event}/wishes").status_code in {302, 303, 403}
    answer = organizer.post(f"/events/{made.event}/wishes/ask", data={"all": "1"}, follow_redirects=True)
    assert "已发给 3 人" in answer.text
    assert organizer.get("/answers/event_wishes").status_code == 200
    assert organizer.get("/answers/event_wishes.xlsx").status_code == 200


def test_all_pairs_with_what_must_be(app, organizer):
    made = docking(app, experts=2, problems=2)
    address = f"/events/{made.event}/pairs"
    assert organizer.get(address).text.count("一定安排</label>") == 4
    pair = made.pairs[0, 0]
    assert organizer.post(f"{address}/{pair}", data={"must": "true", "session": "0"}).status_code == 303
    shown = organizer.get(f"{address}?show=must").text
    assert shown.count("一定安排</label>") == 1
    assert organizer.post(f"{address}/99999", data={}).status_code == 404
    assert organizer.post(f"{address}/score").status_code == 303
    assert "这里没有配对" in organizer.get(f"{address}?show=barred").text
