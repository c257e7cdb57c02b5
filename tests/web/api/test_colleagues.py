"""Who else does what a work is about: the look-up, the API, the pages, the command line."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.cli.match import _ranked
from matchmaker.errors import NotFound
from matchmaker.indexing import sync
from matchmaker.models import Authorship, Expert, Publication
from matchmaker.permissions import SYSTEM, VISITOR
from tests.support.samples import store
from tests.support.site import SECRET, County

PATHS = {"achievement": "achievements", "publication": "publications", "patent": "patents"}


@pytest.fixture
def colleague(app: Application, county: County) -> int:
    """Somebody with a paper like the open one, which he did not write."""
    person = Expert(name="周衡", profile="锌镍合金镀层在盐雾中的腐蚀")
    paper = Publication(
        title="合金镀层的盐雾腐蚀",
        abstract="研究锌镍合金镀层在盐雾中的腐蚀行为",
        authorships=[Authorship(expert=person)],
    )
    number = store(app, person, paper)[0]
    sync.rebuild(app)
    return number


@pytest.mark.parametrize("kind", list(PATHS))
def test_its_own_people_and_hidden_ones_are_left_out(
    app: Application, county: County, colleague: int, kind: str
) -> None:
    ranking = lookups.match_work(app, VISITOR, f"{kind}:{county.open[kind]}")
    assert [one.id for one in ranking.experts] == [f"expert:{colleague}"]
    assert ranking.inputs["subject"] == f"{kind}:{county.open[kind]}"


def test_reasons_documents_and_quotes(app: Application, county: County, colleague: int) -> None:
    ranking = lookups.match_work(app, VISITOR, f"publication:{county.open['publication']}")
    (found,) = ranking.experts
    assert [part.reason.template for part in found.components] == [
        "他有 %(near)s 项成果与它方向相近，最接近的是“%(title)s”"
    ]
    assert found.components[0].reason.values == {"near": 1, "title": "合金镀层的盐雾腐蚀"}
    assert [document.title for document in found.documents] == ["合金镀层的盐雾腐蚀"]
    assert found.quotes[0].ours == "研究锌镍合金镀层在盐雾中的腐蚀"
    assert found.band == ranking.verdict.band


def test_whoever_may_read_all_sees_all(app: Application, county: County, colleague: int) -> None:
    ranking = lookups.match_work(app, SYSTEM, f"publication:{county.open['publication']}")
    assert {one.id for one in ranking.experts} == {
        f"expert:{colleague}",
        f"expert:{county.hidden['expert']}",
    }


@pytest.mark.parametrize("identifier", ["problem:1", "expert:1", "patent:999", "patent:x", "", "patent"])
def test_what_is_no_work_is_not_found(app: Application, county: County, identifier: str) -> None:
    with pytest.raises(NotFound):
        lookups.match_work(app, VISITOR, identifier)


@pytest.mark.parametrize("kind", list(PATHS))
def test_api(client: FlaskClient, county: County, colleague: int, kind: str) -> None:
    answer = client.get(f"/api/v1/{PATHS[kind]}/{county.open[kind]}/experts?limit=3")
    assert answer.status_code == 200
    assert [one["name"] for one in answer.json["experts"]] == ["周衡"]
    assert SECRET not in answer.text
    assert client.get(f"/api/v1/{PATHS[kind]}/{county.hidden[kind]}/experts").status_code == 404


@pytest.mark.parametrize("kind", list(PATHS))
def test_pages(client: FlaskClient, county: County, kind: str) -> None:
    page = client.get(f"/{PATHS[kind]}/{county.open[kind]}")
    assert page.status_code == 200
    assert "谁也在做这个方向" in page.text
    assert "库里没有发现还有谁在做这个方向" in page.text
    assert client.get(f"/{PATHS[kind]}/{county.hidden[kind]}").status_code == 404


def test_a_page_shows_the_colleague(client: FlaskClient, county: County, colleague: int) -> None:
    text = client.get(f"/publications/{county.open['publication']}").text
    assert text.count('class="match band-edge') == 1
    assert f'href="/experts/{colleague}"' in text
    assert SECRET not in text


def test_the_command_takes_a_work(app: Application, county: County, colleague: int) -> None:
    work = f"patent:{county.open['patent']}"
    ranking = _ranked(app, work, None, "", 1)
    assert ranking.inputs["subject"] == work
    assert len(ranking.experts) == 1
