"""With the real embedding model: three sentences of a profile are enough to be the right answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.matching import ranker
from matchmaker.matching.question import typed
from matchmaker.matching.result import NONE
from matchmaker.models import Base
from matchmaker.permissions import VISITOR, audiences_of
from tests.support.samples import expert, organization, publication, store

pytestmark = pytest.mark.model


def test_three_sentences_and_no_work_come_first_for_a_fitting_problem(
    model_folder: Path, tmp_path: Path
) -> None:
    app = build(Settings(home=tmp_path, model=str(model_folder)))
    Base.metadata.create_all(app.database.engine)
    body = organization()
    others = [
        expert("甲", organization=body, profile="从事水稻栽培与施肥研究。"),
        expert("乙", organization=body, profile="从事机器视觉与表面瑕疵检测研究。"),
    ]
    papers = [
        publication("水稻氮肥用量与产量的关系", [others[0]], abstract="比较四种氮肥用量下的水稻产量。"),
        publication("树脂纽扣瑕疵的视觉检测", [others[1]], abstract="用卷积网络检测纽扣表面瑕疵。"),
    ]
    chen = expert(
        "陈默",
        organization=body,
        profile="长期研究淡水鱼病毒病的现场快检。做过塘边用的试剂盒。愿意到鱼塘指导。",
    )
    store(app, body, *others, chen, *papers)
    sync.rebuild(app)
    question = typed(
        "鱼塘病害发现得晚", "鱼生病后送检要三天，等结果出来已经大批死亡。希望在塘边半小时内知道是不是病毒病。"
    )
    first = ranker.rank(app.index, app.embedder, question, audiences_of(VISITOR)).experts[0]
    app.close()
    assert first.id == f"expert:{chen.id}"
    assert first.band != NONE
    assert first.quotes
