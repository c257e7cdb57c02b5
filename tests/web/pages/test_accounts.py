"""The pages of accounts: log-in, registration, invitations, one's own account, the office's, acting for others."""

from __future__ import annotations

import logging
import re
from datetime import UTC, timedelta

import pyotp
import pytest
from sqlalchemy import event

from matchmaker.models import Account, LoginSession
from matchmaker.permissions import ORGANIZER
from matchmaker.services import account_changes, accounts
from tests.support.accounts import PASSWORD, account, log_in
from tests.support.samples import expert, organization, store
from web.app import create_app
from web.auth.entering import inside

PHONE = "13812345678"
NEW = "新的密码-四五六"


@pytest.fixture
def site(app):
    return create_app(app, testing=True)


@pytest.fixture
def visitor(site):
    return site.test_client()


@pytest.fixture
def bodies(app):
    firm, university = store(app, organization("某厂", kind="enterprise"), organization("甲大学"))
    (person,) = store(app, expert(organization_id=university))
    return {"firm": firm, "university": university, "person": person}


@pytest.fixture
def owner(app, bodies):
    return account(app, "enterprise", bodies["firm"], name="厂长", phone=PHONE, password=PASSWORD)


@pytest.fixture
def office(app, site):
    return log_in(site, account(app, "administrator", name="管理员甲"))


def enter(client, name=PHONE, password=PASSWORD, **more):
    return client.post("/login", data={"name": name, "password": password, **more})


def test_log_in_leads_on_to_where_one_wanted(visitor, owner):
    answer = enter(visitor, " +86 138 1234 5678 ", next="/problems?q=a")
    assert (answer.status_code, answer.location) == (303, "/problems?q=a")
    assert "厂长" in visitor.get("/").text
    assert visitor.get("/login").location == "/"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\nx",
        "http:evil",
        "evil",
        "",
    ],
)
def test_nobody_is_led_to_another_site(visitor, owner, address):
    assert inside(address) == ""
    assert enter(visitor, next=address).location == "/"


def test_a_wrong_log_in_keeps_the_name_and_not_the_password(visitor, owner):
    answer = enter(visitor, password="falsch-falsch")
    assert answer.status_code == 422
    assert f'value="{PHONE}"' in answer.text
    assert "falsch-falsch" not in answer.text
    assert answer.text == enter(visitor, password="falsch-falsch").text
    assert enter(visitor, "", "").status_code == 422


def test_unknown_and_known_names_get_the_same_page(visitor, owner):
    known, unknown = enter(visitor, password="falsch-falsch"), enter(visitor, "13899999999", "falsch-falsch")
    assert known.text.replace(PHONE, "") == unknown.text.replace("13899999999", "")


def test_the_wait_is_told_in_seconds(visitor, owner):
    for _ in range(5):
        enter(visitor, password="falsch-falsch")
    answer = enter(visitor)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 16
    assert re.search(r"请等 \d+ 秒后再试", answer.text)


def test_a_session_planted_before_is_another_after(site, visitor, owner):
    with visitor.session_transaction() as session:
        session["sid"], session["behalf"], session["planted"] = "planted", "organization:1", "x"
    enter(visitor)
    with visitor.session_transaction() as session:
        assert session["sid"] != "planted"
        assert set(session) <= {"sid", "_permanent", "_flashes", "csrf_token"}


def test_a_forged_cookie_opens_nothing(visitor, owner, app):
    visitor.set_cookie("matchmaker", "eyJzaWQiOiJ4In0.aaaa.bbbb")
    assert visitor.get("/account").location.startswith("/login")
    with visitor.session_transaction() as session:
        session["sid"] = "guessed"
    assert visitor.get("/account").location.startswith("/login")
    assert visitor.get("/").status_code == 200


def test_the_key_of_a_session_is_not_in_the_database(app, visitor, owner):
    enter(visitor)
    with visitor.session_transaction() as session:
        key = session["sid"]
    with app.reading() as uow:
        assert [row.key_hash == key for row in uow.session.query(LoginSession)] == [False]


def test_a_closed_account_is_out_at_its_next_request(app, site, owner):
    client = log_in(site, owner)
    assert client.get("/account").status_code == 200
    with app.unit_of_work() as uow:
        account_changes.close(uow, ORGANIZER, owner)
    page = client.get("/")
    assert "您的登录已结束" in page.text
    assert "厂长" not in page.text
    assert client.post("/account", data={"name": "x"}).status_code == 403


def test_a_changed_role_holds_at_the_next_request(app, site):
    number = account(app, "organizer")
    client = log_in(site, number)
    assert client.get("/accounts").status_code == 200
    with app.unit_of_work() as uow:
        uow.session.get_one(Account, number).roles = ["broker"]
    assert client.get("/accounts").status_code == 403


def test_an_idle_session_ends_and_a_busy_one_is_noted(app, site, owner):
    client, began = log_in(site, owner), app.clock()
    app.clock = lambda: began + timedelta(minutes=6)
    client.get("/")
    with app.reading() as uow:
        assert uow.session.query(LoginSession).one().seen_at == began + timedelta(minutes=6)
    app.clock = lambda: began + timedelta(hours=12, minutes=7)
    assert client.get("/account").status_code == 302


def test_leaving_ends_the_session_in_the_table_too(app, site, owner):
    client = log_in(site, owner)
    cookie = client.get_cookie("matchmaker").value
    assert client.post("/logout").status_code == 302
    client.set_cookie("matchmaker", cookie)
    assert client.get("/account").location.startswith("/login")


def test_waiting_accounts_see_one_page(app, site, bodies):
    client = log_in(
        site,
        account(
            app,
            "enterprise",
            bodies["firm"],
            state="waiting",
            applied={"role": "enterprise", "organization": "某厂"},
        ),
    )
    for address in ("/", "/problems", "/account", "/accounts", "/login"):
        assert client.get(address).location == "/waiting", address
    assert "正在等待审批" in client.get("/waiting").text
    assert client.get("/api/v1/me").json["account"] is None
    assert client.post("/leave").status_code == 302


def test_a_temporary_password_opens_one_page(app, site):
    number = account(app, "broker", password="tempo-rary", must_change=True)
    client = log_in(site, number)
    assert client.get("/problems").location == "/account/password"
    wrong = client.post("/account/password", data={"present": "falsch-falsch", "password": NEW, "again": NEW})
    assert (wrong.status_code, "现在的密码不对" in wrong.text) == (422, True)
    same = client.post(
        "/account/password", data={"present": "tempo-rary", "password": "tempo-rary", "again": "tempo-rary"}
    )
    assert (same.status_code, "与现在的密码相同" in same.text) == (422, True)
    assert (
        client.post(
            "/account/password", data={"present": "tempo-rary", "password": NEW, "again": NEW}
        ).status_code
        == 303
    )
    assert client.get("/account").status_code == 200


def register(client, **more):
    given = {
        "role": "enterprise",
        "organization": "某厂",
        "name": "申请人",
        "phone": PHONE,
        "password": PASSWORD,
        "again": PASSWORD,
    }
    return client.post("/register", data={**given, **more})


def test_somebody_registers_waits_and_is_let_in(app, site, visitor, bodies, office):
    assert register(visitor).location == "/waiting"
    listed = office.get("/accounts?state=waiting").text
    number = int(re.search(r'href="/accounts/(\d+)"', listed)[1])
    assert "某厂" in office.get(f"/accounts/{number}").text
    bad = office.post(
        f"/accounts/{number}/approve", data={"roles": ["enterprise"], "organizations": "没有的厂"}
    )
    assert (bad.status_code, "没有找到" in bad.text) == (422, True)
    assert (
        office.post(
            f"/accounts/{number}/approve", data={"roles": ["enterprise"], "organizations": "某厂"}
        ).status_code
        == 303
    )
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"phone": "123"}, "phone"), ({"phone": ""}, "phone"), ({"password": "123"}, "password"),
     ({"again": "anders"}, "again"), ({"role": "administrator"}, "role"), ({"organization": ""}, "organization"),
     ({"note": "\x00"}, "note"), ({"name": "\x07"}, "name")],
)  # fmt: skip
def test_a_faulty_application_comes_back_filled(app, visitor, bodies, wrong, field):
    answer = register(visitor, **wrong)
    assert answer.status_code == 422
    assert f'id="fault-{field}"' in answer.text
    assert PASSWORD not in answer.text
    if "organization" not in wrong:
        assert 'value="某厂"' in answer.text
    with app.reading() as uow:
        assert uow.session.query(Account).count() == 0


def test_a_second_account_of_one_number_is_told(visitor, owner, bodies):
    answer = register(visitor, phone="+86 138-1234-5678")
    assert answer.status_code == 422
    assert "这个手机号已有账号" in answer.text


def invited(client, **given):
    answer = client.post("/invitations", data=given)
    assert answer.status_code == 200, answer.text
    return re.search(r"/join/([\w-]+)", answer.text)[1]


def test_an_invitation_becomes_an_account_that_is_logged_in(app, site, visitor, office, bodies):
    key = invited(office, role="expert", organization="甲大学", expert="林一鸣", name="王老师")
    page = visitor.get(f"/join/{key}")
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "王老师" in page.text
    weak = visitor.post(
        f"/join/{key}", data={"name": "王老师", "phone": PHONE, "password": "123", "again": "123"}
    )
    assert weak.status_code == 422
    done = visitor.post(
        f"/join/{key}", data={"name": "王老师", "phone": PHONE, "password": PASSWORD, "again": PASSWORD}
    )
    assert done.status_code == 303
    assert "甲大学" in visitor.get("/account").text
    assert site.test_client().get(f"/join/{key}").status_code == 404
    assert "已使用" in office.get("/invitations").text


def test_a_liaison_chooses_among_his_bodies(app, site, bodies):
    client = log_in(site, account(app, "body_liaison", bodies["university"]))
    page = client.get("/invitations").text
    assert "甲大学" in page
    assert "某厂" not in page
    assert (
        client.post(
            "/invitations", data={"role": "enterprise", "organization": f"organization:{bodies['firm']}"}
        ).status_code
        == 403
    )
    assert (
        client.post(
            "/invitations", data={"role": "organizer", "organization": f"organization:{bodies['university']}"}
        ).status_code
        == 403
    )


def test_an_invitation_is_withdrawn(office, visitor, bodies):
    key = invited(office, role="broker")
    assert office.post("/invitations/1/withdraw").status_code == 303
    assert visitor.get(f"/join/{key}").status_code == 404


def test_the_office_gives_a_link_that_sets_a_password_once(app, site, visitor, office, owner):
    answer = office.post(f"/accounts/{owner}/reset", data={"by": "link"})
    key = re.search(r"/reset/([\w-]+)", answer.text)[1]
    assert visitor.post(f"/reset/{key}", data={"password": NEW, "again": "anders"}).status_code == 422
    assert visitor.post(f"/reset/{key}", data={"password": NEW, "again": NEW}).location == "/login"
    assert visitor.get(f"/reset/{key}").status_code == 404
    assert enter(visitor).status_code == 422
    assert enter(visitor, password=NEW).status_code == 303


def test_the_office_gives_a_temporary_password(visitor, office, owner):
    answer = office.post(f"/accounts/{owner}/reset", data={"by": "password"})
    password = re.search(r'id="copy-password"[^>]*>\s*([\w-]+)<', answer.text)[1]
    assert enter(visitor, password=password).status_code == 303
    assert visitor.get("/").location == "/account/password"


def test_no_key_of_a_link_stands_in_a_log(site, office, bodies, caplog):
    key = invited(office, role="broker")

    def broken():
        raise RuntimeError("broken")

    site.view_functions["register.join"] = lambda key: broken()
    with caplog.at_level(logging.DEBUG):
        assert site.test_client().get(f"/join/{key}").status_code == 500
    assert "/join/…" in caplog.text
    assert key not in caplog.text


def test_forgetting_tells_nothing_and_needs_mail(app, visitor, owner):
    assert "请组织者重设" in visitor.get("/forgot").text
    with app.unit_of_work() as uow:
        uow.session.get_one(Account, owner).email = "z@example.cn"
    answers = {visitor.post("/forgot", data={"name": name}).text for name in (PHONE, "13899999999", "\x00")}
    assert len(answers) == 1


def test_the_own_account_is_saved_and_a_fault_keeps_what_was_typed(app, site, owner):
    client = log_in(site, owner)
    done = client.post(
        "/account", data={"name": "厂长二", "phone": "13900000009", "language": "en", "type_size": "large"}
    )
    assert done.status_code == 303
    page = client.get("/account").text
    assert ('lang="en"' in page, 'class="large"' in page, "13900000009" in page) == (True, True, True)
    wrong = client.post("/account", data={"name": "厂长三", "phone": "12"})
    assert (wrong.status_code, 'value="厂长三"' in wrong.text) == (422, True)


def test_the_choice_of_large_type_holds_for_the_account(app, site, owner):
    log_in(site, owner).get("/?type=large")
    assert 'class="large"' in log_in(site, owner).get("/").text


def test_devices_are_listed_and_ended(app, site, owner):
    here, there = log_in(site, owner), log_in(site, owner)
    page = here.get("/account").text
    (number,) = re.findall(r"/account/sessions/(\d+)/end", page)
    assert here.post(f"/account/sessions/{number}/end").status_code == 303
    assert there.get("/account").status_code == 302
    third = log_in(site, owner)
    assert here.post("/account/sessions/end").status_code == 303
    assert third.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    other = log_in(site, account(app, "broker"))
    assert other.post(f"/account/sessions/{number}/end").status_code == 404


def test_a_changed_password_ends_the_other_devices(site, owner):
    here, there = log_in(site, owner), log_in(site, owner)
    assert (
        here.post("/account/password", data={"present": PASSWORD, "password": NEW, "again": NEW}).status_code
        == 303
    )
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)


def test_the_second_factor_from_the_picture_to_the_log_in(app, site, visitor, owner):
    client = log_in(site, owner)
    page = client.get("/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    assert "<svg" in page
    assert client.post("/account/second-factor", data={"code": "000000"}).status_code == 422
    began = app.clock()

    def code(minutes):
        return pyotp.TOTP(secret).at((began + timedelta(minutes=minutes)).replace(tzinfo=UTC))

    codes = client.post("/account/second-factor", data={"code": code(0)}).text
    recovery = re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", codes)[0]
    app.clock = lambda: began + timedelta(minutes=2)
    assert enter(visitor, next="/problems").location == "/login/code"
    assert visitor.get("/account").status_code == 302
    assert visitor.post("/login/code", data={"code": "000000"}).status_code == 422
    assert visitor.post("/login/code", data={"code": code(2)}).location == "/problems"
    again = site.test_client()
    enter(again)
    assert again.post("/login/code", data={"code": code(2)}).status_code == 422
    assert again.post("/login/code", data={"code": recovery}).status_code == 303
    late = site.test_client()
    enter(late)
    app.clock = lambda: began + timedelta(minutes=9)
    assert late.post("/login/code", data={"code": code(9)}).location == "/login"
    assert client.post("/account/second-factor/off", data={"code": code(9)}).status_code == 303


def test_a_token_is_shown_once_and_ended(app, site, owner, office):
    client = log_in(site, owner)
    made = client.post("/account/tokens", data={"name": "台账程序", "scopes": ["read"], "days": "30"}).text
    text = re.search(r"mm_[\w-]{40,}", made)[0]
    assert text not in client.get("/account").text
    assert "台账程序" in office.get(f"/accounts/{owner}").text
    (number,) = set(re.findall(r"/account/tokens/(\d+)/end", client.get("/account").text))
    assert office.post(f"/accounts/{owner}/tokens/{number}/end").status_code == 303
    assert "台账程序" not in client.get("/account").text
    assert client.post(f"/account/tokens/{number}/end").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "token-name"),
        ({"scopes": []}, "scopes"),
        ({"days": "0"}, "days"),
        ({"days": "x"}, "days"),
    ],
)
def test_a_faulty_token_is_told_at_its_field(site, owner, wrong, field):
    given = {"name": "程序", "scopes": ["read"], "days": "30", **wrong}
    answer = log_in(site, owner).post("/account/tokens", data=given)
    assert (answer.status_code, f'id="fault-{field}"' in answer.text) == (422, True)


def test_ones_data_come_as_a_file(site, owner):
    answer = log_in(site, owner).get("/account/data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.json["account"]["phone"] == PHONE
    assert "password_hash" not in answer.text


def test_acting_is_a_band_on_every_page_until_it_ends(app, site, office, bodies):
    assert office.post("/act", data={"for": "某厂", "next": "/problems"}).location == "/problems"
    for address in ("/", "/experts", "/search", "/nope"):
        page = office.get(address).text
        assert "您正在代" in page
        assert "某厂" in page
    assert office.get("/accounts").status_code == 403
    assert office.get("/account").status_code == 200
    assert office.post("/act/end").status_code == 303
    assert office.get("/accounts").status_code == 200
    assert "您正在代" not in office.get("/").text


def test_acting_for_nobody_is_told(app, site, office, bodies, owner):
    assert office.get("/act").status_code == 200
    wrong = office.post("/act", data={"for": "没有的厂"})
    assert (wrong.status_code, 'value="没有的厂"' in wrong.text) == (422, True)
    assert office.post("/act", data={"for": ""}).status_code == 422
    assert office.post("/act", data={"for": "organization:9999"}).status_code == 404
    plain = log_in(site, owner)
    assert (plain.get("/act").status_code, plain.post("/act", data={"for": "某厂"}).status_code) == (403, 403)


def test_a_forged_behalf_gives_nothing(app, site, owner):
    client = log_in(site, owner)
    with client.session_transaction() as session:
        session["behalf"] = "organization:2"
    assert "您正在代" not in client.get("/").text
    with client.session_transaction() as session:
        assert "behalf" not in session


def test_erasing_asks_first(app, site, office, owner):
    assert office.post(f"/accounts/{owner}/erase", data={"sure": "yes"}).status_code == 409
    office.post(f"/accounts/{owner}/close")
    assert office.post(f"/accounts/{owner}/erase").status_code == 422
    assert (
        office.post(f"/accounts/{owner}/erase", data={"sure": "yes", "reason": "本人申请"}).status_code == 303
    )
    assert "厂长" not in office.get(f"/accounts/{owner}").text


def test_everybody_else_finds_these_pages_closed(app, site, visitor, owner, bodies):
    plain = log_in(site, account(app, "broker"))
    for address in ("/accounts", f"/accounts/{owner}", "/invitations", "/act"):
        assert plain.get(address).status_code == 403, address
        assert visitor.get(address).status_code == 403, address
    for action in ("approve", "change", "close", "reopen", "reset", "erase"):
        assert (
            plain.post(
                f"/accounts/{owner}/{action}", data={"roles": ["administrator"], "sure": "yes"}
            ).status_code
            == 403
        ), action


@pytest.mark.parametrize("count", [1, 50])
def test_lists_take_few_statements_however_long_they_are(app, site, bodies, office, count):
    for number in range(count):
        account(app, "enterprise", (bodies["firm"], bodies["university"]), name=f"人{number}")
        invited(office, role="broker", name=f"客{number}") if number < 3 else None
    ran = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    for address in ("/accounts", "/invitations", "/account"):
        ran.clear()
        assert office.get(address).status_code == 200
        assert len([each for each in ran if each.lstrip().upper().startswith("SELECT")]) <= 12, address


def test_a_form_without_its_token_is_refused(app, owner):
    client = create_app(app).test_client()
    assert enter(client).status_code == 400
    assert client.post("/register").status_code == 400


def test_the_list_speaks_of_nobody_when_it_is_empty(app, site, organizer_link_client):
    page = organizer_link_client.get("/accounts").text
    assert "还没有账号" in page
    with app.reading() as uow:
        assert accounts.listing(uow, ORGANIZER, accounts.AccountFilter()).rows == []


@pytest.fixture
def organizer_link_client(site):
    client = site.test_client()
    with client.session_transaction() as session:
        session["role"] = "organizer"
    return client
