"""The process in which strangers' files are opened: bounded in memory and time, its environment empty.

``python -m matchmaker.attachments.child FILE NAME SECONDS MEGABYTES [blocks]`` prints lines of JSON: what the
check found, then what was read. If it dies, what it printed before still counts.
"""

from __future__ import annotations

import base64
import json
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from matchmaker.attachments.blocks import blocks_of_docx
from matchmaker.attachments.checking import check, read
from matchmaker.attachments.kinds import Unacceptable
from matchmaker.attachments.marks import marks_in
from matchmaker.messages import Message

#: Characters that are kept for search; marks are looked for in all that was read.
MOST_KEPT = 100_000


def bound(seconds: int, megabytes: int) -> None:
    """Takes away what a parser does not need; where the system has no such limits, the parent's hold."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def examine(path: Path, filename: str, *, with_blocks: bool = False) -> None:
    """Prints what the file is, then what it says."""
    try:
        checked = check(path, filename)
    except Unacceptable as fault:
        _print({"fault": packed(fault.fault), "remedy": packed(fault.remedy)})
        return
    _print({"kind": checked.kind.name, "small": base64.b64encode(checked.small).decode()})
    if checked.kind.is_picture:
        _print({"state": "none"})
        return
    try:
        text = "".join(one for one in read(path, checked.kind) if one.isprintable() or one in "\n\t")
    except Exception as fault:  # noqa: BLE001 - parsers let whatever they meet pass through
        _print({"state": "unreadable", "reason": f"{type(fault).__name__}: {fault}"[:300]})
        return
    marks = [{"text": mark.text, "sentence": mark.sentence} for mark in marks_in(text)]
    _print({"state": "read" if text.strip() else "none", "text": text[:MOST_KEPT], "marks": marks})
    if with_blocks and checked.kind.name == "docx":
        _print({"blocks": blocks_of_docx(path)})


def packed(message: Message) -> dict[str, Any]:
    """A sentence as JSON holds it; ``examining`` makes it one again."""
    values = {
        key: packed(value) if isinstance(value, Message) else str(value)
        for key, value in message.values.items()
    }
    return {"template": message.template, "values": values}


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    bound(int(sys.argv[3]), int(sys.argv[4]))
    examine(Path(sys.argv[1]), sys.argv[2], with_blocks="blocks" in sys.argv[5:])
