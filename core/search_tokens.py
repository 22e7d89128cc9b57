"""Finds words in encrypted texts: each text is stored with keyed tokens of its characters and pairs of characters.

A token is three letters made by HMAC of one or two characters. Some 33,000 tokens stand for far more pairs, so that a
token does not tell which pair it is, and a few texts are found that do not have the word: whoever searches reads the
found texts and leaves those out. What the tokens tell to somebody without the key: which texts share pairs of characters.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import ColumnElement, String, and_, func, literal, or_

from core.sealing import ring
from core.simplified import simplified

_FIRST = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REST = "abcdefghijklmnopqrstuvwxyz0123456789"
# A capital begins each token, so that no token is found across two others.


_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()}
"""Full-width letters and digits → those of half width."""


def folded(text: str) -> str:
    """A text as it is searched: small letters of half width, simplified characters.

    >>> folded("電梯Ｂ座")
    '电梯b座'
    """
    return simplified(text.translate(_WIDE)).lower()


def _grams(text: str) -> Iterator[str]:
    small = folded(text)
    yield from small
    for at in range(len(small) - 1):
        yield small[at : at + 2]


@lru_cache(maxsize=65_536)
def _token(key: bytes, gram: str) -> str:
    number = int.from_bytes(hmac.digest(key, gram.encode(), "sha256")[:8], "big")
    number, last = divmod(number, len(_REST))
    number, middle = divmod(number, len(_REST))
    return _FIRST[number % len(_FIRST)] + _REST[middle] + _REST[last]


def tokens(*texts: str) -> str:
    """The tokens of all characters and pairs of some texts under the present key, for storing. Their order tells nothing."""
    key = ring().present.derived("search")
    found = {_token(key, gram) for text in texts for gram in _grams(text) if not gram.isspace()}
    return " ".join(sorted(found))


def may_have(column: ColumnElement[str], word: str, *, sqlite: bool) -> ColumnElement[bool]:
    """SQL condition: a text with these stored tokens may have a word in it, however either is written (:func:`folded`).

    Args:
        column: what :func:`tokens` made.
        word: at least one character, without white space.
        sqlite: whether the database is SQLite; else PostgreSQL.
    """
    place = func.instr if sqlite else func.strpos
    return or_(
        *(
            and_(*(place(column, literal(token, String())) > 0 for token in tokens_of_key))
            for tokens_of_key in wanted(word)
        )
    )


def wanted(word: str) -> list[list[str]]:
    """The tokens that a text with this word has, under each key that may have made them.

    Args:
        word: at least one character, without white space.
    """
    grams = [gram for gram in _grams(word) if len(gram) == min(2, len(word))]
    return [sorted({_token(key.derived("search"), gram) for gram in grams}) for key in ring().keys]
