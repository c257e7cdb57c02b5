"""The official form 重大技术需求征集: its fields, what they are called on the forms of different offices."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matchmaker.taxonomy import TABLES, Table

#: Most characters of each of the three parts of the description.
MOST_IN_PART = 500
MOST_KEYWORDS = 5
#: What a label stands for that is of no field of ours.
NOTHING = "nothing"
#: Sections of the form → their headings.
SECTIONS = {"body": "机构信息", "need": "技术需求信息"}


@dataclass(frozen=True, slots=True)
class FormField:
    """One field.

    Attributes:
        section: one of SECTIONS.
        kind: text, years, keywords, amount, choice, industry or parts (the description as a whole).
        most: characters.
        table: of a choice.
        labels: how forms call it, ours first.
    """

    name: str
    section: str
    kind: str
    most: int
    required: bool
    table: Table | None
    labels: tuple[str, ...]

    @property
    def label(self) -> str:
        """How our form calls it."""
        return self.labels[0]


_NUMBERING = re.compile(
    r"^(?:[(（]?[一二三四五六七八九十]{1,3}(?:[)）][、.]?|[、.])|[(（]?\d{1,2}(?:[)）]|[、.]))(?=\D)"
)
_REMARK = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")


def _read() -> tuple[list[FormField], list[str]]:
    text = (resources.files("matchmaker.importing") / "official_form.tsv").read_text("utf-8")
    found: list[FormField] = []
    others: list[str] = []
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    for name, section, kind, most, required, table, label, more in csv.reader(lines, delimiter="\t"):
        labels = (label, *(part for part in more.split("；") if part))
        if name == NOTHING:
            others += labels
            continue
        held = TABLES[table] if table else None
        found.append(FormField(name, section, kind, int(most), bool(required), held, labels))
    return found, others


FIELDS, _OTHERS = _read()
BY_NAME = {field.name: field for field in FIELDS}


def label_of(text: str) -> str | None:
    """The field that a label stands for, NOTHING for a label of no field of ours, None for no label."""
    return _labels().get(folded(text)) if len(text) <= 60 else None


def inline(text: str) -> tuple[str, str] | None:
    """Field and value of a line like ``需求名称：纽扣镀层``; None for any other."""
    found = re.match(r"\s*([^:：\n]{2,60}?)\s*[:：](.*)", text, re.DOTALL)
    name = label_of(found[1]) if found else None
    return (name, found[2].strip()) if found and name else None


def folded(text: str) -> str:
    """A label without spaces, stars, numbers in front, remarks in brackets and colons."""
    narrow = _REMARK.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    return _NUMBERING.sub("", narrow.strip("*:;,.-_/※●◆■□ ").casefold()).strip("*:、")


@cache
def _labels() -> dict[str, str]:
    found = {folded(other): NOTHING for other in _OTHERS}
    for field in FIELDS:
        found.update((folded(name), field.name) for name in field.labels)
    return found
