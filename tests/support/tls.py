"""A secured Elasticsearch for tests: nginx ends TLS before a node and asks for an API key."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.orphans import ended_by

HOW = "no nginx or no openssl: apt-get install nginx-light openssl; REQUIRE_ELASTICSEARCH=1 makes this a failure"
CONFIGURATION = """
worker_processes 1;
daemon off;
pid {folder}/pid;
events {{}}
http {{
    log_format requests '$status $request_method $request_uri';
    access_log {folder}/requests requests;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    client_max_body_size 100m;
    server {{
        listen 127.0.0.1:{port} ssl;
        listen 127.0.0.2:{port} ssl;  # for whom the certificate is not
        ssl_certificate {folder}/host.pem; ssl_certificate_key {folder}/host.key;
        location / {{
            if ($http_authorization != "ApiKey {api_key}") {{ return 401; }}
            proxy_pass {node};
            proxy_http_version 1.1;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Secured:
    """What whoever enters has to have."""

    url: str
    ca: Path
    api_key: str
    folder: Path

    @property
    def requests(self) -> list[tuple[int, str, str]]:
        """Status, method and path of each request so far."""
        lines = (self.folder / "requests").read_text("utf-8").splitlines()
        return [(int(status), method, path) for status, method, path in map(str.split, lines)]


@contextmanager
def secured(node: str, api_key: str) -> Iterator[Secured]:
    """``node`` behind HTTPS; only a header ``Authorization: ApiKey <api_key>`` is let through."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program or not shutil.which("openssl"):
        pytest.skip(reason=HOW)
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-nginx-"))
    folder.chmod(0o755)  # the workers of a root's nginx run as somebody else
    try:
        ca = authority(folder, "ca")
        _certificate(folder)
        port = _free_port()
        configuration = folder / "configuration"
        configuration.write_text(
            CONFIGURATION.format(folder=folder, port=port, api_key=api_key, node=node), "utf-8"
        )
        start = [str(program), "-p", str(folder), "-e", str(folder / "errors"), "-c", str(configuration)]
        with ended_by([*start, "-s", "stop"], folder), _running(start, port):
            yield Secured(f"https://127.0.0.1:{port}", ca, api_key, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def authority(folder: Path, name: str) -> Path:
    """A certificate authority of its own: ``name``.pem, its key beside it."""
    _openssl(
        folder,
        name,
        "/CN=authority of a test",
        "basicConstraints=critical,CA:TRUE",
        "keyUsage=critical,keyCertSign",
    )
    return folder / f"{name}.pem"


def _certificate(folder: Path) -> None:
    signed = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"))
    _openssl(
        folder,
        "host",
        "/CN=host of a test",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "basicConstraints=CA:FALSE",
        *signed,
    )


def _openssl(folder: Path, name: str, subject: str, first: str, second: str, *signed: str) -> None:
    key = (
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        f"{folder / name}.key",
    )
    extensions = ("-addext", first, "-addext", second)
    command = [
        "openssl",
        "req",
        "-x509",
        *key,
        "-days",
        "2",
        "-subj",
        subject,
        *extensions,
        *signed,
        "-out",
        f"{folder / name}.pem",
    ]
    # A configuration of our own: what the machine's says of extensions would stand beside ours.
    (folder / "openssl").write_text("[req]\ndistinguished_name=name\n[name]\n", "utf-8")
    done = subprocess.run(
        [*command, "-config", str(folder / "openssl")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _running(start: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(start, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 10
            while not _answers(port):
                assert process.poll() is None and time.monotonic() < deadline, "nginx does not start"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
