"""What a problem's form and the API take: the same fields, the same checks; nothing is looked up here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.services.drafting import SOURCES
from web.schemas.fields import Choice, Picked, Several, Text, WholeNumber, fault
from web.schemas.output import described
from web.schemas.parsing import Input

#: Characters of one part of the text.
LONGEST_TEXT = 20_000
MOST_INDICATORS = 60
_FEN = Decimal(1_000_000)
_MOST_WAN = Decimal(100_000_000)
_DIVIDERS = re.compile(r"[；;、，,\n]")


class Money(Text):
    """万元 with at most two decimals, as integer 分; empty or 面议 is None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=30, allow_none=True, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        return self._fen(super()._deserialize(value, attr, data, **options))

    def _fen(self, text: str) -> int | None:
        plain = re.sub(r"[\s,，¥￥]|万元?$", "", text)
        if plain in {"", "面议", "协商", "待定"}:
            return None
        if not re.fullmatch(r"\d{1,9}(?:\.\d+)?", plain):
            raise fault(Message("请填一个以万元为单位的数，如 50 或 12.5；面议可留空。"))
        wan = Decimal(plain)
        if wan * 100 % 1:
            raise fault(Message("最多两位小数（精确到百元）。"))
        if wan > _MOST_WAN:
            raise fault(Message("金额太大，请检查单位是否为万元。"))
        return int(wan * _FEN)


class Day(Text):
    """YYYY-MM-DD; "" is None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=10, allow_none=True, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        if not text:
            return None
        try:
            found = date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            found = None
        if found is None or not 1990 <= found.year <= 2200:
            raise fault(Message("请写成 2027-06-30 这样的日期。"))
        return found


class Listed(Text):
    """Several short texts: a JSON list, or one text divided by ；、 or lines; blanks and repetitions go."""

    def __init__(self, *, most: int = 20, dividers: re.Pattern[str] = _DIVIDERS, **options: Any) -> None:
        super().__init__(lines=True, **options)
        self.most = most
        self.dividers = dividers

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> Any:
        if isinstance(value, list):
            parts = [super(Listed, self)._deserialize(each, attr, data, **options) for each in value]
        else:
            parts = self.dividers.split(super()._deserialize(value, attr, data, **options))
        found = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if len(found) > self.most:
            raise fault(Message("最多 %(most)s 项。", {"most": self.most}))
        if long := next((part for part in found if len(part) > 200), None):
            raise fault(Message("“%(part)s…”太长，每项最多 200 个字。", {"part": long[:20]}))
        return found


class Phone(Text):
    """Digits with the usual marks; kept as written, for people to dial."""

    def _checked(self, text: str) -> str:
        text = super()._checked(text)
        digits = re.sub(r"\D", "", text)
        if text and (not 5 <= len(digits) <= 20 or re.search(r"[^\d\s()（）+\-－—*#转分机/、,，]", text)):
            raise fault(Message("请填电话号码，如 13912345678 或 0576-81234567。"))
        return text


class Year(Text):
    """Four digits, or nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=4, **options)

    def _checked(self, text: str) -> str:
        text = super()._checked(text)
        if text and not re.fullmatch(r"(?:19|20)\d\d", text):
            raise fault(Message("请填四位年份，如 2027。"))
        return text


class Email(Text):
    """An address, or nothing."""

    def _checked(self, text: str) -> str:
        text = super()._checked(text)
        if text and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text):
            raise fault(Message("请填邮箱地址，如 name@example.com；没有可留空。"))
        return text


class Code(Choice):
    """One of a table, or "" for none."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **options: Any
    ) -> Any:
        """As a choice, with "" clearing what was chosen."""
        return "" if value == "" else super().deserialize(value, attr, data, **options)


def _few(lines: list[Any]) -> None:
    if len(lines) > MOST_INDICATORS:
        raise fault(Message("指标表最多 %(most)s 行。", {"most": MOST_INDICATORS}))


def _prose(about: Message) -> Text:
    return Text(longest=LONGEST_TEXT, lines=True, metadata=described(about))


def _names(about: Message) -> Listed:
    return Listed(most=30, longest=6_000, dividers=re.compile(r"[；;\n]"), metadata=described(about))


class IndicatorIn(Input):
    """One line of the table of indicators."""

    name = Text(longest=200, required=True, empty=False, metadata=described(Message("指标名称。")))
    current = Text(longest=100, metadata=described(Message("现值。")))
    target = Text(longest=100, metadata=described(Message("目标值。")))
    unit = Text(longest=50, metadata=described(Message("单位。")))
    comparator = Code(taxonomy.COMPARATORS, metadata=described(Message("比较符。")))
    required = fields.Boolean(metadata=described(Message("必须达到，还是期望达到。")))


class OfficialIn(Input):
    """What only the official form 重大技术需求征集 asks."""

    year_from = Year(metadata=described(Message("需求时限：起始年。")))
    year_to = Year(metadata=described(Message("需求时限：截止年。")))
    solution = Code(taxonomy.OFFICIAL_SOLUTIONS, metadata=described(Message("解决方式。")))
    activity = Code(taxonomy.OFFICIAL_ACTIVITIES, metadata=described(Message("科技活动类型。")))
    field = Code(taxonomy.OFFICIAL_FIELDS, metadata=described(Message("技术需求所属领域。")))
    partners = Text(longest=300, metadata=described(Message("合作意向单位。")))

    @post_load
    def _together(self, data: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """Both years as the official form keeps them."""
        years = {end: int(data.pop(f"year_{end}")) for end in ("from", "to") if data.get(f"year_{end}")}
        given = any(f"year_{end}" in data for end in ("from", "to"))
        kept = {name: value for name, value in data.items() if not name.startswith("year_")}
        return {**kept, "years": years} if years or given else kept


class ProblemIn(Input):
    """The fields of a problem; those that are not given stay as they are."""

    title = Text(longest=300, empty=False, metadata=described(Message("名称。")))
    organization = Text(longest=200, metadata=described(Message("需求单位的全称。")))
    organization_kind = Code(
        taxonomy.ORGANIZATION_KINDS, metadata=described(Message("需求单位的类型，只对新单位有用。"))
    )
    participants = _names(Message("有同样需求的其他单位，每行一家。"))
    kind = Code(taxonomy.PROBLEM_KINDS, metadata=described(Message("类型。")))
    fields_ = Several(
        Choice(taxonomy.FIELDS),
        data_key="fields",
        attribute="fields",
        metadata=described(Message("技术领域。")),
    )
    industry = Picked(taxonomy.INDUSTRIES, metadata=described(Message("行业（GB/T 4754）的代码或名称。")))
    region = Picked(taxonomy.REGIONS, metadata=described(Message("地区（GB/T 2260）的代码或名称。")))
    keywords = Listed(longest=2_000, metadata=described(Message("关键词。")))
    source = Code(SOURCES, metadata=described(Message("来源。")))
    text = _prose(Message("用一段话说明需求。"))
    background = _prose(Message("背景。"))
    main_problem = _prose(Message("主要问题。"))
    tried = _prose(Message("现有基础与已尝试方案。"))
    key_technology = _prose(Message("关键技术。"))
    scene = _prose(Message("应用场景。"))
    goal = _prose(Message("预期目标。"))
    indicators = fields.List(
        fields.Nested(IndicatorIn),
        validate=_few,
        metadata=described(Message("指标表。"), maxItems=MOST_INDICATORS),
    )
    cooperation = Several(Choice(taxonomy.COOPERATION), metadata=described(Message("期望合作方式。")))
    budget_wan = Money(attribute="budget_fen", metadata=described(Message("拟投入资金（万元）；空为面议。")))
    deadline = Day(metadata=described(Message("截止日期。")))
    deliverables = _prose(Message("交付物。"))
    ip_intent = _prose(Message("知识产权归属意向。"))
    solver_conditions = _prose(Message("解决方条件。"))
    official = fields.Nested(OfficialIn, metadata=described(Message("重大技术需求征集表另需的内容。")))
    visibility = Choice(taxonomy.VISIBILITY, metadata=described(Message("公开范围。")))
    invited = _names(Message("定向公开给这些单位，每行一家。"))
    rivals = _names(Message("对这些单位隐藏，每行一家。"))
    hidden_words = Listed(longest=2_000, metadata=described(Message("匿名时不应出现的品牌、别名。")))
    contact_name = Text(longest=100, metadata=described(Message("联系人。")))
    contact_phone = Phone(longest=50, metadata=described(Message("联系电话。")))
    contact_email = Email(longest=200, metadata=described(Message("联系邮箱。")))


class ProblemCreated(ProblemIn):
    """A new problem: a draft, or submitted at once."""

    title = Text(longest=300, empty=False, required=True, metadata=described(Message("名称。")))
    submit = fields.Boolean(load_default=False, metadata=described(Message("同时提交审核。")))
    declared = fields.Boolean(load_default=False, metadata=described(Message("确认不含国家秘密。")))


class ProblemChanged(ProblemIn):
    """A change; ``revision`` tells on which version it was made."""

    revision = WholeNumber(
        low=0, high=2**31 - 1, metadata=described(Message("所依据的版本号；落后时返回 409 和两个版本。"))
    )
    declared = fields.Boolean(load_default=False, metadata=described(Message("确认不含国家秘密。")))


class ProblemSubmitted(Input):
    """A submission."""

    declared = fields.Boolean(load_default=False, metadata=described(Message("确认不含国家秘密。")))
    revision = WholeNumber(low=0, high=2**31 - 1, metadata=described(Message("所依据的版本号。")))


class ProblemPublished(Input):
    """A decision to publish."""

    visibility = Choice(taxonomy.VISIBILITY, metadata=described(Message("公开范围；不给则按提交人的意愿。")))
    expires_on = Day(metadata=described(Message("有效期至；不给则按设置的天数。")))
    overrule = Text(
        longest=2_000, lines=True, load_default="",
        metadata=described(Message("匿名内容中有可辨认单位的文字时，仍可发布的理由。")),
    )  # fmt: skip
    revision = WholeNumber(low=0, high=2**31 - 1, metadata=described(Message("所审阅的版本号。")))


class ProblemReturned(Input):
    """A decision to send back."""

    reasons = Several(
        Choice(taxonomy.RETURN_REASONS), required=True, metadata=described(Message("原因代码。"))
    )
    words = Text(longest=2_000, lines=True, load_default="", metadata=described(Message("说明。")))
