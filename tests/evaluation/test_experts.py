"""``matchmaker evaluate experts``: leave-one-out on authorship leaves the paper out everywhere."""

from __future__ import annotations

import json

import numpy as np
import pytest

from indexer.evaluation import MEASURES
from matchmaker.errors import InvalidInput
from matchmaker.evaluation import experts
from tests.evaluation.conftest import make, opened, papers, write

ASKED = ["plating0", "plating2", "vision1", "vision5", "plating6"]


def run(made, asked):
    told: list[tuple[int, int]] = []
    facts, runs = experts.report(
        made.index, made.embedder, made.folder, asked, lambda d, t: told.append((d, t))
    )
    return facts, runs, told


def test_the_report_has_the_promised_keys(made):
    facts, runs, told = run(made, ASKED)
    assert set(facts["systems"]) == set(runs) == {"words", "vectors", "rrf", "zsum", "ours"}
    assert {tuple(values) for values in facts["systems"].values()} == {MEASURES}
    assert facts["problems"] == 4  # nobody with three papers wrote plating6
    assert facts["candidates"] == 5
    assert told[-1] == (4, 4)
    assert json.loads(json.dumps(facts)) == facts


def test_only_experts_with_three_papers_are_candidates(made):
    _facts, runs, _told = run(made, ASKED)
    named = {person for some in runs.values() for hits in some.values() for person, _score in hits}
    assert named <= {"plating-first", "plating-second", "vision-first", "vision-second", "loner"}


def test_whom_only_the_paper_would_find_is_not_found_by_it(settings, tmp_path):
    """An author whose other papers are about something else has nothing left that speaks for him."""
    data = make(tmp_path / "data")
    odd = {
        "id": "odd",
        "title": "量子密钥分发",
        "abstract": "量子密钥分发的诱骗态协议。",
        "keywords": ["量子"],
    }
    copy = {"id": "copy", "title": "另一个题目", "abstract": odd["abstract"], "keywords": []}
    write(data / "expertise.jsonl", [*papers(), odd, copy])
    people = [json.loads(line) for line in (data / "experts.jsonl").read_text("utf-8").splitlines()]
    people[-1]["papers"] += ["odd", "copy"]
    write(data / "experts.jsonl", people)
    with opened(data, settings) as made:
        where = made.index.get(["publication:odd"])["publication:odd"]
        assert where.people == ("expert:loner",)
        _facts, runs, _told = run(made, ["odd"])
        assert [person for person, _score in runs["words"]["odd"]] == []  # no other paper holds a word of it
        means = experts._means(made.index, made.folder, ["loner"])
        left, counts = means.without(["odd", "copy"])
        crops = made.index.vectors([f"publication:crop{place}" for place in range(3)])
        np.testing.assert_allclose(left[0], np.mean(list(crops.values()), axis=0), atol=1e-6)
        assert counts.tolist() == [3]


def test_papers_with_the_same_abstract_leave_together(made):
    groups = experts._same_abstract(made.folder)
    assert groups["plating0"] == ["plating0"]


def test_a_run_file_a_system(made, tmp_path):
    _facts, runs, _told = run(made, ASKED)
    experts.save_runs(tmp_path / "run.txt", runs)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "run.rrf.txt", "run.txt", "run.vectors.txt", "run.words.txt", "run.zsum.txt",
    ]  # fmt: skip
    first = (tmp_path / "run.txt").read_text("utf-8").splitlines()[0].split(" ")
    assert (first[0], first[1], first[3], first[5]) == ("plating0", "Q0", "1", "ours")


@pytest.mark.parametrize("content", ["", "{}", "[]", '["nowhere"]', "\x00"])
def test_a_list_of_papers_that_is_none_is_told(made, tmp_path, content):
    path = tmp_path / "papers.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInput, match=r"papers\.json"):
        experts.read_papers(path, made.folder)


def test_a_list_of_papers_is_read(made, tmp_path):
    (tmp_path / "papers.json").write_text(json.dumps(ASKED), "utf-8")
    assert experts.read_papers(tmp_path / "papers.json", made.folder) == ASKED
