"""People and their works, named from either side, in whatever order they come."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import delete, select

from matchmaker.models import Achievement, Authorship, Expert, Inventorship, Job, PendingLink, Publication
from tests.support.imports import counts, jsonl, load, told

FILES = {
    "expert": [
        {"id": "e1", "name": "林", "institution": "校", "papers": ["w1", "w2"]},
        {"id": "e2", "name": "周", "institution": "校"},
    ],
    "publication": [
        {"id": "w1", "title": "一", "abstract": "a"},
        {"id": "w2", "title": "二", "abstract": "b"},
        {"id": "w3", "title": "三", "abstract": "c", "authors": ["e2", "e1"]},
    ],
    "patent": [{"id": "t1", "title": "利", "number": "ZL1", "inventors": ["e2", "e1"]}],
    "achievement": [{"id": "a1", "title": "果", "organization": "校", "leader": "e2"}],
}


def bring(app, tmp_path, kind, *rows):
    with app.unit_of_work() as uow:
        uow.session.execute(delete(Job))
    return load(app, jsonl(tmp_path / "rows.jsonl", *rows), kind)


def jobs(app):
    with app.reading() as uow:
        return list(uow.session.scalars(select(Job.subject).where(Job.kind == "index").order_by(Job.subject)))


def links(app):
    with app.reading() as uow:
        session = uow.session
        return (
            sorted(
                (link.publication.key, link.expert.key, link.position)
                for link in session.scalars(select(Authorship))
            ),
            sorted((link.expert.key, link.position) for link in session.scalars(select(Inventorship))),
            [row.leader and row.leader.key for row in session.scalars(select(Achievement))],
            len(session.scalars(select(PendingLink)).all()),
        )


EXPECTED = (
    [("w1", "e1", 0), ("w2", "e1", 0), ("w3", "e1", 1), ("w3", "e2", 0)],
    [("e1", 1), ("e2", 0)],
    ["e2"],
    0,
)


@pytest.mark.parametrize("order", list(permutations(FILES)))
def test_the_order_of_the_files_does_not_matter(app, tmp_path, order):
    for kind in order:
        bring(app, tmp_path, kind, *FILES[kind])
    assert links(app) == EXPECTED


def test_links_on_every_kind_of_database(any_app, tmp_path):
    for kind in ("publication", "achievement", "expert", "patent"):
        bring(any_app, tmp_path, kind, *FILES[kind])
    assert links(any_app) == EXPECTED


def test_partners_that_are_missing_are_told_and_remembered(app, tmp_path):
    run = bring(app, tmp_path, "expert", *FILES["expert"])
    assert (counts(run), told(app, run)) == (
        (2, 0, 0, 0),
        [(1, "论文编号", "2 个编号尚未导入：w1、w2", False)],
    )
    run = bring(app, tmp_path, "publication", FILES["publication"][0])
    assert (counts(run), told(app, run)) == ((1, 0, 0, 0), [])
    assert jobs(app) == ["expert:1", "publication:1"]
    with app.reading() as uow:
        assert [row.index_version for row in uow.session.scalars(select(Expert).order_by(Expert.id))] == [
            2,
            1,
        ]


def test_experts_concerned_learn_of_a_changed_paper(app, tmp_path):
    bring(app, tmp_path, "publication", *FILES["publication"])
    bring(app, tmp_path, "expert", *FILES["expert"])
    run = bring(app, tmp_path, "publication", FILES["publication"][0] | {"title": "改"})
    assert (counts(run), jobs(app)) == ((0, 1, 0, 0), ["expert:1", "publication:1"])
    run = bring(app, tmp_path, "publication", FILES["publication"][0] | {"title": "改"})
    assert (counts(run), jobs(app)) == ((0, 0, 1, 0), [])


def test_a_list_is_the_whole_list(app, tmp_path):
    bring(app, tmp_path, "publication", *FILES["publication"])
    bring(app, tmp_path, "expert", *FILES["expert"])
    run = bring(app, tmp_path, "expert", FILES["expert"][0] | {"papers": ["w2"]})
    assert (counts(run), told(app, run)) == ((0, 1, 0, 0), [(1, "论文编号", "取消了 2 个原有的关联", False)])
    assert links(app)[0] == [("w2", "e1", 0), ("w3", "e2", 0)]
    assert jobs(app) == ["expert:1", "publication:1", "publication:3"]
    run = bring(app, tmp_path, "expert", {"id": "e1", "name": "林", "institution": "校"})
    assert (counts(run), links(app)[0]) == ((0, 0, 1, 0), [("w2", "e1", 0), ("w3", "e2", 0)])


def test_the_order_of_authors_is_kept_up_to_date(app, tmp_path):
    for kind in ("expert", "publication"):
        bring(app, tmp_path, kind, *FILES[kind])
    run = bring(app, tmp_path, "publication", FILES["publication"][2] | {"authors": ["e1", "e2"]})
    assert counts(run) == (0, 1, 0, 0)
    assert links(app)[0][2:] == [("w3", "e1", 0), ("w3", "e2", 1)]


def test_a_confirmed_list_of_papers_stays_from_both_sides(app, tmp_path):
    for kind in ("publication", "expert"):
        bring(app, tmp_path, kind, *FILES[kind])
    with app.unit_of_work() as uow:
        for person in uow.session.scalars(select(Expert)):
            person.confirmed = ["papers"]
    before = links(app)
    run = bring(app, tmp_path, "expert", FILES["expert"][0] | {"papers": ["w3"]})
    assert (counts(run), run.kept_fields) == ((0, 0, 1, 0), 1)
    run = bring(app, tmp_path, "publication", *({**row, "authors": ["e2"]} for row in FILES["publication"]))
    assert (counts(run), links(app)) == ((0, 0, 3, 0), before)


def test_an_owner_who_is_gone_is_forgotten(app, tmp_path):
    bring(app, tmp_path, "expert", *FILES["expert"])
    with app.unit_of_work() as uow:
        uow.session.execute(delete(Expert))
    run = bring(app, tmp_path, "publication", *FILES["publication"][:2])
    assert (counts(run), links(app)) == ((2, 0, 0, 0), ([], [], [], 0))


def test_the_leader_changes(app, tmp_path):
    for kind in ("expert", "achievement"):
        bring(app, tmp_path, kind, *FILES[kind])
    run = bring(app, tmp_path, "achievement", FILES["achievement"][0] | {"leader": "e1"})
    assert (counts(run), links(app)[2]) == ((0, 1, 0, 0), ["e1"])
    assert jobs(app) == ["achievement:1", "expert:1", "expert:2"]
    run = bring(app, tmp_path, "achievement", FILES["achievement"][0] | {"leader": None})
    assert (counts(run), links(app)[2]) == ((0, 1, 0, 0), [None])


def test_rows_that_repeat_an_object_leave_its_last_list(app, tmp_path):
    bring(app, tmp_path, "publication", *FILES["publication"][:2])
    first, second = FILES["expert"][0] | {"papers": ["w1"]}, FILES["expert"][0] | {"papers": ["w2"]}
    bring(app, tmp_path, "expert", first, second)
    assert links(app)[0] == [("w2", "e1", 0)]
    with app.reading() as uow:
        assert len(uow.session.scalars(select(Publication)).all()) == 2
