"""Tables of words that speak for a code: kinds, ways of working, technical fields, industries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

#: A word of the title counts as so many of the text.
TITLE_TIMES = 3
#: The same cue counts at most so often in a text: a long one must not win by its length.
MOST_TIMES = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of a table."""

    code: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """A code as a text tells it.

    Attributes:
        quote: the words by which it does.
        share: of all that speaks for any code, 0…1.
    """

    code: str
    quote: str
    share: float = 1.0


@cache
def cues(table: str) -> tuple[Cue, ...]:
    """The lines of ``data/<table>.tsv``."""
    text = (resources.files("matchmaker.clinic") / "data" / f"{table}.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(Cue(row[0], float(row[1]), re.compile(row[2])) for row in rows)


def heard(table: str, title: str, text: str) -> list[Heard]:
    """Codes of a table that title and text speak for, the best first."""
    scores: dict[str, float] = {}
    quotes: dict[str, str] = {}
    for cue in cues(table):
        in_title = [match.group() for match in cue.pattern.finditer(title)]
        in_text = [match.group() for match in cue.pattern.finditer(text)]
        found = [*in_title, *in_text]
        if not found:
            continue
        distinct = len(set(found))
        times = TITLE_TIMES * min(len(in_title), 2) + min(len(in_text), MOST_TIMES) + distinct - 1
        scores[cue.code] = scores.get(cue.code, 0.0) + cue.weight * times
        quotes.setdefault(cue.code, found[0])
    total = sum(scores.values())
    ordered = sorted(scores, key=lambda code: -scores[code])
    return [Heard(code, quotes[code], scores[code] / total) for code in ordered]


@cache
def sign(name: str) -> re.Pattern[str]:
    """What shows something in a sentence: the alternatives of one name in ``data/signs.tsv``."""
    return re.compile("|".join(cue.pattern.pattern for cue in cues("signs") if cue.code == name))
