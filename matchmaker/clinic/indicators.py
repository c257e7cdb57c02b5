"""Sentences → lines of the table of indicators: what is measured, present value, target, unit, comparator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from matchmaker.clinic.form import Line
from matchmaker.clinic.quantities import COUNTS, Quantity, quantities
from matchmaker.clinic.sections import BASIS, GOAL, TECHNOLOGY, TERMS, TRIED, Told

TARGET, CURRENT, FACT = "target", "current", "fact"
#: Lines proposed at most.
MOST_LINES = 12
#: Characters of a name; what is longer is no name.
LONGEST_NAME = 20
#: Characters of a clause that serves as a name as a whole.
MOST_CLAUSE = 12

_RISE = "提高|提升|增加|增长|增强|上升|升高|延长|扩大|加大"
_FALL = "降低|下降|减少|缩短|减小|缩小|节约|节省|降|减|压缩|减轻"
_TO = "到|至|为|成"
_AT_LEAST = rf"不低于|不小于|不少于|至少|大于等于|高于等于|(?:{_RISE}|达)(?:{_TO})|达到|可达|达|保证|保持"
_AT_MOST = (
    rf"不高于|不大于|不超过|不多于|小于等于|低于等于|至多|最多|(?:{_FALL})(?:低|少)?(?:{_TO})|控制在|限制在"
)
_SIGNS = {
    "≥": ">=", "≧": ">=", ">=": ">=", "大于等于": ">=", "≤": "<=", "≦": "<=", "<=": "<=", "小于等于": "<=",
    "＞": ">", ">": ">", "＜": "<", "<": "<", "=": "=", "＝": "=",
}  # fmt: skip
_BEFORE: tuple[tuple[str, str], ...] = (
    (_AT_MOST, "<="),
    (_AT_LEAST, ">="),
    ("大于|高于|超过|多于|优于|超出", ">"),
    ("小于|低于|少于", "<"),
)
_AFTER = re.compile(r"\s*(?:(?P<least>及?以上|起)|(?P<most>及?以下|以内|之内|之下|内))")
_WANTED = re.compile(
    "希望|想|要求|需要?|目标|预期|拟|力争|争取|确保|保证|达到|实现|满足|使(?!用)|不低于|不小于|不少于|至少|不高于|不大于|不超过"
    rf"|(?:{_RISE}|{_FALL})(?:{_TO})|控制在|以内"
)
_WISHED = re.compile("希望|想|要求|需要?|目标|预期|拟|力争|争取")
_PRESENT = re.compile(
    "目前|现在|现有|现值|现为|当前|原来|原有|原先|只有|只能|仅|仍|一直|平均|抽查|常用|现(?:用|行|阶段)|国内|以往|如今|已(?:达|经|具备)|可达|高达|通常"
)
_TERM = re.compile(r"\s*(?:以?内|之内|前|后|来|的时间|完成)")
_HAPPENED = re.compile("统计|已经?|了|国外|国际|减产|造成|导致|损失|上涨|目前")
_FROM_TO = re.compile(r"(?:由|从|自)(?P<name>.*)$")
#: Figures of firms, budgets and terms are no indicators.
_NOT_MEASURED = re.compile(
    "销售|产值|利润|税|收入|投资|投入|资金|预算|经费|注册|占地|职工|员工|人员|市场|营业|专利|论文|学历|团队|合同|签订|周期|工期"
    "|期限|项目|完成|建设|厂房|融资|年薪|公司|企业|成立|历时|装机|种植面积|每年|年产|存栏|课题"
)
_LEADING = re.compile(
    r"^(?:\s|[（(]?\d{1,2}[)）.、．]|[①-⑳]|[-—•·●]|要求|希望|目标|目前|现在|现有|当前|使(?!用)得?|将|把|且|并|其中|其|要|需要?"
    r"|能(?![耗量效源力级])够?|可使|可(?![靠用])以?|(?:以上|以下|左右)的|保证|确保|实现|同时|满足|获得|以及|和|及(?!时)|或|与|从而|最终"
    r"|预期|争取|力争|想|我们的?|我司|本厂|现(?!场)|的|在(?!线)|对(?!比)|为|由|从|自(?!动)|但|而|则|让|也|还(?!原)|就|做到)+"
)
_TRAILING = re.compile(
    rf"(?:\s|[:：=（(φΦ]|约为?|大约|左右|在|为|是|的|达到?|到|至|也|都|均|应|须|需|要|仅|只有|只能|高达|平均|一般|稳定|(?<![节性智功产热动耗势电])能够?|可以?|已|不|最高|最低|最大|最小|最多|最少"
    rf"|目前|现在|现值|原来|当前|希望|要求|保持|保证|控制|不低于|不小于|不少于|至少|不高于|不大于|不超过|不多于|大于|小于|高于|低于|超过|少于|优于|等于|多于"
    rf"|(?:{_RISE}|{_FALL})(?:{_TO})|抽查|上|中|内|之间|进行|连续|分别|相差|范围)+$"
)
_CHANGE_BEFORE = re.compile(rf"(?P<verb>{_RISE}|{_FALL})(?:了|约|近|超过|大于|不低于|不少于|至少|达|\s)*$")
_CHANGE_FIRST = re.compile(rf"^(?P<verb>{_RISE}|{_FALL})(?P<name>.{{2,14}}?)(?:至少|超过|约)?$")
_NAME_BEHIND = re.compile(r"^\s*(?:及?以上|及?以下|以内|左右)?的(?P<name>[\u4e00-\u9fffA-Za-z]{2,10})")
#: What a cut clause may begin with when it names nothing that is measured.
_NO_NAME = re.compile(
    r"^(?:通过|形成|特别|对于|具备|到?(?:19|20)\d\d|无法|产出|基地|存在|拟|试制|每隔|断电|方法|有限时间|速度?$|纯度打|达到)|^[\d.]+$|后方$"
)
_BY_WHEN = re.compile("^.*(?:月底?|年底?|年末|底)之?前")
_CLAUSE = re.compile(r"[^，,；;。！!？?、]+[，,；;。！!？?、]?")


@dataclass(frozen=True, slots=True)
class Reading:
    """One quantity as it was understood.

    Attributes:
        name: what is measured, "" when the sentence does not say.
        role: TARGET, CURRENT (the sentence says that it is the present), or FACT.
        change: the target is an amount of change (“提高 20%”), not a value.
        sentence: in which it stands.
    """

    name: str
    quantity: Quantity
    role: str
    comparator: str
    sentence: str
    part: str
    change: bool = False


def readings(sentences: Iterable[Told]) -> list[Reading]:
    """Every quantity that measures something, with its role; figures of the firm itself left out."""
    return [one for told in sentences if told.section not in {BASIS, TERMS} for one in _of_sentence(told)]


def lines(found: Iterable[Reading]) -> list[Line]:
    """Lines of the table: targets, with the present value where the text gives one beside them."""
    made: dict[str, Line] = {}
    waiting: list[Reading] = []
    for one in found:
        if one.role != TARGET:
            waiting.append(one)
            continue
        name = one.name or _name_of_partner(one, waiting)
        if not name:
            continue
        known = made.get(name, Line(name))
        if known.target:
            continue
        current = known.current or _current(name, one, waiting)
        made[name] = replace(
            known,
            current=current,
            target=one.quantity.value,
            unit=one.quantity.unit,
            comparator=one.comparator,
        )
    return list(made.values())[:MOST_LINES]


def is_measure(quantity: Quantity) -> bool:
    """Whether the unit alone makes it a measure; a count needs a comparing word."""
    return quantity.unit not in COUNTS or bool(quantity.sign)


def _current(name: str, target: Reading, waiting: list[Reading]) -> str:
    """The present value of the same thing: the same name, or the same unit just before."""
    if target.change:
        return ""
    for one in reversed(waiting[-6:]):
        is_same = bool(one.name) and (one.name.endswith(name) or name.endswith(one.name))
        if one.quantity.unit == target.quantity.unit and (is_same or _is_beside(one, target)):
            return one.quantity.value
    return ""


def _name_of_partner(target: Reading, waiting: list[Reading]) -> str:
    for one in reversed(waiting[-3:]):
        if one.name and one.quantity.unit == target.quantity.unit and one.part == target.part:
            return one.name
    return ""


def _is_beside(one: Reading, target: Reading) -> bool:
    return one.sentence == target.sentence and (not one.name or not target.name)


def _of_sentence(told: Told) -> Iterator[Reading]:
    heard = bool(_WANTED.search(told.text))
    previous_name = previous_clause = ""
    wanted = False
    for clause in _CLAUSE.findall(told.text):
        wanted = wanted or bool(re.search("希望|想|要求|需要|目标|拟", clause))
        found = quantities(clause)
        start = 0
        for place, quantity in enumerate(found):
            end = found[place + 1].start if place + 1 < len(found) else len(clause)
            before, after = clause[start : quantity.start], clause[quantity.end : end]
            start = quantity.end
            one = _reading(told, clause, before, after, quantity, wanted=wanted, heard=heard)
            if one is None:
                continue
            if not one.name and one.role == TARGET and not place and not one.change:
                one = replace(one, name=previous_name or _whole_name(previous_clause))
            previous_name = one.name or previous_name
            yield one
        previous_clause = clause


def _whole_name(clause: str) -> str:
    """A short clause without figures that names what the next one gives the target of."""
    text = _LEADING.sub("", _TRAILING.sub("", clause.strip("，,；;。、 ")))
    return text if 2 <= len(text) <= MOST_CLAUSE and not _NO_NAME.search(text) else ""


def _reading(
    told: Told, clause: str, before: str, after: str, quantity: Quantity, *, wanted: bool, heard: bool
) -> Reading | None:
    if quantity.unit in {"年", "个月", "天", "工作日"} and re.match(
        r"\s*(?:以?内|之内|前|后|来|的时间|完成)", after
    ):
        return None
    if (
        quantity.unit in {"N", "T", "K", "J"}
        and re.match("[\u4e00-\u9fff]", after)
        and after[0] not in "以的左"
    ):
        return None
    if after.startswith(("级", "型")) or (quantity.unit == "年" and not re.search("寿命|年限", before)):
        return None
    if quantity.unit.endswith(("万元", "亿元")) or (quantity.unit == "元" and "成本" not in clause):
        return None
    name, change = _name(before, after)
    if _NOT_MEASURED.search(name or before):
        return None
    comparator = _comparator(quantity, before, after, change=bool(change))
    role = _role(told, before, quantity, comparator, wanted=wanted, heard=heard, change=bool(change))
    if not is_measure(quantity) and not comparator:
        return None
    if change and role != CURRENT:
        name = f"{name}{change}{'幅度' if quantity.unit in {'%', '倍', '百分点'} else '量'}" if name else ""
    return Reading(name, quantity, role, comparator, told.text, told.part, bool(change))


def _role(
    told: Told, before: str, quantity: Quantity, comparator: str, *, wanted: bool, heard: bool, change: bool
) -> str:
    near = before[-16:]
    if re.search(r"(?:由|从|自)[^，]{0,12}$", near) or "现值" in near:
        return CURRENT
    if _PRESENT.search(before) and not _WANTED.search(near):
        return CURRENT
    if told.section == TRIED:
        return FACT
    if _PRESENT.match(told.text) and not _WISHED.search(told.text):
        return CURRENT
    if _WANTED.search(before) or quantity.sign or wanted:
        return TARGET
    if told.section == GOAL or (told.section == TECHNOLOGY and comparator):
        return TARGET
    if change:
        return FACT if _HAPPENED.search(told.text) else TARGET
    return TARGET if comparator and heard and not _PRESENT.search(told.text) else FACT


def _comparator(quantity: Quantity, before: str, after: str, *, change: bool) -> str:
    if quantity.is_range:
        return "range"
    if quantity.sign:
        return _SIGNS[quantity.sign]
    behind = _AFTER.match(after)
    if behind:
        return ">=" if behind["least"] else "<="
    if change:
        return ">="
    near = before[-8:]
    ends = (
        (pattern, sign) for pattern, sign in _BEFORE if re.search(rf"(?:{pattern})(?:了|约|近|\s)*$", near)
    )
    return next((sign for _pattern, sign in ends), "")


def _name(before: str, after: str) -> tuple[str, str]:
    """(what is measured, the verb of change or "")."""
    before = before.rstrip()
    changed = _CHANGE_BEFORE.search(before)
    verb = changed["verb"] if changed else ""
    text = before[: changed.start()] if changed else before
    origin = _FROM_TO.search(text)
    if origin:
        text = (
            origin["name"]
            if len(origin["name"]) > 2 and not origin["name"].startswith("原")
            else text[: origin.start()]
        )
    text = re.split(r"[：:\s（）()“”\"]", _TRAILING.sub("", text))[-1]
    text = _LEADING.sub("", _TRAILING.sub("", text))
    first = _CHANGE_FIRST.match(text)
    if first:
        text = first["name"]
        if not re.search(rf"(?:{_TO}|达|≥|≤)\s*$", before):
            verb = verb or first["verb"]
    if len(text) < 2 and (behind := _NAME_BEHIND.match(after)):
        text = behind["name"]
    text = _BY_WHEN.sub("", text)
    text = re.split(r"目前|现在|当前|原来", text)[-1] or text
    if len(text) > LONGEST_NAME and "的" in text:
        text = text.rsplit("的", 1)[1]
    is_name = 2 <= len(text) <= LONGEST_NAME and not _NO_NAME.search(text)
    return (text if is_name else ""), verb
