"""The command line as a shell sees it: arguments in; output, errors and exit code out."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from matchmaker import bootstrap
from matchmaker.cli.main import main
from tests.support.embedder import HashEmbedder


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose installation takes the tests' embedder for its model."""
    monkeypatch.setattr(bootstrap, "_embedder", lambda _settings: HashEmbedder())
    folder = tmp_path / "installation"
    folder.mkdir()
    (folder / "matchmaker.toml").write_text('model = "of the tests"\n', "utf-8")
    return folder


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in ``home``."""

    def command(*arguments: str, stdin: str | bytes = "") -> Answer:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "argv", ["matchmaker", "--home", str(home), *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return Answer(int(left.value.code or 0), told.out, told.err)

    return command
