"""Tunes the derived encoder on the knowledge base's questions: contrastive training, minutes on one core.

Training rows are made as for the static model (:mod:`kb_index.training.material`): two wordings of an entry;
a wording and the answer; noisy texts; frames of different kinds as hard negatives. Questions told as stories
count as wordings of their entry. A batch has one pair from each of several similar entries, so all other
pairs in the batch are true negatives, and most are hard ones. Only the upper layers are trained.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from kb_index.training import material

Array = NDArray[np.float32]
"""Vectors or weights."""
Log = Callable[[str], Any]
"""Called with each line of progress."""

PREFIX = "query: "
"""Prefix of all training texts, both questions and answers."""

LAYERS = 6
"""Number of upper layers that are trained; the other layers and the word table do not change."""

PAIRS = 128
"""Number of pairs in a batch from entries."""
FRAMES = 64
"""Number of triples in a batch from frames."""

SCALE = 50.0
"""Factor on cosines in the loss; high, because the original model's cosines have a narrow range."""

RATE = 4e-5
"""Highest learning rate."""
SEED = 20261128
"""Seed of all randomness in tuning."""
LONGEST = 96
"""Longest training text, in tokens; longer texts are cut."""


@dataclass(frozen=True)
class Group:
    """Texts of one entry, which belong together.

    Args:
        wordings: title and variants of the entry.
        answer: the answer in Markdown.
        told: questions told as stories, written for training.
    """

    wordings: list[str]
    answer: str
    told: list[str] = field(default_factory=list)


def groups_of(entries: Sequence[tuple[str, list[str], str]], told: Sequence[Path] = ()) -> list[Group]:
    """Makes groups from entries and files of questions told as stories.

    Args:
        entries: (id, wordings, answer) of each entry.
        told: JSON lines files with ``text``, ``entry`` and ``kind``; only kinds ``question`` and ``both`` are
            used.
    """
    found = {name: Group(list(wordings), answer) for name, wordings, answer in entries}
    for file in told:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            if row.get("entry") in found and row.get("kind", "question") in {"question", "both"}:
                found[row["entry"]].told.append(str(row["text"]))
    return list(found.values())


def pair(group: Group, chance: random.Random) -> tuple[str, str]:
    """Two texts of a group: two wordings, a story and a wording, or a question and the answer."""
    first, second = chance.sample(group.wordings, 2) if len(group.wordings) > 1 else group.wordings * 2
    if group.told and chance.random() < 0.4:
        first = chance.choice(group.told)
    elif chance.random() < 0.35:
        first = material.noisy(first, chance)
    if group.answer and chance.random() < 0.15:
        second = group.answer[:120]
    elif len(group.told) > 1 and chance.random() < 0.1:
        second = chance.choice([t for t in group.told if t != first])
    return first, second


def batches(
    groups: Sequence[Group],
    centres: Array,
    triples: Sequence[tuple[str, str, str]],
    steps: int,
    chance: random.Random,
) -> Iterator[list[tuple[str, ...]]]:
    """The rows of each step: pairs from similar entries, but in every eighth step triples of frames.

    Args:
        groups: the entries.
        centres: a vector for each group, [groups, dimensions].
        triples: (question, the same question in other words, a different question about the same subject).
        steps: number of batches.
        chance: source of randomness.
    """
    waiting: list[list[int]] = []
    made = random.Random(chance.random())  # noqa: S311
    noise = np.random.default_rng(chance.randrange(2**32))
    for step in range(steps):
        if triples and step % 8 == 7:
            yield [tuple(row) for row in made.sample(triples, min(FRAMES, len(triples)))]
            continue
        if not waiting:
            along = (centres - centres.mean(0)) @ noise.standard_normal(centres.shape[1])
            order = [int(place) for place in np.argsort(along)]
            number = max(1, round(len(order) / PAIRS))
            waiting = [list(map(int, part)) for part in np.array_split(order, number)]
            made.shuffle(waiting)
        yield [pair(groups[place], made) for place in waiting.pop()]


class Trainee:
    """The encoder during training: the lower layers are fixed, the upper layers are trained.

    Args:
        folder: an encoder's folder, as :mod:`kb_index.training.derive` writes it.
        layers: number of upper layers that are trained.
    """

    def __init__(self, folder: Path, layers: int = LAYERS) -> None:
        import torch
        from tokenizers import Tokenizer
        from transformers import BertModel

        self.torch = torch
        load = cast(Any, BertModel.from_pretrained)
        self.model = load(str(folder), add_pooling_layer=False, dtype=torch.float32)
        self.model.eval()  # no dropout: the batches are noisy enough, and results are reproducible
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST)
        self.model.requires_grad_(False)
        for layer in self.model.encoder.layer[-layers:]:
            layer.requires_grad_(True)

    def parameters(self) -> list[Any]:
        """The parameters that are trained."""
        return [p for p in self.model.parameters() if p.requires_grad]

    def vectors(self, texts: Sequence[str], size: int = 32) -> Any:
        """Unit vectors, [texts, dimensions], with gradient if enabled; batches have similar lengths."""
        torch = self.torch
        ids = [e.ids for e in self.tokenizer.encode_batch([PREFIX + t for t in texts])]
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        rows = []
        for start in range(0, len(order), size):
            part = [ids[place] for place in order[start : start + size]]
            width = max(map(len, part))
            tokens = torch.tensor([row + [1] * (width - len(row)) for row in part])
            mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in part])
            hidden = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            rows.append(torch.nn.functional.normalize(mean, dim=-1))
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(rows)[back]

    def state(self) -> dict[str, Array]:
        """Name → weight of the whole encoder."""
        return {name: value.detach().numpy().copy() for name, value in self.model.state_dict().items()}


def loss_of(trainee: Trainee, rows: Sequence[tuple[str, ...]]) -> Any:
    """Contrastive loss: each text must find its partner among all texts of the batch, in both directions.

    Args:
        trainee: the encoder.
        rows: pairs, or triples whose last text is a hard negative.
    """
    torch = trainee.torch
    columns = [list(column) for column in zip(*rows, strict=True)]
    found = trainee.vectors([text for column in columns for text in column]).split(len(rows))
    first, second = found[0], found[1]
    right = torch.arange(len(rows))
    apart = torch.eye(len(rows), dtype=torch.bool)
    own = (first @ first.T).masked_fill(apart, -1.0)
    other = (second @ second.T).masked_fill(apart, -1.0)
    forth = torch.cat([first @ second.T, own, *(first @ hard.T for hard in found[2:])], dim=1)
    back = torch.cat([second @ first.T, other, *(second @ hard.T for hard in found[2:])], dim=1)
    cross = torch.nn.functional.cross_entropy
    return (cross(forth * SCALE, right) + cross(back * SCALE, right)) / 2


def tune(
    folder: Path,
    groups: Sequence[Group],
    *,
    minutes: float = 14.0,
    steps: int = 90,
    threads: int = 1,
    rate: float = RATE,
    layers: int = LAYERS,
    log: Log = print,
) -> dict[str, Array]:
    """Trains the upper layers.

    Args:
        folder: folder of the derived encoder.
        groups: at least two groups.
        minutes: longest training time, in minutes. The learning rate falls to zero over this time, so the
            weights are reproducible only when ``steps`` ends the training first.
        steps: largest number of batches.
        threads: number of CPU threads.
        rate: highest learning rate.
        layers: number of upper layers that are trained.
        log: called with each line of progress.

    Returns:
        Name → tuned weight.

    Raises:
        ValueError: when there are fewer than two groups.
    """
    import torch

    if len(groups) < 2:
        raise ValueError("Tuning needs at least two entries")
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311  (training data, not secrets)
    trainee = Trainee(folder, layers)
    with torch.no_grad():
        centres = trainee.vectors([group.wordings[0] for group in groups]).numpy()
    clauses = [q for g in groups for q in g.wordings] + [g.answer for g in groups]
    triples = list(material.framed(material.matters(clauses, 2500, chance), chance))
    optimiser = torch.optim.AdamW(trainee.parameters(), lr=rate, weight_decay=0.01)
    began, done, seen = time.monotonic(), 0.0, 0
    for step, rows in enumerate(batches(groups, centres, triples, steps, chance)):
        done = max(step / steps, (time.monotonic() - began) / (60 * minutes))
        if done >= 1:
            break
        for parameters in optimiser.param_groups:
            parameters["lr"] = rate * min(1.0, (step + 1) / 12) * (1 - done)
        loss = loss_of(trainee, rows)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        optimiser.step()
        seen += len(rows)
        if step % 10 == 0:
            log(f"step {step} rows {seen} loss {float(loss.detach()):.3f} {time.monotonic() - began:.0f} s")
    return trainee.state()
