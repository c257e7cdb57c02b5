"""Figures equal sums over records, over random histories; pending intentions never count; locks and corrections."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from io import BytesIO

import docx
import pytest
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, InvalidInput
from matchmaker.models import Agreement, Event, FollowUp, Meeting
from matchmaker.permissions import ORGANIZER
from matchmaker.services import (
    bulletin,
    bulletin_file,
    event_figures,
    event_records,
    figure_locks,
    following,
    outcomes,
)
from matchmaker.services.following import Found
from matchmaker.services.outcomes import Card, Settlement
from tests.support.events import Docking, docking, with_plan

AT = datetime(2027, 3, 18, 4, 0)  # noqa: DTZ001 - as the tables hold it, UTC without a zone
TODAY = date(2027, 3, 18)
CARDS = (
    Card("met", "intention", ("commission",), 1_000_000),
    Card("met", "intention", ("testing",), 2_500_000),
    Card("met", "intention", ("commission",)),
    Card("met", "talk"),
    Card("met", "unfit", reason="cost"),
    Card("other_missing"),
    Card("own_missing"),
    Card("postponed"),
)


@pytest.fixture
def made(app: Application) -> Docking:
    found = docking(app, experts=4, problems=3, slots=4, tables=3)
    with_plan(app, found)
    _state(found, "running")
    return found


def _state(made: Docking, name: str) -> None:
    with made.app.unit_of_work() as uow:
        uow.session.get_one(Event, made.event).state = name


def figures(made: Docking, today: date = TODAY) -> dict[str, event_figures.Figure]:
    with made.app.reading() as uow:
        return event_figures.of_event(uow, uow.session.get_one(Event, made.event), today)


def both(made: Docking, pair: tuple[int, int], card: Card) -> None:
    with made.app.unit_of_work() as uow:
        for side in ("demand", "supply"):
            outcomes.tell(uow, ORGANIZER, made.meetings[pair], side, card, at=AT, via="paper")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_are_sums_over_records_whatever_was_told(made: Docking, seed: int) -> None:
    chance = random.Random(seed)
    numbers = sorted(made.meetings.values())
    for _step in range(40):
        with made.app.unit_of_work() as uow:
            number, side = chance.choice(numbers), chance.choice(("demand", "supply", "office"))
            if chance.random() < 0.15:
                word = Settlement("met", "核实", chance.choice(("intention", "talk")), ("joint",), 700_000)
                outcomes.settle(uow, ORGANIZER, number, word, at=AT)
            elif chance.random() < 0.1:
                outcomes.reopen(uow, ORGANIZER, number, at=AT)
            else:
                outcomes.tell(uow, ORGANIZER, number, side, chance.choice(CARDS), at=AT, via="paper")
    found = figures(made)
    with made.app.reading() as uow:
        rows = uow.session.scalars(select(Meeting).order_by(Meeting.slot, Meeting.id)).all()
        verdicts = {row.id: outcomes.verdict_of(row) for row in rows}
        counted = {number for number, each in verdicts.items() if each.counts}
        agreed = uow.session.scalars(
            select(Agreement).where(Agreement.reason != "withdrawn").order_by(Agreement.id)
        ).all()
        assert {row.meeting_id for row in agreed} == counted
        assert found["intentions"].records == tuple(f"agreement:{row.id}" for row in agreed)
        assert found["intentions_amount"].value == sum(row.amount_fen or 0 for row in agreed) / 1_000_000
        assert found["intention_needs"].value == len({row.problem_id for row in agreed})
        pending = [row.id for row in rows if verdicts[row.id].is_pending]
        assert found["intentions_pending"].records == tuple(f"meeting:{number}" for number in pending)
        assert not counted & set(pending)
    parts = ("meetings_kept", "meetings_missed", "meetings_postponed", "meetings_unclear")
    assert found["meetings_scheduled"].value == len(numbers) == sum(found[part].value or 0 for part in parts)
    for figure in found.values():
        is_count = figure.unit != "wan" and not figure.name.endswith(("_min", "_median", "_max"))
        if is_count and figure.section != "conversion":
            assert figure.value == len(set(figure.records)), figure.name


def test_a_pending_intention_never_counts(made: Docking) -> None:
    with made.app.unit_of_work() as uow:
        outcomes.tell(uow, ORGANIZER, made.meetings[0, 0], "demand", CARDS[0], at=AT)
        outcomes.tell(uow, ORGANIZER, made.meetings[0, 0], "office", CARDS[0], at=AT)  # names no side
    found = figures(made)
    names = ("intentions", "intention_needs", "intention_firms", "intentions_amount", "intentions_pending")
    assert [found[name].value for name in names] == [0, 0, 0, 0.0, 1]


def test_breakdowns_add_up(made: Docking) -> None:
    both(made, (0, 0), CARDS[0])
    both(made, (1, 1), CARDS[1])
    both(made, (1, 0), CARDS[3])
    with made.app.reading() as uow:
        records = event_records.load(uow, uow.session.get_one(Event, made.event))
        told = {by: event_figures.splits(records, by) for by in event_figures.SPLITS}
    assert [
        (line.label, len(line.meetings), len(line.intentions), line.amount) for line in told["institute"]
    ] == [("第1大学", 3, 2, 3.5)]
    for by, lines in told.items():
        assert sum(len(line.intentions) for line in lines) == 2, by


def test_conversion_is_told_when_its_time_has_come(made: Docking) -> None:
    both(made, (0, 0), CARDS[0])
    with made.app.unit_of_work() as uow:
        following.begin(uow, ORGANIZER, uow.session.get_one(Event, made.event))
        look = uow.session.scalars(select(FollowUp)).one()
        following.note(uow, ORGANIZER, look.id, Found("signed"), at=AT + timedelta(days=40), today=TODAY)
    late = figures(made, TODAY + timedelta(days=100))
    names = ("conversion_30", "conversion_90", "conversion_180")
    assert [late[name].value for name in names] == [0, 1, None]


def test_locked_figures_stay_and_changes_appear_beside_them(made: Docking) -> None:
    both(made, (0, 0), CARDS[0])
    with pytest.raises(Conflict), made.app.unit_of_work() as uow:  # only what has ended
        figure_locks.lock(uow, ORGANIZER, uow.session.get_one(Event, made.event), at=AT, today=TODAY)
    _state(made, "ended")
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        figure_locks.lock(uow, ORGANIZER, event, at=made.app.clock(), today=TODAY)
        assert event.state == "locked"
    both(made, (0, 0), CARDS[4])
    both(made, (1, 1), CARDS[1])
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        kept = event_figures.newest_lock(uow, event)
        assert kept is not None
        assert kept.figures["intentions"]["value"] == 1
        present = event_figures.of_event(uow, event, TODAY)
        found = {each.figure.name: each for each in figure_locks.corrections(uow, kept, present)}
        one = found["intentions"]
        assert (one.locked, one.figure.value, len(one.added), len(one.removed)) == (1, 1, 1, 1)
        assert (found["intentions_amount"].locked, present["intentions_amount"].value) == (1.0, 2.5)
        assert {row.action for row in one.changes} >= {"card:told", "agreement:withdrawn", "agreement:began"}
        assert [each.value for each in figure_locks.locked_figures(kept, present).values()] == [
            kept.figures[name]["value"] if name in kept.figures else present[name].value for name in present
        ]
        written = bulletin.read(uow, ORGANIZER, event, TODAY)
        assert written.locked_at == kept.locked_at
        assert "意向金额 1.00 万元" in written.text


def test_the_sentence_of_the_bulletin_comes_from_the_records(made: Docking) -> None:
    for pair in ((0, 0), (1, 1), (2, 2), (3, 0)):
        both(made, pair, CARDS[0] if pair != (3, 0) else CARDS[3])
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        written = bulletin.read(uow, ORGANIZER, event, TODAY)
        line = written.text.splitlines()[1]
        assert line == "2 家高校院所的 4 位专家与 3 个企业项目对接，达成意向 3 项。"
        plain = written.plain()
        assert [each["name"] for each in plain["figures"][:4]] == [
            "bodies_attended", "experts_attended", "needs_docked", "intentions",
        ]  # fmt: skip
        assert plain["figures"][2]["records"] == [f"problem:{number}" for number in made.problems]
        assert plain["locked_at"] is None
        content = docx.Document(BytesIO(bulletin_file.document(written)))
        assert line in [paragraph.text for paragraph in content.paragraphs]


def test_the_words_around_the_figures_are_kept_as_versions(made: Docking) -> None:
    with made.app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        with pytest.raises(InvalidInput):
            bulletin.write(uow, ORGANIZER, event, "达成 {wonders} 项", at=AT, today=TODAY)
        bulletin.write(uow, ORGANIZER, event, "A<B & C：{intentions} 项，{theme}", at=AT, today=TODAY)
        bulletin.write(uow, ORGANIZER, event, "第二版 {conversion_30}", at=AT, today=TODAY)
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        first = bulletin.read(uow, ORGANIZER, event, TODAY, version=1)
        assert first.text == "A<B & C：0 项，〔待补：theme〕"
        assert bulletin.read(uow, ORGANIZER, event, TODAY).text == "第二版 〔待补：30 天内签约〕"
        assert [row.number for row in bulletin.versions(uow, event)] == [2, 1]
        content = docx.Document(BytesIO(bulletin_file.document(first)))
        assert "A<B & C：0 项，〔待补：theme〕" in [each.text for each in content.paragraphs]


def test_the_last_event_of_the_series_is_compared(made: Docking) -> None:
    with made.app.unit_of_work() as uow:
        days = {"上一届": (date(2026, 3, 19), "百企进高校"), "别的系列": (date(2026, 9, 1), "院企行")}
        for title, (day, series) in days.items():
            event = Event(title=title, kind="docking", state="ended", series=series, first_day=day)
            uow.session.add(event)
    with made.app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        before = event_figures.previous(uow, event)
        assert before is not None
        assert before.title == "上一届"
        assert event_figures.compared(uow, before, TODAY)["intentions"] == 0
        event.series = "新系列"
        newest = event_figures.previous(uow, event)
        assert newest is not None
        assert newest.title == "别的系列"
