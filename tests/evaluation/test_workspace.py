"""The folder of an evaluation: read strictly, indexed once, apart from the installation."""

from __future__ import annotations

import pytest

from indexer.embedder import CachedEmbedder
from matchmaker.errors import InvalidInput
from matchmaker.evaluation import workspace
from tests.evaluation.conftest import make, papers
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


def test_a_second_evaluation_embeds_and_writes_nothing(tmp_path):
    data, inner = make(tmp_path / "data"), HashEmbedder()
    told: list[tuple[int, int]] = []
    for _time in range(2):
        embedder = CachedEmbedder(inner, tmp_path / "vectors.sqlite")
        folder = workspace.read_folder(data)
        workspace.open_index(
            tmp_path / "home", data, embedder, folder, lambda d, t: told.append((d, t))
        ).close()
        embedder.close()
    assert told == [(27, 27)]
    assert len(inner.calls) == 1


def test_changed_data_get_an_index_of_their_own(tmp_path):
    embedder = CachedEmbedder(HashEmbedder(), tmp_path / "vectors.sqlite")
    data = make(tmp_path / "data")
    for lost in (0, 3):
        lines = (data / "expertise.jsonl").read_text("utf-8").splitlines(keepends=True)
        (data / "expertise.jsonl").write_text("".join(lines[lost:]), "utf-8")
        folder = workspace.read_folder(data)
        index = workspace.open_index(tmp_path / "home", data, embedder, folder, lambda _d, _t: None)
        assert index.health().documents["publication"] == len(papers()) - lost
        index.close()
    embedder.close()


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
