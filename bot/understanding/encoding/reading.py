"""A message as the judges of danger read it: one spelling, no numbers, cut into pieces when it is long."""

from __future__ import annotations

import re
import unicodedata

from kb_index.language.text import simplified

LONGEST = 6_000
"""Characters that are read; of a longer text its two ends, where people say what it is about and what they want."""
PIECE = 360
"""Characters of one piece; the learned tail reads at most 512 tokens."""
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ud800-\udfff]")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """NFKC, simplified, lower case, every run of blanks one blank; both ends of a text that is too long.

    >>> plain("我家 ＫＴＶ 著火了　　快來")
    '我家 ktv 着火了 快来'
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    # One character may become eighteen: the length is held again afterwards.
    spelled = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))[: 2 * LONGEST]
    return _BLANKS.sub(" ", simplified(spelled)).strip().lower()


def masked(text: str) -> str:
    """No number decides: every run of digits is one 0.

    >>> masked("120平的房子，13栋")
    '0平的房子，0栋'
    """
    return _NUMBER.sub("0", text)


def pieces(text: str) -> list[str]:
    """A plain text in pieces of whole sentences, each about :data:`PIECE` characters; at least one.

    The end of one piece is the beginning of the next, so that nothing stands alone at an edge.
    """
    if len(text) <= PIECE * 5 // 4:
        return [text]
    found: list[str] = []
    held = ""
    for sentence in _SENTENCE.findall(text):
        for start in range(0, len(sentence), PIECE):
            part = sentence[start : start + PIECE]
            if held and len(held) + len(part) > PIECE:
                found.append(held)
                held = held[-60:]
            held += part
    return [*found, held]
