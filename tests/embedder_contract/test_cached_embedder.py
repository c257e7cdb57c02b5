"""The cache: only what changed is embedded, a killed run resumes, damage costs time and nothing else."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from indexer.embedder import CachedEmbedder, EmbedderError
from tests.support.embedder import HashEmbedder
from tests.support.processes import outcome, python


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "vectors.sqlite"


@pytest.fixture
def inner():
    return HashEmbedder()


@pytest.fixture
def cached(inner, path):
    made = CachedEmbedder(inner, path)
    yield made
    made.close()


def test_a_second_run_embeds_only_what_changed(inner, cached, path):
    first = cached.encode(["甲", "乙", "丙"], "passage")
    cached.close()
    again = CachedEmbedder(inner, path)
    second = again.encode(["丙", "新", "甲"], "passage")
    again.close()
    assert [sorted(call) for call in inner.calls] == [["丙", "乙", "甲"], ["新"]]
    np.testing.assert_array_equal(second[[0, 2]], first[[2, 0]])


def test_a_text_given_twice_is_embedded_once(inner, cached):
    vectors = cached.encode(["甲", "甲", "甲"], "query")
    assert inner.calls == [["甲"]]
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_questions_and_passages_are_kept_apart(inner, cached):
    cached.encode(["甲"], "query")
    assert cached.cached("甲", "passage") is None
    cached.encode(["甲"], "passage")
    assert len(inner.calls) == 2


def test_another_model_finds_nothing_of_this_one(cached, path):
    class Other(HashEmbedder):
        fingerprint = "test-hash/2"

    cached.encode(["甲"], "query")
    other = CachedEmbedder(Other(), path)
    assert other.cached("甲", "query") is None
    other.close()


def test_a_cached_vector_is_had_without_the_model(inner, cached):
    (vector,) = cached.encode(["甲"], "query")
    inner.encode = None
    np.testing.assert_array_equal(cached.cached("甲", "query"), vector)


def test_progress_counts_what_was_known_and_goes_on_within_a_batch(cached):
    cached.encode(["甲", "乙"], "passage")
    told = []
    cached.encode(["甲", "乙", "丙", "丙", "丁"], "passage", lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((2, 5), (5, 5))
    assert len(told) >= 4


def test_a_run_that_fails_keeps_the_batches_before(inner, cached):
    texts = [f"第 {number} 篇" + "长" * number for number in range(600)]
    original = inner.encode

    def encode(some, use, progress=None):
        if len(inner.calls) == 2:
            raise MemoryError
        return original(some, use, progress)

    inner.encode = encode
    with pytest.raises(MemoryError):
        cached.encode(texts, "passage")
    inner.encode = original
    cached.encode(texts, "passage")
    assert [len(call) for call in inner.calls] == [256, 256, 88]


KILLED = """
import sys, time
from pathlib import Path
from indexer.embedder import CachedEmbedder
from tests.support.embedder import HashEmbedder

class Slow(HashEmbedder):
    def encode(self, texts, use, progress=None):
        if self.calls:
            print("second batch", flush=True)
            time.sleep(60)
        return super().encode(texts, use, progress)

CachedEmbedder(Slow(), Path(sys.argv[1])).encode([f"{n:03}" for n in range(300)], "passage")
"""


def test_a_killed_run_resumes_where_it_was(inner, cached, path):
    process = python(KILLED, str(path))
    assert process.stdout.readline() == "second batch\n", process.stderr.read()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cached.encode([f"{number:03}" for number in range(300)], "passage")
    assert [len(call) for call in inner.calls] == [44]


SHARING = """
import sys
from pathlib import Path
from indexer.embedder import CachedEmbedder
from tests.support.embedder import HashEmbedder
print("ready", flush=True)
sys.stdin.readline()
cached = CachedEmbedder(HashEmbedder(), Path(sys.argv[1]))
for start in range(0, 400, 20):
    cached.encode([f"{sys.argv[2]} {n}" for n in range(start, start + 20)] + [f"both {start}"], "passage")
cached.close()
print("done")
"""


def test_two_processes_share_it(inner, cached, path):
    both = [python(SHARING, str(path), name) for name in ("a", "b")]
    for process in both:
        process.stdout.readline()
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [outcome(process) for process in both] == ["done", "done"]
    cached.encode([f"{name} {number}" for name in "ab" for number in range(400)] + ["both 0"], "passage")
    assert inner.calls == []


def damage_whole(path):
    path.write_bytes(b"this is no database" * 100)


def damage_middle(path):
    content = bytearray(path.read_bytes())
    content[2048:] = b"\xff" * (len(content) - 2048)
    path.write_bytes(content)


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("damage", [damage_whole, damage_middle, damage_cut])
def test_a_damaged_file_is_moved_aside_and_made_again(inner, cached, path, damage):
    texts = [f"第 {number} 篇" for number in range(200)]
    expected = cached.encode(texts, "passage")
    cached.close()
    damage(path)
    np.testing.assert_array_equal(cached.encode(texts, "passage"), expected)
    assert cached.cached("第 7 篇", "passage") is not None
    assert [len(call) for call in inner.calls] == [200, 200]
    assert (path.parent / "vectors.broken").exists()


def test_an_empty_file_is_a_new_cache(inner, cached, path):
    path.parent.mkdir()
    path.touch()
    cached.encode(["甲"], "query")
    assert len(inner.calls) == 1


def test_a_vector_of_another_length_is_not_taken(cached, path):
    class Longer(HashEmbedder):
        dimension = 64

    cached.encode(["甲"], "query")
    longer = CachedEmbedder(Longer(), path)
    assert longer.cached("甲", "query") is None
    assert longer.encode(["甲"], "query").shape == (1, 64)
    longer.close()


def test_a_cache_that_cannot_be_written_is_told(inner, path):
    path.mkdir(parents=True)
    with pytest.raises(EmbedderError, match="cache of vectors"):
        CachedEmbedder(inner, path).encode(["甲"], "query")
