"""The folder of an evaluation: read strictly, indexed once, apart from the installation."""

from __future__ import annotations

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput
from matchmaker.evaluation import workspace
from tests.evaluation.conftest import make, opened, papers
from tests.support.embedder import HashEmbedder


def test_everything_is_read(made):
    folder = made.folder
    assert (len(folder.papers), len(folder.people), len(folder.problems)) == (20, 7, 12)
    assert folder.people["loner"].papers == ("crop0", "crop1", "crop2")  # what is not there is left out
    assert folder.judgments["plating-0"] == {
        "plating0": 3, "plating1": 1, "plating2": 1, "plating3": 1, "crop0": 0,
    }  # fmt: skip


def test_papers_name_the_people_behind_them(made):
    stored = made.index.get(["publication:plating2", "publication:plating0"])
    assert set(stored["publication:plating2"].people) == {"expert:plating-first", "expert:plating-second"}
    assert made.index.health().documents == {"publication": 20, "expert": 7}


def test_a_second_evaluation_embeds_and_writes_nothing(each_settings, tmp_path):
    data, inner = make(tmp_path / "data"), HashEmbedder()
    told: list[tuple[int, int]] = []
    for _time in range(2):
        with opened(data, each_settings, inner, lambda done, total: told.append((done, total))) as made:
            assert made.index.health().documents == {"publication": 20, "expert": 7}
    assert told == [(27, 27)]
    assert len(inner.calls) == 1


def test_changed_data_get_an_index_of_their_own(each_settings, tmp_path):
    data = make(tmp_path / "data")
    for lost in (0, 3):
        lines = (data / "expertise.jsonl").read_text("utf-8").splitlines(keepends=True)
        (data / "expertise.jsonl").write_text("".join(lines[lost:]), "utf-8")
        with opened(data, each_settings) as made:
            assert made.index.health().documents["publication"] == len(papers()) - lost


def test_a_workspace_left_half_filled_is_made_again(each_settings, tmp_path):
    data = make(tmp_path / "data")
    with opened(data, each_settings) as made:
        made.index.delete({"publication:crop0": 2})
        made.index.refresh()
    with opened(data, each_settings) as made:
        assert made.index.get(["publication:crop0"])["publication:crop0"].title == "水稻栽培"


def test_a_broken_workspace_is_made_again(settings, tmp_path):
    data = make(tmp_path / "data")
    with opened(data, settings):
        pass
    [manifest] = (settings.home / "evaluation").glob("*/manifest.json")
    manifest.write_text("{", "utf-8")
    with opened(data, settings) as made:
        assert made.index.health().documents == {"publication": 20, "expert": 7}


def test_the_installation_s_own_index_stays_empty(each_settings, tmp_path):
    with opened(make(tmp_path / "data"), each_settings):
        app = build(each_settings, embedder=HashEmbedder())
        assert app.index.health().documents == {}
        app.close()


def test_a_server_s_workspace_has_a_name_of_its_own(elasticsearch_url, elasticsearch_index, tmp_path):
    settings = Settings(
        home=tmp_path / "home",
        engine="elasticsearch",
        elasticsearch_url=elasticsearch_url,
        elasticsearch_index=f"{elasticsearch_index}{'x' * 40}",
    )
    with opened(make(tmp_path / "data"), settings) as made:
        assert made.index.generation.startswith(f"{settings.elasticsearch_index[:50]}-evaluation-")


@pytest.mark.parametrize("name", ["expertise.jsonl", "problems.jsonl", "qrels.tsv"])
@pytest.mark.parametrize("content", [None, "{}\n", "[1]\n", "no json\n", "\xff\x00"])
def test_a_bad_file_is_named(tmp_path, name, content):
    data = make(tmp_path / "data")
    if content is None:
        (data / name).unlink()
    else:
        (data / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(InvalidInput, match=name):
        workspace.read_folder(data)


def test_leave_one_out_needs_no_problems(tmp_path):
    data = make(tmp_path / "data")
    (data / "problems.jsonl").unlink()
    (data / "qrels.tsv").unlink()
    assert workspace.read_folder(data, need_judgments=False).judgments == {}
