"""An embedder over sentence-transformers: loads at first use, embeds in small batches sorted by length."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from indexer.document import FloatArray
from indexer.embedder import MOST_CHARACTERS, EmbedderError, Progress, Use
from indexer.offline_model import STAMP, revision

#: Version of how texts are put together and cut; part of the fingerprint.
TEXT_RECIPE = "title-body-keywords/1"
#: Small batches of like length waste least on padding; measured best on 2 cores.
BATCH = 8
#: A text of more than SHORT characters stands in a batch only with texts of 1/PADDED of its length or more.
SHORT, PADDED = 64, 2


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers loads, by folder or name.

    Args:
        name: folder or hub name.
        dtype: "float32", "bfloat16", or "auto": bfloat16 where the processor multiplies it in hardware
            tiles (AMX), float32 elsewhere: without tiles bfloat16 was measured slower.
        threads: of torch; 0 = one for each core.
    """

    def __init__(self, name: str, *, dtype: str = "auto", threads: int = 0) -> None:
        self._name = name
        self._dtype = dtype
        self._threads = threads
        self._lock = Lock()
        self._model: Any = None
        self._fingerprint = ""
        self._dimension = 0

    @property
    def fingerprint(self) -> str:
        """Name, revision and text recipe; for a folder from its files, without loading it."""
        if not self._fingerprint:
            self._fingerprint = f"{_revision(self._name)}|{TEXT_RECIPE}"
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """From the folder's own description; a named model is loaded to learn it."""
        if not self._dimension:
            self._dimension = _stated_dimension(Path(self._name)) or int(
                self._loaded().get_embedding_dimension()
            )
        return self._dimension

    def encode(self, texts: Sequence[str], use: Use, progress: Progress | None = None) -> FloatArray:
        """Unit vectors, shape (len(texts), dimension)."""
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for rows in batches([len(text) for text in texts]):
            result[rows] = self._batch([_encodable(texts[row]) for row in rows], use)
            done += len(rows)
            if progress:
                progress(done, len(texts))
        return result

    def _batch(self, texts: list[str], use: Use) -> FloatArray:
        model = self._loaded()
        prompt = use if use in model.prompts else None
        with self._lock:
            vectors = model.encode(
                texts, prompt_name=prompt, batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False
            )
        values = np.asarray(vectors.float().numpy(), dtype=np.float32)
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        return np.asarray(values / np.maximum(lengths, 1e-12), dtype=np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> Any:
        local = Path(self._name).is_dir()
        if local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            torch.set_num_threads(self._threads or os.cpu_count() or 1)
            return SentenceTransformer(
                self._name, device="cpu", local_files_only=local, model_kwargs={"dtype": _dtype(self._dtype)}
            ).eval()
        except Exception as fault:  # the libraries raise whatever a broken folder makes them stumble over
            raise EmbedderError(
                f"The embedding model {self._name} cannot be loaded ({fault}). Run 'matchmaker init' to "
                "build the offline model, or set 'model' to a folder that sentence-transformers can load."
            ) from fault


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows by rising length, at most BATCH together, none with much shorter ones: those would be padded."""
    found: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        last = found[-1] if found else []
        if last and len(last) < BATCH and lengths[row] <= max(SHORT, PADDED * lengths[last[0]]):
            last.append(row)
        else:
            found.append([row])
    return found


def _encodable(text: str) -> str:
    """Cut to what a model looks at; half characters (lone surrogates) replaced."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def _dtype(wanted: str) -> Any:
    import torch

    if wanted == "auto":
        wanted = "bfloat16" if torch.cpu._is_amx_tile_supported() else "float32"  # noqa: SLF001
    return getattr(torch, wanted)


def _revision(name: str) -> str:
    """A name for the model's content: by stamp, by the files of a folder, else by the given name."""
    folder = Path(name)
    if (folder / STAMP).is_file():
        return f"{folder.name}@{revision(folder)}"
    if not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder)}:{path.stat().st_size}\n".encode())
        if path.suffix == ".json":
            digest.update(path.read_bytes())
    return f"{folder.name}@{digest.hexdigest()[:12]}"


def _stated_dimension(folder: Path) -> int:
    """What the pooling module of a folder says of its output; 0 when nothing, or when more follows."""
    if list(folder.glob("*_Dense")):
        return 0
    for path in sorted(folder.glob("*_Pooling/config.json")):
        try:
            stated = json.loads(path.read_text("utf-8"))
        except ValueError:
            return 0
        for key in ("word_embedding_dimension", "embedding_dimension"):
            if isinstance(stated.get(key), int):
                return int(stated[key])
    return 0
