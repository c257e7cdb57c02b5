"""Why it was declined: the office at once, the other side in time, the ranking until it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from matchmaker import lookups
from matchmaker.errors import Conflict, Forbidden, InvalidInput
from matchmaker.indexing import sync
from matchmaker.jobs.handlers import KINDS
from matchmaker.jobs.queue import claim
from matchmaker.jobs.worker import Worker
from matchmaker.models import Expert, ExpertProject, Introduction, Job, Outbox, Problem
from matchmaker.permissions import VISITOR
from matchmaker.services import introduction_reasons, introductions, refusals
from matchmaker.services.matches_json import dump, only_readable
from tests.support.introductions import FIRM, NOW, later, village


def told(app, kind):
    with app.reading() as uow:
        rows = uow.session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))
        return [(row.audience or row.recipient, row.text) for row in rows]


def known(town, name, number):
    with town.app.reading() as uow:
        actor = town.actor(name)
        row = introductions.get(uow, actor, number)
        if not introductions.may_know_reason(actor, row):
            return None
        return row.reason, introductions.words_for(actor, row)


def test_the_office_knows_at_once_and_the_other_side_when_it_is_passed_on(app):
    town = village(app)
    number = town.ask()
    town.decline(number, words="你们出的钱太少")
    said = ("price", "你们出的钱太少")
    assert [known(town, name, number) for name in ("expert", "body", "office", "firm", "town")] == [
        said, said, said, None, None,
    ]  # fmt: skip
    assert [audience for audience, _ in told(app, "introduction:refused")] == ["office"]
    assert told(app, "introduction:declined") == []
    with app.unit_of_work() as uow, pytest.raises(Forbidden):
        introduction_reasons.pass_on(uow, town.actor("expert"), number, "x", now=NOW)
    with app.unit_of_work() as uow:
        introduction_reasons.pass_on(uow, town.actor("office"), number, "预算有差距", now=later(1))
    assert known(town, "firm", number) == ("price", "预算有差距")
    assert known(town, "expert", number) == known(town, "office", number) == said
    messages = told(app, "introduction:declined")
    assert [audience for audience, _ in messages] == [f"account:{town.people['firm']}"]
    assert ("预算有差距" in messages[0][1], "太少" in messages[0][1]) == (True, False)
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        introduction_reasons.pass_on(uow, town.actor("office"), number, "再改", now=later(2))


def test_nobody_does_anything_and_the_job_tells_it_in_time(app):
    town = village(app)
    number = town.ask()
    town.decline(number, words="报价差得远")
    with app.unit_of_work() as uow:
        assert introduction_reasons.tell_due(uow, now=later(6)) == 0
    with app.unit_of_work() as uow:
        assert introduction_reasons.tell_due(uow, now=later(6.6)) == 1
        assert introduction_reasons.tell_due(uow, now=later(6.6)) == 0
    assert known(town, "firm", number) == ("price", "报价差得远")
    with app.reading() as uow:
        found = introduction_reasons.promptness(uow, town.actor("office"), now=later(8))
        assert (found.refused, found.told, found.in_time, found.overdue, found.share) == (1, 1, 1, 0, 1.0)


def test_the_share_told_in_time_does_not_hide_the_late_ones(app):
    town = village(app)
    first = town.ask()
    town.decline(first)
    second = town.ask("other", "supply", expert=town.ids["other"])
    town.decline(second, "firm")
    with app.unit_of_work() as uow:
        introduction_reasons.pass_on(uow, town.actor("office"), first, None, now=later(9))
    with app.reading() as uow:
        found = introduction_reasons.promptness(uow, town.actor("office"), now=later(9))
        assert (found.told, found.in_time, found.overdue, found.share) == (1, 0, 1, 0.0)
        with pytest.raises(Forbidden):
            introduction_reasons.promptness(uow, town.actor("firm"), now=later(9))


def test_an_introduction_that_nobody_answers_lapses_and_the_asker_learns_it(app):
    town = village(app)
    number = town.ask()
    with app.unit_of_work() as uow:
        assert introduction_reasons.lapse_due(uow, now=later(13)) == 0
    with app.unit_of_work() as uow:
        assert introduction_reasons.lapse_due(uow, now=later(14)) == 1
    assert (town.row(number).state, town.row(number).is_open) == ("lapsed", False)
    assert [audience for audience, _ in told(app, "introduction:lapsed")] == [
        f"account:{town.people['firm']}", "office",
    ]  # fmt: skip
    with app.unit_of_work() as uow, pytest.raises(Conflict, match="逾期未答复"):
        town.accept(number)


@pytest.mark.parametrize("kind", ["lapse", "reasons"])
def test_the_jobs_are_there_and_run(app, kind):
    """Both wait for their time from the very step that makes them necessary, and every night besides."""
    town = village(app)
    number = town.ask()
    if kind == "reasons":
        town.decline(number)
    with app.reading() as uow:
        due = dict(
            uow.session.execute(
                select(Job.kind, Job.run_after).where(Job.subject == f"introduction:{number}")
            ).all()
        )
    assert due[kind] == (later(14) if kind == "lapse" else later(6.5))
    assert KINDS[kind].nightly
    app.clock = lambda: later(20)
    with app.unit_of_work() as uow:
        claim(uow.session, "nothing", "x", 1, 1)
    worker = Worker(app)
    assert worker.drain(seconds=60) >= 1
    assert (town.row(number).state, town.row(number).told_at is not None) == (
        ("lapsed", False) if kind == "lapse" else ("declined", True)
    )


@pytest.mark.parametrize(("reason", "words"), [("", "不行"), ("nonsense", "不行"), ("other", "  ")])
def test_a_reason_must_be_told(app, reason, words):
    town = village(app)
    number = town.ask()
    with pytest.raises(InvalidInput):
        town.decline(number, reason=reason, words=words)
    assert town.row(number).state == "asked"


def test_asking_again_waits_until_the_reason_has_changed(app):
    town = village(app)
    town.decline(town.ask())
    with pytest.raises(Conflict, match="尚未改变"):
        town.ask(now=later(1))
    town.ask("office", now=later(1))
    with app.unit_of_work() as uow:
        row = uow.session.scalars(select(Introduction).where(Introduction.is_open)).one()
        row.is_open, row.state = False, "recalled"
        uow.session.get_one(Problem, town.ids["problem"]).budget_fen = 30_000_000
    town.ask(now=later(1))


def heeded(town, name, at=NOW):
    with town.app.reading() as uow:
        actor = VISITOR if name == "visitor" else town.actor(name)
        ids = town.ids
        return (
            refusals.for_problem(uow, actor, ids["problem"], at.date()),
            refusals.for_expert(uow, actor, ids["expert"], at.date()),
        )


def test_a_refused_pair_is_left_out_for_everybody_and_told_to_few(app):
    town = village(app)
    town.decline(town.ask())
    line = "曾婉拒：价格谈不拢（2026-05），预算未变"
    for name, lines in {
        "visitor": [], "rival": [], "firm": [], "town": [], "broker": [], "expert": [line], "body": [line],
        "office": [line], "chief": [line],
    }.items():  # fmt: skip
        for found, target in zip(heeded(town, name), ("expert", "problem"), strict=True):
            assert found.excluded == (f"{target}:{town.ids[target]}",)
            assert (name, [str(one.note) for one in found.told]) == (name, lines)


@pytest.mark.parametrize(
    ("reason", "change", "reopens"),
    [
        ("price", lambda uow, ids: setattr(uow.session.get_one(Problem, ids["problem"]), "budget_fen", 1), True),
        ("price", lambda uow, ids: setattr(uow.session.get_one(Problem, ids["problem"]), "goal", "新目标"), False),
        (
            "indicators",
            lambda uow, ids: setattr(uow.session.get_one(Problem, ids["problem"]).indicators[0], "target", "72"),
            True,
        ),
        (
            "indicators",
            lambda uow, ids: uow.session.add(ExpertProject(expert_id=ids["expert"], title="新")),
            True,
        ),
        ("direction", lambda uow, ids: setattr(uow.session.get_one(Expert, ids["expert"]), "phone", "1"), False),
        ("ip", lambda uow, ids: setattr(uow.session.get_one(Problem, ids["problem"]), "ip_intent", "共有"), True),
        ("conflict", lambda uow, ids: setattr(uow.session.get_one(Expert, ids["expert"]), "organization_id", None), True),
    ],
)  # fmt: skip
def test_a_change_of_what_the_reason_names_brings_the_pair_back(app, reason, change, reopens):
    town = village(app)
    town.decline(town.ask(), reason=reason)
    with app.unit_of_work() as uow:
        change(uow, town.ids)
    found, _ = heeded(town, "office")
    assert (found.excluded == ()) is reopens
    assert [one.held for one in found.told] == [not reopens]


def test_time_brings_the_pair_back(app):
    town = village(app)
    town.decline(town.ask(), reason="busy")
    assert [heeded(town, "visitor", later(days))[0].excluded != () for days in (0, 89, 90)] == [
        True,
        True,
        False,
    ]


def test_bodies_that_avoid_each_other_are_left_out_without_a_word(app):
    town = village(app)
    with app.unit_of_work() as uow:
        uow.session.get_one(Expert, town.ids["expert"]).avoid = [f" {FIRM} "]
        row = uow.session.get_one(Problem, town.ids["problem"])
        row.hidden_from = f" org:{town.ids['elsewhere']} "
    found, mirrored = heeded(town, "firm")
    assert found.excluded == tuple(sorted(f"expert:{town.ids[name]}" for name in ("expert", "other")))
    assert (mirrored.excluded, found.told, mirrored.told) == ((f"problem:{town.ids['problem']}",), (), ())
    assert [str(one.note) for one in heeded(town, "office")[0].told] == ["回避：双方设定不安排在一起"] * 2


def test_a_reason_at_the_end_counts_too_and_going_back_takes_it_away(app):
    from matchmaker.services import introduction_steps

    town = village(app)
    number = town.ask()
    town.accept(number)
    town.close(number, "firm", "indicators")
    assert heeded(town, "visitor")[0].excluded == (f"expert:{town.ids['expert']}",)
    assert [str(one.note) for one in heeded(town, "firm")[0].told] == [
        "曾婉拒：指标达不到（2026-05），指标未变"
    ]
    with app.unit_of_work() as uow:
        introduction_steps.back(uow, town.actor("office"), number, "弄错了", now=NOW)
    assert heeded(town, "visitor")[0].excluded == ()


def test_rankings_heed_it_unless_told_otherwise(app):
    town = village(app)
    sync.rebuild(app)
    app.clock = lambda: later(1)
    ids = town.ids

    def experts(actor, **options):
        return [one.id for one in lookups.match_problem(app, actor, ids["problem"], **options).experts]

    def problems(actor, **options):
        return [one.id for one in lookups.match_expert(app, actor, ids["expert"], **options).problems]

    target, mirrored = f"expert:{ids['expert']}", f"problem:{ids['problem']}"
    assert (target in experts(VISITOR), mirrored in problems(VISITOR)) == (True, True)
    town.decline(town.ask())
    assert (target in experts(VISITOR), mirrored in problems(VISITOR)) == (False, False)
    assert (target in experts(VISITOR, feedback=False), mirrored in problems(VISITOR, feedback=False)) == (
        True,
        True,
    )
    ranking = lookups.match_problem(app, town.actor("office"), ids["problem"])
    with app.reading() as uow:
        lines = dump(only_readable(uow, town.actor("office"), ranking))["feedback"]
    assert lines == [{"id": target, "held": True, "note": "曾婉拒：价格谈不拢（2026-05），预算未变"}]
    assert lookups.match_problem(app, town.actor("firm"), ids["problem"]).feedback == ()
    app.settings = replace(app.settings, ranking_feedback="off")
    assert (target in experts(VISITOR), target in experts(VISITOR, feedback=True)) == (True, False)
