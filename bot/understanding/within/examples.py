"""Reads the written follow-ups: single ones with the sentences that answer, and talks by several authors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.understanding.within.sentences import sentences
from kb_index.entries.entry import Entry

FOLDER = Path(__file__).with_name("examples")
"""The folder of the examples."""
SINGLE = FOLDER / "single.jsonl"
"""Follow-ups without a talk, by an author of their own."""
Kind = Literal["leans", "own", "remark", "matter"]
"""What a later message of a talk is, as its author says."""
_MARKS = re.compile(r"[\s*；;。，,：:！!？?“”\"（）()・]+")
_LINK = re.compile(r"\[\[([\w-]+)\]\]")
_SAME, _LENGTHS = 0.6, 0.35
"""Share (0 to 1) of the shorter, and of the longer, of two sentences' pairs of characters from which both tell the same."""
_LEAST = 4
"""Fewest pairs of characters of a sentence that is compared so."""


@dataclass(frozen=True)
class Example:
    """A message after an answer.

    Args:
        author: who wrote it: the name of the file.
        kind: what it is.
        text: the message.
        about: the entry given before.
        opening: the words with which that entry was asked for; "" when nobody wrote them.
        told_by: id of the entry that answers it; None: none does.
        right: whether each of :func:`bot.understanding.within.sentences.sentences` of ``about`` answers it.
    """

    author: str
    kind: Kind
    text: str
    about: Entry
    opening: str
    told_by: str | None
    right: tuple[bool, ...]


def read(entries: Mapping[str, Entry]) -> list[Example]:
    """All examples. One whose entry or sentence no longer exists is left out.

    Args:
        entries: id → entry.
    """
    found = [example for file in sorted(FOLDER.glob("*.jsonl")) for example in _of(file, entries)]
    return [one for one in found if any(one.right) or one.told_by != one.about.id]


def _of(file: Path, entries: Mapping[str, Entry]) -> Iterator[Example]:
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        if file == SINGLE:
            about = entries.get(row["entry"])
            if about is not None:
                right = tuple(one.startswith(tuple(row["answers"])) for one in sentences(about))
                yield Example(
                    file.stem, "leans", row["asked"], about, "", about.id if row["answers"] else None, right
                )
            continue
        first, *later = row["turns"]
        about = entries.get(first["entry"])
        if about is not None:
            yield from (_of_turn(file.stem, about, first["text"], turn, entries) for turn in later)


def _of_turn(
    author: str, about: Entry, opening: str, turn: Mapping[str, Any], entries: Mapping[str, Entry]
) -> Example:
    told = [one for one in (turn["answer"], *turn.get("also", ())) if one]
    own = turn["entry"] == about.id
    right = _right(about, told, entries) if own else (False,) * len(sentences(about))
    return Example(author, turn["kind"], turn["text"], about, opening, turn["entry"], right)


def _right(about: Entry, told: Sequence[str], entries: Mapping[str, Entry]) -> tuple[bool, ...]:
    """Which sentences of an entry answer, of those that the author took, and those that tell nearly the same."""
    whole = [_bare(_LINK.sub(lambda link: _titled(link[1], entries), one)) for one in told]
    said = [_bare(one) for one in sentences(about)]
    taken = [one for one in said if any(one in answer or answer in one for answer in whole)]
    return tuple(one in taken or any(_alike(one, other) for other in taken) for one in said)


def _titled(entry_id: str, entries: Mapping[str, Entry]) -> str:
    return entries[entry_id].title if entry_id in entries else entry_id


def _bare(text: str) -> str:
    return _MARKS.sub("", text)


def _alike(one: str, other: str) -> bool:
    first, second = ({text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other))
    sizes = sorted((len(first), len(second)))
    both = len(first & second)
    return sizes[0] >= _LEAST and both >= _SAME * sizes[0] and both >= _LENGTHS * sizes[1]
