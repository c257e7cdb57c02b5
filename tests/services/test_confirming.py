"""Own confirmation, verification by others, staleness and its reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Forbidden, InvalidInput
from matchmaker.jobs.handlers import KINDS, Task
from matchmaker.models import Expert, Outbox, SecretLink
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import answers, confirming, provenance
from tests.support.accounts import account, actor
from tests.support.imports import jsonl, load
from tests.support.samples import expert, organization, store

DAY = date(2026, 11, 23)
NOW = datetime.fromisoformat("2026-11-23T08:00")
OLD = date(2025, 1, 1)


def held(app, number):
    with app.reading() as uow:
        return uow.session.get_one(Expert, number)


def told(app):
    with app.reading() as uow:
        return [
            (each.kind, each.recipient) for each in uow.session.scalars(select(Outbox).order_by(Outbox.id))
        ]


def remind(app, who, *numbers):
    with app.unit_of_work() as uow:
        return confirming.remind(uow, who, numbers, now=NOW, days=365)


def test_what_the_person_confirms_is_kept_from_imports_and_dated(app, tmp_path):
    row = {"id": "E1", "name": "陈默", "institution": "临江大学", "position": "讲师", "department": "水产"}
    load(app, jsonl(tmp_path / "a.jsonl", row), "expert")
    number = 1
    himself = actor(app, account(app, "expert", expert=number))
    with app.unit_of_work() as uow:
        confirming.confirm(uow, himself, number, {"position"}, today=DAY)
    load(app, jsonl(tmp_path / "b.jsonl", {**row, "position": "教授", "department": "渔业"}), "expert")
    now = held(app, number)
    assert (now.position, now.department, now.verified_on) == ("讲师", "渔业", DAY)
    assert [provenance.origins(now)[name].code for name in ("position", "department")] == ["self", "import"]
    with app.unit_of_work() as uow:
        confirming.confirm(uow, himself, number, None, today=DAY)
    load(app, jsonl(tmp_path / "c.jsonl", {**row, "name": "陈黙", "department": "其他"}), "expert")
    assert (held(app, number).name, held(app, number).department) == ("陈默", "渔业")


def test_nobody_else_confirms_for_him_but_a_call_is_noted(app):
    body = store(app, organization())[0]
    number = store(app, expert(organization_id=body))[0]
    liaison = actor(app, account(app, "body_liaison", body))
    for who in (VISITOR, ORGANIZER, liaison):
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            confirming.confirm(uow, who, number, None, today=DAY)
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        confirming.verify(uow, liaison, number, how="guess", today=DAY)
    with app.unit_of_work() as uow:
        confirming.verify(uow, liaison, number, how="phone", today=DAY, remark="本人接听")
    row = held(app, number)
    assert (row.verified_on, row.confirmed, row.index_version) == (DAY, [], 2)
    assert provenance.origins(row)["verified_on"].what == "本人接听"


def test_a_confirmation_of_nonsense_is_refused(app):
    number = store(app, expert())[0]
    himself = actor(app, account(app, "expert", expert=number))
    with app.unit_of_work() as uow, pytest.raises(InvalidInput):
        confirming.confirm(uow, himself, number, {"readers"}, today=DAY)


def test_the_list_shows_whom_one_answers_for_the_oldest_first(app):
    mine, other = store(app, organization(), organization("他校"))
    numbers = store(
        app,
        expert("新", organization_id=mine, verified_on=DAY),
        expert("旧", organization_id=mine, verified_on=OLD, phone="13812345678"),
        expert("从未", organization_id=mine),
        expert("他人", organization_id=other),
    )
    liaison = actor(app, account(app, "body_liaison", mine))
    with app.reading() as uow:
        page = confirming.waiting(uow, liaison, today=DAY, days=365)
        assert [(each.row.name, each.reachable) for each in page.rows] == [("从未", False), ("旧", True)]
        assert confirming.waiting(uow, ORGANIZER, today=DAY, days=365).total == 3
        assert confirming.counts(uow, liaison, mine, today=DAY, days=365) == (3, 2)
        with pytest.raises(Forbidden):
            confirming.waiting(uow, VISITOR, today=DAY, days=365)
    assert remind(app, liaison, *numbers) == (3, 0)
    assert told(app) == [("expert:stale", "旧")]


def test_a_reminder_is_sent_once_and_answered_from_its_link(app):
    body = store(app, organization())[0]
    number, silent = store(
        app,
        expert("陈默", organization_id=body, phone="13812345678", verified_on=OLD),
        expert("失联", organization_id=body),
    )
    account(app, "body_liaison", body, name="科技处")
    assert remind(app, ORGANIZER, number, silent) == (2, 0)
    assert told(app) == [("expert:stale", "陈默"), ("expert:stale_list", "科技处")]
    assert remind(app, ORGANIZER, number, silent) == (0, 2)
    with app.unit_of_work() as uow:
        link = uow.session.scalars(select(SecretLink)).one()
        asked = answers.asked(uow, link, NOW)
        assert asked.over is None
        values = {**asked.values, "directions": "鱼病；快检", "all": "yes"}
        assert answers.give(uow, VISITOR.acting_for("陈默"), link, values, NOW)
    row = held(app, number)
    assert (row.directions, row.reminded_at) == (["鱼病", "快检"], None)
    assert set(row.confirmed) == set(confirming.CONFIRMABLE)
    assert row.verified_on is not None


def test_the_nightly_job_asks_once_a_period_and_only_those_verified_before(app):
    numbers = store(
        app,
        expert("陈默", phone="13812345678", verified_on=OLD),
        expert("刚导入", phone="13812345679"),
        expert("草稿", phone="13812345670", verified_on=OLD, visibility="draft"),
    )
    for _ in range(2):
        KINDS["stale"].handler(app, [Task(1, "stale", "all", {}, 0)], lambda: None)
    assert told(app) == [("expert:stale", "陈默")]
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, numbers[0]).reminded_at = NOW - timedelta(days=400)
    KINDS["stale"].handler(app, [Task(1, "stale", "all", {}, 0)], lambda: None)
    assert [name for _kind, name in told(app)] == ["陈默", "陈默"]
