"""Finds where a message goes over to another matter: :func:`cut`.

Every place between two clauses is compared with all others of the message and with "nowhere" by a few small networks, from what the
encoder tells of the clauses on both sides (:mod:`views`) and what the words tell (:mod:`features`). The message is cut
at the best place when one matter is improbable enough. ``wenban nlu fit-seams`` trains the networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.clauses import clauses
from bot.understanding.encoding.floats import Floats, softmax
from bot.understanding.seams import views as seen
from bot.understanding.seams.features import Seam, halves, marks, seams
from bot.understanding.seams.frames import is_frame
from core.text import plain
from kb_index.language.pretrained import SHIPPED, encoder_at

WEIGHTS = Path(__file__).with_name("weights.npz")
"""The file with the fitted weights."""
COMPARED = (
    (seen.BEFORE, seen.NEXT),
    (seen.BEFORE, seen.NEAR_NEXT),
    (seen.LAST, seen.NEXT),
    (seen.NEAR_BEFORE, seen.NEAR_NEXT),
    (seen.BEFORE, seen.AFTER),
    (seen.LAST, seen.NEAR_NEXT),
)
"""Stretches of which the networks see how surely they belong to one topic."""
BRIEF = 60
"""Most characters of a brief message."""
_LEAST_TEXT = 9
"""Fewest characters of a message of two matters."""


class Judge:
    """Tells how probable each place of a message is as the beginning of another matter.

    Args:
        weights: the fitted weights (:func:`bot.understanding.seams.fit.train`); those of several networks lie one behind another.
        encoder: folder of the pretrained encoder.

    Attributes:
        bars: probabilities (0 to 1) of another matter from which a text is cut: a brief message, a longer one, a part of one.
    """

    def __init__(self, weights: Mapping[str, NDArray[np.floating[Any]]], encoder: Path = SHIPPED) -> None:
        self._held: dict[str, Floats] = {name: one.astype(np.float32) for name, one in weights.items()}
        self._encoder = encoder_at(encoder)
        self.bars = tuple(map(float, self._held["bars"]))

    def shares(self, text: str, places: list[Seam]) -> Floats:
        """The probability that the message is one matter, and that each of the places begins another one; [1 + places].

        Args:
            text: the message.
            places: its seams; at least one.
        """
        held = self._held
        views = seen.views(text, places, self._encoder)
        # In two dimensions: numpy multiplies stacks of small arrays many times slower.
        flat = np.matmul((views - held["mean"]).reshape(-1, views.shape[-1]), held["axes"])
        states: Floats = flat.reshape(len(places), seen.VIEWS, -1)
        told: Floats = (marks(text, places) - held["marks_mean"]) / held["marks_scale"]
        nets = range(len(held["score_bias"]))
        scores = np.stack([np.append(np.float32(0), self._scores(states, told, net)) for net in nets])
        found: Floats = softmax(scores).mean(axis=0)
        return found

    def _scores(self, states: Floats, told: Floats, net: int) -> Floats:
        held = {name: one[net] for name, one in self._held.items() if name not in _SHARED}
        bare = states.reshape(-1, states.shape[-1]) @ held["narrow_weight"].T + held["narrow_bias"]
        topics = softmax(bare @ held["topics_weight"].T + held["topics_bias"]).reshape(
            len(states), seen.VIEWS, -1
        )
        x = np.tanh(bare).reshape(len(states), seen.VIEWS, -1)
        parts = [
            np.tanh(told @ held["words_weight"].T + held["words_bias"]),
            x.reshape(len(x), -1),
            np.abs(x[:, seen.NEAR_BEFORE] - x[:, seen.NEAR_NEXT]),
            np.abs(x[:, seen.BEFORE] - x[:, seen.AFTER]),
            x[:, seen.LAST] * x[:, seen.NEXT],
            x[:, seen.BEFORE] * x[:, seen.NEAR_NEXT],
            np.stack([(topics[:, a] * topics[:, b]).sum(axis=1) for a, b in COMPARED], axis=1),
        ]
        inner = np.maximum(np.concatenate(parts, axis=1) @ held["inner_weight"].T + held["inner_bias"], 0)
        found: Floats = (inner @ held["score_weight"].T + held["score_bias"])[:, 0]
        return found


_SHARED = ("mean", "axes", "marks_mean", "marks_scale", "bars")
"""Arrays that all networks share."""


@lru_cache(maxsize=256)
def cut(text: str, part: bool = False) -> tuple[str, str] | None:
    """The text before and after the place where a message goes over to another matter; None when it tells one matter.

    Args:
        text: the message, or a part of it.
        part: whether it is a part of a message that was cut already, as three matters are rare.

    >>> cut("楼道灯坏了半个月没人修。还有小区门口的烧烤摊油烟太大")
    ('楼道灯坏了半个月没人修', '小区门口的烧烤摊油烟太大')
    """
    judge = shipped()
    if judge is None or len(plain(text)) < _LEAST_TEXT:
        return None
    places = seams(text)
    if not places:
        return None
    shares = judge.shares(text, places)
    if 1 - shares[0] < judge.bars[2 if part else len(text) > BRIEF]:
        return None
    found = halves(text, places[int(shares[1:].argmax())])
    # Who speaks, whom they asked, a protest or a number is no matter of its own.
    return None if any(all(map(is_frame, clauses(half))) for half in found) else found


@cache
def shipped() -> Judge | None:
    """The judge with the shipped weights, loaded once; None without the encoder: then only cues part a message."""
    if not (SHIPPED / "model.safetensors").is_file():
        return None
    with np.load(WEIGHTS) as held:
        return Judge(dict(held))
