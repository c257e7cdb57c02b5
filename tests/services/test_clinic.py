"""The need clinic over index and database: duplicates, votes of neighbours, what stays hidden, no index."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from matchmaker import consulting
from matchmaker.bootstrap import Application
from matchmaker.clinic.findings import SIMILAR
from matchmaker.consulting import Form, Line
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.indexing import sync
from matchmaker.models import Indicator, Problem
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services.clinic import form_of, form_of_problem
from tests.support.samples import expert, organization, problem, publication, store

TEXT = "活塞杆镀硬铬以后表面出现针孔和镀层脱落，镀前已经抛光清洗，仍然出现，每批返工两成"
OTHER = "大棚番茄连作青枯病严重，轮作也压不住，植株成片枯死"


def plating(title: str = "活塞杆镀铬针孔", **parts: Any) -> Problem:
    lines = [
        Indicator(name="结合力", target="20", unit="MPa"),
        Indicator(name="针孔率", target="0.5", unit="%"),
    ]
    made = problem(title, text=parts.pop("text", TEXT), fields=["materials"], cooperation=["joint"], **parts)
    made.indicators = lines
    return made


@pytest.fixture
def known(app: Application) -> dict[str, int]:
    """Two open problems alike, one hidden word for word the same, one waiting for review, one of another trade."""
    rows = [
        plating(number="MX-1"),
        plating("活塞杆镀铬脱落", number="MX-2", text=TEXT + "，客户退货", state="solved"),
        plating("镀铬针孔保密件", number="MX-3", visibility="members", readers=" members office "),
        problem("大棚番茄青枯病", text=OTHER, number="MX-4", fields=["agriculture"]),
        plating("还没发布的镀铬针孔", number="MX-5", state="submitted", readers=" office "),
    ]
    numbers = store(app, *rows)
    sync.rebuild(app)
    return dict(zip(("first", "solved", "hidden", "tomato", "waiting"), numbers, strict=True))


def numbers(found: Any) -> set[str]:
    return {one.number for one in found}


def test_a_duplicate_is_found_and_another_trade_is_not(app: Application, known: dict[str, int]) -> None:
    found = consulting.consult(app, VISITOR, Form(title="活塞杆镀铬针孔", text=TEXT))
    assert numbers(found.duplicates) == {"MX-1", "MX-2"}
    assert "MX-4" not in numbers(found.similar)
    assert found.notice is None


def test_a_hidden_one_is_shown_to_the_reviewer_only(app: Application, known: dict[str, int]) -> None:
    form = Form(title="镀铬针孔保密件", text=TEXT)
    to_visitor = consulting.consult(app, VISITOR, form)
    assert "MX-3" not in numbers((*to_visitor.duplicates, *to_visitor.similar))
    assert "MX-5" not in numbers((*to_visitor.duplicates, *to_visitor.similar))
    assert {"MX-1", "MX-2", "MX-3", "MX-5"} == numbers(consulting.consult(app, ORGANIZER, form).duplicates)


def test_what_only_hidden_ones_tell_is_not_told(app: Application) -> None:
    secret = [plating(f"保密{n}", readers=" members office ", visibility="members") for n in range(3)]
    store(app, *secret)
    sync.rebuild(app)
    form = Form(title="保密1", text=TEXT)
    found = consulting.consult(app, VISITOR, form)
    assert (found.duplicates, found.similar, found.lacking) == ((), (), ())
    assert [one for one in found.proposals if one.source == SIMILAR] == []
    assert len(consulting.consult(app, ORGANIZER, form).duplicates) == 3


def test_the_problem_that_is_edited_is_no_duplicate_of_itself(
    app: Application, known: dict[str, int]
) -> None:
    form = Form(title="活塞杆镀铬针孔", text=TEXT)
    found = consulting.consult(app, ORGANIZER, form, exclude=known["first"])
    assert "MX-1" not in numbers(found.duplicates)
    again = consulting.consult(app, ORGANIZER, form, exclude=known["waiting"])
    assert "MX-5" not in numbers(again.duplicates)


def test_neighbours_vote_where_the_text_is_silent(app: Application, known: dict[str, int]) -> None:
    found = consulting.consult(app, VISITOR, Form(title="活塞杆镀铬针孔", text=TEXT))
    by_key = {one.key: one for one in found.proposals}
    assert (by_key["cooperation"].codes, by_key["cooperation"].source) == (("joint",), SIMILAR)
    assert found.lacking == ("结合力", "针孔率")
    given = Form(
        title="活塞杆镀铬针孔", text=TEXT, cooperation=("commission",), indicators=(Line("针孔率", "", "1"),)
    )
    silent = consulting.consult(app, VISITOR, given)
    assert silent.lacking == ("结合力",)
    assert "cooperation" not in {one.key for one in silent.proposals}


def test_neighbours_know_better_than_a_guessed_kind(app: Application) -> None:
    store(app, *(plating(f"活塞杆镀铬{n}", kind="upgrade") for n in range(3)))
    form = Form(title="活塞杆镀铬", text="活塞杆镀硬铬以后表面针孔和镀层脱落，镀前已经清洗，每批返两成")
    alone = {one.field: one for one in consulting.examine(app, VISITOR, form).proposals}
    assert (alone["kind"].value, alone["kind"].quote) == ("tackle", "")
    sync.rebuild(app)
    kinds = [one.value for one in consulting.consult(app, VISITOR, form).proposals if one.field == "kind"]
    assert kinds == ["upgrade"]


def test_without_an_index_the_rules_still_hold(app: Application, known: dict[str, int]) -> None:
    with app.unit_of_work() as uow:
        uow.session.delete(uow.session.get(Problem, known["waiting"]))
    app.index.drop()
    app.forget_index()
    found = consulting.consult(app, VISITOR, Form(title="活塞杆镀铬针孔", text=TEXT))
    assert found.examination.open == 5
    assert (found.duplicates, found.similar) == ((), ())


def test_nothing_is_kept(app: Application, known: dict[str, int]) -> None:
    form = Form(title="从未见过的标题", text="从未见过的正文，镀铬针孔怎么办才好，请教专家")
    consulting.consult(app, VISITOR, form)
    assert app.embedder.cached(consulting.question(form).text, "query") is None
    with app.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Problem)) == 5


@pytest.mark.parametrize("count", [1, 50])
def test_it_costs_the_same_with_many_neighbours(app: Application, count: int) -> None:
    from tests.support.site import counted

    store(app, *(plating(f"活塞杆镀铬{n}") for n in range(count)))
    sync.rebuild(app)
    with counted(app) as statements:
        consulting.consult(app, ORGANIZER, Form(title="活塞杆镀铬", text=TEXT))
    assert len(statements) <= 4


def test_a_change_moves_experts_and_names_the_new_evidence(app: Application) -> None:
    university = organization()
    plater = expert("林一鸣", organization=university, profile="研究活塞杆镀铬针孔和镀层脱落")
    grower = expert("周远", organization=university, profile="研究番茄青枯病和土壤消毒")
    works = [
        publication(
            "硬铬镀层针孔的成因", [plater], abstract="活塞杆镀硬铬针孔与镀层脱落的原因是镀前活化不足。"
        ),
        publication("番茄青枯病的土壤消毒", [grower], abstract="大棚番茄连作青枯病用土壤消毒压制。"),
    ]
    ids = store(app, university, plater, grower, *works)
    sync.rebuild(app)
    before, after = Form(title="大棚番茄青枯病", text=OTHER), Form(title="活塞杆镀铬针孔", text=TEXT)
    found = consulting.compare(app, VISITOR, before, after)
    places = {one.id: (one.before, one.after) for one in found.moves}
    assert places[f"expert:{ids[1]}"][1] == 1
    assert places[f"expert:{ids[2]}"][0] == 1
    moved = next(one for one in found.moves if one.id == f"expert:{ids[1]}")
    assert any("针孔" in quote.theirs for quote in moved.evidence)
    same = consulting.compare(app, VISITOR, after, after)
    assert {one.kind for one in same.moves} == {"same"}
    assert all(one.evidence == () for one in same.moves)


def test_an_empty_text_is_not_compared(app: Application) -> None:
    with pytest.raises(InvalidInput) as caught:
        consulting.compare(app, VISITOR, Form(), Form(title="活塞杆镀铬"))
    assert list(caught.value.fields) == ["before"]


def test_a_stored_problem_is_a_form_for_those_who_may_read_it(
    app: Application, known: dict[str, int]
) -> None:
    assert consulting.stored(app, VISITOR, known["first"]).indicators[0].name == "结合力"
    with pytest.raises(NotFound):
        consulting.stored(app, VISITOR, known["hidden"])


def test_values_of_a_schema_make_a_form() -> None:
    values = {
        "title": "甲",
        "budget_fen": None,
        "contact_phone": "138",
        "indicators": [{"name": "乙", "target": "1"}],
    }
    assert form_of(values) == Form(title="甲", indicators=(Line("乙", "", "1"),))


def test_a_row_makes_the_same_form() -> None:
    assert form_of_problem(plating()) == Form(
        title="活塞杆镀铬针孔", text=TEXT, fields=("materials",), cooperation=("joint",),
        indicators=(Line("结合力", "", "20", "MPa"), Line("针孔率", "", "0.5", "%")),
    )  # fmt: skip
