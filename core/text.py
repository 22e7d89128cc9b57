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


_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Characters that Unicode calls letters or signs, but that are invisible: Hangul fillers, the empty braille pattern."""
_WIDEST = 3
"""Most characters to which a sign may be spelled out later. One that is longer (ﷺ) is spelled out at the entrance."""


class _Spelling(dict[int, str]):
    """Character → how it is spelled for reading; filled as characters come."""

    def __missing__(self, code: int) -> str:
        self[code] = made = _spelled(chr(code))
        return made


def _spelled(char: str) -> str:
    kind = unicodedata.category(char)
    if char == "\n":
        return char
    if char.isspace():
        return " "
    if kind in ("Cc", "Cf", "Cs") or char in _BLANK:
        return ""
    whole = unicodedata.normalize("NFKC", char)
    # Chinese punctuation, ① and ㎡ stay: they are how people write, and they stand in the ticket's text.
    return whole if kind[0] == "L" or kind == "Nd" or len(whole) > _WIDEST else char


_SPELLING = _Spelling()
_SPACES = re.compile(r" {2,}")
_LINES = re.compile(r" ?\n[ \n]*")
_LEAST = 400
"""Characters that a short text may have after it is spelled out."""


def legible(text: str) -> str:
    """A citizen's words as all readers get them. The words as they were sent stay in the stored message.

    Letters and digits have one spelling. Control, zero-width and direction characters are out, and white space is one
    space or one line break. A text does not become longer, whatever its characters are made of.

    >>> legible("我的电话　　１３８\u200b００\u202e\\n \\n住①号楼，")
    '我的电话 13800\\n住①号楼，'
    """
    spelled = text.translate(_SPELLING)[: max(len(text), _LEAST)]
    return _LINES.sub("\n", _SPACES.sub(" ", spelled)).strip()


_PICTURES = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")


def without_pictures(text: str) -> str:
    """The text without emoji and other small pictures.

    >>> without_pictures("每天晚上🌙11点")
    '每天晚上11点'
    """
    return _PICTURES.sub("", text)


def written(text: str) -> int:
    """Number of characters that a reader sees.

    Spaces, zero-width characters, control characters, and marks that change another character do not count.

    >>> written("看 一\\u200b眼"), written(" \\u200b\\u2060\\u3164")
    (3, 0)
    """
    return sum(unicodedata.category(c)[0] not in "CZM" and c not in _BLANK for c in text)


def line(text: str) -> str:
    """Text without line breaks and repeated spaces; empty when it has no visible character.

    >>> line(" 回访\\n 核实 "), line(" \\u200b ")
    ('回访 核实', '')
    """
    return " ".join(text.split()) if written(text) else ""
