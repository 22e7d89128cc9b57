"""Trains the tagger on annotated stories, with torch. The app never runs this."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.slots.signals import CHARACTERS, MARKS, Signals
from bot.understanding.slots.tagging import LABELS, LOOKS, STEPS, WINDOW

NARROW, LETTER, INNER = 32, 16, 48
"""Widths: of a state after its projection, of a character's own vector, of the layers."""
EPOCHS, BATCH, RATE = 12, 8, 4e-3
"""Times every story is seen, stories in a batch, highest learning rate (no unit)."""

_ALIKE = 25 * BATCH
"""Number of stories that are sorted by length."""


def train(
    seen: Sequence[Signals],
    wanted: Sequence[NDArray[np.int64]],
    seed: int = 1,
    epochs: int = EPOCHS,
) -> dict[str, NDArray[np.float16]]:
    """The weights of a tagger.

    Args:
        seen: the signals of each story.
        wanted: for each story the labels of its characters, -100 where nothing is known.
        seed: seed of the weights and of the order.
        epochs: times every story is seen.
    """
    import torch

    torch.set_num_threads(1)  # more threads wait for each other on a busy machine
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    net = _net(torch, seen[0].states.shape[1])
    steps = epochs * (-(-len(seen) // BATCH))
    optimizer = torch.optim.AdamW(net.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)

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
            marks = joined([seen[place].marks for place in part])
            # Sometimes a rule's reading is hidden, so that the tagger also reads what no rule reads.
            marks = torch.cat(
                [marks[..., :2], marks[..., 2:] * (torch.rand(len(part), 1, MARKS - 2) > 0.2)], dim=-1
            )
            truth = joined([wanted[place] for place in part], -100)
            inside = joined([np.ones(len(wanted[place]), np.float32) for place in part])
            scores = net(
                joined([seen[place].states for place in part]),
                joined([seen[place].characters for place in part]),
                marks,
                inside[..., None],
            )
            loss: Any = torch.nn.functional.cross_entropy(
                scores.flatten(0, 1), truth.flatten(), label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return {name: value.detach().numpy().astype(np.float16) for name, value in net.state_dict().items()}


def _net(torch: Any, states: int) -> Any:
    """The network of :class:`bot.understanding.slots.tagging.Tagger` with dropout."""
    nn: Any = torch.nn

    class Net(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.narrow = nn.Linear(states, NARROW)
            self.characters = nn.Embedding(CHARACTERS, LETTER)
            nn.init.normal_(self.characters.weight, std=0.1)
            widths = (NARROW + LETTER + MARKS, *(INNER for _ in STEPS[1:]))
            self.layers = nn.ModuleList(nn.Linear(WINDOW * width, INNER) for width in widths)
            self.look = nn.Linear(INNER, LOOKS)
            self.whole = nn.Linear(LOOKS * INNER, INNER)
            self.mix = nn.Linear(INNER, INNER, bias=False)
            self.out = nn.Linear(INNER, len(LABELS))

        def forward(self, states: Any, characters: Any, marks: Any, inside: Any) -> Any:
            drop = nn.functional.dropout
            x = torch.cat(
                [
                    drop(self.narrow(states), 0.2, self.training),
                    drop(self.characters(characters), 0.2, self.training),
                    marks,
                ],
                dim=-1,
            )
            x = x * inside
            for number, (step, layer) in enumerate(zip(STEPS, self.layers, strict=True)):
                y = drop(torch.relu(layer(windows(x, step))), 0.3, self.training)
                x = (y if number == 0 else x + y) * inside
            looks = torch.softmax(self.look(x) + (1 - inside) * -1e9, 1)
            whole = self.whole(drop(torch.einsum("btl,btd->bld", looks, x).flatten(1), 0.3, self.training))
            x = x + drop(torch.relu(self.mix(x) + whole[:, None]), 0.3, self.training)
            return self.out(x)

    def windows(x: Any, step: int) -> Any:
        reach = WINDOW // 2 * step
        padded = nn.functional.pad(x, (0, 0, reach, reach))
        return torch.cat([padded[:, at : at + x.shape[1]] for at in range(0, WINDOW * step, step)], dim=-1)

    return Net()
