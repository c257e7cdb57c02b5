"""Plans in the service: the planning file, runs, publication, standby, what both sides answer."""

from __future__ import annotations

import json
from datetime import datetime, time
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import select, update

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.jobs import planning
from matchmaker.matching.result import Ranking
from matchmaker.models import (
    AgendaItem,
    Attendee,
    Event,
    EventPair,
    EventProblem,
    EventTable,
    History,
    Job,
    Meeting,
    Outbox,
    PlanRun,
    SecretLink,
    Standby,
)
from matchmaker.permissions import Actor
from matchmaker.planning.reading import read
from matchmaker.services import (
    answers,
    events,
    own_meetings,
    plan_changes,
    plan_compare,
    plan_files,
    plan_input,
    plan_nearest,
    plan_publishing,
    plan_relaxing,
    plan_rules,
    plan_runs,
    plan_view,
)
from matchmaker.services.plan_rules import Rules
from matchmaker.services.plan_runs import Wanted
from tests.support.events import DAY, Docking, docking
from tests.support.plans import base_of, first_fit, meetings, planned, publish, run, run_row
from tests.support.samples import expert, store
from web import samples


def inputs_of(app: Application, made: Docking, **parts: Any) -> dict[str, Any]:
    with app.reading() as uow:
        return plan_input.build(uow, events.get(uow, made.actor("office"), made.event), **parts)


def change(app: Application, table: Any, number: int, **values: Any) -> None:
    with app.unit_of_work() as uow:
        row = uow.session.get_one(table, number)
        for name, value in values.items():
            setattr(row, name, value)


def test_the_file_of_an_event_holds_its_rules_and_no_name(app: Application) -> None:
    made = docking(app, experts=2, problems=2, slots=4, tables=2, expert_most=3)
    change(app, Attendee, made.people[0], unavailable=[3], arrives=datetime.combine(DAY, time(9, 30)), most=2)
    change(app, EventProblem, made.offers[1], least=2, most=2, priority=1.5, table_kind="quiet")
    change(app, EventPair, made.pairs[0, 0], expert_wish="must", must=True, session=0)
    change(app, EventPair, made.pairs[1, 0], barred="apart")
    change(app, EventTable, made.tables[0], kinds=["quiet"], unavailable=[0])
    change(app, EventTable, made.tables[1], is_closed=True)
    found = inputs_of(app, made)
    person, offer = [f"attendee:{one}" for one in made.people], [f"problem:{one}" for one in made.offers]
    assert found["people"][0] == {
        "id": person[0], "body": f"organization:{made.bodies[0]}", "unavailable": [0, 3], "min_meetings": 0,
        "max_meetings": 2,
    }  # fmt: skip
    assert found["people"][1]["max_meetings"] == 3
    assert found["problems"][1] == {
        "id": offer[1], "people": [f"attendee:{made.representatives[1]}"], "min_meetings": 2, "max_meetings": 2,
        "priority": 1.5, "table_kind": "quiet",
    }  # fmt: skip
    assert [(row["expert"], row["problem"]) for row in found["pairs"]] == [
        (person[0], offer[0]), (person[0], offer[1]), (person[1], offer[1]),
    ]  # fmt: skip
    assert found["pairs"][0] == {
        "expert": person[0], "problem": offer[0], "score": 0.9, "expert_wish": "must", "must": True, "session": 0,
    }  # fmt: skip
    assert found["tables"] == [
        {"id": "A01", "kinds": ["quiet"], "unavailable": [0]},
        {"id": "A02", "kinds": [], "unavailable": [0, 1, 2, 3]},
    ]
    assert (found["slots"], found["sessions"]) == (4, [[0, 3]])
    text = json.dumps(found, ensure_ascii=False)
    assert [name for name in ("专家1", "代表1", "第1大学", "第1纽扣厂") if name in text] == []
    assert read(dict(found)).slots == 4
    assert plan_input.fingerprint(found) == plan_input.fingerprint(dict(reversed(found.items())))


def test_the_agenda_blocks_people_and_the_room_its_tables(app: Application) -> None:
    made = docking(app, experts=1, problems=1, slots=2, tables=1)
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        event.agenda.append(
            AgendaItem(
                title="签约", kind="signing", is_for_all=False, room="多功能厅",
                starts=event.slots[1].starts, ends=event.slots[1].ends,
            )
        )  # fmt: skip
    found = inputs_of(app, made)
    assert [found["people"][0]["unavailable"], found["tables"][0]["unavailable"]] == [[], [1]]


def test_whoever_does_not_come_and_what_nobody_represents_is_not_planned(app: Application) -> None:
    made = docking(app, experts=2, problems=2)
    change(app, Attendee, made.people[0], state="declined")
    change(app, Attendee, made.representatives[0], state="declined")
    found = inputs_of(app, made)
    assert {row["expert"] for row in found["pairs"]} == {f"attendee:{made.people[1]}"}
    assert {row["problem"] for row in found["pairs"]} == {f"problem:{made.offers[1]}"}
    assert [row["people"] for row in found["problems"]] == [[], [f"attendee:{made.representatives[1]}"]]


def test_a_run_keeps_what_it_was_asked_and_what_it_answered(app: Application) -> None:
    made = docking(app)
    number = run(app, made, seconds=7, seed=5, note="第一次")
    row = run_row(app, made, number)
    assert (row.state, row.number, row.note, row.created_by) == ("done", 1, "第一次", "office0账号")
    assert row.parameters == {"seconds": 7, "seed": 5, "keeps": True}
    assert row.fingerprint == plan_input.fingerprint(row.inputs)
    assert row.result["figures"]["unmet_minima"] == 0
    assert row.nearest == {}
    with app.reading() as uow:
        assert uow.session.scalars(select(Meeting)).all() == []  # nobody sees it before it is published


def test_one_run_of_an_event_at_a_time(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        plan_runs.ask(uow, who, event, plan_input.build(uow, event), Wanted())
    with app.unit_of_work() as uow, pytest.raises(Conflict, match="第 1 次排程还在计算"):
        event = events.get(uow, who, made.event)
        plan_runs.ask(uow, who, event, plan_input.build(uow, event), Wanted())


def test_an_event_with_nothing_to_plan_says_what_is_missing(app: Application) -> None:
    made = docking(app, experts=0, problems=1, slots=0, tables=0)
    who = made.actor("office")
    with app.unit_of_work() as uow, pytest.raises(InvalidInput) as told:
        event = events.get(uow, who, made.event)
        plan_runs.ask(uow, who, event, plan_input.build(uow, event), Wanted())
    assert list(told.value.fields) == ["slots", "tables", "pairs"]


def test_progress_is_written_and_a_stop_is_heard(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        number = plan_runs.ask(uow, who, event, plan_input.build(uow, event), Wanted()).id
    seen: list[dict[str, Any]] = []
    begun = Signal()

    def slow(inputs: Any, effort: Any) -> Any:
        effort.told("levels", 0.4)
        begun.set()
        while not effort.stopped():
            pass
        return first_fit(inputs, effort)

    def beat() -> None:
        assert begun.wait(10)
        with app.unit_of_work() as uow:
            row = uow.session.get_one(PlanRun, number)
            seen.append(row.progress)
            if row.progress.get("share"):
                plan_runs.stop(uow, who, events.get(uow, who, made.event), 1)

    planning.perform(app, number, beat, solve=slow, pause=0.01)
    row = run_row(app, made, 1)
    assert {"stage": "levels", "share": 0.4} in seen
    assert (row.state, bool(row.result["meetings"]), row.progress) == ("stopped", True, {})


def test_a_run_whose_worker_died_is_made_again_and_a_done_one_is_not(app: Application) -> None:
    made = docking(app)
    number = run(app, made)
    with app.unit_of_work() as uow:
        row = uow.session.scalars(select(PlanRun)).one()
        row.state, row.result = "running", {}
        identity = row.id
    planning.perform(app, identity, lambda: None, solve=first_fit, pause=0.01)
    assert run_row(app, made, number).state == "done"
    planning.perform(app, identity, lambda: None, solve=lambda *_: pytest.fail("made twice"), pause=0.01)


def test_a_run_that_nobody_works_on_is_told_and_may_go(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        plan_runs.ask(uow, who, event, plan_input.build(uow, event), Wanted())
    with app.reading() as uow:
        assert plan_runs.is_lost(uow, plan_runs.get(uow, who, event, 1)) is False
    with app.unit_of_work() as uow, pytest.raises(Conflict):
        plan_runs.remove(uow, who, event, 1)
    with app.unit_of_work() as uow:
        uow.session.execute(update(Job).where(Job.kind == "plan").values(state="failed"))
    with app.unit_of_work() as uow:
        assert plan_runs.is_lost(uow, plan_runs.get(uow, who, event, 1)) is True
        plan_runs.remove(uow, who, event, 1)
    with app.reading() as uow, pytest.raises(NotFound):
        plan_runs.get(uow, who, event, 1)


def test_publishing_writes_meetings_tells_both_sides_once_and_chooses_standby(app: Application) -> None:
    made = docking(app, experts=3, problems=2, slots=2, tables=2, anonymous=[1])
    planned(app, made)
    rows = meetings(app, made)
    assert {(row.slot, row.state, row.sequence) for row in rows.values()} == {
        (0, "planned", 0),
        (1, "planned", 0),
    }
    with app.reading() as uow:
        event = uow.session.get_one(Event, made.event)
        run_row_ = uow.session.scalars(select(PlanRun)).one()
        assert (event.state, event.run_id) == ("provisional", run_row_.id)
        assert run_row_.published_by == "office0账号"
        told = uow.session.scalars(select(Outbox).where(Outbox.kind == "meeting:planned")).all()
        sitting = {f"attendee:{made.people[expert]}" for expert, _problem in rows}
        sitting |= {f"attendee:{made.representatives[problem]}" for _expert, problem in rows}
        assert sorted(message.subject for message in told) == sorted(sitting)
        texts = {message.subject: message.text for message in told}
        for expert, problem in rows:
            text = texts[f"attendee:{made.people[expert]}"]
            assert f"2027-000{problem + 1}" in text
            assert "第 2 种镀层变色" not in text  # anonymous: its number alone
            assert "纽扣厂" not in text
        standby = uow.session.scalars(select(Standby).order_by(Standby.slot, Standby.rank)).all()
        busy = {(row.slot, one) for key, row in rows.items() for one in (f"e{key[0]}", f"p{key[1]}")}
        for each in standby:
            expert, problem = made.people.index(each.attendee_id), made.offers.index(each.event_problem_id)
            assert (expert, problem) not in rows
            assert {(each.slot, f"e{expert}"), (each.slot, f"p{problem}")} & busy == set()


def test_a_second_plan_keeps_rows_and_tells_only_those_whose_meetings_change(app: Application) -> None:
    made = planned(app, docking(app, experts=3, problems=2, slots=4, tables=2))
    before = {key: (row.id, row.slot) for key, row in meetings(app, made).items()}
    change(app, Attendee, made.people[0], unavailable=[0, 1, 2, 3])
    with app.unit_of_work() as uow:
        uow.session.execute(update(Outbox).values(answered_at=app.clock()))
        old = {row.id for row in uow.session.scalars(select(Outbox))}
    publish(app, made, run(app, made))
    after = meetings(app, made)
    assert {key: row.id for key, row in after.items() if key in before} == {
        key: one[0] for key, one in before.items()
    }
    for key, row in after.items():
        expected = 0 if key not in before or (row.slot == before[key][1] and row.state == "planned") else 1
        assert (row.sequence > 0) is (expected > 0), key
    assert {key for key, row in after.items() if row.state == "cancelled"} == {
        key for key in before if key[0] == 0
    }
    with app.reading() as uow:
        told = [row for row in uow.session.scalars(select(Outbox)) if row.id not in old]
        kinds = {row.subject: row.kind for row in told}
    assert kinds[f"attendee:{made.people[0]}"] == "meeting:cancelled"
    assert len(kinds) == len(told)  # nobody is told twice


def test_a_change_of_table_alone_is_told_to_nobody_before_the_tables_are_printed(app: Application) -> None:
    made = planned(app, docking(app, experts=1, problems=1, slots=1, tables=2))
    with app.reading() as uow:
        old = {row.id for row in uow.session.scalars(select(Outbox))}
    own_meetings_confirm(app, made)
    change(app, EventTable, made.tables[0], is_closed=True)
    publish(app, made, run(app, made))
    row = meetings(app, made)[0, 0]
    assert (row.table_id, row.sequence, row.confirmed) == (made.tables[1], 1, ["supply"])
    with app.reading() as uow:
        assert {each.id for each in uow.session.scalars(select(Outbox))} == old


def own_meetings_confirm(app: Application, made: Docking) -> None:
    who = made.actor("expert")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        row = own_meetings.listing(uow, who, event)[0].row
        own_meetings.confirm(uow, who, event, row.id)


def test_whoever_publishes_what_is_not_the_newest_is_told(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    first, second = run(app, made), run(app, made)
    with app.reading() as uow:
        base = base_of(uow, events.get(uow, who, made.event))
    publish(app, made, first)
    with app.unit_of_work() as uow, pytest.raises(Conflict, match="刚被他人更改"):
        event = events.get(uow, who, made.event, to_change=True)
        row = plan_runs.get(uow, who, event, second)
        plan_publishing.apply(uow, who, event, row, base=base, now=app.clock())


def test_a_run_that_no_longer_fits_the_event_is_not_published(app: Application) -> None:
    made = docking(app)
    number = run(app, made)
    change(app, Attendee, made.people[0], state="declined")
    with pytest.raises(Conflict, match="不符"):
        publish(app, made, number)
    with app.reading() as uow:
        assert uow.session.scalars(select(Meeting)).all() == []


def test_a_frozen_event_takes_no_whole_new_plan(app: Application) -> None:
    made = planned(app, docking(app))
    number = run(app, made)
    change(app, Event, made.event, state="frozen")
    with pytest.raises(Conflict, match="已定稿"):
        publish(app, made, number)


def test_an_old_run_comes_back_with_its_meetings(app: Application) -> None:
    made = planned(app, docking(app, experts=2, problems=2, slots=3, tables=2))
    first = {key: (row.slot, row.table_id) for key, row in meetings(app, made).items()}
    change(app, Event, made.event, problem_most=1)
    publish(app, made, run(app, made))
    change(app, Event, made.event, problem_most=4)
    publish(app, made, 1)
    rows = meetings(app, made)
    assert {key: (row.slot, row.table_id) for key, row in rows.items() if row.state == "planned"} == first
    with app.reading() as uow:
        told = [row.action for row in uow.session.scalars(select(History)) if row.action == "plan:published"]
    assert len(told) == 3
    with app.unit_of_work() as uow, pytest.raises(Conflict, match="不能删除"):
        plan_runs.remove(uow, made.actor("office"), events.get(uow, made.actor("office"), made.event), 1)


def test_meetings_that_have_begun_stay_and_missed_ones_do_not_come_back(app: Application) -> None:
    made = planned(app, docking(app, experts=2, problems=1, slots=3, tables=1))
    rows = meetings(app, made)
    held, missed = rows[0, 0], rows[1, 0]
    change(app, Meeting, held.id, state="held")
    change(app, Meeting, missed.id, state="missed")
    change(app, Event, made.event, state="running", calling=held.slot)
    change(app, Attendee, made.people[0], left_at=app.clock())
    found = inputs_of(app, made)
    assert found["pinned"] == [
        {"expert": f"attendee:{made.people[0]}", "problem": f"problem:{made.offers[0]}", "slot": held.slot, "table": "A01"}
    ]  # fmt: skip
    assert [row["expert"] for row in found["pairs"]] == [f"attendee:{made.people[0]}"]
    assert held.slot not in found["people"][0]["unavailable"]
    assert first_fit(found, None)["meetings"] == [  # type: ignore[arg-type]
        {"expert": f"attendee:{made.people[0]}", "problem": f"problem:{made.offers[0]}", "slot": held.slot, "table": "A01"}
    ]  # fmt: skip


def test_pins_and_what_both_sides_confirmed_hold_in_the_next_run(app: Application) -> None:
    made = planned(app, docking(app, experts=2, problems=2, slots=4, tables=2))
    who = made.actor("office")
    row = meetings(app, made)[0, 0]
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        for side in ("demand", "supply"):
            own_meetings.confirm(uow, who, event, row.id, side)
        assert plan_publishing.pin_confirmed(uow, who, event) == 1
    expected = {"expert": f"attendee:{made.people[0]}", "problem": f"problem:{made.offers[0]}", "slot": row.slot, "table": "A01"}  # fmt: skip
    assert inputs_of(app, made)["pinned"] == [expected]
    with app.unit_of_work() as uow:
        plan_publishing.release(uow, who, event, (made.people[0], made.offers[0]))
    assert inputs_of(app, made)["pinned"] == []


@pytest.mark.parametrize(("role", "side"), [("expert", "supply"), ("body", "supply"), ("firm", "demand")])
def test_each_side_confirms_or_objects_for_itself(app: Application, role: str, side: str) -> None:
    made = planned(app, docking(app, experts=1, problems=1))
    who = made.actor(role)
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        (own,) = own_meetings.listing(uow, who, event)
        assert own.side == side
        own_meetings.object_to(
            uow, who, event, own.row.id, "下午三点要赶车", "supply" if side == "demand" else "demand"
        )
        assert own.row.objection == f"{side}: 下午三点要赶车"  # his own side, whatever he says
        own_meetings.confirm(uow, who, event, own.row.id)
        assert (own.row.confirmed, own.row.objection) == ([side], "")


def test_others_see_no_meeting_and_answer_none(app: Application) -> None:
    made = planned(app, docking(app, experts=3, problems=2, slots=1, tables=1))
    ((expert, problem),) = meetings(app, made)
    other = next(index for index in range(3) if index != expert and index // 2 != expert // 2)
    number = meetings(app, made)[expert, problem].id
    for who in (made.actor("expert", other), made.actor("firm", 1 - problem)):
        with app.unit_of_work() as uow:
            event = events.get(uow, who, made.event)
            assert own_meetings.listing(uow, who, event) == []
            with pytest.raises(NotFound):
                own_meetings.confirm(uow, who, event, number)
        with app.reading() as uow, pytest.raises(Forbidden):
            plan_runs.listing(uow, who, event)
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            plan_runs.ask(uow, who, event, {}, Wanted())
        with app.unit_of_work() as uow, pytest.raises(Forbidden):
            plan_publishing.pin(uow, who, event, (1, 1), (None, None))


def test_the_other_side_of_an_anonymous_problem_reads_its_number_alone(app: Application) -> None:
    made = planned(app, docking(app, experts=1, problems=1, anonymous=[0]))
    with app.reading() as uow:
        event = events.get(uow, made.actor("expert"), made.event)
        (own,) = own_meetings.listing(uow, made.actor("expert"), event)
        assert (own.other, own.body) == ("2027-0001", "")
        (own,) = own_meetings.listing(uow, made.actor("firm"), event)
        assert (own.mine, own.other, own.body) == ("2027-0001", "专家1 教授", "第1大学")


def test_whoever_has_no_account_answers_by_a_link(app: Application) -> None:
    made = planned(app, docking(app, experts=1, problems=1, anonymous=[0]))
    with app.unit_of_work() as uow:
        links = {row.subject: row for row in uow.session.scalars(select(SecretLink))}
        link = links[f"attendee:{made.people[0]}"]
        told = answers.asked(uow, link, app.clock())
        text = " ".join(value for _name, value in told.facts)
        assert ("2027-0001" in text, "第1纽扣厂" in text, "第 1 种" in text) == (True, False, False)
        nobody = Actor("visitor", "林老师")
        with pytest.raises(InvalidInput):
            told.purpose.apply(uow, nobody, link, {"answer": "object", "words": " "})
        told.purpose.apply(uow, nobody, link, {"answer": "object", "words": "要赶车"})
    assert meetings(app, made)[0, 0].objection == "supply: 要赶车"
    with app.unit_of_work() as uow:
        link = uow.session.get_one(SecretLink, link.id)
        answers.purpose("event_plan").apply(uow, nobody, link, {"answer": "confirm"})
    assert meetings(app, made)[0, 0].confirmed == ["supply"]
    change(app, Event, made.event, state="running")
    with app.reading() as uow:
        assert answers.asked(uow, uow.session.get_one(SecretLink, link.id), app.clock()).over is not None


def test_a_problem_without_a_meeting_names_experts_who_were_not_invited(app: Application) -> None:
    made = docking(app, experts=1, problems=2, slots=1, tables=1)
    others = store(app, *(expert(f"周远{number}") for number in range(5)))
    ranked = [
        (made.experts[0], "strong"),
        *zip(others, ("strong", "none", "worth", "weak", "weak"), strict=True),
    ]
    ranking = Ranking(
        tuple(samples.expert(number, band, 0.5) for number, band in ranked), (), (), (), samples.verdict("strong"),
        (), (), {}, {},
    )  # fmt: skip
    number = run(app, made)
    row = run_row(app, made, number)
    (lost,) = plan_nearest.without(row.inputs, row.result)
    with app.unit_of_work() as uow:
        asked = plan_nearest.asked(uow, [lost])
        assert asked.known == {made.experts[0]}
        best = plan_nearest.best(ranking, asked)
        assert [each["expert"] for each in best] == [others[0], others[2], others[3]]
        uow.session.get_one(PlanRun, row.id).nearest = {lost: best}
    with app.reading() as uow:
        event = events.get(uow, made.actor("office"), made.event)
        shown = plan_view.show(uow, event, plan_runs.get(uow, made.actor("office"), event, number))
        problem = next(party for party in shown.without if party.who.kind == "problem")
        assert [(each.id, band) for each, band in problem.nearest] == [
            (others[0], "strong"), (others[2], "worth"), (others[3], "weak"),
        ]  # fmt: skip


def test_two_runs_side_by_side(app: Application) -> None:
    made = docking(app, experts=2, problems=2, slots=2, tables=2)
    run(app, made)
    change(app, Event, made.event, problem_most=1)
    run(app, made)
    one, other = run_row(app, made, 1), run_row(app, made, 2)
    lost = plan_compare.differing(one, other)
    assert {change.what for change in lost} == {"cancelled"}
    assert len(one.result["meetings"]) - len(other.result["meetings"]) == len(lost)
    assert {told.name: told.value for told in plan_compare.figures_of(other)}["meetings"] == 2
    assert all(each.gain != 0 for each in plan_compare.gains(one, other))


def test_a_plan_made_elsewhere_comes_in_checked(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    result = first_fit(inputs_of(app, made), None)  # type: ignore[arg-type]
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        row = plan_files.keep(uow, who, event, json.dumps(result).encode(), now=app.clock())
        assert (row.kind, row.state, row.result["figures"]) == ("file", "done", result["figures"])
    publish(app, made, 1)
    twice = {**result, "meetings": [*result["meetings"], result["meetings"][0]]}
    bad: list[bytes] = [
        b"", b"\xff", b"[", b"[" * 100_000, b"{}", json.dumps({**result, "meetings": [{"expert": 1}]}).encode(),
        json.dumps({**result, "meetings": [{**result["meetings"][0], "slot": True}]}).encode(),
        json.dumps(twice).encode(), json.dumps({**result, "format": "docking-plan/1"}).encode(),
    ]  # fmt: skip
    for content in bad:
        with app.unit_of_work() as uow, pytest.raises(InvalidInput) as told:
            plan_files.keep(uow, who, events.get(uow, who, made.event), content, now=app.clock())
        assert list(told.value.fields) == ["file"]


def test_rules_are_the_events_and_told_in_its_next_file(app: Application) -> None:
    made = docking(app)
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        assert plan_rules.of(event).must == 1.3
        plan_rules.change(uow, who, event, Rules(2.0, 1.2, 0.1, 0.25, 2, 3, 5, 4))
    found = inputs_of(app, made)
    assert found["weights"] == {"must": 2.0, "willing": 1.2, "fairness_price": 0.1}
    assert (found["min_score"], found["problems"][0]["min_meetings"]) == (0.25, 2)
    assert (found["people"][0]["max_meetings"], found["people"][0]["max_in_a_row"]) == (5, 4)


def test_the_page_of_a_run_says_why_somebody_meets_nobody(app: Application) -> None:
    made = docking(app, experts=2, problems=3, slots=1, tables=1)
    with app.unit_of_work() as uow:
        uow.session.execute(
            update(EventPair).where(EventPair.event_problem_id == made.offers[0]).values(problem_wish="veto")
        )
        uow.session.execute(
            update(EventPair).where(EventPair.event_problem_id == made.offers[1]).values(score=0.01)
        )
    change(app, Attendee, made.people[1], unavailable=[0])
    run(app, made)
    with app.reading() as uow:
        event = events.get(uow, made.actor("office"), made.event)
        shown = plan_view.show(uow, event, plan_runs.get(uow, made.actor("office"), event, 1))
        why = {party.who.name: str(party.why) for party in shown.without}
    assert why == {
        "第 1 种镀层变色": "与每个对方都有一方不愿见",
        "第 2 种镀层变色": "暂无合适专家：最好的匹配 0.01，低于 0.12",
        "专家2": "与合适的对方没有共同的空档",
    }


@pytest.mark.parametrize(
    ("code", "values", "holds"),
    [
        ("max_problem", {"problem": "problem", "most": 9}, lambda found: found["problems"][0]["max_meetings"] == 9),
        ("max_person", {"person": "person", "most": 7}, lambda found: found["people"][0]["max_meetings"] == 7),
        ("in_a_row", {"person": "person", "most": 3}, lambda found: found["people"][0]["max_in_a_row"] == 3),
        ("person_slot", {"person": "person", "slot": 1}, lambda found: found["people"][0]["unavailable"] == []),
        ("table_slot", {"slot": 1, "kind": "quiet"}, lambda found: found["tables"][-1] == {"id": "加1", "kinds": ["quiet"], "unavailable": [0, 2, 3]}),
        ("table", {"kind": "-"}, lambda found: found["tables"][-1] == {"id": "加1", "kinds": [], "unavailable": []}),
        ("veto", {"expert": "person", "problem": "problem"}, lambda found: "expert_wish" not in found["pairs"][0]),
        ("must", {"expert": "person", "problem": "problem"}, lambda found: "must" not in found["pairs"][0]),
        ("must+table", {"1.expert": "person", "1.problem": "problem", "2.kind": "-"}, lambda found: len(found["tables"]) == 3),
    ],
)  # fmt: skip
def test_a_proposed_change_is_made_by_its_button(
    app: Application, code: str, values: dict[str, Any], holds: Any
) -> None:
    made = docking(app, experts=1, problems=1)
    change(app, Attendee, made.people[0], unavailable=[1], most_in_a_row=2, most=2)
    change(app, EventPair, made.pairs[0, 0], expert_wish="veto", must=True)
    ids = {"person": f"attendee:{made.people[0]}", "problem": f"problem:{made.offers[0]}"}
    told = {
        name: ids.get(value, value) if isinstance(value, str) else value for name, value in values.items()
    }
    who = made.actor("office")
    with app.unit_of_work() as uow:
        event = events.get(uow, who, made.event)
        asked = plan_input.build(uow, event)
        result = {"relaxations": [{"code": code, "values": told, "change": "", "then": {}}]}
        row = plan_runs.keep(uow, who, event, "plan", asked, result, now=app.clock())
        texts = plan_relaxing.told(result["relaxations"][0], plan_view.labels(uow, event), event)
        assert [str(text) for text in texts if "%" in str(text) or "attendee:" in str(text)] == []
        plan_relaxing.apply(uow, who, event, row, 0)
    assert holds(inputs_of(app, made))


def test_changes_are_told_for_each_person() -> None:
    before = {("a", "p"): (0, "1"), ("b", "p"): (1, "1"), ("c", "q"): (0, "2")}
    after = {("a", "p"): (0, "2"), ("b", "p"): (2, "1"), ("d", "q"): (0, "2")}
    found = plan_changes.between(before, after)
    assert [(each.what, each.key) for each in found] == [
        ("cancelled", ("c", "q")), ("moved", ("b", "p")), ("table", ("a", "p")), ("added", ("d", "q")),
    ]  # fmt: skip
    assert plan_changes.restored(json.loads(json.dumps(plan_changes.stored(found)))) == found
    people = plan_changes.by_person(found, {"p": ["r"], "q": ["r", "s"]})
    assert {who: len(each) for who, each in people.items()} == {
        "a": 1,
        "b": 1,
        "c": 1,
        "d": 1,
        "r": 4,
        "s": 2,
    }
