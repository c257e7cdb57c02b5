"""A requirement's sentences, each with the section that it stands in, as far as headings or words tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.text import sentences
from matchmaker.clinic.form import TEXT_PARTS, Form

#: Sections of a requirement; BASIS tells of the firm itself (“现有工作基础”), UNKNOWN of nothing.
BACKGROUND, PROBLEM, TECHNOLOGY, GOAL, SCENE, TRIED, DELIVERABLES, BASIS, TERMS, UNKNOWN = (
    "background", "main_problem", "key_technology", "goal", "scene", "tried", "deliverables", "basis",
    "terms", "",
)  # fmt: skip

#: Words of a heading → its section; the first that fits wins, the goal before the rest of a joint heading.
_HEADINGS: tuple[tuple[str, str], ...] = (
    (
        r"试过|尝试|已做(?:过的)?工作|前期(?:工作|研究)|试验情况|已有的?(?:解决)?方案|现有工作内容|研究进展",
        TRIED,
    ),
    (r"工作基础|现有基础|已有基础|基础条件|产业基础|(?:企业|公司|单位)(?:简介|概况|情况|介绍)|优势", BASIS),
    (r"预算|资金|经费|投入|合作(?:方式|模式|形式|意向)|解决方式|期限|时限|周期|进度", TERMS),
    (r"交付|成果形式|提交成果", DELIVERABLES),
    (r"目标|指标|要求|拟达到|预期|标准", GOAL),
    (r"应用(?:场景|领域|范围)|使用场景|场景", SCENE),
    (r"关键技术|技术关键|研究内容|研究方向|技术路线|主要内容|开发内容", TECHNOLOGY),
    (r"难题|难点|问题|瓶颈|痛点", PROBLEM),
    (r"背景|现状|概况|目的|意义|必要性", BACKGROUND),
    (r"需求|情况", UNKNOWN),
)
_NUMBERING = r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳])?"
#: At the beginning of a line: “预期目标：”, “二、现有工作基础”, “（2）预期要达到的技术经济指标。”
_HEADING = re.compile(
    rf"\s*{_NUMBERING}\s*(?P<name>[^\d，。；、：:\s]{{2,22}}?)\s*(?:[：:]\s*|[。．]\s*|\n|$)"
)
_COLON_HEADING = re.compile(rf"\s*{_NUMBERING}\s*(?P<name>[^\d，。；：:]{{2,16}}?)\s*[：:]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence.

    Attributes:
        part: the field of the form that it stands in.
        section: what its heading calls it; that of its part where that says it.
        text: as written.
    """

    part: str
    section: str
    text: str


def told(form: Form) -> list[Told]:
    """Every sentence of the form's texts in their order."""
    return [one for part in TEXT_PARTS for one in _of_part(part, form.part(part))]


def heading_of(name: str) -> str | None:
    """The section that a heading names, or None."""
    return next((section for pattern, section in _HEADINGS if re.search(pattern, name)), None)


def _of_part(part: str, text: str) -> Iterator[Told]:
    section = UNKNOWN if part == "text" else part
    for line in text.split("\n"):
        rest = line.strip()
        while rest:
            found = _HEADING.match(rest) or _COLON_HEADING.match(rest)
            named = heading_of(found["name"]) if found and _is_heading(found, rest) else None
            if found is None or named is None:
                break
            section, rest = named, rest[found.end() :].strip()
        for sentence in sentences(rest):
            inner = _COLON_HEADING.match(sentence)
            changed = heading_of(inner["name"]) if inner else None
            cut = inner.end() if inner and changed else 0
            section = changed or section
            yield Told(part, section, sentence[cut:].strip())


def _is_heading(found: re.Match[str], line: str) -> bool:
    """Closed by a colon or the end of its line; by a full stop only where it is numbered."""
    closed = line[found.end("name") : found.end()].strip()
    if closed in {"：", ":", ""}:
        return True
    return line.lstrip()[:1] in "（(①②③④⑤0123456789一二三四五六七八九十"
