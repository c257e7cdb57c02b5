"""Files of attachments on the disk: taken in under a random name, checked, given out, removed."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from matchmaker.attachments.examining import Examined, examine
from matchmaker.attachments.kinds import Unacceptable
from matchmaker.attachments.marks import marks_in
from matchmaker.config import Settings
from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.services.uploads import plain_name

#: A name that we gave: nothing that a sender writes becomes part of a path.
STORED = re.compile(r"[0-9a-f]{32}")
SMALL = ".small.jpg"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload that lies in the folder and waits for its row.

    Attributes:
        state, text: as in ``Attachment.text_state`` and ``text``.
    """

    stored_name: str
    filename: str
    media_type: str
    size: int
    sha256: str
    state: str = "waiting"
    text: str = field(default="", repr=False)


def keep(settings: Settings, stream: IO[bytes], filename: str) -> Kept:
    """Stores an upload that is harmless and unmarked; slow, so outside every transaction.

    Raises:
        InvalidInput: naming file, fault and remedy; nothing is left behind.
    """
    name = plain_name(filename)
    folder = settings.attachments_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = folder / f"{secrets.token_hex(16)}.upload"
    try:
        size, digest = _copy(stream, unfinished, settings.attachment_megabytes << 20)
        if size > settings.attachment_megabytes << 20:
            raise Unacceptable(  # noqa: TRY301 - told like every other fault
                Message("超过上限 %(most)s MB。", {"most": settings.attachment_megabytes}),
                Message("请压缩其中的图片、删减内容或分成几个文件后再上传。"),
            )
        found = examine(unfinished, name)
        marks = [*found.marks, *({"text": mark.text, "sentence": mark.sentence} for mark in marks_in(name))]
        if marks:
            raise marked(marks)
        stored = secrets.token_hex(16)
        _store(folder, unfinished, stored, found)
    except Unacceptable as fault:
        raise refused(name, fault) from fault
    finally:
        unfinished.unlink(missing_ok=True)
    return Kept(stored, name, found.kind.media_type, size, digest, found.state, found.text)


def refused(filename: str, fault: Unacceptable) -> InvalidInput:
    """The error of a file, which its form shows beside the file."""
    message = Message("“%(file)s”%(fault)s", {"file": filename, "fault": fault.fault})
    both = Message("%(fault)s%(remedy)s", {"fault": message, "remedy": fault.remedy})
    return InvalidInput(message, hint=fault.remedy, fields={"file": both})


def marked(marks: Iterable[dict[str, Any]]) -> Unacceptable:
    """A file with marks of classification: it must not lie here at all."""
    first = next(iter(marks))
    return Unacceptable(
        Message(
            "含有密级标志“%(mark)s”（“%(place)s”），没有保存。",
            {"mark": first["text"], "place": first["sentence"]},
        ),
        Message("涉密内容不得上传；如属误判，请改写该处后再上传。"),
    )


def path_of(settings: Settings, stored_name: str, *, small: bool = False) -> Path:
    """The file of a row, or its small copy; NotFound when it is gone."""
    path = settings.attachments_folder / f"{stored_name}{SMALL if small else ''}"
    if not STORED.fullmatch(stored_name) or not path.is_file():
        raise NotFound(Message("这个附件的文件已不在。"), hint=Message("请联系上传者重新上传。"))
    return path


def remove_files(settings: Settings, stored_names: Iterable[str]) -> None:
    """Removes files whose rows are gone, or never came to be."""
    for name in stored_names:
        if STORED.fullmatch(name):
            (settings.attachments_folder / name).unlink(missing_ok=True)
            (settings.attachments_folder / f"{name}{SMALL}").unlink(missing_ok=True)


def _copy(stream: IO[bytes], path: Path, most: int) -> tuple[int, str]:
    """Bytes written and their fingerprint; stops soon after ``most``."""
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        while size <= most and (block := stream.read(_BLOCK)):
            size += file.write(block)
            digest.update(block)
    return size, digest.hexdigest()


def _store(folder: Path, unfinished: Path, stored: str, found: Examined) -> None:
    """The small copy first: whoever finds the file finds its copy too."""
    if found.small:
        (folder / f"{stored}{SMALL}").write_bytes(found.small)
    unfinished.chmod(0o600)
    unfinished.rename(folder / stored)
