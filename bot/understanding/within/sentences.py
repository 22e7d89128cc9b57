"""Cuts an entry into sentences that can be said by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb_index.entries.entry import Entry
from kb_index.entries.render import to_text

_END = re.compile(r"[。；;\n]+(?![^（）]{0,60}）)")
_BULLET = re.compile(r"^[\s・]*(?:\d{1,2}\. )?[\s・]*")
_LEAST = 4
"""Fewest characters of a sentence."""


def sentences(entry: Entry) -> tuple[str, ...]:
    """The sentences of an entry's answer and sections, in order, each once, without the line that names the source."""
    return tuple(headed(entry))


def headed(entry: Entry) -> dict[str, str]:
    """Each of :func:`sentences` with the heading of the section it stands in; "" for the answer."""
    found: dict[str, str] = {}
    for heading, part in (("", entry.answer), *entry.sections.items()):
        for said in parted([to_text(part)]):
            found.setdefault(said, heading)
    return found


def parted(texts: Iterable[str]) -> tuple[str, ...]:
    """The sentences of plain texts, in order, each once.

    >>> parted(["能罚款（见条例；第三条）。可以投诉；依据《条例》"])
    ('能罚款（见条例；第三条）', '可以投诉')
    """
    found: dict[str, None] = {}
    for text in texts:
        for piece in _END.split(text):
            said = _BULLET.sub("", piece).strip()
            if len(said) >= _LEAST and not said.startswith("依据"):
                found[said] = None
    return tuple(found)
