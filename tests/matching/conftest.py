"""A small town in a real index: three trades, somebody hidden, a crowd about other things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.matching.features import ABSOLUTE, LISTED, RANKED
from matchmaker.matching.model import Logistic, Model, shipped
from matchmaker.models import Achievement, Base, ExpertProject, Indicator, Organization
from tests.support import elasticsearch
from tests.support.embedder import HashEmbedder
from tests.support.samples import expert, organization, problem, publication, store

#: Nobody works on it.
UNRELATED = "方言童谣的民俗学采集整理"


@dataclass(frozen=True)
class Town:
    """Index ids by short name."""

    app: Application
    ids: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.ids[name]

    def number(self, name: str) -> int:
        return int(self.ids[name].partition(":")[2])


def by_words() -> Model:
    """Probabilities by shared words alone: the shipped ones belong to the real embedding, not to the tests'."""

    def logistic(names: tuple[str, ...], *counted: str) -> Logistic:
        return Logistic(
            (0.0,) * len(names), (1.0,) * len(names), tuple(6.0 * (name in counted) for name in names), -2.0
        )

    covers = ("cover", "title_cover", "pair_cover")
    return replace(
        shipped(),
        pair=logistic(ABSOLUTE, *covers),
        ranked=logistic(RANKED, *covers),
        verdict=logistic(LISTED, "title_cover"),
        no_match=0.5,
    )


@pytest.fixture(scope="module", params=["elasticsearch", "embedded"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Made once a module and engine; a test that adds to it adds only what visitors do not see."""
    settings = Settings(home=tmp_path_factory.mktemp("town"))
    if request.param == "embedded":
        yield from _town(settings)
        return
    url = request.getfixturevalue("elasticsearch_url")
    with elasticsearch.prefix(url) as name:
        yield from _town(
            replace(settings, engine="elasticsearch", elasticsearch_url=url, elasticsearch_index=name)
        )


def _town(settings: Settings) -> Iterator[Town]:
    app = build(settings, embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    yield Town(app, _fill(app))
    app.close()


def _fill(app: Application) -> dict[str, str]:
    university = organization()
    firm = Organization(name="隐名纽扣厂", kind="enterprise")
    plater = expert(
        "林一鸣", organization=university, directions=["电镀"], profile="研究锌镍合金电镀与盐雾腐蚀。"
    )
    second = expert("沈青", organization=university, profile="研究材料表面。")
    seer = expert("周远", organization=university, profile="研究机器视觉与表面瑕疵检测。")
    cleaner = expert("许澄", profile="研究电镀废水处理与重金属回收。")
    cleaner.projects = [ExpertProject(title="电镀废水除镍改造", client="某五金厂", year=2023)]
    hidden = expert("秘不示人", visibility="members", readers=" members office ", profile="研究镀层盐雾。")
    named = {
        "university": university, "firm": firm, "plater": plater, "second": second, "seer": seer,
        "cleaner": cleaner, "hidden": hidden,
        "salt": publication("锌镍合金镀层的盐雾腐蚀", [plater, second], abstract="镀层在中性盐雾中 120 小时不变色。封闭剂提高耐腐蚀性。"),
        "seal": publication("镀层封闭处理工艺", [plater], abstract="封闭处理使镀层耐盐雾时间加倍。"),
        "open": publication("纽扣镀层盐雾变色的机理", [hidden], abstract="镀层变色由孔隙引起，盐雾 24 小时即可见。"),
        "eye": publication("树脂纽扣瑕疵的视觉检测", [seer], abstract="用卷积网络检测纽扣表面瑕疵，漏检率 0.5%。"),
        "bath": Achievement(title="无氰锌镍镀液", leader=plater, organization=university, summary="镀层盐雾 200 小时不变色。"),
        "ask_plating": problem("纽扣镀层耐盐雾腐蚀", text="镀层在盐雾中 24 小时后变色，客户退货。需要新的喷漆机器人。"),
        "ask_seeing": problem("纽扣表面瑕疵视觉检测", text="人工挑选漏检率 3%，希望用视觉检测降到 0.5%。"),
        "ask_secretly": problem("镀层废水除镍", text="电镀废水含镍，要回收重金属。", visibility="anonymous", organization=firm),
        "ask_nothing": problem(UNRELATED, text="整理童谣曲谱。"),
    }  # fmt: skip
    named["ask_plating"].indicators = [
        Indicator(name="盐雾时间", comparator=">=", target="96", unit="小时", current="24")
    ]
    crowd = [
        publication(f"{crop}栽培与{what}", abstract=f"比较{crop}在{what}条件下的产量。")
        for crop in ("水稻", "柑橘", "杨梅", "西兰花", "茶叶")
        for what in ("施肥", "灌溉", "病虫害", "采后保鲜")
    ]
    store(app, *named.values(), *crowd)
    sync.rebuild(app)
    return {name: f"{row.__tablename__}:{row.id}" for name, row in named.items()}
