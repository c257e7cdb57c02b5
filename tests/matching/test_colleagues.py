"""Who else does what a work is about: the formula by hand, and ranking over a real index."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.query import Filter
from matchmaker.matching import colleagues
from matchmaker.matching.analysis import pairs
from matchmaker.matching.candidates import centre_of


def found(town, work, among=None, excluded=()):
    index = town.app.index
    document = index.get([town[work]])[town[work]]
    vector = index.vectors([document.id])[document.id]
    where = Filter(None, excluded=excluded)
    text = f"{document.title}\n{document.body}"
    return colleagues.rank(index, text, vector, centre_of(index, len(vector)), where, among)


def test_the_author_of_like_works_comes_first_with_them(town):
    first = found(town, "salt", excluded=(town["salt"],))[0]
    assert first.id == town["plater"]
    assert {work for work, _score in first.documents} == {town["seal"], town["bath"]}
    assert [first.works, first.documents[0][1] >= first.documents[1][1]] == [2, True]


def test_somebody_known_only_by_a_left_out_work_is_not_found(town):
    assert town["seer"] in [one.id for one in found(town, "eye")]
    assert town["seer"] not in [one.id for one in found(town, "eye", excluded=(town["eye"],))]


def test_only_candidates_answer(town):
    among = (town["seer"], town["second"])
    assert {one.id for one in found(town, "salt", among)} == set(among)
    assert found(town, "salt", ()) == []


def test_scores_fall(town):
    scores = [one.score for one in found(town, "salt")]
    assert scores == sorted(scores, reverse=True)


def test_better_co_authors_lift_and_nobody_sinks():
    scores = np.array([2.0, 0.0, 1.0])
    joint = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    assert colleagues.lifted(scores, joint).tolist() == [2.0, pytest.approx(2.0 * colleagues.LIFT), 1.0]


def test_standard_scores_are_those_of_the_best():
    assert colleagues.standard(np.array([3.0, 1.0, -100.0]), top=2).tolist() == pytest.approx(
        [1.0, -1.0, -102.0]
    )


def test_a_text_is_most_like_itself():
    rows = [pairs("锌镍合金镀层"), pairs("柑橘采后保鲜"), pairs("锌镍镀层腐蚀")]
    values = colleagues.pair_cosines(pairs("锌镍合金镀层"), rows)
    assert values.argsort()[::-1].tolist() == [0, 2, 1]
    assert values[0] == pytest.approx(1.0)
    assert values[1] == 0.0


def test_nothing_in_common_and_nothing_at_all():
    assert colleagues.pair_cosines(pairs("镀层"), [pairs("")]).tolist() == [0.0]
