"""How values are written for people: amounts, days, names of codes, marked words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from flask import Flask
from markupsafe import Markup, escape

from matchmaker import taxonomy
from matchmaker.matching.result import BAND_NAMES
from matchmaker.messages import Message
from web.i18n import _, tell
from web.request import language

_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
KIND_NAMES: dict[str, Message] = {
    "problem": Message("难题"),
    "expert": Message("专家"),
    "organization": Message("单位"),
    "achievement": Message("成果"),
    "publication": Message("论文"),
    "patent": Message("专利"),
    "attachment": Message("附件"),
}


def init_app(app: Flask) -> None:
    """Makes them filters of the templates."""
    app.jinja_env.filters.update(
        wan=wan,
        day=day,
        moment=moment,
        number=number,
        marked=marked,
        percent=percent,
        sentences=sentences,
        listed=listed,
    )
    app.jinja_env.globals.update(
        label=label,
        labels=labels,
        kind_name=kind_name,
        one_name=one_name,
        band_name=band_name,
        options=options,
        told=told,
    )


def wan(fen: int | None) -> str:
    """An amount in 万元, two decimals, thousands separated (in yuan for English); none is negotiable."""
    if fen is None:
        return _("面议")
    yuan = Decimal(fen) / 100
    if language() == "en":
        return f"¥{yuan:,.0f}" if yuan == int(yuan) else f"¥{yuan:,.2f}"
    return f"{yuan / 10_000:,.2f} 万元"


def day(value: date | None) -> str:
    """2023-05-18 (周四), never broken over two lines."""
    if value is None:
        return ""
    weekday = _WEEKDAYS[language()][value.weekday()]
    return Markup('<time class="nowrap" datetime="{0}">{0} ({1})</time>').format(f"{value:%Y-%m-%d}", weekday)


def moment(value: datetime | None) -> str:
    """A stored UTC moment as the clock of the office shows it."""
    if value is None:
        return ""
    return f"{value.replace(tzinfo=UTC).astimezone():%Y-%m-%d %H:%M}"


def number(value: float) -> str:
    """Thousands separated; a whole number stays whole."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def percent(value: float) -> str:
    """A share in 0…1 as a whole percentage."""
    return f"{value * 100:.0f}%"


def label(table: str, code: str | int | None) -> str:
    """The name of a code in a table of ``matchmaker.taxonomy``, in the reader's language."""
    if code in (None, ""):
        return ""
    if table == "REGIONS":
        return taxonomy.region_path(str(code), language()) or str(code)
    return str(getattr(taxonomy, table).label(str(code), language()))


def labels(table: str, codes: Iterable[str]) -> str:
    """Names of several codes as one list."""
    return listed(label(table, code) for code in codes)


def listed(parts: Iterable[object]) -> str:
    """Several things as one list, with the comma of the reader's language."""
    return ("、" if language() == "zh" else ", ").join(str(part) for part in parts)


def options(table: str) -> list[tuple[str, str]]:
    """Codes and names of a table, for a choice."""
    return [(code, label(table, code)) for code in getattr(taxonomy, table)]


def told(names: Mapping[str, Message]) -> list[tuple[str, str]]:
    """Codes and names where the names are Messages, for a choice."""
    return [(code, tell(name)) for code, name in names.items()]


def kind_name(kind: str) -> str:
    """The name of a kind of document."""
    return tell(KIND_NAMES[kind])


def one_name(kind: str) -> str:
    """The name of one thing of a kind: Chinese has no plural, English does."""
    return kind_name(kind) if language() == "zh" else kind.capitalize()


def band_name(band: str) -> str:
    """The words for a band of confidence."""
    return tell(BAND_NAMES[band])


def marked(text: str, words: Iterable[str]) -> Markup:
    """The text with the words marked, whatever their case; everything is escaped."""
    wanted = sorted({word for word in words if word.strip()}, key=lambda word: (-len(word), word))
    if not wanted:
        return escape(text)
    pattern = re.compile("|".join(map(_whole, wanted)), re.IGNORECASE)
    parts: list[Markup] = []
    end = 0
    for found in pattern.finditer(text):
        parts += [escape(text[end : found.start()]), Markup("<mark>{}</mark>").format(found.group())]
        end = found.end()
    parts.append(escape(text[end:]))
    return Markup("").join(parts).replace("</mark><mark>", "")


def _whole(word: str) -> str:
    """A pattern of the word: letters and digits only as a whole, so that “10” is not marked in “100”."""
    before = r"(?<![0-9A-Za-z])" if re.match(r"[0-9A-Za-z]", word) else ""
    after = r"(?![0-9A-Za-z])" if re.search(r"[0-9A-Za-z]$", word) else ""
    return before + re.escape(word) + after


#: A full stop ends a sentence, one within a number does not.
_SENTENCE_END = re.compile(r"[。；！？;]|\.(?=\s|$)")


def sentences(text: str, most: int = 160) -> str:
    """The beginning of a text, cut after a sentence where one ends in time."""
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    cut = max((end.end() for end in _SENTENCE_END.finditer(flat) if end.end() <= most), default=0)
    return flat[:cut] if cut > most // 3 else flat[: most - 1] + "…"
