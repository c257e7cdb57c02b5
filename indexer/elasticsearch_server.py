"""The way to the Elasticsearch hosts: the client, and its faults as ours, each with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from indexer.engine import EngineError, EngineUnavailable, IndexBroken

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

REBUILD = "run: matchmaker index rebuild"
#: Further attempts of one request, on another host where there is one, and the longest pause before each, s.
_RETRIES = 2
_PAUSE = 0.5
#: Requests at a time to one host; further ones wait.
_CONNECTIONS = 64
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,80}")
#: Answers that may be others a moment later.
_PASSING = {408, 429, 502, 503, 504}
#: Errors of the server that mean: this index is not there, or not in a state to be read.
_LOST = {"index_not_found_exception", "index_closed_exception", "alias_not_found_exception"}


@dataclass(frozen=True, slots=True)
class Server:
    """Where an index lives, and how it is laid out when it is made.

    Attributes:
        urls: one or several hosts of one cluster, as "https://user:password@host:9200"; no secret of them is
            shown by ``repr``.
        name: how the names of all its indices and aliases begin.
        ca: PEM file of the certificate authority; "": the system's.
        api_key: encoded, or "id:key"; "": none.
        timeout: seconds for one question.
        shards, replicas: of a new index; replicas are made as far as there are nodes for them.
        candidates: vectors that one search looks at, at least.
    """

    urls: tuple[str, ...] = field(repr=False)
    name: str = "matchmaker"
    ca: str = ""
    api_key: str = field(default="", repr=False)
    timeout: float = 10.0
    shards: int = 1
    replicas: int = 1
    candidates: int = 400

    def fault(self) -> str:
        """Why this cannot be used, "" if it can; needs no connection."""
        if not self.urls:
            return "no address of a host is given"
        for url in self.urls:
            try:
                parts = urlsplit(url)
                is_good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
            except ValueError:
                is_good = False
            if not is_good:
                return f"{_without_secret(url)!r} is no address such as https://host:9200"
            if self.ca and parts.scheme == "http":
                return f"{_without_secret(url)} is not encrypted, yet a certificate file is given"
        if not _NAME.fullmatch(self.name):
            return f"{self.name!r} cannot begin a name: small letters, digits, _ and - are allowed"
        if self.ca and not Path(self.ca).is_file():
            return f"there is no certificate file {self.ca}"
        return ""


def client_of(server: Server) -> Elasticsearch:
    """A client for every host; nothing is asked of them yet.

    Raises:
        EngineError: the server's description is faulty.
    """
    from elasticsearch import Elasticsearch, OrjsonSerializer

    fault = server.fault()
    if fault:
        raise EngineError(f"Elasticsearch cannot be used: {fault}; correct the setting")
    options: dict[str, Any] = {}
    if server.api_key:
        key, colon, secret = server.api_key.partition(":")
        options["api_key"] = (key, secret) if colon else key
    elif (account := _account(server.urls)) is not None:
        options["basic_auth"] = account
    if server.ca:
        options["ca_certs"] = server.ca
    try:
        return Elasticsearch(
            [_address(url) for url in server.urls],
            request_timeout=server.timeout,
            max_retries=_RETRIES,
            retry_on_timeout=len(server.urls) > 1,  # a host that is switched off does not even refuse
            retry_backoff_base=_PAUSE / 5,
            retry_backoff_cap=_PAUSE,
            connections_per_node=_CONNECTIONS,
            serializers={OrjsonSerializer.mimetype: OrjsonSerializer()},
            **options,
        )
    except (ValueError, TypeError, OSError) as bad:
        raise EngineError(f"Elasticsearch cannot be used: {bad}; correct the setting") from bad


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Faults of client and server as EngineErrors; ``what`` names the act, as "searching"."""
    import elasticsearch as library

    try:
        yield
    except library.ApiError as fault:
        raise _of_server(fault, what) from fault
    except (library.UnsupportedProductError, library.TransportError, OSError) as fault:
        raise EngineUnavailable(f"{what}: {_of_the_way(fault)}") from fault


def _of_the_way(fault: Exception) -> str:
    import elasticsearch as library

    if isinstance(fault, library.UnsupportedProductError):
        return "what answers there is no Elasticsearch; check elasticsearch_url"
    if isinstance(fault, library.SSLError):
        return _of_tls(str(fault.__cause__))
    if isinstance(fault, library.ConnectionTimeout):
        return "Elasticsearch does not answer in time; is it overloaded? see elasticsearch_timeout"
    return "Elasticsearch cannot be reached; is it running? check elasticsearch_url"


def _of_tls(reason: str) -> str:
    if "match" in reason:
        return "the certificate is another host's; name the host in elasticsearch_url as its certificate does"
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return "Elasticsearch's certificate is not trusted; name its authority in elasticsearch_ca"
    if "NO_CERTIFICATE" in reason:
        return "the file in elasticsearch_ca holds no certificate; it must be a PEM file"
    return "no TLS can be agreed on; does elasticsearch_url say https where http is spoken?"


def type_of(fault: Any) -> str:
    """The server's own name of an ApiError."""
    body = fault.body if isinstance(fault.body, dict) else {}
    error = body.get("error")
    return str(error.get("type", "")) if isinstance(error, dict) else str(error or "")


def is_lost(fault: Any) -> bool:
    """Whether an ApiError says that the index is not there or closed."""
    return type_of(fault) in _LOST


def _of_server(fault: Any, what: str) -> EngineError:
    kind, status = type_of(fault) or str(fault.message), int(fault.status_code)
    if is_lost(fault):
        return IndexBroken(f"{what}: the index is lost or closed ({kind}); {REBUILD}")
    if status == 401:
        return EngineUnavailable(
            f"{what}: Elasticsearch does not know us; check elasticsearch_api_key, or user and password"
        )
    if status == 403:
        return EngineUnavailable(
            f"{what}: Elasticsearch forbids it; give the key the privileges that docs/operation.md lists"
        )
    if status in _PASSING:
        return EngineUnavailable(
            f"{what}: Elasticsearch cannot answer now ({status} {kind}); try again later"
        )
    return EngineError(f"{what}: Elasticsearch refused it ({status} {kind}: {_reason(fault)})")


def _reason(fault: Any) -> str:
    body = fault.body if isinstance(fault.body, dict) else {}
    error = body.get("error")
    causes = error.get("root_cause") or [error] if isinstance(error, dict) else []
    return "; ".join(str(cause.get("reason", ""))[:300] for cause in causes[:3])


def _address(url: str) -> str:
    """Scheme, host, port and path; the client wants the port spelt out."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def _account(urls: tuple[str, ...]) -> tuple[str, str] | None:
    """User and password of the first address that has them."""
    for url in urls:
        parts = urlsplit(url)
        if parts.username:
            return unquote(parts.username), unquote(parts.password or "")
    return None


def _without_secret(url: str) -> str:
    return re.sub(r"//[^@/]*@", "//***@", url)
