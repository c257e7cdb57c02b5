"""The embedding pipeline (cache, cleaning, batches) against the model's raw ``encode`` of the same texts.

python -m tests.benchmarks.bench_embedding [--texts 192] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from indexer.embedder import CachedEmbedder
from indexer.offline_model import FOLDER_NAME, build
from indexer.sentence_transformer import BATCH, SentenceTransformerEmbedder
from tests.benchmarks.support import DATA, HOME


def main() -> None:
    """Prints the table; the two are timed in turn, so that a drifting machine meets both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=192)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    texts = _texts(wanted.texts)
    ours = SentenceTransformerEmbedder(str(build(HOME / "models" / FOLDER_NAME)))
    ours.encode(texts[:8], "passage")
    raw: Any = ours._loaded()
    pairs = [(_pipeline(ours, texts), _raw(raw, texts)) for _ in range(wanted.rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    print("| what | ms a text, median | ratio to raw, median |\n|---|--:|--:|")
    print(f"| raw encode, batches of {BATCH} | {_ms([b for _a, b in pairs], texts):.1f} | 1 |")
    print(f"| pipeline with an empty cache | {_ms([a for a, _b in pairs], texts):.1f} | {ratio:.2f} |")


def _texts(number: int) -> list[str]:
    path = DATA / "expertise.jsonl"
    if not path.is_file():
        return [f"第{k}号镀层在盐雾环境下的腐蚀行为研究。" * (k % 20 + 1) for k in range(number)]
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(20 * number), strict=False)]
    return [f"{row['title']}\n{row['abstract']}" for row in rows[::20]]


def _pipeline(model: SentenceTransformerEmbedder, texts: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        cached = CachedEmbedder(model, Path(folder) / "vectors.sqlite")
        start = time.perf_counter()
        cached.encode(texts, "passage")
        seconds = time.perf_counter() - start
        cached.close()
    return seconds


def _raw(model: Any, texts: list[str]) -> float:
    start = time.perf_counter()
    model.encode(texts, prompt_name="passage", batch_size=BATCH, show_progress_bar=False)
    return time.perf_counter() - start


def _ms(seconds: list[float], texts: list[str]) -> float:
    return statistics.median(seconds) / len(texts) * 1e3


if __name__ == "__main__":
    main()
