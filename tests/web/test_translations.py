"""Every sentence for users has an English one, with the same values in it."""

from __future__ import annotations

import re
from io import BytesIO

from babel.messages.mofile import read_mo

from web.translations.catalogue import PO, catalogue, missing

_VALUES = re.compile(r"%\((\w+)\)")


def test_every_sentence_is_translated() -> None:
    assert missing() == [], "python -m web.translations.catalogue --add, then fill them in"


def test_a_translation_names_the_same_values() -> None:
    entries = [entry for entry in catalogue() if entry.id]
    wrong = [
        entry.id for entry in entries if set(_VALUES.findall(entry.id)) != set(_VALUES.findall(entry.string))
    ]
    assert wrong == []


def test_a_translation_is_english() -> None:
    """What is to be typed or found as it stands, as the head of a column, may be quoted in Chinese."""
    said = {entry.id: re.sub("“[^”]*”", "", entry.string) for entry in catalogue() if entry.id}
    assert [text for text, english in said.items() if re.search(r"[\u4e00-\u9fff]", english)] == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    compiled = read_mo(BytesIO(PO.with_suffix(".mo").read_bytes()))
    written = {entry.id: entry.string for entry in catalogue() if entry.id and entry.string}
    assert {entry.id: entry.string for entry in compiled if entry.id} == written
