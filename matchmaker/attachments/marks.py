"""Classification marks 密级标志 in a text: found however they are spaced or written, with few false alarms.

What counts is a *mark*, not a word: 秘密★10年, 机密级, a line that says nothing but 绝密, 密级：秘密, a
ticked box, 内部资料 注意保密. Ordinary words of a need are 商业秘密, 技术秘密, 保密协议, 机密计算.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

#: Most characters of a quoted sentence.
MOST_QUOTED = 80
#: Most marks that are told of one text: one suffices to stop it.
MOST_MARKS = 20

_TRADITIONAL = str.maketrans("祕機絕絶級內資長別傳閱嚴勿個啟幹檔", "秘机绝绝级内资长别传阅严勿个启干档")


@dataclass(frozen=True, slots=True)
class Mark:
    """A classification mark.

    Attributes:
        text: the mark as it stood, spaces included.
        sentence: the line or sentence around it, cut to MOST_QUOTED characters.
    """

    text: str
    sentence: str


def marks_in(text: str) -> list[Mark]:
    """The classification marks of a text in their order, each place once."""
    squeezed, places = _squeezed(text)
    spans: list[tuple[int, int]] = []
    for pattern in (*_PATTERNS, _GRADE):
        for found in pattern.finditer(squeezed):
            start, end = found.span("mark")
            if pattern is not _GRADE or not _is_denied(squeezed, start):
                spans.append((places[start], places[end - 1] + 1))
    return [Mark(text[start:end], _sentence(text, start, end)) for start, end in _apart(spans)[:MOST_MARKS]]


def _squeezed(text: str) -> tuple[str, list[int]]:
    """The text without spaces and invisible characters, in one width and simplified; and their places.

    Lines stay apart.
    """
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _clean(character):
            kept.append(one)
            places.append(place)
    return "".join(kept), places


@cache
def _clean(character: str) -> str:
    if character in "\n\r\v\f\u2028\u2029\x85":
        return "\n"
    if character.isspace() or unicodedata.category(character) in {"Cf", "Cc"}:
        return ""
    return unicodedata.normalize("NFKC", character).translate(_TRADITIONAL).replace(" ", "")


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_denied(squeezed: str, start: int) -> bool:
    """Whether the same clause says that there is none (不含、不涉及 …)."""
    clause = re.split(r"[\n。；;！!？?，,]", squeezed[max(0, start - 16) : start])[-1]
    return _DENIAL.search(clause) is not None


def _sentence(text: str, start: int, end: int) -> str:
    """What stands around a mark, from the end of the sentence before to the end of its own."""
    before = max(text.rfind(stop, 0, start) for stop in "\n。；！？")
    after = min((place for stop in "\n。；！？" if (place := text.find(stop, end)) >= 0), default=len(text))
    first, last = before + 1, after
    if last - first > MOST_QUOTED:
        first = max(first, start - (MOST_QUOTED - (end - start)) // 2)
        last = max(end, min(last, first + MOST_QUOTED))
    return " ".join(text[first:last].split())


_DENIAL = re.compile(r"不(?:含|涉|属|是|存在|包|得)|没有|未[含涉]|严禁|禁止|[无非]$")
#: A level whose characters may stand on lines of their own, as in a corner written from top to bottom.
_LEVEL = r"(?:绝\n{0,3}密|机\n{0,3}密|秘\n{0,3}密)"
_WORD = r"(?:绝密|机密|秘密)"
_NOT_OF_STATE = r"(?<!商业)(?<!技术)(?<!企业)(?<!公司)(?<!商\n业)"
_HAN = r"[\u3400-\u9fff]"
_NUMBER = r"[0-9〇零一二三四五六七八九十百]{1,4}"
_TERM = rf"(?:{_NUMBER}(?:年|个月|月)|长期|永久|启用前|解密前|启封前)"
_STAR = r"[★☆✩✪✫✬✭✮✯✰⭐🌟⋆]"
_TICK = r"[☑☒■√✓✔✅●◉▣]"
_DECORATION = r"[\[\]【】〔〕()<>《》「」*_#~=|★☆◆◇•·:.。!,\-—―]*"
#: What follows a level that is the name of a protection, a certificate or a grade rather than a mark.
_NO_MARK_OF = (
    r"(?!别|以[上下]|及以|防护|保护|要求|资质|资格|安全|测评|认证|标准"
    r"|涉密|会议|计算机|信息系统|网络|存储|加密)"
)
_PAPERS = rf"(?:内部|{_WORD})(?:资料|文件|材料|信息|图纸)"
_KEEP_QUIET = r"(?:(?:请|务必)?注意保[密管存]|(?:严禁|不得|请勿|不准|禁止)外[传泄])"

_GRADE = re.compile(rf"(?P<mark>{_NOT_OF_STATE}{_WORD}级){_NO_MARK_OF}")
_PATTERNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # 秘密★, 机密★20年, 绝密★启用前; an asterisk is a star where a term follows it
        rf"(?P<mark>{_NOT_OF_STATE}{_LEVEL}级?\n{{0,3}}{_STAR}+(?:\n{{0,3}}{_TERM})?)",
        rf"(?P<mark>{_NOT_OF_STATE}{_LEVEL}级?\n{{0,3}}[*※]+\n{{0,3}}{_TERM})",
        # a line with nothing else; 工作秘密 is a mark of offices
        rf"^{_DECORATION}(?P<mark>(?:{_WORD}|工作秘密)(?:级|文件|资料|材料|件|档案)?){_DECORATION}$",
        # 【秘密】某项目
        rf"(?P<mark>[【\[〔]{_WORD}级?[】\]〕])",
        # 密级：机密, 密级 ☑秘密; not the list of choices 密级：公开/秘密/机密
        rf"(?P<mark>密级(?:为|是|定为)?[:\-—]?{_TICK}?{_WORD})(?!.{{0,2}}(?:{_WORD}|公开|内部))",
        rf"(?P<mark>{_TICK}{_WORD})(?!{_HAN})",
        # 秘密 10年 without its star, at the head of a phrase
        rf"(?<!{_HAN})(?P<mark>{_WORD}{_NUMBER}年)",
        # 内部资料 注意保密, 机密文件 严禁外传
        rf"(?<![对的等将])(?P<mark>{_PAPERS}\n{{0,3}}[,、。!:;·\-—]{{0,3}}\n{{0,3}}{_KEEP_QUIET})",
    )
)
