"""Clues: what the words say of when, whether it is real, to whom it happens. Features of a learned score, never a verdict."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from pydantic import TypeAdapter

from bot.understanding.danger.kinds import Floats

_FILE = Path(__file__).with_name("clues.yml")


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Name and pattern of each clue, in the order of the features."""
    held = TypeAdapter(dict[str, list[str]]).validate_python(yaml.safe_load(_FILE.read_text("utf-8")))
    return tuple((name, re.compile("|".join(f"(?:{p})" for p in any_of))) for name, any_of in held.items())


def names() -> list[str]:
    """The clues' names, and those of their counterparts in the last clause."""
    return [name for name, _ in patterns()] + [f"{name}_last" for name, _ in patterns()]


def seen(text: str) -> Floats:
    """1 for each clue found in a plain text, then for each found in its last forty characters."""
    end = text[-40:]
    return np.asarray(
        [bool(p.search(text)) for _, p in patterns()] + [bool(p.search(end)) for _, p in patterns()],
        np.float32,
    )
