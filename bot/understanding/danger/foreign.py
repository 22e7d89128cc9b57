"""Danger told in pinyin or in another language: by words, because the learned scores read Chinese only."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from conversations.danger import Danger
from conversations.foreign import language
from core import yaml_loader

_FILE = Path(__file__).with_suffix(".yml")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CODA = r"(?:(?<=o)ng|(?<=[aei])ng(?![aoeiu])|(?<=[aeiu])n(?![aoeiu])|(?<=e)r(?![aoeiu]))"
"""The end of a syllable. A consonant before a vowel begins the next syllable, so each text can be read in one way only."""
_PINYIN = re.compile(rf"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?[aoeiu]++{_CODA}?)+")
_NOT_LETTER = re.compile(r"[^a-z]+")
_RAISED, _ASKED = 0.95, 0.5
"""Probabilities that stand for a danger told in plain words, and for one that is only named."""


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid")
    raised: dict[str, list[str]]
    asked: dict[str, list[str]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pinyin: _Words
    other: _Words
    harmless: str


@dataclass(frozen=True)
class _Read:
    pinyin: tuple[tuple[str, bool, re.Pattern[str]], ...]
    other: tuple[tuple[str, bool, re.Pattern[str]], ...]
    harmless: re.Pattern[str]


@cache
def _read() -> _Read:
    held = TypeAdapter(_File).validate_python(yaml_loader.load(_FILE.read_text("utf-8")))
    return _Read(_patterns(held.pinyin), _patterns(held.other), re.compile(held.harmless))


def _patterns(words: _Words) -> tuple[tuple[str, bool, re.Pattern[str]], ...]:
    return tuple(
        (kind, clear, re.compile("|".join(f"(?:{one})" for one in any_of)))
        for clear, kinds in ((True, words.raised), (False, words.asked))
        for kind, any_of in kinds.items()
    )


def danger(text: str) -> Danger | None:
    """The danger that a message in pinyin or in another language tells of; None for any other message.

    Args:
        text: a plain text (:func:`bot.understanding.encoding.reading.plain`).

    >>> [danger(said).kind for said in ("jiu ming zhao huo le", "help fire", "불이야", "火事です")]
    ['fire', 'fire', 'fire', 'fire']
    >>> danger("where can i buy a fire extinguisher") is None
    True
    """
    if _HAN.search(text) is None:
        letters = _NOT_LETTER.sub("", text)
        if letters and _PINYIN.fullmatch(letters):
            found = _first(letters, _read().pinyin)
            if found is not None:
                return found
    elif language(text) is None:
        return None
    spoken = text.replace("’", "'")
    found = _first(spoken, _read().other)
    if found is None or not _read().harmless.search(spoken):
        return found
    return replace(found, probability=_ASKED, clear=False) if found.clear else None


def _first(text: str, words: tuple[tuple[str, bool, re.Pattern[str]], ...]) -> Danger | None:
    for kind, clear, pattern in words:
        if pattern.search(text):
            return Danger(kind, _RAISED if clear else _ASKED, clear=clear)
    return None
