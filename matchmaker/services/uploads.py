"""Uploaded files that wait for their import: kept under a random name, looked at, removed when forgotten."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from matchmaker.config import Settings
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.importing.columns import Head, columns, guess_kind, understand
from matchmaker.importing.files import Preview, inspect, open_file, with_corrections
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message
from matchmaker.permissions import Actor, require

#: A name that we gave: nothing that a sender writes becomes part of a path.
STORED = re.compile(r"[0-9a-f]{32}\.upload")
#: Seconds after which a file that nobody imported is removed.
FORGOTTEN = 7 * 24 * 3600
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a file before its rows are: the parts of a Preview that are corrected by hand."""

    kind: str
    heads: Sequence[Head]
    fields: Mapping[str, str]


def keep(settings: Settings, actor: Actor, stream: IO[bytes]) -> str:
    """Stores an upload and returns its name; one beyond the limit leaves nothing behind."""
    require(actor, "import:run")
    folder = settings.imports_folder
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    path = folder / f"{secrets.token_hex(16)}.upload"
    most = settings.import_megabytes << 20
    try:
        size = _copy(stream, path, most)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if 0 < size <= most:
        return path.name
    path.unlink()
    if size:
        raise _refused(Message("文件超过上限 %(most)s MB。", {"most": settings.import_megabytes}))
    raise _refused(Message("没有选择文件，或文件是空的。"))


def look(
    settings: Settings,
    actor: Actor,
    name: str,
    *,
    filename: str,
    kind: str | None,
    columns_as: Mapping[str, str] | None = None,
) -> Preview:
    """What would be imported from a kept file; InvalidInput when it cannot be read as a whole."""
    require(actor, "import:run")
    return inspect(path_of(settings, name), filename, kind=kind, settings=settings, columns_as=columns_as)


def outline(
    settings: Settings,
    actor: Actor,
    name: str,
    *,
    filename: str,
    kind: str | None,
    columns_as: Mapping[str, str],
) -> Outline | None:
    """Columns of a file that cannot be imported as it is understood, so that a person can correct them.

    None when not even its columns can be read, or its kind cannot be told.
    """
    require(actor, "import:run")
    try:
        source = open_file(path_of(settings, name), kind, settings)
    except InvalidInput:
        return None
    found = kind or guess_kind(source.heads, filename)
    if found not in SCHEMAS:
        return None
    heads = with_corrections(understand(source.heads, found), columns_as)
    return Outline(found, heads, {field: column.head for field, column in columns(found).items()})


def forget(settings: Settings, actor: Actor, name: str) -> None:
    """Removes a kept file that will not be imported."""
    require(actor, "import:run")
    path_of(settings, name).unlink(missing_ok=True)


def path_of(settings: Settings, name: str) -> Path:
    """The kept file; NotFound when the name is none of ours or the file is gone."""
    path = settings.imports_folder / name
    if not STORED.fullmatch(name) or not path.is_file():
        raise NotFound(
            Message("这个上传的文件已不在。"), hint=Message("请重新上传；导入完成或七天后，文件会被清除。")
        )
    return path


def plain_name(filename: str) -> str:
    """The last part of a sender's file name, for people; never used as a path."""
    last = PureWindowsPath(PurePosixPath(filename.replace("\x00", "")).name).name
    clean = "".join(character for character in last if character.isprintable()).strip()
    return clean[-120:] or "upload"


def _copy(stream: IO[bytes], path: Path, most: int) -> int:
    """Bytes written; stops soon after ``most``."""
    size = 0
    with path.open("wb") as file:
        while size <= most and (block := stream.read(_BLOCK)):
            size += file.write(block)
    return size


def _sweep(folder: Path) -> None:
    """Removes uploads that have been lying for a week: nobody waits that long for an import."""
    for path in folder.glob("*.upload"):
        if STORED.fullmatch(path.name) and time.time() - path.stat().st_mtime > FORGOTTEN:
            path.unlink(missing_ok=True)


def _refused(message: Message) -> InvalidInput:
    return InvalidInput(
        message,
        hint=Message("请选择一个 JSONL、CSV 或 XLSX 文件，或拆成几个文件分别导入。"),
        fields={"file": message},
    )
