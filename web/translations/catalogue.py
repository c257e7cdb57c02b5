"""Sentences for users, from the sources and from the catalogue: ``python -m web.translations.catalogue``.

Prints what lacks a translation and compiles the catalogue; new sentences are added to it, with an empty
translation, by ``--add``.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
#: The header names a fixed day, so that the file changes only with its sentences.
DAY = datetime(2026, 1, 1, tzinfo=UTC)
PO = HERE / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "Message": None,
}  # fmt: skip


def in_sources() -> dict[str, list[str]]:
    """Sentence → where it stands. A sentence without a Chinese sign needs no translation."""
    with (HERE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: dict[str, list[str]] = {}
    for folder in ("matchmaker", "web"):
        here = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(folder)
        ]
        chosen = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for name, line, message, *_rest in extract_from_dir(
            ROOT / folder, method_map=here, options_map=chosen, keywords=KEYWORDS
        ):
            for text in message if isinstance(message, tuple) else (message,):
                if text and not text.isascii():
                    found.setdefault(text, []).append(f"{folder}/{name}:{line}")
    return found


def catalogue() -> Catalog:
    """The English catalogue as it stands."""
    if not PO.exists():
        return Catalog(locale="en")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def missing() -> list[str]:
    """Sentences of the sources without an English one, with their places."""
    known = catalogue()
    lacking = []
    for text, places in sorted(in_sources().items()):
        entry = known.get(text)
        if entry is None or not entry.string or entry.fuzzy:
            lacking.append(f"{text}  ({places[0]})")
    return lacking


def main(add: bool) -> int:
    """Adds, compiles, tells; 1 when something is missing."""
    known = catalogue()
    sources = in_sources()
    if add:
        for text in sources:
            if text not in known:
                known.add(text)
    kept = Catalog(locale="en", project="matchmaker", fuzzy=False, creation_date=DAY, revision_date=DAY)
    for entry in sorted((entry for entry in known if entry.id in sources), key=lambda entry: str(entry.id)):
        kept.add(entry.id, entry.string, flags=entry.flags)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, kept, width=110, omit_header=False, sort_output=False)
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, kept)
    lacking = missing()
    print("\n".join(lacking))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main("--add" in sys.argv))
