"""Watches: what is new is told once, to who may read it, and nothing of what was there before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.indexing import sync
from matchmaker.jobs import watching
from matchmaker.jobs.worker import Worker
from matchmaker.matching.result import BANDS
from matchmaker.models import Job, Outbox, Watch, WatchHit
from matchmaker.permissions import ORGANIZER
from matchmaker.services import watches
from tests.support.accounts import account, actor
from tests.support.samples import expert, organization, problem, publication, store
from tests.support.site import break_index

SECRET = "绝密词条"
NEED = "镀层在盐雾试验中 24 小时后变色，锌镍合金电镀层的盐雾腐蚀怎样改进"


def quietly():
    return None


@pytest.fixture
def person(app):
    """An expert with a paper, and his account."""
    (body,) = store(app, organization())
    one = expert(organization_id=body, profile="研究锌镍合金电镀与镀层盐雾腐蚀")
    store(app, one, publication(authors=[one]), publication("锌镍合金电镀层的盐雾腐蚀", authors=[one]))
    sync.rebuild(app)
    number = account(app, "expert", expert=one.id, name="林一鸣")
    return actor(app, number)


def add(app, *rows):
    numbers = store(app, *rows)
    sync.rebuild(app)
    return numbers


def look(app, subject="all"):
    watching.look(app, [subject], quietly)


def told(app):
    with app.reading() as uow:
        return [row.title for row in uow.session.scalars(select(Outbox).order_by(Outbox.id))]


def search(app, who, **query):
    with app.unit_of_work() as uow:
        return watches.save_search(uow, who, {"by": "words", **query}, query.get("q", "")).id


def test_a_saved_search_tells_what_is_new_once(app, person):
    add(app, problem("老的镀层难题"))
    number = search(app, person, q="镀层", kind="problem")
    look(app)
    assert told(app) == []
    add(app, problem("新的镀层难题"))
    look(app)
    look(app)
    assert told(app) == ["“镀层”有新结果：新的镀层难题"]
    with app.reading() as uow:
        page, rows = watches.hits(uow, person, watches.get(uow, person, number))
        assert [rows[hit.target].title for hit in page.rows] == ["新的镀层难题"]


def test_several_are_told_together_by_their_number_and_no_title_stays_in_a_message(app, person):
    number = search(app, person, q="镀层", kind="problem")
    look(app)
    add(app, problem(f"{SECRET}镀层"), problem("镀层二"))
    look(app)
    with app.reading() as uow:
        (row,) = uow.session.scalars(select(Outbox))
    assert (row.title, row.link) == ("“镀层”有 2 项新结果", f"/watches/{number}")
    assert SECRET not in row.text


def test_two_watches_tell_an_object_once(app, person):
    search(app, person, q="镀层", kind="problem")
    search(app, person, q="盐雾", kind="problem")
    look(app)
    add(app, problem("镀层盐雾难题"))
    look(app)
    assert told(app) == ["“镀层”有新结果：镀层盐雾难题"]


def test_nobody_is_told_of_what_he_may_not_read(app, person):
    search(app, person, q="镀层", kind="problem")
    look(app)
    add(
        app,
        problem(f"{SECRET}镀层", readers=" office ", visibility="invited"),
        problem(f"{SECRET}镀层二", readers=" members office ", hidden_from=f" account:{person.account} "),
        problem("公开的镀层"),
    )
    look(app)
    with app.reading() as uow:
        row = uow.session.scalar(select(Outbox))
        assert uow.session.scalars(select(WatchHit)).all()[-1].target.startswith("problem:")
        assert len(list(uow.session.scalars(select(WatchHit)))) == 1
    assert SECRET not in row.title + row.text + row.short
    assert "公开的镀层" in row.text


def test_without_words_what_came_last_is_told(app, person):
    search(app, person, field=["materials"], kind="problem")
    look(app)
    add(app, problem("材料难题", fields=["materials"]), problem("别的难题", fields=["agriculture"]))
    look(app)
    with app.reading() as uow:
        assert "材料难题" in uow.session.scalar(select(Outbox.text))
        assert "别的难题" not in uow.session.scalar(select(Outbox.text))


@pytest.mark.parametrize("is_worth", [True, False])
def test_an_expert_hears_of_problems_that_fit_him(app, person, monkeypatch, is_worth):
    """The bands of the test's embedder are low: what counts as worth telling is widened to them, or not."""
    if is_worth:
        monkeypatch.setattr(watching, "_WORTH", frozenset(BANDS))
    with app.unit_of_work() as uow:
        watches.fit(uow, person, f"expert:{person.expert}")
    look(app)
    (fitting,) = add(app, problem("镀层盐雾腐蚀", text=NEED))
    look(app)
    with app.reading() as uow:
        hits = list(uow.session.scalars(select(WatchHit.target)))
    assert hits == ([f"problem:{fitting}"] if is_worth else [])
    assert told(app) == (["“林一鸣”有新结果：镀层盐雾腐蚀"] if is_worth else [])


def test_a_firm_hears_of_experts_that_fit_its_problem(app, person, monkeypatch):
    monkeypatch.setattr(watching, "_WORTH", frozenset(BANDS))
    (firm,) = store(app, organization("某厂", kind="enterprise"))
    (need,) = add(app, problem("镀层盐雾腐蚀", text=NEED, organization_id=firm))
    own = actor(app, account(app, "enterprise", firm))
    with app.unit_of_work() as uow:
        assert watches.own_subjects(uow, own) == [(f"problem:{need}", "镀层盐雾腐蚀")]
        watches.fit(uow, own, f"problem:{need}")
    look(app)
    new = expert("周远", profile=NEED)
    add(app, new, publication("电镀层的盐雾腐蚀", authors=[new], abstract=NEED))
    look(app)
    assert told(app) == ["“镀层盐雾腐蚀”有新结果：周远"]


def test_the_same_watch_twice_is_one_and_only_ones_own(app, person):
    other = actor(app, account(app, "enterprise"))
    assert search(app, person, q="镀层") == search(app, person, q="镀层")
    with app.unit_of_work() as uow:
        with pytest.raises(NotFound):
            watches.fit(uow, other, f"expert:{person.expert}")
        with pytest.raises(NotFound):
            watches.fit(uow, other, "nonsense")
        with pytest.raises(InvalidInput):
            watches.save_search(uow, person, {"by": "both"}, "")
        with pytest.raises(InvalidInput):
            watches.save_search(uow, ORGANIZER, {"q": "镀层"}, "")
        with pytest.raises(NotFound):
            watches.get(uow, other, 1)
        with pytest.raises(NotFound):
            watches.remove(uow, other, 1)
        watches.remove(uow, person, 1)


def test_a_paused_watch_and_a_closed_account_hear_nothing(app, person):
    number = search(app, person, q="镀层", kind="problem")
    look(app)
    with app.unit_of_work() as uow:
        watches.pause(uow, person, number, is_paused=True)
    add(app, problem("新的镀层难题"))
    look(app, f"watch:{number}")
    assert told(app) == []


def test_the_fault_of_one_stops_no_other(app, person):
    first = search(app, person, q="镀层", kind="problem")
    search(app, person, q="镀层", kind="expert")
    with app.unit_of_work() as uow:
        uow.session.get(Watch, first).query = {"q": "镀层", "kind": "nonsense"}
    look(app)
    with app.reading() as uow:
        rows = list(uow.session.scalars(select(Watch).order_by(Watch.id)))
    assert [bool(row.error) for row in rows] == [True, False]
    assert [row.looked_at is None for row in rows] == [True, False]


def test_while_the_index_is_away_watches_of_what_fits_wait(app, person):
    with app.unit_of_work() as uow:
        watches.fit(uow, person, f"expert:{person.expert}")
    break_index(app)
    Worker(app).drain(seconds=10)
    with app.reading() as uow:
        assert [job.state for job in uow.session.scalars(select(Job).where(Job.kind == "watch"))] == [
            "queued"
        ]
        assert uow.session.scalar(select(Watch.looked_at)) is None
