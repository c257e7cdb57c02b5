"""An Elasticsearch for tests: a named one, or nodes started from a local server in a temporary folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.orphans import ended_by

VARIABLE = "MATCHMAKER_TEST_ELASTICSEARCH_URL"
#: Starts, stops, kills and revives nodes; it stands beside the checkout where tests of the servers are wanted.
LAUNCHER = Path(__file__).parents[2].parent / "shared" / "elasticsearch" / "elasticsearch"
HOW = (
    f"no Elasticsearch: name one in {VARIABLE} (docker run --rm -p 127.0.0.1:9200:9200 -e discovery.type=single-node "
    "-e xpack.security.enabled=false docker.elastic.co/elasticsearch/elasticsearch:9.2.0), or have a local test "
    "server at ../shared/elasticsearch and a Java of version 21 or newer; REQUIRE_ELASTICSEARCH=1 makes this a failure"
)
HEAP = "512m"


class Cluster:
    """Nodes of this machine; node ``i`` answers at ``urls[i]``, counted from 0."""

    def __init__(self, folder: Path, nodes: int) -> None:
        self.folder = folder
        self.urls: tuple[str, ...] = tuple(self._run("start", "--nodes", nodes, "--heap", HEAP)["urls"])

    @property
    def url(self) -> str:
        """All nodes, as the setting elasticsearch_url takes them."""
        return ",".join(self.urls)

    def kill(self, node: int) -> None:
        """SIGKILL: what a crash leaves."""
        self._run("kill", "--node", node + 1)

    def revive(self, node: int) -> None:
        """The same node on its old data; returns when it has joined the others."""
        self._run("revive", "--node", node + 1)

    def stop(self) -> None:
        self._run("stop")

    def wait_for(self, status: str, node: int = 0, seconds: int = 60) -> None:
        """Returns when every shard is placed as ``status`` ("green", "yellow") says."""
        asked = (
            f"/_cluster/health?wait_for_status={status}&wait_for_no_relocating_shards=true&timeout={seconds}s"
        )
        health = ask(self.urls[node] + asked, seconds=seconds + 5)
        assert not health["timed_out"], health

    def _run(self, action: str, *options: object) -> Any:
        command = launcher(action, self.folder) + [str(option) for option in options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if "no Java" in done.stderr:
            absent(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


@contextmanager
def server() -> Iterator[str]:
    """Address of a server in which indices may be made, as the setting elasticsearch_url takes it."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named
        return
    with cluster(1) as started:
        yield started.url


@contextmanager
def cluster(nodes: int) -> Iterator[Cluster]:
    """Nodes that may be killed, always this machine's; stopped at the end, also when these tests are killed."""
    if not LAUNCHER.exists():
        if os.environ.get(VARIABLE):
            pytest.skip(reason="nodes that may be killed need a local test server at ../shared/elasticsearch")
        absent()
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-elasticsearch-"))
    try:
        with ended_by(launcher("stop", folder), folder):
            started = Cluster(folder, nodes)
            try:
                yield started
            finally:
                started.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def prefix(url: str) -> Iterator[str]:
    """A fresh value of elasticsearch_index; every index whose name begins so is deleted afterwards."""
    name = f"test-{uuid4().hex[:12]}"
    host = url.partition(",")[0].rstrip("/")
    try:
        yield name
    finally:
        for each in ask(f"{host}/_cat/indices/{name}*?format=json&expand_wildcards=all"):
            ask(f"{host}/{each['index']}", method="DELETE")


def ask(url: str, *, method: str = "GET", seconds: float = 30) -> Any:
    """What the server answers to one request, without the client that is under test."""
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=seconds) as response:
        return json.load(response)


def absent(why: str = "") -> None:
    """Skips, or fails where the server is required."""
    reason = f"{why}; {HOW}" if why else HOW
    if os.environ.get("REQUIRE_ELASTICSEARCH") == "1":
        pytest.fail(reason)
    pytest.skip(reason=reason)


def launcher(action: str, folder: Path) -> list[str]:
    return [sys.executable, str(LAUNCHER), action, "--directory", str(folder)]
