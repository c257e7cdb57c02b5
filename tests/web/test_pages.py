"""Pages: what stands on them, for whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.models import AccessLog, Problem
from tests.support.samples import problem, store
from tests.support.site import break_index
from tests.web.conftest import LONG_TITLE

LISTS = ("/", "/problems", "/experts")


@pytest.mark.parametrize("address", [*LISTS, "/match"])
def test_an_empty_site_offers_the_step_that_fills_it(address: str, organizer: FlaskClient) -> None:
    page = organizer.get(address)
    assert page.status_code == 200
    assert ("empty-title" in page.text) == (address != "/match")
    assert page.text.count("<h1>") == 1


@pytest.mark.parametrize("kind", ["problem", "expert", "publication", "patent", "achievement"])
def test_every_document_has_an_address(kind: str, visitor: FlaskClient, county: dict[str, int]) -> None:
    assert visitor.get(f"/{kind}s/{county[kind]}").status_code == 200
    assert visitor.get(f"/{kind}s/999").status_code == 404
    assert visitor.get(f"/{kind}s/99999999999999999999999999").status_code == 404


def test_the_problem_stands_there_as_a_reader_wants_it(visitor: FlaskClient, county: dict[str, int]) -> None:
    text = visitor.get(f"/problems/{county['problem']}").text
    for part in (
        f"谁能解决：{LONG_TITLE}？", "123.46 万元", "2027-06-30 (周三)", "换过两家药水", "中性盐雾", "≥ 96",
        "盐雾 24 小时后镀层变色", "新材料及其应用、先进制造", "委托开发", "浙江省台州市", "葛＊＊", "139******01",
    ):  # fmt: skip
        assert part in text, part
    assert "13912345601" not in text
    assert "葛建国" not in text


def test_an_anonymous_problem_names_its_owner_only_to_the_office(
    visitor: FlaskClient, organizer: FlaskClient, county: dict[str, int]
) -> None:
    address = f"/problems/{county['anonymous']}"
    assert "澄溪晶彩" in organizer.get(address).text
    shown = visitor.get(address).text
    assert "不具名的需求" in shown
    assert "澄溪晶彩" not in shown
    assert "赵" not in shown
    assert "不具名" in visitor.get("/problems").text
    assert "不具名" not in visitor.get(f"/problems?organization={county['firm']}").text
    row = next(line for line in visitor.get("/problems.csv").text.splitlines() if "不具名" in line)
    assert "澄溪晶彩" not in row


def test_a_draft_is_hidden_as_if_it_did_not_exist(
    visitor: FlaskClient, organizer: FlaskClient, county: dict[str, int]
) -> None:
    assert organizer.get(f"/problems/{county['draft']}").status_code == 200
    assert visitor.get(f"/problems/{county['draft']}").status_code == 404
    assert "尚未发布" in organizer.get("/problems").text
    assert "尚未发布" not in visitor.get("/problems").text


def test_an_unpublished_problem_is_hidden_whatever_its_visibility(
    app: Application, visitor: FlaskClient
) -> None:
    number = store(app, problem("待审核的需求", state="submitted"))[0]
    assert visitor.get(f"/problems/{number}").status_code == 404
    assert "待审核的需求" not in visitor.get("/").text


def test_the_expert_stands_there_with_works_and_people(visitor: FlaskClient, county: dict[str, int]) -> None:
    text = visitor.get(f"/experts/{county['expert']}").text
    for part in (
        "林一鸣能解决哪些难题？",
        "无氰镀铜",
        "合格率 98%",
        "2022",
        "2021",
        "周远",
        "138******78",
        "l***@example.edu.cn",
    ):
        assert part in text, part
    assert "13812345678" not in text


def test_each_look_at_an_expert_is_written_down(
    app: Application, visitor: FlaskClient, county: dict[str, int]
) -> None:
    visitor.get(f"/experts/{county['expert']}")
    visitor.get("/experts/999")
    visitor.get("/experts.csv")
    with app.reading() as uow:
        found = [(log.actor, log.action, log.subject) for log in uow.session.scalars(select(AccessLog))]
    assert found == [
        ("访客", "expert:read", f"expert:{county['expert']}"),
        ("访客", "expert:export", "expert:*"),
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=MX-001", 1), ("q=mx-00", 1), ("q=%25", 0), ("field=materials", 1), ("field=energy", 0), ("region=330000", 1),
     ("region=331000", 1), ("region=110000", 0), ("organization_kind=enterprise", 1), ("organization_kind=farm", 0),
     ("state=published", 2), ("state=nonsense", 0), ("page=99", 2), ("page=x", 2), ("sort=-budget", 2), ("sort=x", 2)],
)  # fmt: skip
def test_filters_stand_in_the_address(
    query: str, count: int, visitor: FlaskClient, county: dict[str, int]
) -> None:
    page = visitor.get(f"/problems?{query}")
    assert page.status_code == 200
    assert page.text.count('class="row-link"') == count


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=林", 1), ("q=盐雾", 1), ("field=materials", 1), ("organization_kind=university", 2), ("q=没有", 0)],
)
def test_experts_are_filtered_too(
    query: str, count: int, visitor: FlaskClient, county: dict[str, int]
) -> None:
    assert visitor.get(f"/experts?{query}").text.count('class="row-link"') == count


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_fifty(
    address: str, visitor: FlaskClient, many: Callable[[int], None], statements: list[str]
) -> None:
    many(1)
    statements.clear()
    visitor.get(address)
    one = len(statements)
    many(50)
    statements.clear()
    page = visitor.get(address)
    assert len(statements) == one
    assert len(page.data) <= 100_000


def test_a_page_of_a_list_leads_to_the_next(visitor: FlaskClient, many: Callable[[int], None]) -> None:
    many(51)
    first = visitor.get("/problems?field=materials")
    assert "第 1–50 条，共 51 条" in first.text
    assert 'href="/problems?field=materials&amp;page=2"' in first.text
    second = visitor.get("/problems?field=materials&page=2")
    assert second.text.count('class="row-link"') == 1
    assert 'rel="prev" href="/problems?field=materials"' in second.text


def test_the_export_shows_what_the_list_shows(visitor: FlaskClient, county: dict[str, int]) -> None:
    answer = visitor.get("/problems.csv?q=MX-001")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="problems.csv"'
    assert answer.text.splitlines() == [
        "\ufeff编号,名称,企业,技术领域,地区,状态,拟投入资金(万元),截止日期",
        f"MX-001,{LONG_TITLE},澄溪晶彩钮扣有限公司,新材料及其应用、先进制造,浙江省台州市,已发布,123.46,2027-06-30",
    ]


def test_the_export_holds_no_formula(app: Application, visitor: FlaskClient) -> None:
    store(app, Problem(title="=HYPERLINK(1)", number="@x"))
    assert "'@x,'=HYPERLINK(1)," in visitor.get("/problems.csv").text


def test_markup_in_data_stays_text(app: Application, visitor: FlaskClient) -> None:
    number = store(app, problem('<script>alert("1")</script>', tried="<b>x</b>", keywords=["<i>"]))[0]
    for address in ("/", "/problems", f"/problems/{number}", "/problems?q=<script>"):
        text = visitor.get(address).text
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
    assert "&lt;script&gt;" in visitor.get("/problems").text


def test_the_home_page_counts_what_the_reader_may_see(
    visitor: FlaskClient, organizer: FlaskClient, county: dict[str, int]
) -> None:
    assert 'class="figure-value">2<' in visitor.get("/").text
    assert 'class="figure-value">3<' in organizer.get("/").text
    assert "先进制造的难题多于专家：1 项对 0 人" in visitor.get("/").text


@pytest.mark.parametrize("form", [{}, {"title": " ", "text": "\n"}, {"title": "的"}])
def test_a_match_without_words_says_what_is_missing(form: dict[str, str], visitor: FlaskClient) -> None:
    page = visitor.post("/match", data=form)
    assert page.status_code == 422
    assert "内容为空，或只有虚词" in page.text
    assert 'aria-invalid="true" autofocus' in page.text


def test_a_text_never_seen_finds_people_and_stays_in_the_form(
    app: Application, visitor: FlaskClient, county: dict[str, int]
) -> None:
    sync.rebuild(app)
    page = visitor.post("/match", data={"title": "镀层", "text": "镀层在盐雾中 24 小时后变色 <b>"})
    assert page.status_code == 200
    for part in ("谁能解决：镀层？", "林一鸣", "24 小时后变色 &lt;b&gt;</textarea>"):
        assert part in page.text, part
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_stored_problem_and_an_expert_show_each_other(
    app: Application, visitor: FlaskClient, county: dict[str, int]
) -> None:
    sync.rebuild(app)
    assert f'href="/experts/{county["expert"]}"' in visitor.get(f"/problems/{county['problem']}").text
    assert f'href="/problems/{county["problem"]}"' in visitor.get(f"/experts/{county['expert']}").text


def test_the_problem_stays_readable_without_an_index(
    app: Application, visitor: FlaskClient, county: dict[str, int]
) -> None:
    break_index(app)
    page = visitor.get(f"/problems/{county['problem']}")
    assert page.status_code == 200
    assert "换过两家药水" in page.text
    assert "暂时无法排出专家" in page.text
