"""Places: a name that several places share is none, until their prefecture or province is named with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from matchmaker.taxonomy.table import Table, folded

#: Ranks that people leave out: 温州 is 温州市, 新疆 is 新疆维吾尔自治区.
_RANK = re.compile(r"(维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|省|市|县|区|街道|镇|乡)$")
_COUNTRY = re.compile(r"^中国|^中华人民共和国")
_LONGEST = 40


class RegionTable(Table):
    """GB/T 2260, with names as addresses give them."""

    def text(self, code: str, language: str = "zh") -> str:
        """The names of the whole path: 浙江省温州市瑞安市."""
        parts = [self.label(part, language) for part in self.path(code)]
        whole = ("" if language == "zh" else " ").join(parts)
        return whole if self.find(whole) == code else super().text(code, language)

    def candidates(self, text: str) -> tuple[str, ...]:
        """Places that a name, or the names of a whole path (浙江省温州市瑞安市), may mean."""
        bare = _bare(text)
        found = super().candidates(text) or super().candidates(bare)
        if found or not bare:
            return found
        return self.narrowed(code for code, end in self._walked(bare) if end == len(bare))

    def narrowed(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The wholes without their parts: 吉林 alone is the province rather than the city in it."""
        held = tuple(dict.fromkeys(codes))
        return tuple(code for code in held if not set(self.path(code)[:-1]) & set(held))

    def beginning(self, text: str) -> tuple[str, ...]:
        """The smallest places that the beginning of an address names; several when it does not say which."""
        walked = self._walked(_bare(text))
        furthest = max((end for _code, end in walked), default=0)
        return self.narrowed(code for code, end in walked if end == furthest)

    def within(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes with everything that is part of them, as far as the table knows it."""
        found: dict[str, None] = {}
        waiting = list(codes)
        while waiting:
            code = waiting.pop(0)
            if code not in found:
                found[code] = None
                waiting += self.children(code) if code else ()
        return tuple(found)

    def mentioned(self, text: str) -> str | None:
        """The smallest province or prefecture that a text names in full anywhere, unless it names two."""
        large = [code for code in self if code.endswith("00") and self.label(code) in text]
        smallest = Table.narrowed(self, large)
        return smallest[0] if len(smallest) == 1 else None

    def _walked(self, text: str) -> list[tuple[str, int]]:
        """Places whose path stands at the beginning of the text, each with where its name ends."""
        return [found for code, length in self._named(text) for found in self._inside(text, code, length)]

    def _inside(self, text: str, code: str, end: int) -> list[tuple[str, int]]:
        deeper = [
            further
            for part, length in self._named(text[end:], code)
            for further in self._inside(text, part, end + length)
        ]
        return deeper or [(code, end)]

    def _named(self, text: str, whole: str = "") -> list[tuple[str, int]]:
        """Parts of a whole whose name stands at the beginning of the text, the longest name there is.

        The bare name of a province is the province's: 海南 is never the district of that name.
        """
        names = self.held("names", self._spelled)
        for length in range(min(len(text), _LONGEST), 1, -1):
            codes = [
                code for code in names.get(text[:length], ()) if not whole or whole in self.path(code)[:-1]
            ]
            provinces = [code for code in codes if code.endswith("0000")]
            if codes:
                return [(code, length) for code in provinces or codes]
        return []

    def _spelled(self) -> dict[str, list[str]]:
        """Name, name without its rank, English name → codes."""
        found: dict[str, list[str]] = {}
        for code in self:
            name = self.label(code)
            stem = _RANK.sub("", name)
            for each in {name, stem if len(stem) > 1 else name, folded(self.label(code, "en"))}:
                found.setdefault(each, []).append(code)
        return found


def _bare(text: str) -> str:
    return _COUNTRY.sub("", folded(text))
