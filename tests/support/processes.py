"""Real processes for tests of what several of them do to one installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from matchmaker.bootstrap import Application

ROOT = Path(__file__).resolve().parents[2]


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that runs ``code``; what follows stands in ``sys.argv[1:]``."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def installed(app: Application) -> tuple[str, str]:
    """Home and URL of the database, for a process that opens the same installation."""
    return str(app.settings.home), app.settings.database_url


def outcome(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """What it printed; its errors become the test's."""
    out, errors = process.communicate(timeout=seconds)
    assert process.returncode == 0, errors
    return out.strip()
