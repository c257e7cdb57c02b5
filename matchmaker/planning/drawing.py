"""Parts of pictures: SVG as text, escaped, without styles or scripts, readable in grey and on paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

INK, GREY, LINE, PALE, PAPER = "#1a222e", "#5c6778", "#9aa3b2", "#eef1f6", "#ffffff"
_FONT = "system-ui, 'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', sans-serif"

#: Share of the height of letters that a narrow one is wide; Chinese ones are as wide as high.
_NARROW = 0.6


def clean(text: str) -> str:
    """Without characters that XML cannot hold."""
    return "".join(each for each in text if each in "\t\n" or _is_shown(each))


def _is_shown(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cs", "Cc"} and letter not in "\ufffe\uffff"


def width(text: str, size: float) -> float:
    """About how wide a text is."""
    return sum(size * (1.0 if unicodedata.east_asian_width(each) in "WF" else _NARROW) for each in text)


def fit(text: str, room: float, size: float) -> str:
    """The text, cut with … where it is wider than its room."""
    if width(text, size) <= room:
        return text
    kept = ""
    for each in text:
        if width(kept + each + "…", size) > room:
            break
        kept += each
    return kept.rstrip() + "…"


def words(text: str, room: float, size: float) -> list[str]:
    """The text in lines that fit."""
    lines = [""]
    for each in text:
        if each == "\n" or width(lines[-1] + each, size) > room:
            cut = lines[-1].rfind(" ") if each not in "\n " and each.isascii() else -1
            rest = lines[-1][cut + 1 :] if cut > 0 else ""
            lines[-1] = lines[-1][:cut] if cut > 0 else lines[-1]
            lines.append(rest)
        if each != "\n":
            lines[-1] += each
    return [line.strip() for line in lines if line.strip()]


def tag(name: str, inside: str | None = None, **values: str | float) -> str:
    """An element; names of values are written with ``_`` for ``-``."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_number(value))}" for key, value in values.items()
    )
    return f"<{name}{written}/>" if inside is None else f"<{name}{written}>{inside}</{name}>"


def text(x: float, y: float, said: str, **values: str | float) -> str:
    """One line of text."""
    return tag("text", escape(clean(said)), x=x, y=y, **{"fill": INK, **values})


def told(said: str) -> str:
    """What a pointer that rests on an element is told."""
    return tag("title", escape(clean(said)))


def picture(name: str, title: str, description: str, wide: float, high: float, parts: Iterable[str]) -> str:
    """The whole: a picture for eyes, a title and a description for screen readers."""
    head = tag("title", escape(clean(title)), id=f"{name}-title") + tag(
        "desc", escape(clean(description)), id=f"{name}-desc"
    )
    ground = tag("rect", x=0, y=0, width=wide, height=high, fill=PAPER)
    return tag(
        "svg",
        head + ground + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(wide)} {_number(high)}",
        width=wide,
        height=high,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        font_family=_FONT,
        font_size=12,
    )


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(float(value), 1):g}"
