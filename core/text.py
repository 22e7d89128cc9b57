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
