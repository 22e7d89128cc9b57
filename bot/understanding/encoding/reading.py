"""Prepares a message for the judge: one spelling, masked numbers, and pieces when it is long."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from kb_index.language.text import simplified

LONGEST = 6_000
"""Most characters that are read. Of a longer text the first and the last half of this number are read."""
PIECE = 360
"""Length of a piece, in characters, about. The tail reads at most 512 tokens."""
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ud800-\udfff]")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*|[。！？!?；;\n]+")
_CLAUSE = re.compile(r"[^,，、 ]+[,，、 ]*|[,，、 ]+")
_BREAK = re.compile(r"[^,，、。！？!?；;\n ]+[,，、。！？!?；;\n ]*|[,，、。！？!?；;\n ]+")
_LEAST, _SHORT = 6, 12
"""Fewest characters of a clause that stands alone; a third of the characters of a stretch cut from a long clause."""
_NUMBER = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")
_PADDING = re.compile(r"(.{1,12}?)\1{7,}")
"""The same few characters eight times or more in a row. They say no more than once, and hide what else is said."""


def plain(text: str) -> str:
    """A text in NFKC, simplified characters and lower case, without padding, cut to :data:`LONGEST`.

    >>> plain("我家 ＫＴＶ 冒煙了　　快來")
    '我家 ktv 冒烟了 快来'
    >>> plain("着火了" + "，" * 900 + "快来")
    '着火了,快来'
    """
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + "\n" + text[-LONGEST // 2 :]
    if "&" in text:
        text = html.unescape(text)  # a copied web page spells 救命 as &#25937;&#21629;
    # NFKC can turn one character into eighteen, so the length is limited once more.
    spelled = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))[: 2 * LONGEST]
    return _PADDING.sub(r"\1", _BLANKS.sub(" ", simplified(spelled))).strip().lower()


def masked(text: str) -> str:
    """The text with each run of digits replaced by 0, so that no number decides.

    >>> masked("120平的房子，13栋")
    '0平的房子，0栋'
    """
    return _NUMBER.sub("0", text)


def pieces(text: str, length: int = PIECE, shared: int = 60) -> list[str]:
    """A plain text in pieces of whole sentences, or of whole clauses where a sentence is longer; at least one.

    Args:
        text: a plain text.
        length: length of a piece, in characters, about; a text up to a quarter longer is one piece.
        shared: number of characters at the end of a piece with which the next one begins, so that words at an
            edge keep their context.
    """
    if len(text) <= length * 5 // 4:
        return [text]
    found: list[str] = []
    held = ""
    for part in _parts(text, length):
        if held and len(held) + len(part) > length:
            found.append(held)
            held = held[-shared:] if shared else ""
        held += part
    return [*found, held]


def clauses(text: str) -> list[str]:
    """A plain text in clauses; at least one. Very short ones are joined, long ones are cut into stretches that overlap.

    >>> clauses("公积金怎么取?我老公躺地上没有呼吸了。另外社保怎么查?")
    ['公积金怎么取?', '我老公躺地上没有呼吸了。', '另外社保怎么查?']
    """
    found: list[str] = []
    held = ""
    for clause in _BREAK.findall(text):
        held += clause
        if len(held) > 3 * _SHORT:
            step = 2 * _SHORT
            found += [held[at : at + 3 * _SHORT] for at in range(0, len(held) - _SHORT, step)]
            held = ""
        elif len(held) >= _LEAST:
            found.append(held)
            held = ""
    return [*found, held] if held or not found else found


def stretches(text: str, most: int = 48) -> list[str]:
    """The clauses of a plain text, neighbours joined where there are more than ``most``, so that a judge of each reads so many at most.

    >>> stretches("公积金怎么取?我老公躺地上没有呼吸了。另外社保怎么查?", 2)
    ['公积金怎么取?我老公躺地上没有呼吸了。', '另外社保怎么查?']
    """
    found = clauses(text)
    together = -(-len(found) // most)
    return ["".join(found[at : at + together]) for at in range(0, len(found), together)]


def _parts(text: str, length: int) -> Iterator[str]:
    """The sentences of a text. One longer than ``length`` is cut into clauses, and a longer clause into stretches."""
    for sentence in _SENTENCE.findall(text):
        if len(sentence) <= length:
            yield sentence
            continue
        for clause in _CLAUSE.findall(sentence):
            for start in range(0, len(clause), length):
                yield clause[start : start + length]
