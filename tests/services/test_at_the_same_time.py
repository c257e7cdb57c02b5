"""Two who do the same at the same moment: nothing doubled, nothing lost, the second is told."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.models import Expert, History, Job, Organization, Problem
from matchmaker.permissions import ORGANIZER
from matchmaker.services import experts, importing, organizations, problems
from matchmaker.services.experts import ExpertFilter
from matchmaker.services.problems import ProblemFilter
from tests.support.imports import begin, jsonl
from tests.support.samples import expert, organization, problem, store


def together(*acts):
    """Runs them in threads; returns what each gave or raised."""
    found = [None] * len(acts)

    def run(place, act):
        try:
            found[place] = act()
        except Exception as fault:
            found[place] = fault

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_two_imports_that_name_the_same_new_organizations_make_each_once(app, tmp_path):
    numbers = [
        begin(
            app,
            jsonl(
                tmp_path / f"{part}.jsonl",
                *(
                    {"id": f"{part}{n}", "name": f"人{part}{n}", "institution": f"大学{n % 40}"}
                    for n in range(600)
                ),
            ),
            "expert",
        )
        for part in "ab"
    ]
    ended = together(*(lambda number=number: importing.run_import(app, number).state for number in numbers))
    assert ended == ["done", "done"]
    with app.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Organization)) == 40
        assert uow.session.scalar(select(func.count()).select_from(Expert)) == 1200
        jobs = uow.session.execute(select(Job.subject).where(Job.kind == "index")).all()
    assert len(jobs) == 1240


def test_of_two_changes_of_one_object_the_second_is_told_and_no_version_is_given_twice(app):
    number = store(app, problem("难题"))[0]
    met = threading.Barrier(2)

    def change(part):
        with app.unit_of_work() as uow:
            row = uow.session.get_one(Problem, number)
            with suppress(threading.BrokenBarrierError):  # SQLite lets one in at a time
                met.wait(0.5)
            setattr(row, part, "新")
            row.index_version += 1
            uow.record(ORGANIZER, "problem:update", f"problem:{number}")
        return "kept"

    told = sorted(map(str, together(lambda: change("goal"), lambda: change("scene"))))
    with app.reading() as uow:
        row = uow.session.get_one(Problem, number)
        changes = len(uow.session.scalars(select(History)).all())
        state = (row.index_version, sorted([row.goal, row.scene]))
    if app.database.is_sqlite:
        assert (told, state, changes) == (["kept", "kept"], (3, ["新", "新"]), 2)
    else:
        assert told == ["kept", "别人刚刚改了同一内容，这次没有保存。"]
        assert (state, changes) == ((2, ["", "新"]), 1)


def test_the_same_key_twice_at_the_same_moment_is_a_conflict(app):
    store(app, Organization(name="甲", kind="other", key="k1"))
    with pytest.raises(Conflict, match="同样的内容刚刚已由别人保存"):
        store(app, Organization(name="乙", kind="other", key="k1"))


def test_lists_have_one_order_on_every_database(app):
    names = ["Zeta", "alpha", "中山大学", "临江大学", "安徽大学", "_北", "Ámos"]
    bodies = [organization(name) for name in names]
    store(
        app,
        *bodies,
        *(expert(name, position=name) for name in names),
        *(problem(name, number=name, budget_fen=len(name) or None) for name in names),
        problem("无预算", number="9"),
    )
    by_code = sorted(names)
    with app.reading() as uow:
        listing = organizations.list_organizations(uow, ORGANIZER)
        assert [line.row.name for line in listing.page.rows] == by_code
        for sort, rows in (("name", by_code), ("-position", by_code[::-1])):
            found = experts.listing(uow, ORGANIZER, ExpertFilter(sort=sort))
            assert [row.name for row in found.rows] == rows
        for sort in ("title", "-number"):
            found = problems.listing(uow, ORGANIZER, ProblemFilter(sort=sort))
            wanted = sorted([*names, "无预算"]) if sort == "title" else sorted([*names, "9"])[::-1]
            assert [getattr(row, sort.strip("-")) for row in found.rows] == wanted
        for sort in ("budget", "-budget"):
            found = problems.listing(uow, ORGANIZER, ProblemFilter(sort=sort))
            assert found.rows[-1].title == "无预算"


def test_a_text_is_found_whatever_its_case_and_its_signs_mean_themselves(app):
    store(app, organization("Acme_50%厂", kind="enterprise"), organization("ACME 150厂", kind="enterprise"))
    with app.reading() as uow:
        found = {
            text: [
                line.row.name
                for line in organizations.list_organizations(uow, ORGANIZER, text=text).page.rows
            ]
            for text in ("acme", "e_5", "0%厂", "\\", "'")
        }
    assert found == {
        "acme": ["ACME 150厂", "Acme_50%厂"],
        "e_5": ["Acme_50%厂"],
        "0%厂": ["Acme_50%厂"],
        "\\": [],
        "'": [],
    }


@pytest.mark.parametrize("value", ["a\x00b", "长" * 301])
def test_what_a_database_cannot_hold_is_a_sentence_and_nothing_is_written(app, value):
    def write():
        with app.unit_of_work() as uow:
            uow.session.add(organization("先来的"))
            uow.session.add(problem(value))

    if app.database.is_sqlite:
        write()  # SQLite holds everything; a copy to PostgreSQL then names it
        return
    with pytest.raises(InvalidInput, match="有的内容数据库存不下"):
        write()
    with app.reading() as uow:
        assert uow.session.scalars(select(Organization)).all() == []
