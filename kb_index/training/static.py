"""``wenban kb train-model``: trains the embedded model without a model hub, in a few minutes on a CPU.

The model is a :class:`StaticEmbedding` of sentence-transformers: each token has a vector, and the vector of a
text is the mean over its tokens. Tokens overlap (words, character bigrams, single characters), so a typing
error changes only a few of them. The loss is ``MultipleNegativesRankingLoss`` on pairs with the same meaning
(:mod:`kb_index.training.material`). The same data, seed and thread count give the same weights.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BadRequest
from kb_index.entries.folder import load_folder
from kb_index.language.encoder import overlapping
from kb_index.language.text import TextPipeline
from kb_index.training import material

DIMENSIONS = 256
"""Length of a vector."""
MAX_VOCABULARY = 34_000
"""Largest number of tokens: 34,000 × 256 × 2 bytes = 17.4 MB."""

BATCH = 1024
"""Number of pairs in a batch."""
ROUNDS = 300
"""Number of batches with one pair from each entry.

In such a batch no two pairs have the same meaning, so all other pairs are true negatives.
"""

LEARNING_RATE = 0.02
"""Highest learning rate."""
SEED = 20261123
"""Seed of all randomness in training."""

Log = Callable[[str], Any]
"""Called with each line of progress."""
Rows = list[tuple[str, ...]]
"""Training rows: pairs, or triples whose last text is a hard negative."""


def collect(
    questions: list[tuple[list[str], str]], data: Path | None, chance: random.Random, log: Log
) -> dict[str, Rows]:
    """Origin → training rows: pairs, or triples whose last text is a hard negative.

    Args:
        questions: (questions with the same meaning, text of their answer) for each entry.
        data: folder with ``laws/`` and ``toyhom_medical/``; both are optional.
        chance: source of randomness.
        log: called with each line of progress.
    """
    rows: dict[str, Rows] = {}
    rows["entries"] = [pair for _ in range(ROUNDS) for pair in material.entry_round(questions, chance)]
    clauses = [q for group, _ in questions for q in group]
    own = material.matters([*clauses, *(a for _, a in questions)], 2500, chance)
    laws = data / "laws" if data else None
    if laws is not None and laws.is_dir():
        pairs = list(material.statute_pairs(laws))
        chance.shuffle(pairs)
        rows["statutes"] = list(pairs[:50_000])
        own += material.matters([text for pair in pairs for text in pair], 12_000, chance)
    medical = data / "toyhom_medical" / "neike_sample.jsonl" if data else None
    spoken = list(clauses)
    if medical is not None and medical.is_file():
        pairs = list(material.medical_pairs(medical))
        rows["medical"] = list(pairs)
        spoken += [text for pair in pairs for text in pair if len(text) <= 40]
        own += material.matters((text for text, _ in pairs), 4_000, chance)
    rows["framed"] = list(material.framed(own, chance))
    spoken += [row[0] for row in rows["framed"][::2]]
    rows["noise"] = [(text, material.noisy(text, chance)) for text in spoken for _ in range(2)]
    for name, found in rows.items():
        log(f"{name}: {len(found)} rows")
    return {name: found for name, found in rows.items() if found}


def train(
    folder: Path, data: Path | None, out: Path, *, threads: int = 1, epochs: int = 2, log: Log = print
) -> dict[str, Any]:
    """Trains the model on a knowledge folder and optional licensed data, and writes it.

    Args:
        folder: the knowledge folder.
        data: folder with ``laws/`` and ``toyhom_medical/``; None: no such data.
        out: model folder; an existing model is replaced when the new one is complete.
        threads: number of CPU threads.
        epochs: number of passes over the data.
        log: called with each line of progress.

    Returns:
        Figures: rows, steps, seconds, vocabulary, size in bytes.
    """
    groups = [(list(p.entry.questions), p.entry.answer) for p in load_folder(folder)[0]]
    return train_on(
        groups, TextPipeline.from_folder(folder), data, out, threads=threads, epochs=epochs, log=log
    )


def train_on(
    questions: list[tuple[list[str], str]],
    pipeline: TextPipeline,
    data: Path | None,
    out: Path,
    *,
    threads: int = 1,
    epochs: int = 2,
    log: Log = print,
) -> dict[str, Any]:
    """Like :func:`train`, but on given groups of questions, so that some can be held out for measuring.

    Raises:
        BadRequest: when there are no training rows.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    began = time.monotonic()
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311  (training data, not secrets)
    rows = collect(questions, data, chance, log)
    if sum(map(len, rows.values())) < 50:
        raise BadRequest("Too little text to train on: add entries or --data", code="too_few")
    cache: dict[str, str] = {}

    def prepared(text: str) -> str:
        if text not in cache:
            cache[text] = overlapping(pipeline, pipeline.normalise(text))
        return cache[text]

    ready = {name: [tuple(prepared(t) for t in row) for row in found] for name, found in rows.items()}
    log(f"prepared {len(cache)} texts in {time.monotonic() - began:.0f} s")
    tokenizer = _tokenizer(ready)
    embedding = StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)
    with torch.no_grad():
        embedding.embedding.weight.mul_(0.1)
    model = SentenceTransformer(modules=[embedding], device="cpu")
    loss_of = MultipleNegativesRankingLoss(model, scale=20.0)
    optimiser = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    encoded = {name: _columns(found, tokenizer) for name, found in ready.items()}
    sizes = {name: len(found) for name, found in ready.items()}
    batches = _batches(sizes, epochs, chance, len(questions))
    for step, (name, places) in enumerate(batches):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / len(batches)) + 1e-4
        loss = loss_of([_features(column, places) for column in encoded[name]], None)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0:
            log(
                f"step {step}/{len(batches)} {name} loss {float(loss.detach()):.3f} {time.monotonic() - began:.0f} s"
            )
    weights = embedding.embedding.weight.detach().clone()
    weights[0] = 0  # the unknown token has no meaning
    size = _write(out, StaticEmbedding(tokenizer, embedding_weights=weights.half()))
    return {
        "folder": str(out),
        "rows": {name: len(found) for name, found in rows.items()},
        "steps": len(batches),
        "vocabulary": tokenizer.get_vocab_size(),
        "bytes": size,
        "seconds": round(time.monotonic() - began, 1),
    }


def _tokenizer(ready: dict[str, list[tuple[str, ...]]]) -> Any:
    """A tokenizer of all characters that occur, then the most frequent words and bigrams."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    counts = Counter(
        token for found in ready.values() for row in found for text in row for token in text.split()
    )
    # tokens from citizens' questions have more weight than tokens from statutes
    for name, found in ready.items():
        if name in {"entries", "noise"}:
            counts.update(token for row in found for text in row for token in text.split() * 3)
    vocabulary = {"[UNK]": 0}
    for token, number in sorted(counts.items(), key=lambda item: (len(item[0]) > 1, -item[1], item[0])):
        if len(vocabulary) >= MAX_VOCABULARY:
            break
        if number >= 3:
            vocabulary[token] = len(vocabulary)
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


def _columns(found: list[tuple[str, ...]], tokenizer: Any) -> list[list[list[int]]]:
    columns = []
    for column in zip(*found, strict=True):
        encodings = tokenizer.encode_batch(list(column), add_special_tokens=False)
        columns.append([encoding.ids or [0] for encoding in encodings])
    return columns


def _batches(
    sizes: dict[str, int], epochs: int, chance: random.Random, entries: int
) -> list[tuple[str, list[int]]]:
    """Shuffled batches of rows from one origin. A small origin makes one batch; rounds are not split."""
    batches = []
    for _ in range(epochs):
        for name, size in sizes.items():
            order = list(range(size))
            if name == "entries":
                batches += [(name, order[start : start + entries]) for start in range(0, size, entries)]
                continue
            chance.shuffle(order)
            starts = range(0, max(1, size - BATCH // 2), BATCH)
            batches += [(name, order[start : start + BATCH]) for start in starts]
    chance.shuffle(batches)
    return batches


def _features(column: list[list[int]], places: list[int]) -> dict[str, Any]:
    import torch

    ids = [column[place] for place in places]
    offsets = np.cumsum([0, *(len(row) for row in ids[:-1])])
    flat = torch.tensor([token for row in ids for token in row], dtype=torch.long)
    return {"input_ids": flat, "offsets": torch.from_numpy(offsets)}


def _write(out: Path, embedding: Any) -> int:
    """Writes the model beside the old one, then replaces its files; README.md stays. Returns its bytes."""
    import shutil
    import tempfile

    from sentence_transformers import SentenceTransformer

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        made = Path(scratch) / "model"
        SentenceTransformer(modules=[embedding], device="cpu").save(str(made), create_model_card=False)
        (made / "wenban.json").write_text(json.dumps({"input": "overlapping-tokens"}) + "\n", "utf-8")
        for item in made.iterdir():
            target = out / item.name
            if target.is_dir():
                shutil.rmtree(target)
            item.replace(target)
    return sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
