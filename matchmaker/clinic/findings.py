"""What is said of a requirement: findings of the checklist, remarks, proposals for fields."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.clinic.form import Line
from matchmaker.messages import Message

MISSING, WEAK, GOOD = "missing", "weak", "good"
LEVELS = (MISSING, WEAK, GOOD)
#: The checklist in its order → the names of its points.
POINTS: dict[str, Message] = {
    "object": Message("对象"),
    "present": Message("现状"),
    "target": Message("目标数值"),
    "tried": Message("已尝试的办法"),
    "budget": Message("拟投入资金"),
    "deadline": Message("截止日期"),
    "cooperation": Message("合作方式"),
}
#: Remarks on the whole, shown only where they apply.
REMARKS: dict[str, Message] = {
    "short": Message("太短"),
    "vague": Message("太笼统"),
    "several": Message("可能是几个难题"),
    "purchase": Message("像是采购"),
    "financing": Message("像是融资"),
}
#: Where a proposal comes from.
TEXT, SIMILAR = "text", "similar"


@dataclass(frozen=True, slots=True)
class Finding:
    """One point of the checklist, or a remark.

    Attributes:
        code: of POINTS or REMARKS.
        why: what was found or is lacking.
        field: of the form, that the poster should look at.
        wording: a sentence to complete and take over, None where nothing is lacking.
        quote: the place of the text that it speaks of, "" when there is none.
    """

    code: str
    level: str
    why: Message
    field: str
    wording: Message | None = None
    quote: str = ""

    @property
    def name(self) -> Message:
        """What the point is called."""
        return POINTS.get(self.code) or REMARKS[self.code]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a field that the form leaves open.

    Attributes:
        key: unique in one answer, as "goal" or "indicator-0".
        field: of the form; "indicators" for a line of the table.
        value: a text, or a code.
        codes: of fields with several.
        line: of the table of indicators.
        quote: what it was taken from, "" for one of similar problems.
        source: TEXT or SIMILAR.
        why: told beside it where the quote alone does not tell.
    """

    key: str
    field: str
    value: str = ""
    codes: tuple[str, ...] = ()
    line: Line | None = None
    quote: str = ""
    source: str = TEXT
    why: Message | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All that the rules say of a form."""

    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    proposals: tuple[Proposal, ...]

    @property
    def open(self) -> int:
        """Points of the checklist that are not good yet."""
        return sum(1 for one in self.findings if one.level != GOOD)
