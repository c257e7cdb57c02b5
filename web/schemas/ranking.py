"""A ranking as the API and ``matchmaker match --json`` give it out; made by services.matches_json.dump."""

from __future__ import annotations

from marshmallow import Schema, fields

from matchmaker.messages import Message
from web.schemas.output import described, real, several, text, texts


class RankingComponent(Schema):
    """One signal of a score."""

    name = text(Message("信号的代码。"))
    label = text(Message("信号的名称。"))
    value = real(Message("信号的值，0 到 1。"))
    contribution = real(Message("它给总分加了多少，可为负。"))
    reason = text(Message("一句话说明。"))


class RankingQuote(Schema):
    """A sentence of the query beside a sentence of a document."""

    ours = text(Message("难题中的句子。"))
    theirs = text(Message("对方文献中的句子。"))
    words = texts(Message("两句共有的词。"))
    document = text(Message("所引文献的编号。"))
    title = text(Message("所引文献的标题。"))
    weight = real(Message("证据的份量。"))


class RankingPoint(Schema):
    """One point of the problem and how far it is covered."""

    text = text(Message("难题的一个要点。"))
    coverage = real(Message("覆盖程度，0 到 1。"))
    missing = texts(Message("没有提到的词。"))


class _Judged(Schema):
    """What experts and documents have in common."""

    id = text(Message("编号，形如 expert:12。"))
    score = real(Message("总分，只在同一次排序内可比。"))
    band = text(Message("把握的档次：strong、worth、weak 或 none。"))
    band_name = text(Message("档次的名称。"))
    probability = real(Message("值得见面的概率，0 到 1。"))
    components = several(RankingComponent, Message("总分由哪些信号组成。"))
    evidence = several(RankingQuote, Message("双方的原句证据。"))
    uncovered = several(RankingPoint, Message("没有被覆盖的要点。"))


class RankingDocument(_Judged):
    """A publication, patent, achievement or problem with its score."""

    kind = text(Message("类别：problem、achievement、publication 或 patent。"))
    title = text(Message("标题。"))


class RankingExpert(_Judged):
    """An expert with the documents that speak for him."""

    name = text(Message("姓名。"))
    institution = text(Message("单位。"))
    position = text(Message("职称。"))
    documents = several(RankingDocument, Message("支持这位专家的文献。"))
    covered = several(RankingPoint, Message("已被覆盖的要点。"))


class RankingVerdict(Schema):
    """Whether there is a good match at all."""

    probability = real(Message("至少有一个值得见面的概率，0 到 1。"))
    band = text(Message("整个回答的档次；none 表示暂无合适。"))
    band_name = text(Message("档次的名称。"))
    reasons = texts(Message("理由，最重要的在前。"))
    advice = texts(Message("还可以去哪里找，或补充什么。"))


class RankingWord(Schema):
    """A word of the query with its weight."""

    word = text(Message("词。"))
    weight = real(Message("权重。"))


class RankingFeedback(Schema):
    """What an earlier refusal does to a ranking."""

    id = text(Message("编号，形如 expert:12。"))
    held = fields.Boolean(metadata=described(Message("是否因此没有列出。")))
    note = text(Message("原因，如“曾婉拒：价格（2026-05），预算未变”。"))


class RankingAnswer(Schema):
    """The answer to one query, in one direction."""

    verdict = fields.Nested(RankingVerdict, metadata=described(Message("是否有合适的人选。")))
    experts = several(RankingExpert, Message("专家，最合适的在前。"))
    achievements = several(RankingDocument, Message("成果，最合适的在前。"))
    literature = several(RankingDocument, Message("论文和专利，最合适的在前。"))
    problems = several(RankingDocument, Message("难题，最合适的在前（从专家出发时）。"))
    feedback = several(RankingFeedback, Message("曾婉拒的一方；只告诉组织者和婉拒的一方。"))
    words = several(RankingWord, Message("起作用的词，最重的在前。"))
    points = texts(Message("难题的要点，按原文顺序。"))
    inputs = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata=described(Message("由什么算出：文本指纹、模型与索引指纹、评分版本。")),
    )
    seconds = fields.Dict(
        keys=fields.String(), values=fields.Float(), metadata=described(Message("各步用时（秒）。"))
    )
