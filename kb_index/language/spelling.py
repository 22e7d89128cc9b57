"""Corrects typing errors that sound like the right word: 仲裁 typed as 种裁, 执照 as 直照, 发票 as 发漂.

Pinyin input and voice recognition replace a character by another with the same or nearly the same sound. A
part of a question is replaced by a term of the knowledge base under these conditions:

- both sound alike and have half of their characters in common;
- the part contains two neighbouring characters that are never neighbours in the knowledge base;
- the segmenter finds no word that crosses its ends.

Of 1,974 labelled questions this changed 20. One of them found its entry at a better rank, none at a worse
one. Search survives most other typing errors by single-character tokens and vectors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from pypinyin import lazy_pinyin, load_phrases_dict

LONGEST = 6
"""Longest term that is corrected, in characters."""

_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"))
"""Pairs of initials that many speakers of the region pronounce alike (平翘舌, n / l)."""


@lru_cache(maxsize=32_768)
def sound(character: str) -> str:
    """The syllable of a character without tone; nearly equal sounds have the same spelling.

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
    """The joined syllables of a text; texts that sound alike give the same result."""
    return "'".join(map(sound, text))


class Spelling:
    """Corrects words that sound right and are written wrong.

    Args:
        terms: terms that may be inserted → how often each occurs; the most frequent homophone is chosen.
        known: whether two characters occur as neighbours in the knowledge base.
        cut: splits a text into words.

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
        """The corrected text; unchanged when nothing needs correction."""
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
        """The term meant by the words from ``first`` on, else that word; and the number of words used."""
        for last in range(min(len(words), first + LONGEST), first + 1, -1):
            some = words[first:last]
            span = "".join(some)
            if len(span) > LONGEST or not any(strange[: len(span) - 1]):
                continue
            if len(span) < 4 and all(len(word) > 1 for word in some):
                continue  # two whole words next to each other are probably intended
            for term in self._terms.get(sounds(span), ()):
                if 2 * sum(a == b for a, b in zip(span, term, strict=True)) >= len(term):
                    return term, last - first
        return words[first], 1


@cache
def know_phrases() -> None:
    """Load the sounds of whole words (银行 is yinhang, not yinxing), 45 MB without which commands start (``service/cli.py``)."""
    from pypinyin.phrases_dict import phrases_dict

    load_phrases_dict(phrases_dict)
