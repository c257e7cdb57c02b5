"""Both engines give the same figures for the same folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from matchmaker.config import Settings
from matchmaker.evaluation import experts, problems
from matchmaker.matching.model import shipped
from tests.evaluation.conftest import Made, make, opened

ASKED = ["plating0", "plating2", "vision1", "vision5", "plating6"]


@pytest.fixture(params=[1, 3])
def on_server(
    request: pytest.FixtureRequest, elasticsearch_url: str, elasticsearch_index: str, settings: Settings
) -> Iterator[Made]:
    there = Settings(
        home=settings.home,
        engine="elasticsearch",
        elasticsearch_url=elasticsearch_url,
        elasticsearch_index=elasticsearch_index,
        elasticsearch_shards=request.param,
    )
    with opened(make(settings.home.parent / "data"), there) as one:
        yield one


def test_the_workspace_is_on_the_engine_of_the_settings(made, on_server):
    assert made.index.capabilities.name == "embedded"
    assert on_server.index.capabilities.name == "elasticsearch"


def test_papers_for_problems_have_the_same_figures(made, on_server):
    here, there = (
        problems.report(problems.cases(one.index, one.embedder, one.folder), one.folder, shipped())
        for one in (made, on_server)
    )
    assert there.pop("no_match") == {
        name: pytest.approx(value, abs=1e-3) for name, value in here.pop("no_match").items()
    }
    assert there == here


def test_experts_for_papers_have_the_same_figures(made, on_server):
    here, there = (
        experts.report(one.index, one.embedder, one.folder, ASKED, lambda _done, _total: None)[0]
        for one in (made, on_server)
    )
    assert there == here
