"""A tiny folder of real input's shape: two trades with judgments, one problem that nobody answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from indexer.embedder import CachedEmbedder
from indexer.engine import Engine
from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.evaluation import workspace
from matchmaker.evaluation.workspace import Folder
from tests.support.embedder import HashEmbedder

TRADES = {
    "plating": ("镀层盐雾腐蚀", ("锌镍", "无氰", "封闭", "钝化", "电泳", "微孔", "脉冲", "化学")),
    "vision": ("瑕疵视觉检测", ("纽扣", "织物", "钢板", "瓶盖", "轴承", "玻璃", "皮革", "焊缝")),
}
#: By this expert there is one paper only, so that leaving it out leaves nothing of him.
LONER = "loner"


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def papers() -> list[dict]:
    found = [
        {"id": f"{trade}{place}", "title": f"{name}{words}研究", "keywords": [name], "abstract": f"研究{name}的{words}，样品{place}。"}
        for trade, (words, names) in TRADES.items()
        for place, name in enumerate(names)
    ]  # fmt: skip
    crops = [
        {"id": f"crop{place}", "title": f"{name}栽培", "keywords": [], "abstract": f"比较{name}产量。"}
        for place, name in enumerate(("水稻", "柑橘", "杨梅", "茶叶"))
    ]
    return [*found, *crops]


def make(path: Path) -> Path:
    """Writes the four files."""
    path.mkdir(exist_ok=True)
    write(path / "expertise.jsonl", papers())
    experts = [
        {"id": f"{trade}-{who}", "name": f"{trade} {who}", "institution": "临江大学", "papers": [f"{trade}{place}" for place in places]}
        for trade in TRADES
        for who, places in (("first", (0, 1, 2, 3)), ("second", (2, 3, 4, 5)), ("small", (6, 7)))
    ]  # fmt: skip
    experts.append(
        {"id": LONER, "name": "单篇", "institution": "", "papers": ["crop0", "crop1", "crop2", "gone"]}
    )
    write(path / "experts.jsonl", experts)
    problems, judged = [], []
    for place in range(4):
        for trade, (words, names) in TRADES.items():
            problems.append(
                {
                    "id": f"{trade}-{place}",
                    "title": f"{names[place]}{words}",
                    "text": f"希望改进{names[place]}的{words}。",
                }
            )
            judged += [
                (f"{trade}-{place}", f"{trade}{other}", 3 if other == place else 1) for other in range(4)
            ]
            judged.append((f"{trade}-{place}", "crop0", 0))
        problems.append({"id": f"none-{place}", "title": f"童谣曲谱整理{place}", "text": ""})
        judged += [(f"none-{place}", "crop0", 0), (f"none-{place}", "crop1", 1)]
    write(path / "problems.jsonl", problems)
    (path / "qrels.tsv").write_text("".join(f"{q}\t{d}\t{g}\n" for q, d, g in judged), "utf-8")
    return path


@dataclass(frozen=True)
class Made:
    path: Path
    folder: Folder
    index: Engine
    embedder: CachedEmbedder


@contextmanager
def opened(
    path: Path,
    settings: Settings,
    embedder: HashEmbedder | None = None,
    progress: workspace.Progress = lambda _done, _total: None,
) -> Iterator[Made]:
    """A folder's workspace in the installation that the settings name, as ``matchmaker evaluate`` opens it."""
    app = build(settings, embedder=embedder or HashEmbedder())
    folder = workspace.read_folder(path)
    index = workspace.open_index(app.open_workspace, path, app.embedder, folder, progress)
    yield Made(path, folder, index, app.embedder)
    index.close()
    app.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    place = tmp_path_factory.mktemp("evaluation")
    with opened(make(place / "data"), Settings(home=place / "home")) as one:
        yield one


@pytest.fixture(params=["embedded", "elasticsearch"])
def each_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """An installation on each engine."""
    if request.param == "embedded":
        return settings
    url, index = (request.getfixturevalue(f"elasticsearch_{name}") for name in ("url", "index"))
    return replace(settings, engine="elasticsearch", elasticsearch_url=url, elasticsearch_index=index)
