"""What tests started ends with them, also when they are killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CODE = """
import shutil, subprocess, sys
sys.stdin.read()
subprocess.run(sys.argv[2:], check=False)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@contextmanager
def ended_by(command: Sequence[str], folder: Path) -> Iterator[None]:
    """Should this process die inside the block, ``command`` runs and ``folder`` goes."""
    watch = subprocess.Popen(
        [sys.executable, "-c", CODE, str(folder), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        watch.kill()
        watch.communicate()
