"""Review: the queue, each decision with its reason, what an anonymous problem must not hold, expiry."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import Attachment, History, Organization, Outbox, Problem, Review, SecretLink
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, Actor
from matchmaker.services import answers, expiring, posting, problems, reviewing
from matchmaker.services.versions import StaleForm
from tests.support.samples import organization, store

AT = datetime.fromisoformat("2026-03-05T02:00")
UNTIL = date(2026, 9, 1)
SHORT = {
    "title": "镀层变色",
    "text": "纽扣镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
    "contact_phone": "13912345601",
    "organization": "晶彩钮扣有限公司",
}


@pytest.fixture
def firm(app):
    number = store(app, organization("晶彩钮扣有限公司", kind="enterprise"))[0]
    return Actor("enterprise", "王工", organizations=(number,), liaison_of=(number,), account=3)


def post(app, actor=VISITOR, at=AT, **values):
    with app.unit_of_work() as uow:
        return posting.post(uow, actor, SHORT | values, declared=True, at=at).id


def do(app, verb, *arguments, **named):
    with app.unit_of_work() as uow:
        return verb(uow, *arguments, **named)


def publish(app, number, **named):
    return do(app, reviewing.publish, ORGANIZER, number, **{"at": AT, "expires_on": UNTIL, **named})


def row_of(app, number):
    with app.reading() as uow:
        return uow.session.get(Problem, number)


def decisions(app, number):
    with app.reading() as uow:
        found = reviewing.history(uow, uow.session.get(Problem, number))
        return [(each.decision, each.reasons, each.comment, each.actor, each.revision) for each in found]


def test_the_one_that_waits_longest_comes_first(app):
    later, first = post(app, at=AT), post(app, at=AT - timedelta(days=3), title="先来的")
    with app.reading() as uow:
        assert [each.id for each in reviewing.queue(uow, ORGANIZER).rows] == [first, later]
        assert (reviewing.waiting(uow, ORGANIZER), reviewing.waiting(uow, VISITOR)) == (2, 0)
        with pytest.raises(Forbidden):
            reviewing.queue(uow, VISITOR)
        assert [reviewing.is_unverified(each) for each in reviewing.queue(uow, ORGANIZER).rows] == [
            True,
            True,
        ]


def test_a_published_problem_is_there_for_everybody_with_its_firm(app):
    number = post(app)
    publish(app, number, revision=row_of(app, number).revision)
    row = row_of(app, number)
    assert (row.state, row.published_at, row.expires_on, row.verified_on) == (
        "published",
        AT,
        UNTIL,
        AT.date(),
    )
    with app.reading() as uow:
        assert problems.get(uow, VISITOR, number).title == "镀层变色"
        owner = uow.session.get(Organization, row.organization_id)
        assert (owner.visibility, " public " in owner.readers) == ("public", True)
    assert decisions(app, number) == [("publish", [], "", "组织者", row.revision)]


def test_a_firm_stays_unknown_until_a_problem_names_it_openly(app):
    number = post(app, visibility="anonymous", text="镀层在盐雾中 24 小时后变色，希望达到 96 小时。")
    publish(app, number)
    with app.reading() as uow:
        owner = uow.session.get(Organization, row_of(app, number).organization_id)
        assert (owner.visibility, owner.readers.split()[0]) == ("draft", "office")


def test_a_reviewer_decides_on_what_he_has_read(app, firm):
    number = post(app, firm)
    with pytest.raises(StaleForm):
        publish(app, number, revision=1)
    with pytest.raises(Conflict):
        publish(app, post(app, firm, title="另一个"), expires_on=UNTIL) and publish(app, number + 1)


def test_it_goes_back_with_coded_reasons_and_words(app, firm):
    number = post(app, firm)
    for reasons, words, field in (
        ([], "", "reasons"),
        (["nonsense"], "", "reasons"),
        (["other"], " ", "words"),
    ):
        with pytest.raises(InvalidInput) as told:
            do(app, reviewing.send_back, ORGANIZER, number, reasons=reasons, words=words)
        assert set(told.value.fields) == {field}
    do(app, reviewing.send_back, ORGANIZER, number, reasons=["target", "present"], words="请写明盐雾标准")
    assert row_of(app, number).state == "returned"
    assert decisions(app, number)[0][:3] == ("return", ["target", "present"], "请写明盐雾标准")
    with pytest.raises(Forbidden):
        do(app, reviewing.send_back, firm, number, reasons=["target"])
    do(app, posting.edit, firm, number, {"tried": "按 GB/T 10125"}, revision=None, at=AT)
    do(app, posting.submit, firm, number, declared=True, at=AT)
    assert (row_of(app, number).state, row_of(app, number).number) == ("submitted", "2026-0001")


def test_what_tells_an_anonymous_firm_is_resolved_or_overruled_with_a_reason(app, firm):
    number = post(
        app, firm, visibility="anonymous", tried="晶彩试过三种药水", hidden_words=["JC牌"], title="JC牌纽扣"
    )
    with app.reading() as uow:
        case = reviewing.case(uow, ORGANIZER, problems.get(uow, ORGANIZER, number))
        assert {(each.field, each.found) for each in case.tellings} == {("tried", "晶彩"), ("title", "JC牌")}
    with pytest.raises(InvalidInput) as told:
        publish(app, number)
    assert set(told.value.fields) == {"overrule"}
    publish(app, number, overrule="“晶彩”在此是通用词")
    assert decisions(app, number)[0][:3] == ("publish", [], "“晶彩”在此是通用词")
    with app.reading() as uow:
        last = uow.session.scalars(select(History.changes).where(History.action == "problem:publish")).one()
    assert last["visibility"] == "anonymous"


def test_the_name_of_a_file_may_tell_too(app, firm):
    number = post(app, firm, visibility="anonymous")
    with app.unit_of_work() as uow:
        uow.session.add(Attachment(subject=f"problem:{number}", filename="晶彩图纸.pdf", stored_name="x",
                                   media_type="application/pdf", size=1, sha256="0" * 64, text_state="read"))  # fmt: skip
    with pytest.raises(InvalidInput, match="晶彩"):
        publish(app, number)


def test_a_file_that_was_not_read_yet_keeps_it_waiting(app, firm):
    number = post(app, firm)
    with app.unit_of_work() as uow:
        uow.session.add(Attachment(subject=f"problem:{number}", filename="图纸.pdf", stored_name="x",
                                   media_type="application/pdf", size=1, sha256="0" * 64))  # fmt: skip
    with pytest.raises(InvalidInput, match="图纸"):
        publish(app, number)


@pytest.mark.parametrize(
    ("values", "field"), [({"expires_on": AT.date()}, "expires_on"), ({"visibility": "all"}, "visibility")]
)
def test_days_and_visibility_are_checked(app, firm, values, field):
    with pytest.raises(InvalidInput) as told:
        publish(app, post(app, firm), **values)
    assert set(told.value.fields) == {field}


def test_several_at_once_and_those_that_cannot_are_told(app, firm):
    good, telling = post(app, firm), post(app, firm, visibility="anonymous", title="晶彩的难题")
    done, refused = do(app, reviewing.publish_many, ORGANIZER, [good, telling, 999], at=AT, expires_on=UNTIL)
    assert ([row.id for row in done], [number for number, _ in refused]) == ([good], [telling, 999])
    assert [row_of(app, number).state for number in (good, telling)] == ["published", "submitted"]


def test_the_reviewer_sees_what_changed_since_it_was_published(app, firm):
    number = post(app, firm)
    publish(app, number)
    do(app, posting.edit, firm, number, {"title": "镀层起泡"}, revision=None, at=AT, declared=True)
    with app.reading() as uow:
        case = reviewing.case(uow, ORGANIZER, problems.get(uow, ORGANIZER, number))
        assert [(each.field, each.old, each.new) for each in case.changes] == [
            ("title", "镀层变色", "镀层起泡")
        ]
        with pytest.raises(NotFound):
            problems.get(uow, VISITOR, number)


def test_its_owner_takes_it_down_opens_it_again_and_solves_it(app, firm):
    number = post(app, firm)
    publish(app, number)
    do(app, reviewing.withdraw, firm, number, reasons=["plan"])
    assert (row_of(app, number).state, decisions(app, number)[0][:2]) == ("withdrawn", ("withdraw", ["plan"]))
    do(app, reviewing.step, firm, number, "reopen")
    do(app, posting.submit, firm, number, declared=True, at=AT)
    publish(app, number)
    for name, state in (("dock", "docking"), ("solve", "solved")):
        do(app, reviewing.step, firm, number, name)
        assert row_of(app, number).state == state
    with pytest.raises(Conflict):
        do(app, reviewing.withdraw, firm, number, reasons=["plan"])


def test_it_expires_on_its_day_is_told_before_once_and_comes_back(app, firm):
    number = post(app, firm)
    publish(app, number)
    early, soon = UNTIL - timedelta(days=15), UNTIL - timedelta(days=14)
    with app.unit_of_work() as uow:
        assert expiring.to_warn(uow, early) == []
        assert expiring.to_warn(uow, soon) == [number]
        expiring.warn(uow, [number])
    with app.unit_of_work() as uow:
        assert expiring.to_warn(uow, soon) == []
        assert expiring.expire_due(uow, UNTIL - timedelta(days=1)) == 0
        assert expiring.expire_due(uow, UNTIL) == 1
    assert row_of(app, number).state == "expired"
    with app.reading() as uow, pytest.raises(NotFound):
        problems.get(uow, VISITOR, number)
    do(app, reviewing.renew, firm, number, at=datetime.fromisoformat("2026-09-02"), days=90)
    row = row_of(app, number)
    assert (row.state, row.expires_on, " public " in row.readers) == ("published", date(2026, 12, 1), True)
    do(app, reviewing.step, firm, number, "dock")
    do(app, reviewing.renew, firm, number, at=datetime.fromisoformat("2026-09-03"), days=90)
    assert (row_of(app, number).state, row_of(app, number).expires_on) == ("docking", date(2026, 12, 2))
    with app.reading() as uow:
        assert expiring.to_warn(uow, date(2026, 11, 20)) == [number]
        who = uow.session.scalars(select(Review.actor).where(Review.decision == "expire")).all()
    assert who == [SYSTEM.name]


def test_the_nightly_job_does_it(app, firm):
    from matchmaker.jobs.handlers import KINDS

    number, other = post(app, firm), post(app, firm, title="还早")
    today = app.clock().date()
    for each, days in ((number, 1), (other, 5)):
        publish(app, each, at=app.clock(), expires_on=today + timedelta(days=days))
    with app.unit_of_work() as uow:
        uow.session.get(Problem, number).expires_on = today
    KINDS["expire"].handler(app, [], lambda: None)
    KINDS["expire"].handler(app, [], lambda: None)
    assert [row_of(app, each).state for each in (number, other)] == ["expired", "published"]
    with app.reading() as uow:
        warned = uow.session.scalars(select(History.subject).where(History.action == expiring.WARNED)).all()
    assert warned == [f"problem:{other}"]


def test_a_poster_without_account_completes_it_by_his_link(app):
    number = post(app, contact_name="葛建国")
    do(app, reviewing.send_back, ORGANIZER, number, reasons=["tried"], words="试过哪些药水？")
    with app.reading() as uow:
        link = uow.session.scalars(select(SecretLink)).one()
        message = uow.session.scalars(select(Outbox).where(Outbox.kind == "problem:returned")).one()
        shown = answers.asked(uow, link, app.clock())
    assert (link.purpose, link.phone, message.secret_link_id) == ("complete_problem", "13912345601", link.id)
    assert [value for _, value in shown.facts] == [
        "2026-0001",
        "镀层变色",
        "没有说明已尝试的办法；试过哪些药水？",
    ]
    given = {**shown.values, "tried": "换过两家药水"}
    poster = Actor("visitor", "葛建国（专属链接）")

    def answer(**values):
        with app.unit_of_work() as uow:
            held = uow.session.get_one(SecretLink, link.id)
            return answers.give(uow, poster, held, {**given, **values}, app.clock())

    with pytest.raises(InvalidInput):
        answer(declared="")
    with pytest.raises(InvalidInput):
        answer(declared="yes", tried="机密★10年")
    assert answer(declared="yes")
    row = row_of(app, number)
    assert (row.state, row.tried, row.declared_by) == ("submitted", "换过两家药水", "葛建国（专属链接）")
    with pytest.raises(Conflict):
        answer(declared="yes", tried="又改")
    do(app, reviewing.send_back, ORGANIZER, number, reasons=["target"])
    with app.reading() as uow:
        assert len(uow.session.scalars(select(SecretLink)).all()) == 2


@pytest.mark.parametrize(
    ("wanted", "published"),
    [
        ("public", {"public", "anonymous", "members", "invited"}),
        ("anonymous", {"anonymous"}),
        ("members", {"members", "invited"}),
        ("invited", {"invited"}),
    ],
)
def test_a_reviewer_never_shows_more_than_the_owner_wanted(app, firm, wanted, published):
    allowed = set()
    for visibility in ("public", "anonymous", "members", "invited"):
        number = post(app, firm, visibility=wanted)
        with suppress(InvalidInput):
            publish(app, number, visibility=visibility)
            allowed.add(visibility)
    assert allowed == published
