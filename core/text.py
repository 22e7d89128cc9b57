"""Text from outside, made fit to be kept."""

from __future__ import annotations

import re
import unicodedata


def clean(text: str) -> str:
    """Take out what no database or screen can hold: NUL and other control characters, lone surrogates.

    >>> clean("您好\\x00\\ud800")
    '您好'
    """
    kept = "".join(c for c in text if (c >= " " or c in "\n\t") and not "\ud800" <= c <= "\udfff")
    # Only what is blank on every screen goes from the ends: what else Unicode calls white space was typed or pasted.
    return kept.strip(" \t\n\u3000")


def plain(text: str) -> str:
    """Text for comparing: full-width made half, no space, no punctuation at either end, lower case.

    >>> plain("　取消！ ")
    '取消'
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", "", folded).strip("。.、,，!！?？~～…;；:：\"'“”‘’()（）")
