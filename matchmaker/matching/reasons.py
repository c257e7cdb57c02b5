"""Each signal as a sentence: made from the very numbers that the score is made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matchmaker.matching.evidence import maximal
from matchmaker.matching.features import RELATIVE, Features, shared_words
from matchmaker.matching.model import Model
from matchmaker.matching.result import NONE, STRONG, Component
from matchmaker.messages import Message

LABELS = {
    "words": Message("共有词语"),
    "pairs": Message("字词搭配"),
    "meaning": Message("整体意思"),
    "sentence": Message("最接近的一段"),
    "whole": Message("整体研究方向"),
    "best": Message("最相关的成果"),
}
#: Words named in a reason.
MOST_WORDS = 6


def components_of(
    row: int, features: Features, model: Model, weights: dict[str, float], chunks: Sequence[str]
) -> tuple[Component, ...]:
    """The signals of one document, in the order of the ranker."""
    values = features.relative[row]
    shared = maximal(shared_words(features, row, weights)[: 3 * MOST_WORDS])
    shared = tuple(sorted(shared, key=lambda word: -weights.get(word, 0.0)))[:MOST_WORDS]
    place = int(features.nearest[row])
    nearest = chunks[place] if 0 <= place < len(chunks) else ""
    cosine = float(features.absolute[row][0])
    ahead = float((features.relative[:, RELATIVE.index("meaning")] <= values[2]).mean())
    title_share = float(features.absolute[row][3])
    reasons = {
        "words": Message("共有：%(words)s", {"words": "、".join(shared)})
        if shared
        else Message("没有共有的专业词语"),
        "pairs": Message("题目的字词搭配出现 %(share).0f%%", {"share": 100 * title_share}),
        "meaning": Message(
            "意思接近程度 %(value).2f，高于候选的 %(ahead).0f%%", {"value": cosine, "ahead": 100 * ahead}
        ),
        "sentence": Message("与这一段最接近：“%(text)s”", {"text": nearest[:60]})
        if nearest
        else Message("难题没有可比较的分段"),
    }
    return tuple(
        Component(
            name=name,
            label=LABELS[name],
            value=squashed(float(values[column])),
            contribution=float(values[column]) * model.weights[column],
            reason=reasons[name],
        )
        for column, name in enumerate(RELATIVE)
    )


def squashed(value: float) -> float:
    """A standard score as the length of a bar, 0…1."""
    return float(1 / (1 + np.exp(-value)))


def verdict_reasons(band: str, probability: float, values: Sequence[float], seen: int) -> tuple[Message, ...]:
    """Why there is, or is not, a good match; the values are those of ``features.LISTED``."""
    title_share = Message("题目中的关键词语在最好的候选里出现 %(share).0f%%", {"share": 100 * values[2]})
    looked = Message("共比较了 %(seen)s 项成果、论文和专利", {"seen": seen})
    if band == NONE:
        first = Message(
            "没有发现足够贴合的专家：把握只有 %(probability).0f%%", {"probability": 100 * probability}
        )
    elif band == STRONG:
        first = Message("有贴合的专家，把握 %(probability).0f%%", {"probability": 100 * probability})
    else:
        first = Message("有可能合适的专家，把握 %(probability).0f%%", {"probability": 100 * probability})
    return first, title_share, looked


def verdict_advice(band: str, points: int, missing: Sequence[str]) -> tuple[Message, ...]:
    """What would help, or where else to look."""
    if band == STRONG:
        return ()
    advice = []
    if missing:
        advice.append(
            Message("候选资料中没有出现：%(words)s；可换用同义的说法再试", {"words": "、".join(missing[:5])})
        )
    if points < 3:
        advice.append(Message("需求写得较短：补充对象、现状、目标数值和已尝试的办法，匹配会更准"))
    if band == NONE:
        advice.append(Message("可请高校科技处或技术经理人在库外寻找，或把需求加入对接会征集"))
    return tuple(advice)
