"""A ranking on a page: verdict first, cards with their rows, nothing that the reader may not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask, g, render_template_string

from matchmaker.bootstrap import Application
from matchmaker.errors import Unavailable
from matchmaker.matching.result import Ranking
from matchmaker.messages import Message
from matchmaker.permissions import VISITOR
from tests.support.samples import expert, store
from web import samples
from web.ranked import ask, shown

PAGE = "{% from 'pages/_ranking.html' import answer %}{{ answer(shown, fault) }}"


@pytest.fixture
def render(app: Application, site: Flask) -> Callable[[Ranking | None, Unavailable | None], str]:
    def rendered(ranking: Ranking | None, fault: Unavailable | None = None) -> str:
        with site.test_request_context("/"), app.reading() as uow:
            site.preprocess_request()
            assert g.actor == VISITOR
            return render_template_string(
                PAGE, shown=shown(uow, VISITOR, ranking) if ranking else None, fault=fault
            )

    return rendered


def ranking_of(county: dict[str, int], band: str = "strong", experts: int = 1) -> Ranking:
    made = samples.shown(band).ranking
    numbers = [county["expert"], county["other"]][:experts]
    return replace(
        made,
        experts=tuple(replace(samples.expert(number, band, 0.9), documents=()) for number in numbers),
        achievements=(samples.document(county["achievement"]),),
        literature=(samples.document(county["publication"], "publication"),),
        problems=(),
    )


def test_a_card_shows_the_person_the_evidence_and_what_is_open(
    render: Callable[..., str], county: dict[str, int]
) -> None:
    text = render(ranking_of(county))
    for part in (
        "有把握找到了合适的专家", "可以先约谈的专家", "林一鸣", "教授", "临江大学", "材料学院", "强匹配",
        "无氰镀铜 · 某五金厂 · 2023", "未覆盖", "未见：换型", "为什么这样排", "相关成果", "相关论文和专利",
    ):  # fmt: skip
        assert part in text, part


def test_no_good_match_is_said_first_and_the_nearest_follow(
    render: Callable[..., str], county: dict[str, int]
) -> None:
    text = render(ranking_of(county, "none"))
    order = [
        text.index(part)
        for part in (
            "目前没有合适的专家",
            "没有专家做过同类产品",
            "接下来可以：",
            "最接近的专家（供参考）",
            "暂不合适",
        )
    ]
    assert order == sorted(order)


def test_a_hidden_expert_is_not_on_the_page(
    app: Application, render: Callable[..., str], county: dict[str, int]
) -> None:
    hidden = store(app, expert("隐身人", visibility="members", readers=" members office "))[0]
    ranking = ranking_of(county)
    ranking = replace(ranking, experts=(samples.expert(hidden, "strong", 0.9), *ranking.experts))
    text = render(ranking)
    assert "隐身人" not in text
    assert text.count('class="match band-edge') == 1


def test_a_missing_part_is_a_notice_with_its_remedy(render: Callable[..., str]) -> None:
    fault = Unavailable(
        Message("检索暂不可用，请稍后再试。"), hint=Message("请让管理员运行 matchmaker index rebuild。")
    )
    text = render(None, fault)
    assert "检索暂不可用，请稍后再试。" in text
    assert "matchmaker index rebuild" in text


def test_asking_turns_a_missing_part_into_a_value() -> None:
    fault = Unavailable("x")

    def missing() -> Ranking:
        raise fault

    assert ask(missing) == (None, fault)


def test_cards_cost_the_same_however_many(
    app: Application, county: dict[str, int], statements: list[str]
) -> None:
    costs = []
    for count in (1, 2):
        with app.reading() as uow:
            statements.clear()
            shown(uow, VISITOR, ranking_of(county, experts=count))
            costs.append(len(statements))
    assert costs[0] == costs[1]


def test_what_does_not_fit_is_folded_into_lines(render: Callable[..., str], county: dict[str, int]) -> None:
    ranking = ranking_of(county, experts=2)
    unfit = replace(ranking.experts[1], band="none", probability=0.04)
    text = render(replace(ranking, experts=(ranking.experts[0], unfit)))
    assert "另有 1 位暂不合适" in text
    assert text.count('aria-labelledby="match-') == 1
    assert "未覆盖 新花色 10 分钟内换型 · 暂不合适 4%" in text
