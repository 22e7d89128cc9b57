"""Reads the annotated stories on which tagger, chooser and type are trained."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.understanding.encoding.reading import plain
from bot.understanding.slots.tagging import KINDS, LABELS

EXAMPLES = Path(__file__).with_name("examples")
"""The folder of the annotated stories, one JSON lines file for each author."""
FIELDS = {"place": "address", "time": "time", "subject": "subject", "name": "name"}
"""The key in a row of main values for each of :data:`KINDS`."""
UNKNOWN = -100
"""Label of a character of which nothing is known."""


@dataclass(frozen=True)
class Story:
    """An annotated story of one matter.

    Args:
        author: the name of the file that it is from.
        text: the message, or the part of it that tells the matter.
        spans: words in it: kind, start, end.
        main: the words that the ticket's fields must hold, by kind, "" for what the story does not tell; empty when
            the author marked all words of a kind, and not the main ones.
        told: ``type``, ``district``, ``town`` and ``phone``, as far as the author wrote them down.
        several: whether the text tells several matters; the main words are those of the first.
    """

    author: str
    text: str
    spans: tuple[tuple[str, int, int], ...]
    main: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    several: bool = False


def stories(folder: Path = EXAMPLES) -> list[Story]:
    """The annotated stories of all authors; the folder's ``README.md`` tells the two forms of a row.

    Raises:
        ValueError: annotated words are not in the text.
    """
    found: list[Story] = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            found += [_of_spans(file.stem, row)] if "spans" in row else _of_values(file.stem, row)
    return found


def _of_spans(author: str, row: Mapping[str, Any]) -> Story:
    spans = []
    for kind, words, *which in row["spans"]:
        start = -1
        for _ in range((which[0] if which else 0) + 1):
            start = row["text"].index(words, start + 1)
        if kind in KINDS:
            spans.append((kind, start, start + len(words)))
    return Story(author, row["text"], tuple(spans))


def _of_values(author: str, row: Mapping[str, Any]) -> list[Story]:
    """The stories of a row: the whole message, and of several matters also each alone, without the joining words."""
    text = row["text"]
    later = [row[name] for name in ("second", "third") if row.get(name)]
    told = {name: row[name] for name in ("type", "district", "town", "phone")}
    whole = _story(author, text, row, told, several=bool(later))
    starts: list[int] = []
    for one in later:
        starts.append(text.index(one["starts"], starts[-1] + 1 if starts else 0))
    ends = [_joined(text, start, one["joined"]) for start, one in zip(starts, later, strict=True)]
    parts = [text[start:end] for start, end in zip([0, *starts], [*ends, len(text)], strict=True)]
    alone = [_story(author, part, one) for part, one in zip(parts, [row, *later], strict=True)]
    return [whole, *alone] if later else [whole]


def _joined(text: str, start: int, words: str) -> int:
    """Where the words begin that join a matter to the one before it."""
    at = text.rfind(words, max(start - len(words) - 4, 0), start) if words else -1
    return at if at >= 0 else start


def _story(
    author: str,
    text: str,
    row: Mapping[str, Any],
    told: Mapping[str, str] | None = None,
    *,
    several: bool = False,
) -> Story:
    words = {kind: str(row.get(name) or "") for kind, name in FIELDS.items()}
    words = {kind: one if one in text else "" for kind, one in words.items()}
    spans = tuple((kind, text.index(one), text.index(one) + len(one)) for kind, one in words.items() if one)
    main = {kind: one for kind, one in words.items() if kind != "name"}
    return Story(author, text, spans, main, told or {}, several)


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
