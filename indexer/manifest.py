"""Which generation of the embedded index is live, and what it was built with: one small file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from dataclasses import replace as replace_fields
from pathlib import Path

from indexer.engine import IndexBroken, IndexMismatch
from indexer.text import RECIPE
from indexer.vector_store import broken

#: Changes when the files of a generation do.
LAYOUT = 2
_NAME = "manifest.json"

Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the live generation is and holds.

    Attributes:
        kept: generations that were live before, until they are pruned.
    """

    generation: str
    fingerprint: str
    dimension: int
    kept: tuple[str, ...] = ()
    recipe: str = RECIPE
    layout: int = LAYOUT

    def without_kept(self) -> Manifest:
        """The same, once the older generations are gone."""
        return replace_fields(self, kept=())

    def check(self, fingerprint: str, dimension: int) -> None:
        """IndexMismatch unless the index fits what is asked of it."""
        asked = {
            "model": (self.fingerprint, fingerprint),
            "dimension": (self.dimension, dimension),
            "segmentation": (self.recipe, RECIPE),
            "layout": (self.layout, LAYOUT),
        }
        for name, (built, wanted) in asked.items():
            if built != wanted:
                raise IndexMismatch(
                    f"the index was built with the {name} {built!r}, {wanted!r} is wanted; "
                    "run: matchmaker index rebuild"
                )


def stamp(home: Path) -> Stamp | None:
    """Changes with every switch; None when there is no manifest."""
    try:
        state = (home / _NAME).stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_mtime_ns


def load(home: Path) -> Manifest:
    """The manifest of an index that should be there; IndexBroken when it is not."""
    path = home / _NAME
    try:
        values = json.loads(path.read_text("utf-8"))
        return Manifest(**{**values, "kept": tuple(values["kept"])})
    except FileNotFoundError as fault:
        raise IndexBroken(f"there is no index in {home}; run: matchmaker index rebuild") from fault
    except (OSError, ValueError, TypeError, KeyError) as fault:
        raise broken(path, fault) from fault


def replace(home: Path, manifest: Manifest) -> None:
    """Puts the manifest in place of the old one: durably, and at once for every reader."""
    unfinished = home / f"{_NAME}.new"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(home / _NAME)
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
