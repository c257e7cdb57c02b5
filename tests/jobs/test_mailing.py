"""E-mails go out once, at the right time, whatever the server does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker.errors import ConfigurationError, Unavailable
from matchmaker.jobs.mailing import send_digests, send_mails
from matchmaker.jobs.worker import Worker
from matchmaker.models import Account, Delivery, Job, MessagePreference, Outbox, Problem
from matchmaker.notifications import mailer
from matchmaker.permissions import SYSTEM
from matchmaker.services import mails, messages, wishes
from matchmaker.services.secret_links import issue
from tests.support.moments import office
from tests.support.samples import problem, store
from tests.support.smtp import running

DAY, NIGHT = office("2026-07-01 10:00"), office("2026-07-01 23:30")


def quietly():
    return None


@pytest.fixture
def postbox():
    with running() as box:
        yield box


@pytest.fixture
def post(app, postbox):
    """The application with that server, by day."""
    app.settings = replace(app.settings, site_url="https://match.example.cn", smtp_url=postbox.url)
    app.mailer = mailer.opened(postbox.url, "office@example.cn", "产学研对接")
    app.clock = lambda: DAY
    store(
        app,
        Account(name="甲", email="a@example.cn", roles=["enterprise"]),
        Account(name="乙", email="b@example.cn", roles=["enterprise"], language="en"),
        problem(number="MX-1"),
    )
    return app


def tell(app, *accounts, kind="problem:published", **options):
    """Tells them; returns the numbers of the e-mails."""
    with app.unit_of_work() as uow:
        people = [each for number in accounts for each in messages.account(uow, number)]
        told = messages.tell(uow, SYSTEM, people, kind, "problem:1", options or {})
        return [row.id for one in told for row in one.deliveries if row.channel == "mail"]


def wanting_digests(app):
    with app.unit_of_work() as uow:
        uow.session.add(MessagePreference(who="account:1", is_digest=True))


def state(app, number):
    with app.reading() as uow:
        row = uow.session.get(Delivery, number)
        return row.state, row.error.partition(" ")[0]


def test_a_letter_says_what_where_and_how_to_stop(post, postbox):
    (number,) = tell(post, 1)
    send_mails(post, [number], quietly)
    (letter,) = postbox.letters
    assert postbox.told() == [("a@example.cn", "已发布：纽扣镀层耐腐蚀")]
    assert letter["From"] == "产学研对接 <office@example.cn>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = letter.get_content()
    assert "https://match.example.cn/problems/1\n" in text
    assert letter["List-Unsubscribe"].strip("<>") in text
    assert state(post, number) == ("sent", "")


def test_a_letter_with_a_secret_link_holds_it_and_no_row_does(post, postbox):
    with post.unit_of_work() as uow:
        (one,) = messages.account(uow, 1)
        link = issue(uow, SYSTEM, "hours", "expert:1", one)
        values = {"question": "时间", "day": "7 月 9 日"}
        (told,) = messages.tell(uow, SYSTEM, [one], "answers:asked", "problem:1", values, link=link)
        number = told.deliveries[0].id
    send_mails(post, [number], quietly)
    text = postbox.letters[0].get_content()
    token = text.partition("https://match.example.cn/l/")[2].split()[0]
    assert len(token) > 43
    with post.reading() as uow:
        rows = [str(vars(row)) for row in uow.session.scalars(select(Outbox))]
        rows += [str(vars(row)) for row in uow.session.scalars(select(Delivery))]
    assert [row for row in rows if token.partition(".")[2] in row] == []


def test_a_second_run_sends_nothing(post, postbox):
    numbers = tell(post, 1, 2)
    send_mails(post, numbers, quietly)
    send_mails(post, numbers, quietly)
    assert len(postbox.letters) == 2


def test_killed_between_sending_and_marking_it_goes_out_once_more_and_never_again(post, postbox, monkeypatch):
    (number,) = tell(post, 1)

    class Killed(BaseException):
        pass

    def killed(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mails, "sent", killed)
        for _ in range(2):
            with pytest.raises(Killed):
                send_mails(post, [number], quietly)
    send_mails(post, [number], quietly)
    assert len(postbox.letters) == 2
    assert len({letter["Message-ID"] for letter in postbox.letters}) == 1
    assert state(post, number) == ("failed", "two")


def test_one_refused_address_stops_no_other(post, postbox):
    postbox.refused = {"a@example.cn"}
    numbers = tell(post, 1, 2)
    send_mails(post, numbers, quietly)
    assert [state(post, number) for number in numbers] == [("failed", "550"), ("sent", "")]
    with post.unit_of_work() as uow:
        mails.retry(uow, SYSTEM, numbers[0])
    postbox.refused = set()
    send_mails(post, numbers, quietly)
    assert [to for to, _ in postbox.told()] == ["b@example.cn", "a@example.cn"]


def test_what_the_server_puts_off_is_tried_later_and_left_for_a_person_in_the_end(post, postbox):
    postbox.deferred = {"a@example.cn"}
    (number,) = tell(post, 1)
    for _ in range(mails.MOST_ATTEMPTS):
        assert state(post, number)[0] in ("waiting", "held")
        with post.unit_of_work() as uow:
            row = uow.session.get(Delivery, number)
            row.due_at = None
        send_mails(post, [number], quietly)
    assert state(post, number) == ("failed", "451")
    assert postbox.letters == []


def test_the_server_away_costs_time_and_no_letter(post, postbox):
    numbers = tell(post, 1, 2)
    post.mailer = replace(post.mailer, port=1)
    with pytest.raises(Unavailable):
        send_mails(post, numbers, quietly)
    assert [state(post, number)[0] for number in numbers] == ["waiting", "waiting"]
    worker = Worker(post)
    worker.drain(seconds=5)
    with post.reading() as uow:
        assert {job.state for job in uow.session.scalars(select(Job))} == {"queued"}
    post.mailer = replace(post.mailer, port=postbox.port)
    send_mails(post, numbers, quietly)
    assert len(postbox.letters) == 2


def test_a_slow_server_is_given_up_and_waited_for(post, postbox, monkeypatch):
    monkeypatch.setattr(mailer, "TIMEOUT", 0.2)
    postbox.pause = 0.6
    (number,) = tell(post, 1)
    with pytest.raises(Unavailable):
        send_mails(post, [number], quietly)
    assert state(post, number)[0] == "waiting"


def test_nothing_goes_out_in_quiet_hours(post, postbox):
    numbers = tell(post, 1)
    post.clock = lambda: NIGHT
    send_mails(post, numbers, quietly)
    with post.reading() as uow:
        row = uow.session.get(Delivery, numbers[0])
        planned = uow.session.scalars(select(Job.run_after).where(Job.kind == "mail").order_by(Job.id)).all()
    assert (row.state, row.due_at) == ("held", office("2026-07-02 07:00"))
    assert postbox.letters == []
    assert len(planned) == 1
    post.clock = lambda: office("2026-07-02 07:00")
    send_mails(post, numbers, quietly)
    assert len(postbox.letters) == 1


def test_what_is_not_wanted_is_not_sent_and_says_so(post, postbox):
    with post.unit_of_work() as uow:
        wishes.stop(uow, "account:1", "problem:published")
    numbers = tell(post, 1, 2)
    send_mails(post, numbers, quietly)
    assert [state(post, number)[0] for number in numbers] == ["stopped", "sent"]
    (other,) = tell(post, 1, kind="problem:expired")
    send_mails(post, [other], quietly)
    assert len(postbox.letters) == 2


def test_a_digest_is_one_letter_a_day(post, postbox):
    wanting_digests(post)
    post.clock = lambda: office("2026-07-01 07:30")
    numbers = [*tell(post, 1), *tell(post, 1, kind="problem:expired")]
    send_mails(post, numbers, quietly)
    send_digests(post, ["account:1"], quietly)
    assert postbox.letters == []
    post.clock = lambda: DAY
    send_digests(post, ["account:1"], quietly)
    assert postbox.told() == [("a@example.cn", "今日消息 2 条")]
    assert [state(post, number)[0] for number in numbers] == ["sent", "sent"]
    later = tell(post, 1)
    send_mails(post, later, quietly)
    send_digests(post, ["account:1"], quietly)
    assert len(postbox.letters) == 1
    post.clock = lambda: office("2026-07-02 10:00")
    send_digests(post, ["account:1"], quietly)
    assert len(postbox.letters) == 2


def test_a_digest_that_found_the_server_away_goes_out_the_same_day(post, postbox):
    wanting_digests(post)
    numbers = tell(post, 1)
    post.mailer = replace(post.mailer, port=1)
    with pytest.raises(Unavailable):
        send_digests(post, ["account:1"], quietly)
    post.mailer = replace(post.mailer, port=postbox.port)
    send_digests(post, ["account:1"], quietly)
    assert [state(post, number)[0] for number in numbers] == ["sent"]


def test_without_a_server_there_is_no_such_channel(post):
    post.mailer = None
    tell(post, 1)
    Worker(post).drain(seconds=5)
    with post.reading() as uow:
        channels = [row.channel for row in uow.session.scalars(select(Delivery))]
        assert list(uow.session.scalars(select(Job).where(Job.kind == "mail"))) == []
    assert channels == ["call"]


def test_a_line_end_in_a_title_or_an_address_makes_no_header(post, postbox):
    with post.unit_of_work() as uow:
        uow.session.get(Problem, 1).title = "标题\r\nBcc: x@example.cn"
        uow.session.get(Account, 2).email = "b@example.cn\r\nBcc: x@example.cn"
    numbers = tell(post, 1, 2)
    send_mails(post, numbers, quietly)
    assert postbox.told() == [("a@example.cn", "已发布：标题 Bcc: x@example.cn")]
    assert postbox.letters[0]["Bcc"] is None
    assert state(post, numbers[1])[0] == "failed"


@pytest.mark.parametrize(
    ("url", "sender"),
    [("mail.example.cn", "a@b.cn"), ("smtp://", "a@b.cn"), ("smtp://h:x", "a@b.cn"), ("smtp://h", "")],
)
def test_settings_that_cannot_be_used_are_told(url, sender):
    with pytest.raises(ConfigurationError):
        mailer.opened(url, sender, "")


def test_no_password_is_shown():
    assert "secret" not in repr(mailer.opened("smtp://user:secret@mail.example.cn", "a@b.cn", ""))
