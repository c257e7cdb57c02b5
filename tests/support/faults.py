"""Servers that misbehave in one way each, on a free port of this machine."""

from __future__ import annotations

import http.client
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{asked.getsockname()[1]}"


@contextmanager
def hanging() -> Iterator[str]:
    """Takes every connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)  # the system itself completes the handshake
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def cutting(node: str, *, every: int = 2) -> Iterator[str]:
    """``node``, whose every second answer ends in its middle; ``every`` 1 cuts them all."""
    numbers = itertools.count(1)

    class Cut(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, answer = _asked(node, self.command, self.path, dict(self.headers), body)
            cut = bool(answer) and next(numbers) % every == 0
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer[: len(answer) // 2] if cut else answer)
            self.close_connection = cut

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = relay

        def log_message(self, *_arguments: object) -> None:
            """Says nothing: the tests' output is their own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Cut) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _asked(
    node: str, method: str, path: str, headers: dict[str, str], body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """The node's answer, uncompressed so that its half is a half."""
    connection = http.client.HTTPConnection(urlsplit(node).netloc, timeout=30)
    kept = {
        name: value
        for name, value in headers.items()
        if name.lower() not in {"host", "accept-encoding", "connection"}
    }
    try:
        connection.request(method, path, body=body, headers=kept)
        answer = connection.getresponse()
        told = answer.read()
        names = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}
        ]
        length = answer.getheader("Content-Length") if method == "HEAD" else str(len(told))
        return answer.status, [*names, ("Content-Length", length or "0")], told
    finally:
        connection.close()
