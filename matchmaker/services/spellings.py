"""Forms of names that make two spellings one: width, traditional signs, titles, pinyin in either order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

from matchmaker.taxonomy import REGIONS
from matchmaker.taxonomy.pinyin import syllables_of

#: What follows or precedes a name and is no part of it; longer ones first.
_TITLES = re.compile(
    r"(教授级高级工程师|高级工程师|高级实验师|特聘研究员|助理研究员|助理教授|博士生导师|硕士生导师|副研究员|副教授|研究员"
    r"|高工|工程师|教授|讲师|博士后|博士|硕士|院士|老师|先生|女士|主任|院长|所长)+$"
)
_LATIN_TITLES = frozenset({"prof", "professor", "dr", "mr", "ms", "mrs", "phd"})
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
#: Signs in which two names of bodies differ although they are two bodies.
_TELLING = frozenset("一二三四五六七八九十0123456789东南西北中上下前后新老大小甲乙丙丁省市县区分总")


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def plain(text: str) -> str:
    """In narrow and simplified signs, without blanks, dots and case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    simplified = str(_converter().convert(folded)) if _HAN.search(folded) else folded
    return re.sub(r"[\s·•・.,'’‘\-_/]+", "", simplified)


def person(name: str) -> str:
    """A person's Chinese name as it is compared; "" for a Latin one."""
    text = re.sub(r"[(（].*?[)）]", "", unicodedata.normalize("NFKC", name))
    bare = plain(text)
    return _TITLES.sub("", bare) if _HAN.search(bare) else ""


def romanised(name: str) -> frozenset[str]:
    """The name in Latin letters: family name first and last, since both are written."""
    text = re.sub(r"[(（].*?[)）]", "", unicodedata.normalize("NFKC", name)).casefold()
    if _HAN.search(text):
        syllables = syllables_of(person(name)).split()
        return frozenset({"".join(syllables)}) if syllables else frozenset()
    words = [re.sub(r"[^a-z]", "", word) for word in re.split(r"[\s,.]+", text.replace("-", ""))]
    words = [word for word in words if word and word not in _LATIN_TITLES]
    turns = (words[place:] + words[:place] for place in range(len(words)))
    return frozenset("".join(turn) for turn in turns) if 1 < len(words) < 5 else frozenset()


def person_keys(name: str) -> Iterator[str]:
    """What two spellings of one name have in common: either of them."""
    chinese = person(name)
    if chinese:
        yield f"han:{chinese}"
    for latin in romanised(name):
        yield f"abc:{latin}"


def same_person_name(first: str, second: str) -> bool:
    """Whether two names may be one: two Chinese ones by their signs, never by their sound alone."""
    one, other = person(first), person(second)
    if one and other:
        return one == other
    return not romanised(first).isdisjoint(romanised(second))


def body(name: str) -> str:
    """A body's name as it is compared."""
    return plain(name).replace("有限责任公司", "有限公司").replace("(", "").replace(")", "")


def body_keys(name: str) -> Iterator[str]:
    """The name, and the name with each sign left out: two names that differ in one sign share one."""
    bare = body(name)
    yield f"=:{bare}"
    if len(bare) >= 4:
        for place in range(len(bare)):
            yield f"-{place}:{bare[:place]}{bare[place + 1 :]}"


def differing(first: str, second: str) -> tuple[str, str] | None:
    """The one sign in which two names of one length differ; None otherwise."""
    one, other = body(first), body(second)
    if len(one) != len(other):
        return None
    found = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return found[0] if len(found) == 1 else None


def tells_apart(first: str, second: str) -> bool:
    """Whether the sign in which two names of bodies differ says that they are two: 第一/第二, 河南/湖南."""
    signs = differing(first, second)
    if signs is None:
        return False
    if set(signs) & _TELLING:
        return True
    regions = [_region(body(name)) for name in (first, second)]
    return bool(regions[0] and regions[1] and regions[0] != regions[1])


def _region(name: str) -> str:
    """The region that a name begins with."""
    for length in (4, 3, 2):
        code = REGIONS.find(name[:length])
        if code:
            return code
        for end in ("省", "市", "县"):
            code = REGIONS.find(name[:length] + end)
            if code:
                return code
    return ""
