"""What in an anonymous problem tells who is behind it: the firm's name, its trade name, codes, numbers; pure.

A Chinese firm's name is region + trade name + line of business + form (浙江 晶彩 钮扣 有限公司). Looked for
are the whole name, the name without its form, without its region, and the trade name alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matchmaker.messages import Message
from matchmaker.models import Organization, Problem
from matchmaker.taxonomy import REGIONS

_FORMS = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|分公司|总公司|公司|集团|总厂|分厂|厂|合作社|个体工商户)$"
)
_TRADES = re.compile(
    r"(?:高科技|科技|实业|工贸|贸易|制造|机械|机电|电子|电器|电气|仪器|仪表|自动化|智能|装备|设备|五金|塑料|塑胶|橡胶"
    r"|橡塑|模具|新材料|材料|化工|化学|涂料|纺织|服饰|服装|纽扣|钮扣|辅料|印染|家具|建材|陶瓷|玻璃|造纸|包装|印刷"
    r"|食品|饮料|农业|生物|医药|制药|医疗|器械|环保|能源|新能源|电力|光电|光伏|汽车|汽配|配件|轴承|阀门|泵业|电机"
    r"|铜业|铝业|钢铁|金属|工业|产业|发展|控股|工程|建设|技术|信息|软件|网络|研究|饰品|工艺品|鞋业|皮革|钢管|紧固件)+$"
)
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4})(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_SITE = re.compile(r"(?:https?://|www\.)[\w./-]+")
_CREDIT = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")
#: Shortest trade name that is looked for: one character is in every text.
_SHORTEST = 2
_PARTS = (
    "title", "text", "background", "main_problem", "tried", "key_technology", "scene", "goal", "deliverables",
    "ip_intent", "solver_conditions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """A place that tells who is behind a problem.

    Attributes:
        field: of the problem; "attachment" for the name of a file.
        found: the telling words.
        what: why they tell.
        around: the sentence.
    """

    field: str
    found: str
    what: Message
    around: str


def tellings(problem: Problem, owner: Organization | None, files: Iterable[str] = ()) -> list[Telling]:
    """Every telling place of a problem, each kind of words once a field."""
    sought = _sought(problem, owner)
    found: list[Telling] = []
    for field, text in _texts(problem, files):
        found += _in(field, text, sought)
    return found


def names_of(name: str) -> list[str]:
    """A firm's name and its shorter forms, the longest first: what people would recognise it by."""
    whole = _flat(name)
    plain = _flat(_BRACKETS.sub("", name))
    bare = _stripped(_FORMS, plain)
    local = _without_region(bare)
    trade = _stripped(_TRADES, local)
    forms = dict.fromkeys([whole, plain, bare, local, trade])
    return [each for each in forms if len(each) >= _SHORTEST and not _is_common(each, plain)]


def _is_common(name: str, plain: str) -> bool:
    """Whether a form of a name is a mere line of business, or the place in front of the whole name."""
    return bool(_TRADES.fullmatch(name)) or (plain.startswith(name) and name in _regions())


def _sought(problem: Problem, owner: Organization | None) -> list[tuple[str, Message]]:
    """Folded words → why they tell; the longer ones first, so that one place is told once."""
    words: list[tuple[str, Message]] = []
    if owner is not None:
        words += [(each, Message("单位名称或字号")) for each in names_of(owner.name)]
        words += [(_flat(owner.code), Message("统一社会信用代码"))]
        words += [(_flat(owner.website), Message("网址"))]
    words += [(_flat(each), Message("您列出的品牌或别名")) for each in problem.hidden_words]
    words += [(_flat(problem.contact_name), Message("联系人姓名"))]
    words += [(_flat(problem.contact_phone), Message("电话"))]
    return [(word, what) for word, what in words if len(word) >= _SHORTEST]


_PATTERNS: Sequence[tuple[re.Pattern[str], Message]] = (
    (_MOBILE, Message("电话")),
    (_LANDLINE, Message("电话")),
    (_EMAIL, Message("电子邮箱")),
    (_SITE, Message("网址")),
    (_CREDIT, Message("统一社会信用代码")),
)


def _in(field: str, text: str, sought: Sequence[tuple[str, Message]]) -> Iterator[Telling]:
    flat, places = _placed(text)
    covered: list[tuple[int, int]] = []
    for word, what in sought:
        start = flat.find(word)
        if start >= 0 and not any(first <= start and start + len(word) <= last for first, last in covered):
            covered.append((start, start + len(word)))
            begin, end = places[start], places[start + len(word) - 1] + 1
            yield Telling(field, text[begin:end], what, _around(text, begin, end))
    for pattern, what in _PATTERNS:
        match = pattern.search(unicodedata.normalize("NFKC", text))
        if match and _flat(match.group()) not in {word for word, _ in sought}:
            yield Telling(field, match.group(), what, match.group())


def _texts(problem: Problem, files: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in _PARTS:
        if text := getattr(problem, name):
            yield name, text
    for word in problem.keywords:
        yield "keywords", word
    for row in problem.indicators:
        yield "indicators", f"{row.name} {row.current} {row.target} {row.unit}"
    for name in files:
        yield "attachment", name


def _around(text: str, begin: int, end: int, most: int = 30) -> str:
    return " ".join(text[max(begin - most, 0) : end + most].split())


def _flat(text: str) -> str:
    return _placed(text)[0]


def _placed(text: str) -> tuple[str, list[int]]:
    """The text in one width and case without blanks and dashes, and where each character stood."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text or ""):
        for one in unicodedata.normalize("NFKC", character).casefold():
            if not one.isspace() and one not in "-·•－—_":
                kept.append(one)
                places.append(place)
    return "".join(kept), places


def _stripped(pattern: re.Pattern[str], name: str) -> str:
    """Without the endings, however many, unless nothing would be left."""
    shorter = pattern.sub("", name)
    while shorter != name and len(shorter) >= _SHORTEST:
        name, shorter = shorter, pattern.sub("", shorter)
    return name


def _without_region(name: str) -> str:
    """Without the places in front, the largest first: 浙江省杭州市西湖区晶彩 → 晶彩."""
    known = _regions()
    shortened = True
    while shortened:
        shortened = False
        for length in range(min(9, len(name) - _SHORTEST), 1, -1):
            if name[:length] in known and not _TRADES.fullmatch(name[length:]):
                name, shortened = name[length:], True
                break
    return name


def _regions() -> frozenset[str]:
    return REGIONS.held("beginnings", _region_names)


def _region_names() -> frozenset[str]:
    full = {_flat(REGIONS.label(code)) for code in REGIONS}
    short = {re.sub(r"(?:省|市|县|区|自治[区州县])$", "", name) for name in full}
    return frozenset(name for name in full | short if len(name) >= _SHORTEST)
