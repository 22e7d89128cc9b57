"""Typing errors that sound right: 仲裁 typed as 种裁, 执照 as 直照, 发票 as 发漂.

Pinyin input and voice recognition put a character of the same (or nearly the same) sound in place of another. A
span of a question is replaced by a term of the base when both sound alike and share half of their characters,
and when the span makes no sense to the base as it stands: it holds two neighbours the base has never seen side by
side, and the segmenter finds no word across its ends. Of 1,974 labelled questions 20 were
changed; one then found its entry earlier, none later (most typing errors are borne by single characters and the
vectors already).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from pypinyin import lazy_pinyin

LONGEST = 6
"""Longest term looked for, in characters."""

_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))
"""Initials that many speakers of the region do not tell apart (平翘舌, n / l)."""


@lru_cache(maxsize=32_768)
def sound(character: str) -> str:
    """The syllable of a character without tone, in one spelling for what sounds nearly alike.

    >>> sound("仲") == sound("种"), sound("蓝") == sound("南")
    (True, True)
    """
    syllable = lazy_pinyin(character)[0]
    for initial, plain in _INITIALS:
        if syllable.startswith(initial):
            syllable = plain + syllable[len(initial) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sounds(text: str) -> str:
    """The syllables of a text, joined; equal for texts that sound alike."""
    return "'".join(map(sound, text))


class Spelling:
    """Corrects what sounds right and is written wrong.

    Args:
        terms: what may be put in, with how often each occurs; the more frequent wins among homophones.
        known: whether the base knows two neighbouring characters.
        cut: cuts a text into words.

    >>> spelling = Spelling({"营业执照": 2}, lambda pair: pair in {"营业", "业执", "执照"}, list)
    >>> spelling.correct("办营业直照")
    '办营业执照'
    """

    def __init__(
        self, terms: Mapping[str, int], known: Callable[[str], bool], cut: Callable[[str], Iterable[str]]
    ) -> None:
        self._known = known
        self._cut = cut
        self._terms: dict[str, list[str]] = {}
        for term in sorted(terms, key=lambda t: (-terms[t], t)):
            if len(term) <= LONGEST and _RUN.fullmatch(term):
                self._terms.setdefault(sounds(term), []).append(term)

    def correct(self, normalised: str) -> str:
        """The text with such spans replaced; the same text when there are none."""
        return _RUN.sub(lambda match: self._run(match.group(0)), normalised)

    def _run(self, run: str) -> str:
        strange = [not self._known(run[i : i + 2]) for i in range(len(run) - 1)]
        if not any(strange):
            return run
        words = list(self._cut(run))
        out: list[str] = []
        first, place = 0, 0
        while first < len(words):
            term, used = self._term(words, first, strange[place:])
            out.append(term)
            place += len(term)
            first += used
        return "".join(out)

    def _term(self, words: list[str], first: int, strange: list[bool]) -> tuple[str, int]:
        """The word at a place, or the term that it and its neighbours were meant to be; and how many words that is."""
        for last in range(min(len(words), first + LONGEST), first + 1, -1):
            some = words[first:last]
            span = "".join(some)
            if len(span) > LONGEST or not any(strange[: len(span) - 1]):
                continue
            if len(span) < 4 and all(len(word) > 1 for word in some):
                continue  # two whole words side by side may well be meant
            for term in self._terms.get(sounds(span), ()):
                if 2 * sum(a == b for a, b in zip(span, term, strict=True)) >= len(term):
                    return term, last - first
        return words[first], 1
