"""Cold start: three sentences of a profile, or experience that is no paper, are enough to be ranked."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.matching import problems as problems_for
from matchmaker.matching import ranker
from matchmaker.matching.question import typed
from matchmaker.permissions import ORGANIZER, VISITOR, audiences_of
from matchmaker.services import profiles
from tests.matching.conftest import by_words
from tests.support.samples import expert, organization, problem, publication, store

NEED = {
    "title": "淡水鱼塘病害的快速检测",
    "text": "鱼塘病害发现得晚，送检要三天。希望在塘边半小时内完成病害检测。",
}
THREE = "长期研究淡水鱼病害的快速检测。做过塘边使用的病害检测试剂盒。愿意到鱼塘现场指导检测。"


@pytest.fixture
def town(app: Application) -> Application:
    """Others with papers, about other things and a little about fish."""
    body = organization()
    people = [expert(f"教授{n}", organization=body, profile="研究作物栽培。") for n in range(4)]
    papers = [
        publication(f"{crop}栽培与{what}", [people[n]], abstract=f"比较{crop}在{what}条件下的产量。")
        for n, crop in enumerate(("水稻", "柑橘", "杨梅", "茶叶"))
        for what in ("施肥", "灌溉", "采后保鲜", "病虫害")
    ]
    fish = expert("鱼教授", organization=body, profile="研究海洋渔业资源。")
    papers += [
        publication(f"东海{what}资源调查", [fish], abstract=f"调查东海{what}的数量。")
        for what in ("带鱼", "小黄鱼", "鲳鱼")
    ]
    store(app, body, *people, fish, *papers, problem(NEED["title"], text=NEED["text"]))
    return app


def ranked(app: Application):
    return ranker.rank(
        app.index, app.embedder, typed(NEED["title"], NEED["text"]), audiences_of(VISITOR), model=by_words()
    )


def newcomer(app: Application, name: str, **steps: dict[str, object]) -> str:
    with app.unit_of_work() as uow:
        first = {"name": name, "institution": "临江大学", **steps.pop("who", {})}
        number = profiles.create(uow, ORGANIZER, "expert", first, today=date(2026, 11, 23)).id
        for step, typed in steps.items():
            profiles.save(
                uow, ORGANIZER, "expert", number, step, typed, revision=None, today=date(2026, 11, 23)
            )
        profiles.publish(uow, ORGANIZER, number)
    sync.rebuild(app)
    return f"expert:{number}"


def test_three_sentences_and_no_work_can_be_the_first(town: Application) -> None:
    chen = newcomer(town, "陈默", who={"profile": THREE})
    first = ranked(town).experts[0]
    assert first.id == chen
    assert first.documents == ()
    assert first.quotes
    assert all(quote.document == chen and quote.theirs.strip("…") in THREE for quote in first.quotes)


def test_the_problem_comes_first_for_him_too(town: Application) -> None:
    chen = newcomer(town, "陈默", who={"profile": THREE})
    audiences = audiences_of(VISITOR)
    ranking = problems_for.rank(town.index, town.embedder.fingerprint, chen, audiences, model=by_words())
    assert [one.title for one in ranking.problems] == [NEED["title"]]


@pytest.mark.parametrize("kind", ["project", "visit", "standard", "equipment", "service", "award"])
def test_experience_that_is_no_paper_counts_whatever_its_kind(town: Application, kind: str) -> None:
    row = {
        "kind": kind,
        "title": "淡水鱼塘病害快速检测",
        "client": "某渔业合作社",
        "outcome": "塘边半小时完成检测",
    }
    done = newcomer(town, "老渔", experience={"projects": [row]})
    first = ranked(town).experts[0]
    assert first.id == done
    assert "塘边半小时完成检测" in " ".join(quote.theirs for quote in first.quotes)
    assert "合作社" not in town.index.get([done])[done].body


def test_three_sentences_about_something_else_do_not(town: Application) -> None:
    other = newcomer(town, "许音", who={"profile": "研究方言童谣。整理过三百首曲谱。办过音乐会。"})
    assert [one.id for one in ranked(town).experts[:1]] != [other]
