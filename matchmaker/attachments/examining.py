"""Looks at an uploaded file in a process of its own, so that whatever it does to its parser stays there."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matchmaker.attachments.blocks import Block
from matchmaker.attachments.kinds import KINDS, Kind, Unacceptable
from matchmaker.config import bare_environment
from matchmaker.messages import Message

log = logging.getLogger(__name__)

#: Seconds that an upload waits; what is not read by then is read in the background.
AT_ONCE = 20
#: Seconds that the background takes at most.
IN_BACKGROUND = 180
#: Files that one process of ours has looked at together; the others wait for their turn.
_SEATS = threading.BoundedSemaphore(2)
#: Memory of the process, in MiB.
MEGABYTES = 1536


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is and says.

    Attributes:
        state: waiting (not read in time), read, none (nothing to read: a picture, a scan) or unreadable.
        marks: of classification, each with ``text`` and ``sentence``.
        small: of a picture, a small copy (JPEG).
        blocks: of a Word file, where they were asked for.
    """

    kind: Kind
    state: str = "waiting"
    text: str = ""
    marks: list[dict[str, Any]] = field(default_factory=list)
    small: bytes = b""
    blocks: list[Block] = field(default_factory=list)


def examine(
    path: Path,
    filename: str,
    *,
    seconds: int = AT_ONCE,
    megabytes: int = MEGABYTES,
    with_blocks: bool = False,
) -> Examined:
    """Checks and reads a file.

    Raises:
        Unacceptable: it is not taken, or could not even be checked within the time.
    """
    further = ["blocks"] if with_blocks else []
    lines = _told(path, [filename, str(seconds), str(megabytes), *further], seconds)
    if not lines:
        raise Unacceptable(
            Message("过于复杂，无法在规定的时间和内存内检查。"),
            Message("请拆成几个较小的文件，或用“打印到 PDF”重新生成后再上传。"),
        )
    first = lines[0]
    if "fault" in first:
        raise Unacceptable(unpacked(first["fault"]), unpacked(first["remedy"]))
    second: dict[str, Any] = lines[1] if len(lines) > 1 else {"state": "waiting"}
    if second["state"] == "unreadable":
        log.info("text of an upload could not be read: %s", second.get("reason"))
    return Examined(
        KINDS[first["kind"]],
        second["state"],
        second.get("text", ""),
        second.get("marks", []),
        base64.b64decode(first["small"]),
        lines[2]["blocks"] if len(lines) > 2 else [],
    )


def unpacked(held: dict[str, Any]) -> Message:
    """A sentence that came through JSON."""
    values = {
        key: unpacked(value) if isinstance(value, dict) else value for key, value in held["values"].items()
    }
    return Message(held["template"], values)


def _told(path: Path, arguments: list[str], seconds: int) -> list[dict[str, Any]]:
    """The lines that the process printed before it ended, died or was stopped."""
    command = [sys.executable, "-m", "matchmaker.attachments.child"]
    try:
        with _SEATS:
            done = subprocess.run(  # noqa: S603 - our own module; the sender's name is one argument, no path
                [*command, str(path), *arguments],
                check=False,
                capture_output=True,
                env=_environment(),
                timeout=seconds * 1.5 + 5,
            )
        output = done.stdout
        if done.returncode:
            log.warning("looking at an upload ended with %s: %s", done.returncode, done.stderr[-500:])
    except subprocess.TimeoutExpired as fault:
        output = fault.stdout or b""
    whole = [line for line in output.split(b"\n")[:-1] if line]
    return [json.loads(line) for line in whole]


def _environment() -> dict[str, str]:
    return {
        **bare_environment(),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
