"""The need clinic in and out: a form that nobody has stored, and what is said of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import Schema, fields

from matchmaker import taxonomy
from matchmaker.messages import Message
from web.schemas.fields import LONG, Choice, Several, Text, WholeNumber, fault
from web.schemas.output import counts, described, several, text, texts, whole
from web.schemas.parsing import Input

#: Lines of a table of indicators that are looked at.
MOST_LINES = 40
#: 万元 that are believed.
MOST_WAN = Decimal(1_000_000)


class AmountWan(Text):
    """An amount in 万元 with two decimals at most, as a text; loaded as whole 分."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return super()._deserialize(str(value) if number else value, attr, data, **options)

    def _checked(self, text: str) -> Any:
        text = super()._checked(text).replace(",", "")
        if not text:
            return None
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount <= MOST_WAN or amount != round(amount, 2):
            raise fault(Message("应为 0 到 1,000,000 的数（万元），最多两位小数。"))
        return int(amount * 1_000_000)


class Day(Text):
    """A day as 2027-06-30; "" means none."""

    def _checked(self, text: str) -> Any:
        text = super()._checked(text)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError as wrong:
            raise fault(Message("应为日期，如 2027-06-30。")) from wrong


class LineIn(Input):
    """One line of the table of indicators."""

    name = Text(load_default="", metadata=described(Message("指标的名称。")))
    current = Text(longest=100, load_default="", metadata=described(Message("现值。")))
    target = Text(longest=100, load_default="", metadata=described(Message("目标值。")))
    unit = Text(longest=50, load_default="", metadata=described(Message("计量单位。")))
    comparator = Choice(taxonomy.COMPARATORS, load_default="", metadata=described(Message("比较符。")))
    required = fields.Boolean(load_default=True, metadata=described(Message("必须达到；否则为期望。")))


def _few(lines: list[Any]) -> None:
    if len(lines) > MOST_LINES:
        raise fault(Message("最多 %(most)s 项。", {"most": MOST_LINES}))


def _part(about: Message) -> Text:
    return Text(longest=LONG, lines=True, load_default="", metadata=described(about))


class ClinicForm(Input):
    """A requirement as far as it is written; every field may be left out. Nothing of it is stored."""

    title = Text(longest=300, load_default="", metadata=described(Message("难题名称。")))
    text = _part(Message("一段话说明需求；分不开各部分时用它。"))
    background = _part(Message("背景。"))
    main_problem = _part(Message("主要问题。"))
    tried = _part(Message("现有基础与已尝试的方案。"))
    key_technology = _part(Message("关键技术。"))
    scene = _part(Message("应用场景。"))
    goal = _part(Message("预期目标。"))
    deliverables = _part(Message("交付物。"))
    kind = Choice(taxonomy.PROBLEM_KINDS, load_default="", metadata=described(Message("类型。")))
    industry = Text(longest=10, load_default="", metadata=described(Message("行业代码（GB/T 4754）。")))
    technical = Several(
        Choice(taxonomy.FIELDS), data_key="fields", attribute="fields", load_default=list,
        metadata=described(Message("技术领域代码。")),
    )  # fmt: skip
    keywords = Several(Text(longest=50), load_default=list, metadata=described(Message("关键词。")))
    cooperation = Several(
        Choice(taxonomy.COOPERATION), load_default=list, metadata=described(Message("期望合作方式代码。"))
    )
    budget_wan = AmountWan(
        attribute="budget_fen", load_default=None, metadata=described(Message("拟投入资金（万元）。"))
    )
    is_negotiable = fields.Boolean(load_default=False, metadata=described(Message("资金面议。")))
    deadline = Day(load_default=None, metadata=described(Message("截止日期，如 2027-06-30。")))
    indicators = fields.List(
        fields.Nested(LineIn), load_default=list, validate=_few,
        metadata=described(Message("指标表。"), maxItems=MOST_LINES),
    )  # fmt: skip


class ClinicAsked(ClinicForm):
    """A form to be examined."""

    problem = WholeNumber(
        low=1, high=2**31 - 1, load_default=None, allow_none=True,
        metadata=described(Message("正在修改的难题的编号；它自己不算重复。")),
    )  # fmt: skip


class CompareAsked(Input):
    """Two wordings of one requirement."""

    before = fields.Nested(ClinicForm, required=True, metadata=described(Message("修改前。")))
    after = fields.Nested(ClinicForm, required=True, metadata=described(Message("修改后。")))


class ClinicFinding(Schema):
    """One point of the checklist, or a remark on the whole."""

    code = text(Message("代码。"))
    name = text(Message("名称。"))
    level = text(Message("missing 缺少、weak 不足、good 已有。"))
    why = text(Message("一句话说明。"))
    wording = text(Message("可以照着填的句子，空着的用＿＿＿＿表示；没有则为空。"))
    field = text(Message("应修改的字段。"))
    quote = text(Message("原文中的依据；没有则为空。"))


class ClinicLine(Schema):
    """A proposed line of the table of indicators."""

    name = text(Message("指标的名称。"))
    current = text(Message("现值。"))
    target = text(Message("目标值。"))
    unit = text(Message("计量单位。"))
    comparator = text(Message("比较符。"))


class ClinicProposal(Schema):
    """A value for an open field."""

    key = text(Message("这条建议的名称，一次回答中唯一。"))
    field = text(Message("字段。"))
    value = text(Message("文字、代码、日期，或以分计的金额。"))
    codes = texts(Message("多选字段的代码，或关键词。"))
    shown = text(Message("给人看的写法。"))
    indicator = fields.Nested(ClinicLine, allow_none=True, metadata=described(Message("指标表的一行。")))
    quote = text(Message("依据的原文；来自类似难题的为空。"))
    source = text(Message("text 来自正文，similar 来自类似难题。"))
    why = text(Message("一句话说明。"))


class ClinicNeighbour(Schema):
    """A stored problem near the draft."""

    id = text(Message("编号，形如 problem:12。"))
    number = text(Message("难题编号。"))
    title = text(Message("名称。"))
    state = text(Message("状态。"))
    closeness = whole(Message("接近程度，0 到 100。"), attribute="percent")


class ClinicAnswer(Schema):
    """What the clinic says of a form."""

    open = whole(Message("七项中还不完整的项数。"))
    findings = several(ClinicFinding, Message("七项检查。"))
    remarks = several(ClinicFinding, Message("对整体的提醒。"))
    proposals = several(ClinicProposal, Message("可以采用的填法。"))
    duplicates = several(ClinicNeighbour, Message("可能是同一需求的难题，只含您可以看到的。"))
    similar = several(ClinicNeighbour, Message("类似的难题。"))
    lacking = texts(Message("类似难题给出、这里没有的指标。"))
    notice = text(Message("没能查到的部分；没有则为空。"))


class ClinicQuote(Schema):
    """New evidence."""

    ours = text(Message("难题中的句子。"))
    theirs = text(Message("对方文献中的句子。"))
    document = text(Message("所引文献的编号。"))


class ClinicMove(Schema):
    """One expert before and after."""

    id = text(Message("编号，形如 expert:12。"))
    name = text(Message("姓名。"))
    kind = text(Message("new 新出现、up 上升、down 下降、gone 不再推荐、same 不变。"))
    before = whole(Message("修改前的名次。"))
    after = whole(Message("修改后的名次。"))
    band_before = text(Message("修改前的把握。"))
    band_after = text(Message("修改后的把握。"))
    evidence = several(ClinicQuote, Message("修改后才有的依据。"))


class ClinicComparison(Schema):
    """Experts for two wordings side by side."""

    moves = several(ClinicMove, Message("先按修改后的名次，再列不再推荐的。"))
    counts = counts(Message("各种变化的人数。"))
