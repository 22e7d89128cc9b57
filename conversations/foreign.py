"""Messages in other languages: which one it is, and one line in it that says whom to call and how to reach a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from core import yaml_loader

FACT = "foreign"
"""Fact that keeps the language in which a conversation was told the line; it is told once."""
_FILE = Path(__file__).with_suffix(".yml")
_LONGEST = 1_000
"""Number of characters of a message by which its language is told."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 2
_SHARE = 0.3
"""Least share of common words (0 to 1) in a message of a language told by words."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    letters: str = ""
    words: list[str] = []
    line: str


@dataclass(frozen=True)
class Language:
    """A language other than Chinese.

    Args:
        name: its name in ``foreign.yml``.
        line: what its speakers are told.
        script: whether it has letters of its own; then nothing of the message is understood.
    """

    name: str
    line: str
    script: bool


@cache
def _rows() -> tuple[tuple[Language, re.Pattern[str] | None, frozenset[str]], ...]:
    rows = TypeAdapter(list[_Row]).validate_python(yaml_loader.load(_FILE.read_text("utf-8")))
    return tuple(
        (
            Language(row.name, row.line, bool(row.letters)),
            re.compile(f"[{row.letters}]", re.I) if row.letters else None,
            frozenset(row.words),
        )
        for row in rows
    )


def language(text: str) -> Language | None:
    """The foreign language of a message; None for Chinese, pinyin, and what has no language.

    >>> [found.name if (found := language(said)) else None for said in ("火事です", "help fire", "jiu ming", "帮我查ok")]
    ['japanese', 'english', None, None]
    """
    said = text[:_LONGEST].lower().replace("’", "'")
    letters = sum(map(str.isalpha, said))
    if not letters:
        return None
    han = len(_HAN.findall(said))
    tokens = _WORD.findall(said)
    for found, script, words in _rows():
        if script is not None:
            own = len(script.findall(said))
            if (
                own >= _LEAST_WORDS
                and own + (han if found.name == "japanese" else 0) > letters / 2
                and own * 5 > han
            ):
                return found
        elif not han and tokens:
            known = sum(token in words for token in tokens)
            if known >= _LEAST_WORDS and known >= _SHARE * len(tokens):
                return found
    return None
