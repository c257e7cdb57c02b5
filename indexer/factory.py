"""Opens an engine by what it is to hold; the libraries of an engine are loaded only then."""

from __future__ import annotations

from pathlib import Path

from indexer.elasticsearch_server import Server
from indexer.engine import Engine

__all__ = ["Server", "open_elasticsearch", "open_engine"]


def open_engine(
    folder: Path, fingerprint: str, dimension: int, *, lock_wait: float = 10.0, is_rebuilding: bool = False
) -> Engine:
    """The embedded index in ``folder``, made empty when there is none.

    With ``is_rebuilding`` a broken index, or one of another model, opens as well: reading it raises, while
    ``rebuild`` works and puts a sound one in its place.
    """
    from indexer.embedded_engine import EmbeddedEngine

    return EmbeddedEngine(folder, fingerprint, dimension, lock_wait=lock_wait, is_rebuilding=is_rebuilding)


def open_elasticsearch(
    server: Server, fingerprint: str, dimension: int, *, lock_wait: float = 10.0, is_rebuilding: bool = False
) -> Engine:
    """The index in an Elasticsearch cluster, made empty when there never was one; else as ``open_engine``."""
    from indexer.elasticsearch_engine import ElasticsearchEngine

    return ElasticsearchEngine(
        server, fingerprint, dimension, lock_wait=lock_wait, is_rebuilding=is_rebuilding
    )
