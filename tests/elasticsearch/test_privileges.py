"""What a whole life of an index asks of Elasticsearch is what docs/operation.md lets the key do, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from indexer.document import Document
from indexer.elasticsearch_server import Server
from indexer.factory import open_elasticsearch
from indexer.query import Filter, WordQuery
from tests.support import tls

DOCS = Path(__file__).resolve().parents[2] / "docs" / "operation.md"
EVERYBODY = Filter(frozenset({"public"}))

#: Method and path → privilege of the index or of the cluster (Elasticsearch's list of security privileges).
#: INDEX stands for names that begin with ours; a path without it names its indices in the body, or has a
#: point in time that was opened by name.
NEEDED = {
    ("GET", "INDEX/_alias"): "manage",
    ("HEAD", "_alias/INDEX"): "manage",
    ("POST", "_aliases"): "manage",
    ("PUT", "INDEX"): "manage",
    ("HEAD", "INDEX"): "manage",
    ("DELETE", "INDEX"): "manage",
    ("PUT", "INDEX/_settings"): "manage",
    ("GET", "INDEX/_mapping"): "manage",
    ("GET", "INDEX/_stats"): "manage",
    ("POST", "INDEX/_refresh"): "manage",
    ("POST", "INDEX/_forcemerge"): "manage",
    ("PUT", "INDEX/_bulk"): "write",
    ("PUT", "INDEX/_doc"): "write",
    ("GET", "INDEX/_doc"): "read",
    ("HEAD", "INDEX/_doc"): "read",
    ("POST", "INDEX/_search"): "read",
    ("POST", "INDEX/_count"): "read",
    ("POST", "INDEX/_mget"): "read",
    ("POST", "INDEX/_pit"): "read",
    ("POST", "_search"): "read",
    ("DELETE", "_pit"): "read",
    ("GET", "_cluster/health/INDEX"): "cluster:monitor",
    ("GET", "_tasks"): "cluster:monitor",
}


def vector(place):
    return np.eye(4, dtype=np.float32)[place % 4]


def documents(count):
    return [Document(f"problem:{i}", "problem", 1, title="电镀 废水", vector=vector(i)) for i in range(count)]


def live(server):
    """Everything that an engine offers, once."""
    engine = open_elasticsearch(server, "test-model/1", 4)
    engine.write(documents(20))
    engine.delete({"problem:1": 2})
    engine.refresh()
    first = engine.search(WordQuery({"电镀": 1.0}), EVERYBODY, 5, total=True)
    second = engine.search(WordQuery({"电镀": 1.0}), EVERYBODY, 100, first.after)
    assert (first.total, len(first.hits) + len(second.hits)) == (19, 19)
    engine.search(WordQuery({"电镀": 1.0}), EVERYBODY, 0)
    engine.nearest(vector(0), EVERYBODY, 3)
    engine.scores(vector(0), ["problem:2"])
    engine.get(["problem:2"])
    engine.count(EVERYBODY)
    engine.facets(EVERYBODY, "kind")
    engine.frequencies(["电镀"])
    assert len(list(engine.versions())) == 19
    engine.health()
    with engine.rebuild() as fresh:
        fresh.write(documents(5))
        engine.write(documents(7))
        fresh.switch()
    engine.prune()
    engine.close()
    other = open_elasticsearch(server, "test-model/2", 4, is_rebuilding=True)
    with other.rebuild() as fresh:
        fresh.switch()
    other.drop()


def asked(requests, name):
    """Methods and paths without what differs from one index, document or task to the next."""
    found = set()
    for _status, method, path in requests:
        plain = re.sub(rf"{name}\.[\w.*,-]+", "INDEX", unquote(path).partition("?")[0].strip("/"))
        found.add((method, re.sub(r"(_doc|_tasks|_stats)/.*", r"\1", plain)))
    return found


def granted():
    (text,) = [
        text
        for text in re.findall(r"```json\n(.+?)```", DOCS.read_text("utf-8"), re.DOTALL)
        if "role_descriptors" in text
    ]
    return json.loads(text)["role_descriptors"]["matchmaker"]


def test_nothing_is_asked_beyond_what_the_docs_grant(elasticsearch_url, elasticsearch_index):
    with tls.secured(elasticsearch_url.partition(",")[0], "abc=") as secured:
        live(Server((secured.url,), elasticsearch_index, str(secured.ca), "abc=", shards=2))
        found = asked(secured.requests, elasticsearch_index)
    assert found - set(NEEDED) == set()
    (indices,) = granted()["indices"]
    assert indices["names"] == ["matchmaker.*"]
    assert {NEEDED[each] for each in found} == {
        *indices["privileges"],
        *(f"cluster:{each}" for each in granted()["cluster"]),
    }
