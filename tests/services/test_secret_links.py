"""Secret links: opened by their token alone, answered once or again, worth nothing afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound, TooMany
from matchmaker.models import Expert, History, Outbox, SecretLink, Version, now
from matchmaker.permissions import ORGANIZER, SYSTEM, Actor
from matchmaker.services import answers, asking, secret_links
from matchmaker.services.recipients import Recipient
from tests.support.samples import expert, organization, store

SECRET = b"s" * 32
BY_LINK = Actor("visitor", "林一鸣（专属链接）")
HOURS = {"weekdays": ["1", "3"], "hours": "下午"}


@pytest.fixture
def people(app):
    """A university with two experts."""
    body, other = store(app, organization(), organization("别的大学"))
    first, second = store(
        app, expert(organization_id=body, phone="13812345678"), expert("周远", organization_id=body)
    )
    return {"body": body, "other": other, "first": first, "second": second}


def issued(app, people, purpose="hours", days=7):
    with app.unit_of_work() as uow:
        who = Recipient(name="林一鸣", phone="13812345678", organization=people["body"])
        return secret_links.issue(uow, ORGANIZER, purpose, f"expert:{people['first']}", who, days)


def give(app, link, values=HOURS, actor=BY_LINK, at=None, **options):
    with app.unit_of_work() as uow:
        found = secret_links.find(uow, SECRET, secret_links.token(SECRET, link), to_answer=True)
        return answers.give(uow, actor, found, values, at or now(), **options)


def test_a_token_opens_its_link_and_stands_nowhere(app, people):
    link = issued(app, people)
    token = secret_links.token(SECRET, link)
    with app.reading() as uow:
        assert secret_links.find(uow, SECRET, token).id == link.id
        row = uow.session.get(SecretLink, link.id)
        assert token.partition(".")[2] not in str(
            {c.name: getattr(row, c.name) for c in SecretLink.__table__.columns}
        )
    assert len(token.partition(".")[2]) == 43  # 256 bits


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "2" + token,
        lambda token: "99999999999" + token,
        lambda _token: "",
        lambda _token: "1.",
        lambda _token: "１." + "A" * 43,
        lambda token: token.upper(),
    ],
)
def test_any_other_text_opens_nothing(app, people, change):
    token = secret_links.token(SECRET, issued(app, people))
    with app.reading() as uow, pytest.raises(NotFound):
        secret_links.find(uow, SECRET, change(token))


def test_a_token_of_another_installation_or_of_a_file_opens_nothing(app, people):
    link = issued(app, people)
    with app.reading() as uow:
        for token in (secret_links.token(b"t" * 32, link), secret_links.row_token(SECRET, link)):
            with pytest.raises(NotFound):
                secret_links.find(uow, SECRET, token)
    assert secret_links.of_row(SECRET, {link.id: link}, secret_links.token(SECRET, link)) is None
    assert secret_links.of_row(SECRET, {link.id: link}, secret_links.row_token(SECRET, link)) is link


def test_the_same_question_to_the_same_person_has_one_link(app, people):
    assert issued(app, people).id == issued(app, people).id
    first = issued(app, people)
    give(app, first)
    assert issued(app, people).id != first.id


def test_an_answer_is_written_where_it_belongs_and_twice_is_once(app, people):
    link = issued(app, people)
    assert [give(app, link), give(app, link)] == [True, False]
    with app.reading() as uow:
        person = uow.session.get(Expert, people["first"])
        assert (person.hours, person.verified_on) == ("周一、周三；下午", now().date())
        assert (
            len(list(uow.session.scalars(select(Version).where(Version.subject == f"expert:{person.id}"))))
            == 2
        )
        lines = list(uow.session.scalars(select(History).where(History.action == "link:answered")))
        assert [(line.actor, line.changes["answers"]) for line in lines] == [("林一鸣（专属链接）", HOURS)]


def test_an_answer_can_be_changed_until_it_is_closed(app, people):
    link = issued(app, people)
    give(app, link)
    give(app, link, {"weekdays": [], "hours": "上午"})
    with app.unit_of_work() as uow:
        secret_links.close(uow, "hours", f"expert:{people['first']}")
    with pytest.raises(Conflict):
        give(app, link)
    with app.reading() as uow:
        assert uow.session.get(Expert, people["first"]).hours == "上午"


@pytest.mark.parametrize("why", ["expired", "revoked", "closed"])
def test_a_link_that_is_over_shows_nothing_and_takes_nothing(app, people, why):
    link = issued(app, people)
    at = now() + timedelta(days=30) if why == "expired" else now()
    with app.unit_of_work() as uow:
        row = uow.session.get(SecretLink, link.id)
        if why == "revoked":
            secret_links.revoke(uow, ORGANIZER, row)
        if why == "closed":
            secret_links.close(uow, "hours", row.subject)
        shown = answers.asked(uow, row, at)
    assert (shown.facts, dict(shown.values)) == ((), {})
    assert shown.over is not None
    with pytest.raises(Conflict):
        give(app, link, at=at)


def test_the_second_of_two_answers_is_told_of_the_first(app, people):
    link = issued(app, people)
    give(app, link, revision=0)
    with pytest.raises(Conflict, match="林一鸣（专属链接）"):
        give(app, link, {"weekdays": [], "hours": "上午"}, revision=0)
    assert give(app, link, {"weekdays": [], "hours": "上午"}, revision=1)


def test_of_many_answers_at_the_same_time_one_counts(app, people):
    link = issued(app, people)

    def answer(number):
        try:
            return give(app, link, {"weekdays": [], "hours": f"第 {number} 个"}, revision=0)
        except Conflict:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(answer, range(8))) == [False] * 7 + [True]
    with app.reading() as uow:
        row = uow.session.get(SecretLink, link.id)
        assert (row.revision, row.answers["hours"]) == (1, uow.session.get(Expert, people["first"]).hours)


def test_only_who_answers_for_somebody_writes_for_him(app, people):
    link = issued(app, people)
    own = Actor("body_liaison", "科技处", (people["body"],), (people["body"],), account=5)
    other = Actor("body_liaison", "别处", (people["other"],), (people["other"],), account=6)
    with app.unit_of_work() as uow:
        with pytest.raises(NotFound):
            answers.enter(uow, other, link.id, HOURS, now(), revision=0)
        with pytest.raises(NotFound):
            answers.enter(uow, Actor("enterprise", "某厂", account=7), link.id, HOURS, now(), revision=0)
        answers.enter(uow, own, link.id, HOURS, now(), revision=0, by_file=True)
    with app.reading() as uow:
        line = uow.session.scalar(select(History).where(History.action == "link:answered"))
        assert (line.actor, line.behalf) == ("科技处", "林一鸣 填写（文件）")
        assert uow.session.get(SecretLink, link.id).answered_by == "科技处（代 林一鸣 填写（文件））"


def test_guessing_is_slowed_down_for_one_address_only(app):
    at = now()
    for _ in range(secret_links.MOST_MISSES):
        with app.unit_of_work() as uow:
            secret_links.refuse_guessing(uow, "10.0.0.7", at)
            secret_links.missed(uow, "10.0.0.7", at)
    with app.unit_of_work() as uow:
        with pytest.raises(TooMany) as told:
            secret_links.refuse_guessing(uow, "10.0.0.7", at + timedelta(minutes=9))
        assert told.value.seconds == 60
        secret_links.refuse_guessing(uow, "10.0.0.8", at)
        secret_links.refuse_guessing(uow, "10.0.0.7", at + timedelta(minutes=10))


def test_experts_of_a_body_are_asked_together_each_by_a_link_of_his_own(app, people):
    with app.unit_of_work() as uow:
        made = asking.ask_experts(uow, ORGANIZER, "hours", people["body"], 7, now().date())
    with app.reading() as uow:
        rows = list(uow.session.scalars(select(Outbox).order_by(Outbox.id)))
    assert [(row.recipient, row.secret_link_id) for row in rows] == [
        ("林一鸣", made[0].id), ("周远", made[1].id)
    ]  # fmt: skip
    give(app, made[0])
    with app.reading() as uow:
        assert [row.answered_at is not None for row in uow.session.scalars(select(Outbox).order_by(Outbox.id))] == [
            True, False
        ]  # fmt: skip


def test_a_liaison_asks_his_own_experts_only(app, people):
    liaison = Actor("body_liaison", "别处", (people["other"],), (people["other"],), account=6)
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        asking.ask_experts(uow, liaison, "hours", people["body"], 7, now().date())
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        asking.ask_experts(uow, Actor("expert", "林", account=8), "hours", people["body"], 7, now().date())
    with app.unit_of_work() as uow, pytest.raises(NotFound):
        asking.ask_experts(uow, SYSTEM, "introduction", people["body"], 7, now().date())


def test_contacts_are_masked_where_they_are_checked_and_a_change_must_be_said(app, people):
    link = issued(app, people, "contact")
    with app.reading() as uow:
        shown = answers.asked(uow, uow.session.get(SecretLink, link.id), now())
    assert "138******78" in [text for _, text in shown.facts]
    assert "13812345678" not in str(shown.facts) + str(shown.values)
    with pytest.raises(InvalidInput) as told:
        give(app, link, {"right": "no", "position": "", "phone": "", "email": ""})
    assert list(told.value.fields) == ["phone"]
    give(app, link, {"right": "no", "position": "教授", "phone": "13900000000", "email": ""})
    with app.reading() as uow:
        person = uow.session.get(Expert, people["first"])
        assert (person.phone, person.position) == ("13900000000", "教授")
