"""Reads place, time and subject with the rules and, where the encoder is there, with tagger and chooser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.floats import Floats
from bot.understanding.encoding.reading import plain
from bot.understanding.place import (
    bare_address,
    is_only_where,
    place,
    without_half_a_town,
    without_neighbour,
)
from bot.understanding.slots.candidates import CHOSEN, WORDED, candidates
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
from bot.understanding.slots.features import Context, Described, agrees, described
from bot.understanding.slots.signals import Readings, signals
from bot.understanding.slots.tagging import loaded
from bot.understanding.slots.types import TYPES, TypeModel, case, features, group
from bot.understanding.slots.whole import begins_word, cuts_word
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
        self._bars: Mapping[str, float] = numbers["type"]["bars"]

    def read(self, text: str, said: Readings, context: Context) -> Found:
        """What the fields should hold, as far as it is told.

        In a short message what the rules chose, too, is stored from a lower probability on: hardly more than the matter
        is told there. Its district, town and phone number are read by the rules alone, unless the chooser doubts them.

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
            rules = of_rules(one)
            words = getattr(said, kind) if len(spelled) <= SHORT and rules is None else ""
            if words and words.lower() not in spelled:
                # What the rules put together (3号 楼) stands nowhere in the text, and nothing can be said against it.
                stored[kind] = asked[kind] = words
                continue
            if not len(one.candidates):
                continue
            shares_of = self._choosers[kind].shares(one, means(sums, one.stretches))
            every = together(kind, one, shares_of)
            number, sure = self._judged(kind, one, every, best(every, shares_of), rules, spelled, context)
            scores[kind] = self._calibrations[kind](float(every[number]))
            words = spelled[one.candidates[number].start : one.candidates[number].end]
            if kind == "place":
                words = without_neighbour(words, spelled[one.candidates[number].end :])
                words = without_half_a_town(words, spelled, context.city)
                sure = sure and not is_only_where(words)
            elif kind == "subject" and not begins_word(spelled, one.candidates[number].start):
                continue
            if sure:
                stored[kind] = words
            if sure or scores[kind] >= self._calibrations[kind].ask:
                asked[kind] = words
        types = self._types.shares(features(text, seen.states))
        named = TYPES[int(types.argmax())].label
        scores["type"] = float(types.max())
        asked["type"] = said.kind if said.kind and len(spelled) <= SHORT else named
        if scores["type"] >= self._bars.get(group(case(types, text)), 1.01):
            stored["type"] = named
        return Found(stored, asked, scores)

    def _judged(
        self,
        kind: str,
        one: Described,
        every: Floats,
        number: int,
        rules: int | None,
        read: str,
        context: Context,
    ) -> tuple[int, bool]:
        """The number of the candidate to take, and whether it is sure.

        Args:
            every: the probability of each candidate together with those that agree with it.
            number: the most probable candidate.
            rules: the one that the rules chose.
        """
        line = self._calibrations[kind]
        if len(read) > SHORT:
            return number, line(float(every[number])) >= line.store
        if kind not in WORDED:
            number = number if rules is None else rules
            return number, rules is not None and line(float(every[number])) >= line.short
        agreed = rules is not None and agrees(kind, one.keys[rules], one.keys[number])
        if kind == "time" and rules is not None and not agreed:
            # That something lasts or recurs (三天了, 天天) many short messages tell in passing: the rules know which.
            return rules, line(float(every[rules])) >= line.short
        sure = line(float(every[number])) >= (min(line.short, line.store) if agreed else line.store)
        sure = sure and (agreed or kind != "time" or one.keys[number][:4].isdigit())
        if agreed and rules is not None and one.keys[rules] == one.keys[number]:
            return rules, sure
        if not _is_whole(kind, one, number, read, context):
            if agreed and rules is not None:
                return rules, sure
            same = [n for n, key in enumerate(one.keys) if agrees(kind, key, one.keys[number])]
            whole = [n for n in same if _is_whole(kind, one, n, read, context)]
            # Edges that neither rules nor tagger gave often cut a word (地下车 of 地下车库).
            return (max(whole, key=lambda n: float(every[n])), sure) if whole else (number, False)
        return number, sure


def _is_whole(kind: str, one: Described, number: int, read: str, context: Context) -> bool:
    """Whether the words of a candidate have the edges of an address, or those that the tagger gave them.

    Other words than the rules chose often take something in that is no part of the value (洞山中学住校).
    """
    there = one.candidates[number]
    words = read[there.start : there.end]
    if there.chosen or (
        kind == "place" and place(words, context.city).address == bare_address(words, context.city)
    ):
        return True
    return there.tagged and not cuts_word(read, there.start, there.end)


def _part(arrays: Mapping[str, NDArray[np.float16]], kind: str) -> dict[str, NDArray[np.float16]]:
    return {
        name.removeprefix(f"{kind}."): array for name, array in arrays.items() if name.startswith(f"{kind}.")
    }


@cache
def shipped() -> Reader | None:
    """The reader with the shipped weights, loaded once; None without the encoder or the weights: the rules alone."""
    there = (SHIPPED / "model.safetensors").is_file() and (HERE / "chooser.npz").is_file()
    return Reader() if there else None
