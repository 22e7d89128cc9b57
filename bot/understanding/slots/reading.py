"""Reads place, time and subject with the rules and, where the encoder is there, with the tagger."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from bot.understanding.encoding.reading import plain
from bot.understanding.slots.choosing import SHORT, Bars, Choice, Thresholds, choices
from bot.understanding.slots.signals import Readings, signals
from bot.understanding.slots.tagging import loaded
from kb_index.language.pretrained import SHIPPED, encoder_at

HERE = Path(__file__).parent
"""The folder of the fitted weights and thresholds."""
LEAST = 8
"""Fewest characters of a message that the tagger reads."""
NEVER = Bars(1.01, 1.01)
"""The thresholds of a source that is never believed."""
_OF_SHORT = {"both": Bars(0.0, 0.0), "rules": Bars(0.05, 0.0)}
"""The thresholds in a short message: the rules are believed, unless the tagger is all but certain that they err."""


class Reader:
    """Reads messages; safe to use from several threads.

    Args:
        folder: the weights and thresholds, which ``wenban nlu fit-slots`` writes.
        encoder: folder of the pretrained encoder.

    Raises:
        OSError, KeyError: a file or an array in it is missing.
    """

    def __init__(self, folder: Path = HERE, encoder: Path = SHIPPED) -> None:
        self._tagger = loaded(folder / "tagger.npz")
        self._encoder = encoder_at(encoder)
        held = json.loads((folder / "numbers.json").read_text("utf-8"))
        self._bars: Thresholds = {name: Bars(**bars) for name, bars in held.items()}

    def choices(self, text: str, said: Readings) -> dict[str, Choice]:
        """The words chosen for ``place``, ``time`` and ``subject``.

        Args:
            text: the message.
            said: what the rules read from it.
        """
        read = plain(text)
        shares = self._tagger.shares(signals(read, said, self._encoder))
        return choices(read, said, shares)

    def bars(self, kind: str, choice: Choice, length: int) -> Bars:
        """The thresholds for a choice in a message of a length, in characters."""
        if length <= SHORT and choice.source in _OF_SHORT:
            return _OF_SHORT[choice.source]
        return self._bars.get(f"{kind}/{choice.source}", NEVER)


@cache
def shipped() -> Reader | None:
    """The reader with the shipped weights, loaded once; None without the encoder or the weights: the rules alone."""
    there = (SHIPPED / "model.safetensors").is_file() and (HERE / "tagger.npz").is_file()
    return Reader() if there else None
