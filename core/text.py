"""Cleans and simplifies text from outside."""

from __future__ import annotations

import re
import unicodedata


def clean(text: str) -> str:
    """Remove what databases and screens can't hold: NUL and other control characters, lone surrogates.

    >>> clean("您好\\x00\\ud800")
    '您好'
    """
    kept = "".join(c for c in text if (c >= " " or c in "\n\t") and not "\ud800" <= c <= "\udfff")
    # At the ends only these blanks are removed. Other Unicode white space was typed or pasted on purpose.
    return kept.strip(" \t\n\u3000")


def plain(text: str) -> str:
    """Text for comparing: half-width, lower-case, without spaces and without punctuation at the ends.

    >>> plain("　取消！ ")
    '取消'
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", folded).strip("。.、,，!！?？~～…;；:：\"'“”‘’()（）")


_PICTURES = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")


def without_pictures(text: str) -> str:
    """The text without emoji and other small pictures.

    >>> without_pictures("每天晚上🌙11点")
    '每天晚上11点'
    """
    return _PICTURES.sub("", text)


_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs by their category, but nothing is seen of them: fillers of Hangul, the empty braille pattern."""


def written(text: str) -> int:
    """Number of characters that a reader sees. Spaces, zero-width and control characters, and marks that are only
    seen on another character do not count.

    >>> written("看 一\\u200b眼"), written(" \\u200b\\u2060\\u3164")
    (3, 0)
    """
    return sum(unicodedata.category(c)[0] not in "CZM" and c not in _BLANK for c in text)


def line(text: str) -> str:
    """Text without line breaks and repeated spaces; empty when a reader would see nothing of it.

    >>> line(" 回访\\n 核实 "), line(" \\u200b ")
    ('回访 核实', '')
    """
    return " ".join(text.split()) if written(text) else ""
