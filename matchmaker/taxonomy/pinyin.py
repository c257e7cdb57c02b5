"""Pinyin of Chinese names; the library is loaded at the first name whose syllables no file tells."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def syllables_of(text: str) -> str:
    """Syllables without tones, divided by blanks, ü as v; words that are not Chinese stay as they are."""
    from pypinyin import lazy_pinyin

    parts = lazy_pinyin(text, errors=lambda rest: "".join(filter(str.isalnum, rest)))
    return " ".join(part.casefold() for part in parts if part)
