"""Tells by their categories whether parts of a message are separate matters."""

from __future__ import annotations

import re

from bot.understanding.category import suggest_by_words

_READ = 300
"""Most characters of a part that are read to suggest its category."""
_SURE = 0.5
"""Confidence (0 to 1) from which a suggested category counts as known."""
_VERY_SURE = 0.7
"""Confidence (0 to 1) from which categories alone show that two parts go to different departments."""


def differ(first: str, second: str) -> bool:
    """Whether two parts surely belong to categories of different first levels."""
    kinds = (_suggested(first), _suggested(second))
    return None not in kinds and _level1(kinds[0]) != _level1(kinds[1])


def _suggested(text: str) -> str | None:
    found = suggest_by_words(text[:_READ])
    return found.category if found and found.confidence >= _VERY_SURE else None


def listed_apart(first: str, second: str, *, announced: str) -> bool:
    """Whether the items of a numbered list are separate matters.

    Most lists tell one matter in order, or what one company does. The items are separate when nothing introduces the
    list, or only words that announce several matters, when it is no chronology, and when the categories differ.

    Args:
        announced: ``matters`` when the message announces several matters, ``list`` for a list without introduction,
            "" otherwise.
    """
    if not announced or _DATED.match(first) or _DATED.match(second):
        return False
    kinds = (category(first), category(second.split("；")[0]))
    if announced == "list":
        return None not in kinds and _level1(kinds[0]) != _level1(kinds[1])
    return None in kinds or _level1(kinds[0]) != _level1(kinds[1]) or kinds[0] != kinds[1]


def _level1(category: str | None) -> str:
    return str(category).partition("/")[0]


_DATED = re.compile(
    r"\D{0,3}(?:(?:19|20)\d\d年?|\d{1,2}月|[今去前]年|到?(?:今天|现在|目前)|后来|随后|之后|结果)"
)
"""How an item begins that continues the story of the item before it."""


def category(text: str) -> str | None:
    """The likely category of a part, ``level 1/level 2``; None when the words suggest none."""
    found = suggest_by_words(text[:_READ])
    return found.category if found and found.confidence >= _SURE else None
