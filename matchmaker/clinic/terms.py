"""What a text tells of the terms: budget, deadline, ways of working."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matchmaker.clinic.cues import Heard, cues
from matchmaker.clinic.quantities import chinese_number

_DIGITS = r"\d{1,9}(?:\.\d{1,4})?"
_MONEY = re.compile(
    r"(?P<cue>预算|拟?(?:计划|预计)?投入|拟?投资|资金|经费|费用|出资|金额|悬赏|奖金|支付)"
    rf"(?P<between>[^，。；;！？\n\d]{{0,14}}?)[:：]?\s*(?P<low>{_DIGITS}|[一二两三四五六七八九十百千]{{1,9}})"
    rf"(?:\s*(?:万元?|元)?\s*[-~～—至到]+\s*(?P<high>{_DIGITS}))?\s*(?P<unit>亿元?|万元?|元)"
)
#: What was spent, earned or paid in the past, and what somebody else pays.
_SPENT = re.compile("已|累计|注册|销售|产值|利润|收入|每年|年均|浪费|损失|药|电费|固定资产|成本|目前")
_FEN = {"亿": 10_000_000_000, "万": 1_000_000, "元": 100}
#: The largest budget that is believed, in 分: ten thousand million yuan.
MOST_FEN = 10_000_000_000 * 100
#: The longest term that is believed.
MOST_DAYS = 10 * 365

_DATE = re.compile(
    r"(?P<year>20\d\d)\s*[年./-]\s*(?:(?P<month>1[0-2]|0?[1-9])\s*(?:[月./-]\s*(?:(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?)?)?)?"
    r"(?P<end>年?(?:底|末))?(?P<half>上半年)?\s*(?P<before>之前|以前|前|完成|截止|为止|验收|交付|内)?"
)
_DATE_CUE = re.compile("截止|期限|之前|完成时间|时限|日期")
_RELATIVE = re.compile(
    r"(?P<next>今年|明年|后年|本年)?(?P<what>年底|年末|年内|上半年|[一二两三四五六七八九十\d]{1,2}月(?:份|底)?)"
    r"(?P<before>之前|以前|前|完成|交付|验收)?"
)
_SPAN = re.compile(
    r"(?<![\d.])(?P<number>\d{1,4}(?:\.\d)?|[一二两三四五六七八九十半]{1,4})\s*(?P<unit>个月|个?季度|年|周|天)\s*(?P<within>(?:以内|之内|内)?)"
)
_SPAN_CUE = re.compile("期限|周期|工期|时限|争取|希望|计划|拟|要求|合同|签订")
_TERM_CUE = re.compile("期限|周期|工期|时限")
_DONE = re.compile("\\s*(?:完成|解决|实现|达到|研发|交付|见效|做出|拿出|结题|验收)")


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount in 分; the upper end of a range."""

    fen: int
    quote: str
    is_range: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day, and the words that tell it."""

    day: date
    quote: str


def budget_in(text: str) -> Budget | None:
    """The budget that a text names; what was spent before or is earned is none."""
    for found in _MONEY.finditer(text):
        before = re.split("[，。]", text[max(0, found.start() - 8) : found.start()])[-1]
        if _SPENT.search(before + found["cue"] + found["between"]):
            continue
        amount = found["high"] or found["low"]
        number = Decimal(amount) if amount[0].isdigit() else chinese_number(amount)
        if number is None or number <= 0:
            continue
        fen = int(number * _FEN[found["unit"][0]])
        if 0 < fen <= MOST_FEN:
            return Budget(fen, found.group().strip(), bool(found["high"]))
    return None


def deadline_in(text: str, today: date) -> Deadline | None:
    """The latest day by which a text wants the solution, seen from today; it may have passed."""
    found = [*_dates(text), *_relative(text, today), *_spans(text, today)]
    believed = [one for one in found if one.day.year <= today.year + 20]
    return max(believed, key=lambda one: one.day, default=None)


def cooperation_in(text: str) -> list[Heard]:
    """Codes of the ways of working that a text names."""
    found = ((cue.code, cue.pattern.search(text)) for cue in cues("cooperation"))
    return [Heard(code, match.group()) for code, match in found if match]


def _dates(text: str) -> list[Deadline]:
    made: list[Deadline] = []
    for found in _DATE.finditer(text):
        before = text[max(0, found.start() - 6) : found.start()]
        if not (found["before"] or found["end"] or _DATE_CUE.search(before)):
            continue
        year, month = int(found["year"]), int(found["month"] or (6 if found["half"] else 12))
        last = monthrange(year, month)[1]
        made.append(Deadline(date(year, month, min(int(found["day"] or last), last)), found.group().strip()))
    return made


def _relative(text: str, today: date) -> list[Deadline]:
    made: list[Deadline] = []
    for found in _RELATIVE.finditer(text):
        named = found["next"]
        before = text[max(0, found.start() - 5) : found.start()]
        if (
            re.search(r"\d\s*年?$", before)
            or not (named or found["before"])
            or (not named and not found["before"])
        ):
            continue
        year = today.year + {"明年": 1, "后年": 2}.get(named or "", 0)
        month = _month(found["what"])
        day = date(year, month, monthrange(year, month)[1])
        if not named and day < today and not found["what"].startswith("年"):
            day = date(year + 1, month, monthrange(year + 1, month)[1])
        made.append(Deadline(day, found.group()))
    return made


def _month(what: str) -> int:
    digits = re.match(r"[一二两三四五六七八九十\d]+", what)
    if digits and "月" in what:
        number = int(digits[0]) if digits[0].isdigit() else int(chinese_number(digits[0]) or 12)
        return min(max(number, 1), 12)
    return 6 if what == "上半年" else 12


def _spans(text: str, today: date) -> list[Deadline]:
    made: list[Deadline] = []
    for found in _SPAN.finditer(text):
        before = re.split("[。；\n]", text[max(0, found.start() - 16) : found.start()])[-1]
        behind = text[found.end() : found.end() + 6]
        is_term = bool(_TERM_CUE.search(before))
        is_within = bool(found["within"]) and bool(_SPAN_CUE.search(before) or _DONE.match(behind))
        digits = found["number"]
        number = Decimal(digits) if digits[0].isdigit() else chinese_number(digits)
        if number is None or not 0 < number < 100 or not (is_term or is_within):
            continue
        per = {"个月": 30.4, "年": 365.0, "周": 7.0, "天": 1.0}.get(found["unit"], 91.0)
        days = round(float(number) * per)
        if days <= MOST_DAYS:
            made.append(Deadline(date.fromordinal(today.toordinal() + days), found.group().strip()))
    return made
