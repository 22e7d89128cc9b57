"""Trains the tagger on annotated stories, with torch. The app never runs this."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.reading import plain
from bot.understanding.mine import readings
from bot.understanding.slots.choosing import Choice, choices, fitted
from bot.understanding.slots.signals import CHARACTERS, MARKS, Readings, Signals, signals
from bot.understanding.slots.tagging import KINDS, LABELS, WINDOW, Tagger, spans
from core.city import City
from kb_index.language.pretrained import shipped_encoder

EXAMPLES = Path(__file__).with_name("examples")
"""The folder of the annotated stories, one JSON lines file for each author."""
NARROW, LETTER, INNER = 32, 16, 48
"""Widths: of a state after its projection, of a character's own vector, of the layers."""
EPOCHS, BATCH, RATE = 24, 8, 5e-3
"""Times every story is seen, stories in a batch, highest learning rate (no unit)."""

_ALIKE = 25 * BATCH
"""Number of stories that are sorted by length."""

Judged = list[tuple[str, Choice, bool]]
"""Kind, choice, and whether it is right."""


@dataclass(frozen=True)
class Story:
    """An annotated story: its text and spans (kind, start, end)."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


def stories(folder: Path = EXAMPLES) -> list[Story]:
    """The annotated stories of all authors. A row is ``{"text", "spans": [[kind, words, which occurrence]]}``.

    Raises:
        ValueError: a span's words are not in the text.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            spans = []
            for kind, words, *which in row["spans"]:
                start = -1
                for _ in range((which[0] if which else 0) + 1):
                    start = row["text"].index(words, start + 1)
                if kind in KINDS:
                    spans.append((kind, start, start + len(words)))
            found.append(Story(row["text"], tuple(spans)))
    return found


def labels(read: str, story: Story) -> NDArray[np.int64]:
    """[characters of the plain text], the places of their labels in :data:`LABELS`."""
    found = np.zeros(len(read), np.int64)
    at = 0
    for kind, start, end in sorted(story.spans, key=lambda one: one[1]):
        words = plain(story.text[start:end])
        before = len(plain(story.text[:start]))
        begin = min(
            (place for place in _places(read, words) if place >= at),
            key=lambda p: abs(p - before),
            default=-1,
        )
        if begin < 0:
            continue
        first = LABELS.index(f"B-{kind}")
        found[begin : begin + len(words)] = first + 1
        found[begin] = first
        at = begin + len(words)
    return found


def _places(read: str, words: str) -> list[int]:
    return [at for at in range(len(read) - len(words) + 1) if read.startswith(words, at)] if words else []


def train(
    seen: Sequence[Sequence[Signals]],
    wanted: Sequence[NDArray[np.int64]],
    seed: int = 1,
    epochs: int = EPOCHS,
) -> dict[str, NDArray[np.float16]]:
    """The weights of a tagger.

    Args:
        seen: for each story its signals, once for each way in which states are computed.
        wanted: for each story the labels of its characters.
        seed: seed of the weights and of the order.
        epochs: times every story is seen.
    """
    import torch

    torch.set_num_threads(1)  # more threads wait for each other on a busy machine
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    width = NARROW + LETTER + MARKS
    net: Any = torch.nn.ModuleDict(
        {
            "narrow": torch.nn.Linear(seen[0][0].states.shape[1], NARROW),
            "characters": torch.nn.Embedding(CHARACTERS, LETTER),
            "first": torch.nn.Linear(WINDOW * width, INNER),
            "second": torch.nn.Linear(WINDOW * INNER, INNER),
            "out": torch.nn.Linear(INNER, len(LABELS)),
        }
    )
    torch.nn.init.normal_(net["characters"].weight, std=0.1)
    steps = epochs * (-(-len(seen) // BATCH))
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    drop = torch.nn.functional.dropout

    def windows(x: Any) -> Any:
        reach = WINDOW // 2
        padded = torch.nn.functional.pad(x, (0, 0, reach, reach))
        return torch.cat([padded[:, at : at + x.shape[1]] for at in range(WINDOW)], dim=-1)

    def joined(rows: Sequence[Any], value: float = 0) -> Any:
        tensors = [torch.from_numpy(np.ascontiguousarray(row)) for row in rows]
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True, padding_value=value)

    order = list(range(len(seen)))
    for _ in range(epochs):
        chance.shuffle(order)
        # Stories of similar length share a batch, so that little of it is padding.
        for begin in range(0, len(order), _ALIKE):
            order[begin : begin + _ALIKE] = sorted(
                order[begin : begin + _ALIKE], key=lambda place: len(wanted[place])
            )
        batches = list(range(0, len(order), BATCH))
        chance.shuffle(batches)
        for begin in batches:
            part = order[begin : begin + BATCH]
            ways = [chance.choice(seen[place]) for place in part]
            states = joined([one.states for one in ways])
            letters = joined([one.characters for one in ways])
            marks = joined([one.marks for one in ways])
            # Sometimes a rule's reading is hidden, so that the tagger also reads what no rule reads.
            marks = torch.cat(
                [marks[..., :2], marks[..., 2:] * (torch.rand(len(part), 1, MARKS - 2) > 0.2)], dim=-1
            )
            truth = joined([wanted[place] for place in part], -100)
            x = torch.cat(
                [drop(net["narrow"](states), 0.2), drop(net["characters"](letters), 0.2), marks], dim=-1
            )
            inside = (truth >= 0)[..., None]
            x = x * inside
            for layer in ("first", "second"):
                x = drop(torch.relu(net[layer](windows(x))), 0.3) * inside
            scores = net["out"](x)
            loss: Any = torch.nn.functional.cross_entropy(
                scores.flatten(0, 1), truth.flatten(), label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}


def judged(
    read: Sequence[str],
    seen: Sequence[Sequence[Signals]],
    wanted: Sequence[NDArray[np.int64]],
    said: Sequence[Readings],
    parts: int = 3,
    epochs: int = EPOCHS,
) -> Judged:
    """The choices for every story by a tagger that has not seen the story, and whether they are right.

    Args:
        read: the plain texts.
        seen, wanted: as in :func:`train`.
        said: what the rules read.
        parts: number of parts, each of which is held back once.
        epochs: as in :func:`train`.
    """
    order = list(range(len(read)))
    random.Random(3).shuffle(order)  # noqa: S311
    found: Judged = []
    for part in range(parts):
        held = order[part::parts]
        kept = [place for place in order if place not in set(held)]
        tagger = Tagger(train([seen[p] for p in kept], [wanted[p] for p in kept], epochs=epochs))
        for place in held:
            truth = spans(np.eye(len(LABELS), dtype=np.float32)[wanted[place]]) if len(wanted[place]) else []
            text = read[place]
            chosen = choices(text, said[place], tagger.shares(seen[place][0]))
            for kind, choice in chosen.items():
                right = any(alike(choice.words, text[o.start : o.end]) for o in truth if o.kind == kind)
                found.append((kind, choice, right))
    return found


def alike(said: str, truth: str, least: float = 0.6) -> bool:
    """Whether one of two wordings contains the other and the shorter has at least this share of the characters."""
    short, long = sorted((re.sub(r"\W", "", said.lower()), re.sub(r"\W", "", truth.lower())), key=len)
    return bool(short) and short in long and len(short) >= least * len(long)


def renewed(folder: Path, now: datetime, city: City, store: float, ask: float) -> Iterator[str]:
    """Train tagger and thresholds anew and write both into a folder.

    Args:
        folder: where ``tagger.npz`` and ``numbers.json`` are written.
        now: the moment at which the stories are told.
        city: the city whose places the rules know.
        store, ask: shares (0 to 1) that must be right of what is stored, and asked about.

    Yields:
        Lines that tell how many choices are right on stories held back.
    """
    told = stories()
    read = [plain(story.text) for story in told]
    said = [readings(story.text, now, city) for story in told]
    encoder = shipped_encoder()
    seen = [[signals(text, rules, encoder)] for text, rules in zip(read, said, strict=True)]
    wanted = [labels(text, story) for text, story in zip(read, told, strict=True)]
    found = judged(read, seen, wanted, said)
    bars = fitted(found, store, ask)
    for name, one in bars.items():
        kind, source = name.split("/")
        kept = [
            r for k, c, r in found if (k, c.source) == (kind, source) and c.words and c.score >= one.store
        ]
        yield f"{name}: {sum(kept)} of {len(kept)} stored are right"
    (folder / "numbers.json").write_text(
        json.dumps({name: asdict(one) for name, one in bars.items()}, indent=2) + "\n", "utf-8"
    )
    np.savez_compressed(folder / "tagger.npz", **train(seen, wanted))  # type: ignore[arg-type]
