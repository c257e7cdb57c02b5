"""Purging: no table, no file and no index holds what was said; that it was there remains."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from matchmaker.errors import Conflict, Forbidden, InvalidInput, NotFound
from matchmaker.models import (
    Attachment,
    Base,
    ImportFault,
    ImportRun,
    Indicator,
    Job,
    Match,
    MatchRun,
    Organization,
    Problem,
    Purge,
    Review,
)
from matchmaker.permissions import ORGANIZER, SYSTEM, Actor
from matchmaker.services import purging, versions
from tests.support.samples import expert, organization, problem, publication, store

SECRET = "绝密词条"
ADMINISTRATOR = Actor("administrator", "管理员甲", account=1)


@pytest.fixture
def number(app):
    """A problem whose words stand wherever words of a problem stand."""
    found = store(app, problem(f"{SECRET}镀层", text=SECRET, key="K1", indicators=[Indicator(name=SECRET)]))[
        0
    ]
    subject = f"problem:{found}"
    run = MatchRun(direction="problem-experts", subject=subject, subject_version=1)
    run.matches = [Match(rank=1, target="expert:9", score=1.0, evidence={"quote": SECRET})]
    other = MatchRun(direction="expert-problems", subject="expert:9", subject_version=1)
    other.matches = [
        Match(rank=1, target=subject, score=1.0, summary=SECRET),
        Match(rank=2, target="problem:77", score=0.5, summary="别的"),
    ]
    report = ImportRun(filename="a.csv", kind="problem")
    report.faults = [
        ImportFault(row=1, fault="太长", raw={"名称": f"{SECRET}镀层"}),
        ImportFault(row=2, fault="太长", raw={"名称": "别的"}),
    ]
    attachment = Attachment(
        subject=subject, filename=f"{SECRET}.pdf", stored_name="f1", media_type="application/pdf",
        size=1, sha256="0" * 64, text=SECRET, visibility="introduced",
    )  # fmt: skip
    store(
        app,
        run,
        other,
        report,
        attachment,
        Review(problem_id=found, actor="某", decision="return", comment=SECRET),
    )
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem, found)
        versions.begin(uow, row)
        row.title = f"{SECRET}新"
        versions.keep(uow, ORGANIZER, row)
        uow.record(ORGANIZER, "problem:edit", subject, title=SECRET)
        uow.looked_at(ORGANIZER, "problem:read", subject)
        uow.enqueue("index", subject)
    return found


def told(app):
    """Everything that the tables hold, but for the names of the rows' tables."""
    with app.reading() as uow:
        return {
            table.name: [tuple(row) for row in uow.session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def test_nothing_that_was_said_remains(app, number):
    assert sum(SECRET in str(rows) for rows in told(app).values()) >= 8
    with app.unit_of_work() as uow:
        assert purging.purge(uow, ADMINISTRATOR, f"problem:{number}", "误传材料") == ["f1"]
    found = told(app)
    assert [name for name, rows in found.items() if SECRET in str(rows)] == []
    assert [name for name in ("problem", "version", "attachment", "review", "indicator") if found[name]] == []
    assert (len(found["match"]), len(found["import_fault"])) == (1, 2)


def test_number_date_actor_and_reason_remain(app, number):
    with app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, f"problem:{number}", " 误传材料 ")
    with app.reading() as uow:
        (kept,) = purging.purged(uow, ADMINISTRATOR)
        assert (kept.subject, kept.actor, kept.account_id, kept.reason) == (
            f"problem:{number}", "管理员甲", 1, "误传材料",
        )  # fmt: skip
        assert kept.at is not None
    found = told(app)
    assert [row[2:] for row in found["access_log"]] != []
    assert {row for row in map(str, found["history"]) if "purge" in row}


def test_the_index_forgets_it_and_is_made_anew(app, number):
    with app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, f"problem:{number}", "误传材料")
    with app.reading() as uow:
        jobs = {(job.kind, job.subject): job.payload for job in uow.session.query(Job)}
    assert jobs[("index", f"problem:{number}")]["version"] > 1
    assert ("rebuild", "index") in jobs


def test_a_number_is_never_used_again(app, number):
    with app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, f"problem:{number}", "误传材料")
    assert store(app, problem())[0] > number


def test_the_authors_of_a_purged_paper_are_described_anew(app):
    person = expert()
    paper, author = store(app, publication(authors=[person]), person)
    with app.unit_of_work() as uow:
        purging.purge(uow, SYSTEM, f"publication:{paper}", "撤稿论文")
    with app.reading() as uow:
        assert ("index", f"expert:{author}") in {(job.kind, job.subject) for job in uow.session.query(Job)}


def test_a_body_with_experts_stays_until_they_are_gone(app):
    body = organization()
    number, person = store(app, body, expert(organization=body))
    with app.reading() as uow:
        assert purging.outline(uow, SYSTEM, f"organization:{number}").holding == {"expert": 1}
    with pytest.raises(Conflict, match="expert 1"), app.unit_of_work() as uow:
        purging.purge(uow, SYSTEM, f"organization:{number}", "误建单位")
    with app.unit_of_work() as uow:
        purging.purge(uow, SYSTEM, f"expert:{person}", "误建专家")
    with app.unit_of_work() as uow:
        purging.purge(uow, SYSTEM, f"organization:{number}", "误建单位")
    with app.reading() as uow:
        assert uow.session.query(Organization).count() == 0


def test_what_would_go_is_told_before(app, number):
    with app.reading() as uow:
        found = purging.outline(uow, ADMINISTRATOR, f"problem:{number}")
    assert found.title == f"{SECRET}新"
    assert found.rows == {"version": 2, "attachment": 1, "match_run": 1, "match": 1, "job": 1}


@pytest.mark.parametrize("subject", ["problem:999", "problem", "job:1", "problem:-1", "", "problem:1e3"])
def test_a_number_that_is_not_there(app, number, subject):
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, subject, "误传材料")


def test_a_reason_is_needed(app, number):
    with pytest.raises(InvalidInput) as fault, app.unit_of_work() as uow:
        purging.purge(uow, ADMINISTRATOR, f"problem:{number}", " 误 ")
    assert list(fault.value.fields) == ["reason"]
    with app.reading() as uow:
        assert uow.session.query(Purge).count() == 0


def test_an_organizer_may_not(app, number):
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        purging.purge(uow, ORGANIZER, f"problem:{number}", "误传材料")
