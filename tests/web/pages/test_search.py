"""搜索: what is asked stands in the address; every choice is a link; an empty answer says what to do."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.models import Organization, Patent, Problem
from tests.support.samples import store
from tests.support.site import SECRET, County, break_index, counted


def links(page: str, text: str) -> list[str]:
    """Addresses of the links that hold a text."""
    return [
        unescape(href)
        for href, inside in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
        if text in re.sub(r"<[^>]+>", "", inside)
    ]


def test_words_are_marked_and_results_lead_on(client: FlaskClient, county: County) -> None:
    page = client.get("/search?q=镀层&by=words").text
    assert "<mark>镀层</mark>" in page
    assert f'href="/problems/{county.open["problem"]}"' in page
    assert SECRET not in page


def test_tabs_carry_the_question(client: FlaskClient, county: County) -> None:
    page = client.get("/search?q=镀层&by=words&field=materials").text
    tab = next(href for href in links(page, "难题") if "kind=problem" in href)
    shown = client.get(tab).text
    assert 'name="q" value="镀层"' in shown
    assert '<option value="words" selected>' in shown
    assert 'aria-current="page">难题' in shown


def test_a_facet_narrows_and_can_be_taken_out(client: FlaskClient, county: County) -> None:
    page = client.get("/search?q=镀层&by=words").text
    narrowed = links(page, "新材料及其应用")[0]
    assert "field=materials" in narrowed
    inside = client.get(narrowed).text
    assert "只看：" in inside
    assert all("field=" not in href for href in links(inside, "新材料及其应用"))


def test_pages_go_on_by_cursor(app: Application, client: FlaskClient) -> None:
    store(app, *(Patent(title=f"镀层 {number}", abstract="镀层") for number in range(25)))
    sync.rebuild(app)
    first = client.get("/search?q=镀层&by=words").text
    second = client.get(links(first, "下一页")[0]).text
    found = [set(re.findall(r'href="/patents/(\d+)"', page)) for page in (first, second)]
    assert [len(numbers) for numbers in found] == [20, 5]
    assert found[0] & found[1] == set()
    assert links(second, "下一页") == []
    assert links(second, "回第一页") == ["/search?q=%E9%95%80%E5%B1%82&by=words"]


@pytest.mark.parametrize("by", ["both", "words", "meaning"])
def test_each_way_says_what_it_does(client: FlaskClient, county: County, by: str) -> None:
    page = client.get(f"/search?q=镀层&by={by}").text
    said = {
        "both": "字面相符和意思相近的都找",
        "words": "只找含有这些词的内容",
        "meaning": "说法不同但意思相近的也能找到",
    }
    assert [way for way, text in said.items() if text in page] == [by]


def test_without_a_question_there_is_a_way_in(client: FlaskClient, county: County) -> None:
    page = client.get("/search").text
    assert "输入要找的内容，或点上面的一类" in page
    listed = client.get(next(href for href in links(page, "成果") if "kind=achievement" in href)).text
    assert "无氰电镀工艺" in listed
    assert SECRET not in listed


def test_nothing_found_says_what_to_do(client: FlaskClient, county: County) -> None:
    page = client.get("/search?q=zxqvzxqv&by=words&kind=patent").text
    assert "没有找到" in page
    assert links(page, "改为按意思找") == ["/search?q=zxqvzxqv&by=meaning&kind=patent"]
    assert links(page, "清除全部条件") == ["/search?q=zxqvzxqv&by=words"]


def test_an_empty_installation_offers_the_import(organizer: FlaskClient) -> None:
    assert "/imports" in links(organizer.get("/search").text, "导入数据")


@pytest.mark.parametrize(
    "query",
    [
        "q=a%00b",
        "q=" + "a" * 2001,
        "by=nonsense",
        "kind=nonsense",
        "field=nonsense",
        "q=镀层&after=zzz",
        "limit=0",
    ],
)
def test_nonsense_is_told_and_what_was_typed_is_kept(client: FlaskClient, county: County, query: str) -> None:
    page = client.get(f"/search?{query}")
    assert (page.status_code, page.mimetype) == (422, "text/html")
    assert 'class="fault-text"' in page.text
    typed = {"q=a%00b": "ab", "q=镀层&after=zzz": "镀层"}.get(query)
    assert typed is None or f'name="q" value="{typed}"' in page.text


def test_while_the_index_is_lost_the_database_is_searched_and_it_is_said(
    app: Application, client: FlaskClient, county: County
) -> None:
    break_index(app)
    page = client.get("/search?q=镀层&by=meaning")
    assert page.status_code == 200
    assert 'name="q" value="镀层"' in page.text
    assert '<div class="notice attention" role="status">' in page.text
    assert "以下是直接在数据库中按字面查到的" in page.text
    assert f'href="/problems/{county.open["problem"]}"' in page.text
    assert SECRET not in page.text
    assert "缩小范围</h2>" not in page.text
    assert links(client.get("/search?q=zxqv").text, "改为按意思找") == []


def test_what_was_typed_is_text(client: FlaskClient, county: County) -> None:
    page = client.get('/search?q=<script>alert("镀层")</script>').text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_fixed_number_of_statements(app: Application, client: FlaskClient) -> None:
    def add(start: int, count: int) -> None:
        for number in range(start, start + count):
            body = Organization(name=f"单位{number}")
            store(app, body, Problem(title=f"镀层{number}", organization=body, fields=["energy"]))
        sync.rebuild(app)

    def statements(address: str) -> int:
        with counted(app) as ran:
            assert client.get(address).status_code == 200
        return len(ran)

    addresses = ("/search?q=镀层&kind=problem&limit=50", "/search?kind=problem&limit=50")
    add(0, 1)
    one = [statements(address) for address in addresses]
    add(1, 49)
    assert [statements(address) for address in addresses] == one
    assert max(one) <= 4
