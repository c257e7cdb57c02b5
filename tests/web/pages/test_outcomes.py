"""Outcome cards, intentions, follow-ups, figures and bulletin on pages."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.models import Agreement, Event, FollowUp, Meeting, OutcomeCard, SecretLink
from matchmaker.permissions import ORGANIZER
from matchmaker.services import following, outcome_links, outcomes, secret_links
from matchmaker.services.outcomes import Card
from tests.support import accounts
from tests.support.events import Docking, docking, with_plan
from tests.support.site import counted

MOST_QUERIES = 12
TAPS = {"attended": "met", "result": "intention", "ways": "commission"}


@pytest.fixture
def made(app: Application) -> Docking:
    found = docking(app, experts=3, problems=2, anonymous=[1])
    with_plan(app, found)
    with app.unit_of_work() as uow:
        uow.session.get_one(Event, found.event).state = "running"
    return found


def client(site: Flask, made: Docking, role: str, at: int = 0) -> FlaskClient:
    return accounts.log_in(site, made.account(role, at))


def cards(made: Docking, pair: tuple[int, int] = (0, 0)) -> list[tuple[str, str, str, str]]:
    with made.app.reading() as uow:
        rows = uow.session.scalars(
            select(OutcomeCard)
            .where(OutcomeCard.meeting_id == made.meetings[pair])
            .order_by(OutcomeCard.side)
        )
        return [(row.side, row.attended, row.result, row.via) for row in rows]


def both(made: Docking, pair: tuple[int, int] = (0, 0)) -> None:
    with made.app.unit_of_work() as uow:
        for side in ("demand", "supply"):
            card = Card("met", "intention", ("commission",), 12_340_000)
            outcomes.tell(uow, ORGANIZER, made.meetings[pair], side, card, at=made.app.clock())


def test_an_account_tells_its_side_in_three_taps(site: Flask, made: Docking) -> None:
    person = client(site, made, "expert")
    address = f"/events/{made.event}/outcomes/{made.meetings[0, 0]}"
    assert address in person.get(f"/events/{made.event}/outcomes").text
    refused = person.post(f"{address}/supply", data={"attended": "met", "next_step": "先寄样品"})
    assert refused.status_code == 422
    assert "请选择洽谈结果。" in refused.text
    assert "先寄样品" in refused.text  # nothing typed is lost
    assert person.post(f"{address}/supply", data=TAPS).status_code == 303
    assert cards(made) == [("supply", "met", "intention", "page")]
    assert person.post(f"{address}/demand", data=TAPS).status_code == 403
    assert client(site, made, "expert", 2).get(address).status_code == 404
    assert person.get(f"/events/{made.event + 1}/outcomes/{made.meetings[0, 0]}").status_code == 404


def test_one_secret_link_holds_all_meetings_of_a_person(
    site: Flask, made: Docking, visitor: FlaskClient
) -> None:
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        assert len(outcome_links.ask(uow, ORGANIZER, event)) == 5
    with made.app.reading() as uow:
        link = uow.session.scalars(
            select(SecretLink).where(SecretLink.subject == f"attendee:{made.people[0]}")
        ).one()
        path = secret_links.path(made.app.secret(), link)
    assert visitor.get(path).location == f"{path}/outcomes"
    page = visitor.get(f"{path}/outcomes")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.text.count('class="outcome-form"') == 2
    assert "第 1 种镀层变色" in page.text
    assert "第 2 种镀层变色" not in page.text  # anonymous: by its number
    assert "2027-0002" in page.text
    assert "第2纽扣厂" not in page.text
    first, second = made.meetings[0, 0], made.meetings[0, 1]
    fault = visitor.post(f"{path}/outcomes/{first}", data={"attended": "met", "result": "unfit"})
    assert (fault.status_code, "请选择不合适的原因。" in fault.text) == (422, True)
    assert visitor.post(f"{path}/outcomes/{first}", data=TAPS).status_code == 303
    assert visitor.post(f"{path}/outcomes/{made.meetings[1, 0]}", data=TAPS).status_code == 404
    assert cards(made) == [("supply", "met", "intention", "link")]
    with made.app.reading() as uow:
        assert uow.session.get_one(SecretLink, link.id).answered_at is None
    assert visitor.post(f"{path}/outcomes/{second}", data={"attended": "other_missing"}).status_code == 303
    with made.app.reading() as uow:
        assert uow.session.get_one(SecretLink, link.id).answered_at is not None
    assert "结果都填好了" in visitor.get(f"{path}/outcomes").text


def test_a_call_is_written_down_in_the_grid_of_answers(
    site: Flask, made: Docking, organizer: FlaskClient
) -> None:
    with made.app.unit_of_work() as uow:
        outcome_links.ask(uow, ORGANIZER, uow.session.get_one(Event, made.event))
        number = uow.session.scalars(
            select(SecretLink.id).where(SecretLink.subject == f"attendee:{made.people[0]}")
        ).one()
    assert organizer.get("/answers/outcome").status_code == 200
    form = {
        "save": str(number), "row": str(number), f"row-{number}-revision": "0", f"row-{number}-intention": "1",
        f"row-{number}-ways": "testing", f"row-{number}-other_missing": "2",
    }  # fmt: skip
    assert organizer.post("/answers/outcome", data=form).status_code == 303
    assert cards(made) == [("supply", "met", "intention", "phone")]
    assert cards(made, (0, 1)) == [("supply", "other_missing", "", "phone")]


def test_the_organizer_settles_what_contradicts(organizer: FlaskClient, made: Docking) -> None:
    address = f"/events/{made.event}/outcomes/{made.meetings[0, 0]}"
    organizer.post(f"{address}/demand", data=TAPS)
    organizer.post(f"{address}/supply", data={"attended": "other_missing"})
    assert "双方对是否洽谈说法不一" in organizer.get(address).text
    page = organizer.get(f"/events/{made.event}/outcomes?show=contradicted").text
    assert page.count('class="row-link"') == 1
    word = {"happened": "met", "result": "intention", "ways": "commission", "amount": "12.34"}
    refused = organizer.post(f"{address}/settle", data=word)
    assert (refused.status_code, 'value="12.34"' in refused.text) == (422, True)
    assert organizer.post(f"{address}/settle", data={**word, "reason": "已电话核实"}).status_code == 303
    with made.app.reading() as uow:
        assert uow.session.scalars(select(Agreement.amount_fen)).all() == [12_340_000]
    assert organizer.post(f"{address}/reopen").status_code == 303
    with made.app.reading() as uow:
        assert uow.session.get_one(Meeting, made.meetings[0, 0]).outcome == ""


def test_paper_cards_go_in_line_by_line_and_nothing_is_lost(organizer: FlaskClient, made: Docking) -> None:
    first, second = made.meetings[0, 0], made.meetings[1, 0]
    lines = [
        (first, "1", "1", "1", "1 9", "20.5", "", "签意向书", ""),
        (first, "2", "1", "9", "", "", "", "记不清", ""),
        (second, "专", "已洽谈", "不合适", "", "", "价格", "", "太贵"),
        (99999, "1", "2", "", "", "", "", "", ""),
        (second, "1", "1", "1", "1", "1.234", "", "", ""),
    ]
    names = ("meeting", "side", "attended", "result", "ways", "amount", "reason", "next_step", "note")
    form: dict[str, object] = {"row": [str(at) for at in range(len(lines) + 1)]}
    for at, line in enumerate(lines):
        form.update({f"row-{at}-{name}": str(value) for name, value in zip(names, line, strict=True)})
    answer = organizer.post(f"/events/{made.event}/outcomes/grid", data=form)
    assert answer.status_code == 422
    assert "已保存 2 张，下面 3 张还有问题" in answer.text
    faults = re.findall(r'id="fault-(\d+)-(\w+)">', answer.text)
    assert faults == [("0", "result"), ("1", "meeting"), ("2", "amount")]
    assert "记不清" in answer.text
    assert cards(made) == [("demand", "met", "intention", "paper")]
    assert cards(made, (1, 0)) == [("supply", "met", "unfit", "paper")]
    other = {
        "row": ["0"],
        **{f"row-0-{name}": str(value) for name, value in zip(names, lines[0], strict=True)},
    }
    other["row-0-result"] = "2"
    again = organizer.post(f"/events/{made.event}/outcomes/grid", data=other)
    assert (again.status_code, "这一方已有结果卡" in again.text) == (422, True)
    other["row-0-revision"] = "1"
    assert organizer.post(f"/events/{made.event}/outcomes/grid", data=other).status_code == 303
    assert cards(made) == [("demand", "met", "talk", "paper")]


def test_an_intention_is_an_agreement_with_follow_ups(
    site: Flask, made: Docking, organizer: FlaskClient
) -> None:
    both(made)
    both(made, (1, 1))
    today = made.app.today()
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.first_day = event.last_day = today - timedelta(days=20)
        event.state = "ended"
        following.begin(uow, ORGANIZER, event)
        numbers = uow.session.scalars(select(Agreement.id).order_by(Agreement.id)).all()
        look = uow.session.scalars(select(FollowUp.id).order_by(FollowUp.id)).first()
    assert "12.34 万元" in organizer.get("/agreements").text
    assert organizer.post(f"/agreements/{numbers[0]}/signs", data={"signs": "1"}).status_code == 303
    assert "列入签约清单" in organizer.get(f"/agreements/{numbers[0]}").text
    csv = organizer.get("/agreements.csv").text
    assert [line.split(",")[5] for line in csv.splitlines()[1:]] == ["12.34", "12.34"]
    firm = client(site, made, "firm", 0)
    assert firm.get("/agreements").text.count('class="row-link"') == 1
    assert firm.get(f"/agreements/{numbers[1]}").status_code == 404
    broker = accounts.log_in(site, accounts.account(made.app, "broker"))
    page = broker.get("/follow-ups").text
    assert "逾期 17 天" in page
    assert ("第1纽扣厂" in page, "第2纽扣厂" in page) == (True, False)  # nobody follows the anonymous one yet
    assert "第2纽扣厂" not in broker.get("/agreements").text + broker.get("/agreements.csv").text
    refused = broker.post(f"/follow-ups/{look}", data={"status": "dropped", "note": "企业已停产"})
    assert (refused.status_code, "企业已停产" in refused.text) == (422, True)
    assert broker.post(f"/follow-ups/{look}", data={"status": "talking", "note": "已约"}).status_code == 303
    assert firm.get("/follow-ups").status_code == 403
    assert "项跟进已逾期" in organizer.get("/").text


def test_figures_open_lock_and_correct(organizer: FlaskClient, made: Docking) -> None:
    both(made)
    with made.app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = "ended"
    address = f"/events/{made.event}/figures"
    page = organizer.get(address)
    assert page.status_code == 200
    assert "2 项难题中 1 项达成意向" in page.text
    assert "第 1 种镀层变色" in organizer.get(f"{address}/intentions").text
    for by in ("field", "industry", "institute", "town", "broker"):
        assert organizer.get(f"{address}?by={by}").status_code == 200
    assert organizer.get(f"{address}/nothing").status_code == 404
    for name in re.findall(rf'href="{address}/(\w+)"', page.text):
        assert organizer.get(f"{address}/{name}").status_code == 200, name
    assert organizer.post(f"{address}/lock").status_code == 303
    both(made, (1, 0))
    page = organizer.get(address)
    assert "锁定之后的更正" in page.text
    assert organizer.get(f"{address}.csv").text.count("\n") > 30


def test_the_bulletin_is_read_changed_and_downloaded(
    organizer: FlaskClient, made: Docking, site: Flask
) -> None:
    both(made)
    address = f"/events/{made.event}/bulletin"
    assert f'href="/events/{made.event}/figures/intentions"' in organizer.get(address).text
    refused = organizer.post(address, data={"text": "达成 {nothing} 项"})
    assert (refused.status_code, "达成 {nothing} 项" in refused.text) == (422, True)
    assert organizer.post(address, data={"text": "达成 {intentions} 项 <b>{theme}</b>"}).status_code == 303
    page = organizer.get(address).text
    assert "&lt;b&gt;" in page
    assert "〔待补：theme〕" in page
    word = docx.Document(BytesIO(organizer.get(f"{address}.docx").data))
    assert "达成 1 项 <b>〔待补：theme〕</b>" in [each.text for each in word.paragraphs]
    assert client(site, made, "expert").get(address).status_code == 403


def test_an_intention_of_a_visit_is_recorded(organizer: FlaskClient, made: Docking) -> None:
    address = f"/events/{made.event}/intentions"
    assert organizer.get(f"{address}/new").status_code == 200
    refused = organizer.post(address, data={"title": "共建实验室", "demand": "", "supply": "第1大学"})
    assert (refused.status_code, "共建实验室" in refused.text) == (422, True)
    told = {"title": "共建实验室", "demand": "某厂", "supply": "第1大学", "amount": "30", "ways": "platform"}
    assert organizer.post(address, data=told).status_code == 303


def test_lists_cost_the_same_for_fifty_rows(site: Flask, app: Application, organizer: FlaskClient) -> None:
    made = docking(app, experts=10, problems=5, slots=10, tables=5)
    with_plan(app, made)
    costs: dict[str, list[int]] = {}
    for count in (1, 50):
        pairs = list(made.meetings)[:count]
        with app.unit_of_work() as uow:
            event = uow.session.get_one(Event, made.event)
            event.state = "running"
            for pair in pairs:
                for side in ("demand", "supply"):
                    card = Card("met", "intention", ("joint",))
                    outcomes.tell(uow, ORGANIZER, made.meetings[pair], side, card, at=app.clock())
            event.state = "ended"
            following.begin(uow, ORGANIZER, event)
        for page in (
            f"/events/{made.event}/outcomes", "/agreements", "/follow-ups", f"/events/{made.event}/figures",
            f"/events/{made.event}/figures/intentions", f"/events/{made.event}/bulletin",
        ):  # fmt: skip
            with counted(app) as statements:
                assert organizer.get(page).status_code == 200
            costs.setdefault(page, []).append(len(statements))
    assert [page for page, (one, fifty) in costs.items() if fifty > one or fifty > MOST_QUERIES + 4] == [], (
        costs
    )
