"""Versions: kept at each change, compared, and both shown when a form was stale."""

from __future__ import annotations

import pytest

from matchmaker.models import Indicator, Problem, Version
from matchmaker.permissions import ORGANIZER, Actor
from matchmaker.services import versions
from tests.support.samples import problem, store

FIRM = Actor("enterprise", "王工", liaison_of=(7,), account=3)


@pytest.fixture
def number(any_app):
    return store(any_app, problem("旧名", text="镀层变色", indicators=[Indicator(name="盐雾", target="96")]))[
        0
    ]


def change(app, number, actor, **values):
    with app.unit_of_work() as uow:
        row = uow.session.get(Problem, number)
        versions.begin(uow, row)
        for name, value in values.items():
            setattr(row, name, value)
        return versions.keep(uow, actor, row)


def test_the_form_before_the_first_change_is_kept_too(any_app, number):
    made = change(any_app, number, FIRM, title="新名")
    with any_app.reading() as uow:
        newest, first = versions.listing(uow, f"problem:{number}")
        assert (newest.number, newest.actor, newest.account_id, first.number) == (2, "王工", 3, 1)
        assert (first.snapshot["title"], newest.snapshot["title"]) == ("旧名", "新名")
        found = versions.differences(first.snapshot, newest.snapshot)
        assert [(each.field, each.old, each.new) for each in found] == [("title", "旧名", "新名")]
    assert made.number == 2


def test_saving_without_a_change_makes_no_version(any_app, number):
    assert change(any_app, number, FIRM, title="新名").number == 2
    assert change(any_app, number, FIRM, title="新名") is None
    with any_app.reading() as uow:
        assert uow.session.get(Problem, number).revision == 2
        assert uow.session.query(Version).count() == 2


def test_rows_of_the_indicator_table_belong_to_a_version(any_app, number):
    change(any_app, number, FIRM, indicators=[Indicator(name="盐雾", target="200", unit="h")])
    with any_app.reading() as uow:
        newest, first = versions.listing(uow, f"problem:{number}")
        assert [each.field for each in versions.differences(first.snapshot, newest.snapshot)] == [
            "indicators"
        ]
        assert newest.snapshot["indicators"][0]["target"] == "200"


def test_whoever_acted_for_another_is_named_with_him(any_app, number):
    assert (
        change(any_app, number, ORGANIZER.acting_for("晶彩钮扣"), title="新").actor == "组织者（代 晶彩钮扣）"
    )


def test_a_stale_form_gets_both_versions(any_app, number):
    change(any_app, number, FIRM, title="甲的名称")
    with any_app.reading() as uow:
        row = uow.session.get(Problem, number)
        versions.refuse_stale(uow, row, 2)
        versions.refuse_stale(uow, row, None)
        with pytest.raises(versions.StaleForm, match="王工") as stale:
            versions.refuse_stale(uow, row, 1)
    assert (stale.value.theirs["title"], stale.value.base["title"]) == ("甲的名称", "旧名")


def test_changes_of_different_fields_go_together_and_of_the_same_are_disputed():
    base = {"title": "一", "text": "二", "tried": "三"}
    mine, theirs = (
        base | {"title": "我的", "tried": "同"},
        base | {"title": "他的", "text": "新", "tried": "同"},
    )
    assert versions.merged(base, mine, theirs) == ({"title": "我的", "text": "新", "tried": "同"}, ["title"])
