"""How a Document lies in Elasticsearch: mapping, its JSON there and back."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from indexer.document import TEXT_FIELDS, Document, FloatArray, StoredDocument
from indexer.intake import date_number

#: To be raised with every change of mapping or JSON below.
LAYOUT = 1
#: Stands for a text without words, which Lucene would otherwise leave out of its numbers of documents; a
#: character of private use, which is no word's.
MARK = "\ue000"
#: Longer ids (in bytes) are hashed: the server takes 512.
_LONGEST_ID = 480

_KEYWORD = {"type": "keyword"}
_WORDS = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}


def mapping(fingerprint: str, dimension: int) -> dict[str, Any]:
    """Fields of an index; text is segmented by us, so that "whitespace" is all the analysis needed."""
    return {
        "dynamic": "strict",
        "_source": {"excludes": ["raw"]},
        "_meta": {"fingerprint": fingerprint, "dimension": dimension, "layout": LAYOUT},
        "properties": {
            **dict.fromkeys(("id", "kind", "readers", "hidden_from"), _KEYWORD),
            **dict.fromkeys(("fields", "regions", "bodies", "people"), _KEYWORD),
            **dict.fromkeys(TEXT_FIELDS, _WORDS),
            "version": {"type": "long"},
            "live": {"type": "boolean"},
            "date": {"type": "integer"},
            "stored": {"type": "object", "enabled": False},
            # The vector's own bytes: as decimal text it would be read four times as slowly.
            "raw": {"type": "binary", "store": True},
            "vector": {
                "type": "dense_vector",
                "dims": dimension,
                "similarity": "cosine",
                "index_options": {"type": "int8_hnsw"},
            },
        },
    }


def digest_of(fingerprint: str, dimension: int) -> str:
    """Part of an alias's name: an engine of another model never meets the alias of this one."""
    return hashlib.sha256(f"{LAYOUT}\n{dimension}\n{fingerprint}".encode()).hexdigest()[:12]


def key_of(identifier: str) -> str:
    """The server's id of a document."""
    raw = identifier.encode("utf-8", "backslashreplace")
    if len(raw) <= _LONGEST_ID:
        return raw.decode("utf-8")
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def json_of(document: Document, words: Sequence[Sequence[str]]) -> bytes:
    """The document's JSON; ``words`` are those of each text field."""
    body: dict[str, Any] = {
        "id": document.id,
        "kind": document.kind,
        "version": document.version,
        "live": True,
        **{name: " ".join(some) or MARK for name, some in zip(TEXT_FIELDS, words, strict=True)},
        "readers": sorted(document.readers),
        "hidden_from": sorted(document.hidden_from),
        "fields": document.fields,
        "regions": document.regions,
        "bodies": document.bodies,
        "people": document.people,
        "stored": {
            "title": document.title,
            "keywords": document.keywords,
            "body": document.body,
            "date": document.date,
            "display": document.display,
        },
    }
    if document.date:
        body["date"] = date_number(document.date)
    if document.vector is not None:
        vector = np.ascontiguousarray(document.vector, dtype="<f4")
        body["vector"] = vector
        body["raw"] = base64.b64encode(vector.tobytes()).decode("ascii")
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def tombstone_of(identifier: str, version: int) -> bytes:
    """What stays of a deleted document, so that an older one does not come back; no search meets it."""
    return orjson.dumps({"id": identifier, "version": version, "live": False})


def stored_of(source: Mapping[str, Any]) -> StoredDocument:
    """A document out of its JSON."""
    stored = source["stored"]
    return StoredDocument(
        id=source["id"],
        kind=source["kind"],
        version=source["version"],
        title=stored["title"],
        keywords=tuple(stored["keywords"]),
        body=stored["body"],
        people=tuple(source["people"]),
        bodies=tuple(source["bodies"]),
        fields=tuple(source["fields"]),
        regions=tuple(source["regions"]),
        date=stored["date"],
        display=stored["display"],
        words=tuple(_words(source[name]) for name in TEXT_FIELDS),
    )


def vector_of(raw: str) -> FloatArray:
    """A vector out of the field "raw", bit by bit as it was given."""
    return np.frombuffer(base64.b64decode(raw), dtype="<f4").astype(np.float32)


def _words(text: str) -> tuple[str, ...]:
    return () if text == MARK else tuple(text.split(" "))
