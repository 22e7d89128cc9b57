"""Reads place, time and subject with the rules and, where the encoder is there, with tagger and chooser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.reading import plain
from bot.understanding.place import is_only_where, without_half_a_town, without_neighbour
from bot.understanding.slots.candidates import CHOSEN, candidates
from bot.understanding.slots.choosing import (
    SHORT,
    Calibration,
    Chooser,
    best,
    means,
    of_rules,
    summed,
    together,
)
from bot.understanding.slots.features import Context, described
from bot.understanding.slots.signals import Readings, signals
from bot.understanding.slots.tagging import loaded
from bot.understanding.slots.types import TYPES, TypeModel, case, features
from kb_index.language.pretrained import SHIPPED, encoder_at

HERE = Path(__file__).parent
"""The folder of the fitted weights and thresholds."""
LEAST = 8
"""Fewest characters of a message that the tagger reads."""


@dataclass(frozen=True)
class Found:
    """The words read for each field, of the plain text; for ``type`` its Chinese name.

    Args:
        stored: what is sure enough to be stored unasked.
        asked: what is probable enough to be asked about, and what is stored.
        scores: calibrated probability (0 to 1) of what was read, also of what is in neither.
    """

    stored: Mapping[str, str]
    asked: Mapping[str, str]
    scores: Mapping[str, float]


class Reader:
    """Reads messages; safe to use from several threads.

    Args:
        folder: the weights and numbers, which ``wenban nlu fit-slots`` writes.
        encoder: folder of the pretrained encoder.

    Raises:
        OSError, KeyError: a file or an array in it is missing.
    """

    def __init__(self, folder: Path = HERE, encoder: Path = SHIPPED) -> None:
        self._tagger = loaded(folder / "tagger.npz")
        self._encoder = encoder_at(encoder)
        with np.load(folder / "chooser.npz") as held:
            arrays = dict(held)
        self._choosers = {kind: Chooser(_part(arrays, kind)) for kind in CHOSEN}
        self._types = TypeModel(_part(arrays, "type"))
        numbers = json.loads((folder / "numbers.json").read_text("utf-8"))
        self._calibrations = {kind: Calibration(**numbers[kind]) for kind in CHOSEN}
        self._cases: Mapping[str, float] = numbers["type"]["cases"]
        self._bar = float(numbers["type"]["store"])

    def read(self, text: str, said: Readings, context: Context) -> Found:
        """What the fields should hold, as far as it is told.

        In a short message only what the rules chose is read, unless the chooser thinks it improbable.

        Args:
            text: the message.
            said: what the rules read from it.
            context: the moment of the message, and the city.
        """
        spelled = plain(text)
        seen = signals(spelled, said, self._encoder)
        if not len(seen.states):
            return Found({}, {}, {})
        shares = self._tagger.shares(seen)
        sums = summed(seen.states)
        stored, asked, scores = {}, {}, {}
        for kind, some in candidates(spelled, said, shares, context.city).items():
            one = described(kind, spelled, some, shares, context)
            short = len(spelled) <= SHORT
            number = of_rules(one) if short else None
            if not len(one.candidates) or (short and number is None):
                # What the rules put together (3号 楼) stands nowhere in the text, and nothing can be said against it.
                if short and (words := getattr(said, kind)) and words.lower() not in spelled:
                    stored[kind] = asked[kind] = words
                continue
            shares_of = self._choosers[kind].shares(one, means(sums, one.stretches))
            every = together(kind, one, shares_of)
            line = self._calibrations[kind]
            if number is None:
                number = best(every, shares_of)
            scores[kind] = line(float(every[number]))
            sure = scores[kind] >= (line.short if short else line.store)
            words = spelled[one.candidates[number].start : one.candidates[number].end]
            if kind == "place":
                words = without_neighbour(words, spelled[one.candidates[number].end :])
                words = without_half_a_town(words, spelled, context.city)
                sure = sure and not is_only_where(words)
            if sure:
                stored[kind] = words
            if short or scores[kind] >= line.ask:
                asked[kind] = words
        types = self._types.shares(features(text, seen.states))
        named = TYPES[int(types.argmax())].label
        scores["type"] = self._cases.get(case(types, text), 0.0)
        asked["type"] = said.kind if said.kind and len(spelled) <= SHORT else named
        if scores["type"] >= self._bar:
            stored["type"] = named
        return Found(stored, asked, scores)


def _part(arrays: Mapping[str, NDArray[np.float16]], kind: str) -> dict[str, NDArray[np.float16]]:
    return {
        name.removeprefix(f"{kind}."): array for name, array in arrays.items() if name.startswith(f"{kind}.")
    }


@cache
def shipped() -> Reader | None:
    """The reader with the shipped weights, loaded once; None without the encoder or the weights: the rules alone."""
    there = (SHIPPED / "model.safetensors").is_file() and (HERE / "chooser.npz").is_file()
    return Reader() if there else None
