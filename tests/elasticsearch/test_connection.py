"""The way to Elasticsearch: TLS with an own authority, an API key, and every way in which it may be barred."""

from __future__ import annotations

import base64
import logging
import time
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import numpy as np
import pytest

from indexer.document import Document
from indexer.elasticsearch_server import Server
from indexer.engine import EngineError, EngineUnavailable
from indexer.factory import open_elasticsearch
from indexer.query import Filter, WordQuery
from tests.support import faults, tls

KEY = "id-of-a-test:key-of-a-test"
SENT_KEY = base64.b64encode(KEY.encode()).decode()  # as the header carries it
PASSWORD = "pass-word-of-a-test"
#: Seconds for one question; every fault is told within a few of them.
TIMEOUT = 1.0
BOUND = 5.0
EVERYBODY = Filter(frozenset({"public"}))


@pytest.fixture(scope="module")
def secured(elasticsearch_url):
    with tls.secured(elasticsearch_url.partition(",")[0], SENT_KEY) as made:
        yield made


@pytest.fixture
def server(secured, elasticsearch_index):
    """What is right."""
    return Server((secured.url,), elasticsearch_index, str(secured.ca), KEY, timeout=TIMEOUT)


def tls_of(url):
    return url.replace("http:", "https:")


@contextmanager
def opened(server):
    engine = open_elasticsearch(server, "test-model/1", 4)
    try:
        yield engine
    finally:
        engine.close()


def use(server):
    """Opens the index, writes, searches."""
    with opened(server) as engine:
        vector = np.array([1, 0, 0, 0], dtype=np.float32)
        engine.write([Document("problem:1", "problem", 1, title="电镀 废水", vector=vector)])
        engine.refresh()
        words = engine.search(WordQuery({"电镀": 1.0}), EVERYBODY)
        return [hit.id for hit in words.hits], [hit.id for hit in engine.nearest(vector, EVERYBODY)]


def told(server, caplog):
    """What is raised, within bounds, and by whom; no secret stands in it, the log or what can be printed."""
    began = time.monotonic()
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineError) as raised:
        use(server)
    assert time.monotonic() - began < BOUND
    shown = (
        "".join(traceback.format_exception(raised.value)) + repr(raised.value) + repr(server) + caplog.text
    )
    assert [secret for secret in (KEY, KEY.partition(":")[2], SENT_KEY, PASSWORD) if secret in shown] == []
    return type(raised.value), str(raised.value)


FOUND = (["problem:1"], ["problem:1"])
OPENING = "opening the index: "
UNTRUSTED = "Elasticsearch's certificate is not trusted; name its authority in elasticsearch_ca"
UNKNOWN = "Elasticsearch does not know us; check elasticsearch_api_key, or user and password"
UNREACHED = "Elasticsearch cannot be reached; is it running? check elasticsearch_url"
SILENT = "Elasticsearch does not answer in time; is it overloaded? see elasticsearch_timeout"


def test_the_right_authority_and_key_open_it(server, secured):
    assert use(server) == FOUND
    assert use(replace(server, api_key=SENT_KEY)) == FOUND
    assert {status for status, _method, _path in secured.requests} <= {
        200,
        201,
        404,
        409,
    }  # 409: there already


def test_another_authority_is_not_trusted(server, tmp_path, caplog):
    other = tls.authority(tmp_path, "other")
    assert told(replace(server, ca=str(other)), caplog) == (EngineUnavailable, OPENING + UNTRUSTED)


def test_without_an_authority_the_systems_are_asked(server, caplog):
    assert told(replace(server, ca=""), caplog) == (EngineUnavailable, OPENING + UNTRUSTED)


def test_a_certificate_file_that_is_not_there(server, tmp_path, caplog):
    missing = str(tmp_path / "ca.pem")
    assert told(replace(server, ca=missing), caplog) == (
        EngineError,
        f"Elasticsearch cannot be used: there is no certificate file {missing}; correct the setting",
    )


def test_a_certificate_file_that_is_none(server, tmp_path, caplog):
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate\n", "utf-8")
    assert told(replace(server, ca=str(wrong)), caplog) == (
        EngineUnavailable,
        OPENING + "the file in elasticsearch_ca holds no certificate; it must be a PEM file",
    )


@pytest.mark.parametrize("key", ["b3RoZXI6c2VjcmV0", "other:secret", ""])
def test_another_key_or_none_is_not_known(server, key, caplog):
    assert told(replace(server, api_key=key), caplog) == (EngineUnavailable, OPENING + UNKNOWN)


def test_user_and_password_where_a_key_is_wanted(server, caplog):
    url = server.urls[0].replace("https://", f"https://matchmaker:{PASSWORD}@")
    given = replace(server, urls=(url,), api_key="")
    assert told(given, caplog) == (EngineUnavailable, OPENING + UNKNOWN)


def test_another_host_with_the_certificate_of_this_one(server, secured, caplog):
    given = replace(server, urls=(secured.url.replace("127.0.0.1", "127.0.0.2"),))
    assert told(given, caplog) == (
        EngineUnavailable,
        OPENING
        + "the certificate is another host's; name the host in elasticsearch_url as its certificate does",
    )


def test_an_authority_for_a_host_without_encryption(server, caplog):
    url = server.urls[0].replace("https://", f"http://matchmaker:{PASSWORD}@")
    shown = url.replace(f"matchmaker:{PASSWORD}", "***")
    assert told(replace(server, urls=(url,)), caplog) == (
        EngineError,
        f"Elasticsearch cannot be used: {shown} is not encrypted, yet a certificate file is given; "
        "correct the setting",
    )


def test_https_where_http_is_spoken(server, elasticsearch_url, caplog):
    url = tls_of(elasticsearch_url.partition(",")[0])
    assert told(replace(server, urls=(url,)), caplog) == (
        EngineUnavailable,
        OPENING + "no TLS can be agreed on; does elasticsearch_url say https where http is spoken?",
    )


def test_a_port_where_nobody_listens(server, caplog):
    assert told(replace(server, urls=(tls_of(faults.nobody()),)), caplog) == (
        EngineUnavailable,
        OPENING + UNREACHED,
    )


def test_a_host_that_takes_the_connection_and_is_silent(server, caplog):
    with faults.hanging() as url:
        assert told(replace(server, urls=(url,), ca=""), caplog) == (EngineUnavailable, OPENING + SILENT)


def test_a_host_whose_tls_is_silent(server, caplog):
    with faults.hanging() as url:
        given = replace(server, urls=(tls_of(url),))
        assert told(given, caplog) == (EngineUnavailable, OPENING + SILENT)


@pytest.mark.parametrize("silent", [faults.hanging, None])
def test_one_of_two_hosts_is_away(server, silent):
    with ExitStack() as stack:
        away = tls_of(stack.enter_context(silent()) if silent else faults.nobody())
        began = time.monotonic()
        assert use(replace(server, urls=(away, *server.urls))) == FOUND
        assert use(replace(server, urls=(*server.urls, away))) == FOUND
        assert time.monotonic() - began < 2 * BOUND


def test_every_second_answer_is_cut(elasticsearch_url, elasticsearch_index):
    with faults.cutting(elasticsearch_url.partition(",")[0]) as url:
        assert use(Server((url,), elasticsearch_index, timeout=TIMEOUT)) == FOUND


def test_every_answer_is_cut(elasticsearch_url, elasticsearch_index, caplog):
    with faults.cutting(elasticsearch_url.partition(",")[0], every=1) as url:
        given = Server((url,), elasticsearch_index, timeout=TIMEOUT)
        assert told(given, caplog) == (EngineUnavailable, OPENING + UNREACHED)
