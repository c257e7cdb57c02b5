"""An uploaded file of codes: kept only while it is read."""

from __future__ import annotations

from typing import IO

from matchmaker.config import Settings
from matchmaker.importing.codes import CodeFile, RowFault, read_codes
from matchmaker.permissions import Actor, require
from matchmaker.services import uploads
from matchmaker.taxonomy import Table

__all__ = ["CodeFile", "RowFault", "read"]


def read(settings: Settings, actor: Actor, table: Table, stream: IO[bytes]) -> CodeFile:
    """The rows of an upload with their faults; InvalidInput when it cannot be read as a whole."""
    require(actor, "codes:import")
    name = uploads.keep(settings, actor, stream)
    try:
        return read_codes(uploads.path_of(settings, name), table, settings)
    finally:
        uploads.forget(settings, actor, name)
