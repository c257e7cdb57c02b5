"""Documents, filters and places for the contract suite."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from indexer.document import Document
from indexer.engine import Engine
from indexer.factory import Server, open_elasticsearch, open_engine
from indexer.query import Filter, WordQuery

DIMENSION = 8
FINGERPRINT = "test-model/1"
EVERYBODY = Filter(frozenset({"public"}))
ANYTHING = Filter(None)
ROOT = Path(__file__).resolve().parents[2]


def vector(seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return values / np.linalg.norm(values)


def unit(*values: float) -> np.ndarray:
    full = np.zeros(DIMENSION, dtype=np.float32)
    full[: len(values)] = values
    return full / np.linalg.norm(full)


def doc(key: str, version: int = 1, **values: Any) -> Document:
    return Document(id=key, kind=values.pop("kind", key.split(":", maxsplit=1)[0]), version=version, **values)


def query(*words: str, required: tuple[str, ...] = (), **boosts: float) -> WordQuery:
    if boosts:
        return WordQuery(dict.fromkeys(words, 1.0), boosts, frozenset(required))
    return WordQuery(dict.fromkeys(words, 1.0), required=frozenset(required))


def found(engine: Engine, *words: str, where: Filter = EVERYBODY) -> list[str]:
    return [hit.id for hit in engine.search(query(*words), where, 100).hits]


def near(engine: Engine, seed: int, where: Filter = EVERYBODY, limit: int = 100) -> list[str]:
    return [hit.id for hit in engine.nearest(vector(seed), where, limit)]


class Place(Protocol):
    """Where one index of one engine lives."""

    def open(self, **changes: Any) -> Engine: ...

    def script(self, body: str) -> list[str]:
        """A Python command in which ``engine`` is open and the names of this module are imported."""
        ...

    def damages(self) -> dict[str, Callable[[], None]]:
        """Ways to lose or break the index, with every engine closed."""
        ...

    def drop(self) -> None: ...


class EmbeddedPlace:
    """A folder below pytest's temporary one."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "index"
        self._opened: list[Engine] = []

    def open(self, **changes: Any) -> Engine:
        values = {"fingerprint": FINGERPRINT, "dimension": DIMENSION, "lock_wait": 0.5, **changes}
        engine = open_engine(self.home, **values)
        self._opened.append(engine)
        return engine

    def script(self, body: str) -> list[str]:
        return _script(f"open_engine(Path({str(self.home)!r}), FINGERPRINT, DIMENSION, lock_wait=0.5)", body)

    def damages(self) -> dict[str, Callable[[], None]]:
        return {
            "no manifest": (self.home / "manifest.json").unlink,
            "torn manifest": lambda: (self.home / "manifest.json").write_text('{"generation": "g0'),
            "no catalogue": lambda: self._file("catalogue.sqlite").unlink(),
            "torn catalogue": lambda: self._file("catalogue.sqlite").write_bytes(b"\x07" * 9000),
            "no vectors": lambda: self._file("vectors.f32").unlink(),
            "short vectors": lambda: self._file("vectors.f32").write_bytes(b"\x00" * 40),
            "no words": lambda: shutil.rmtree(self._file("words")),
            "torn words": lambda: (self._file("words") / "meta.json").write_text("{}"),
            "short words": self._shorten_words,
            "no generation": lambda: shutil.rmtree(self._file(".")),
        }

    def drop(self) -> None:
        for engine in self._opened:
            engine.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _file(self, name: str) -> Path:
        (generation,) = self.home.glob("g*")
        return generation / name

    def _shorten_words(self) -> None:
        for path in self._file("words").iterdir():
            if path.suffix in {".idx", ".term", ".store", ".fast", ".fieldnorm"}:
                path.write_bytes(path.read_bytes()[:5])


class ElasticsearchPlace:
    """A prefix of names on a real server."""

    def __init__(self, urls: str, name: str, shards: int) -> None:
        self.server = Server(tuple(urls.split(",")), name, shards=shards)
        self._opened: list[Engine] = []

    def open(self, **changes: Any) -> Engine:
        values = {"fingerprint": FINGERPRINT, "dimension": DIMENSION, "lock_wait": 0.5, **changes}
        engine = open_elasticsearch(self.server, **values)
        self._opened.append(engine)
        return engine

    def script(self, body: str) -> list[str]:
        server = f"Server({self.server.urls!r}, {self.server.name!r}, shards={self.server.shards})"
        return _script(f"open_elasticsearch({server}, FINGERPRINT, DIMENSION, lock_wait=0.5)", body)

    def damages(self) -> dict[str, Callable[[], None]]:
        return {
            "index deleted": lambda: self._with_live("DELETE", ""),
            "alias removed": lambda: self._with_live("DELETE", "/_alias/*"),
            "index closed": lambda: self._with_live("POST", "/_close"),
        }

    def drop(self) -> None:
        for engine in self._opened:
            engine.close()
        self._opened = []
        for name in self._ask("GET", f"/{self.server.name}.*?expand_wildcards=all"):
            self._ask("DELETE", f"/{name}")

    def _with_live(self, method: str, act: str) -> None:
        (name,) = self._ask("GET", f"/{self.server.name}.live.*")
        self._ask(method, f"/{name}{act}")

    def _ask(self, method: str, path: str) -> Any:
        """Past the engine and its client."""
        request = urllib.request.Request(self.server.urls[0] + path, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def _script(opening: str, body: str) -> list[str]:
    head = f"""
        import sys
        sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]
        from contract_samples import *
        from indexer.engine import EngineBusy
        engine = {opening}
    """
    return [sys.executable, "-c", textwrap.dedent(head) + textwrap.dedent(body)]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
