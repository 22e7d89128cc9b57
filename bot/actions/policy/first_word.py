"""The first word of an answer (能。, 要。), which is said only to the question that it answers.

An entry's answer begins with a yes or no to the question of its title. To another question that the same entry answers
(健康证去哪办 and not 要办健康证吗) that word is wrong, although the sentences after it are right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.text import plain

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_MAY = r"可不可以|能不能|可以|能够|能|准不准|准|让不让|行不行|允许|许"
_ASKED_BY = {
    **dict.fromkeys(("能", "可以", "不能", "不行", "不可以"), _MAY),
    "要": r"要不要|用不用|需不需要|需要|必须|要|得",
    "有": r"有没有|有",
    "管": r"管不管|管",
}
"""First word → the words with which a question for it asks."""
_FIRST = re.compile(rf"({'|'.join(sorted(_ASKED_BY, key=len, reverse=True))})。\s*")
_POLAR = re.compile(r"[吗嘛么不没伐][啊呀呢的了]?$|(.)不\1|可不可以|能不能|有没有|要不要|行不行|需不需要")
_WHICH = re.compile(r"哪|怎么|怎样|如何|咋|多少|几|什么|啥|谁|多久|多长")
_LEAST = 2
"""Fewest characters in a row that both questions must share after the asking word."""


def fitting(entry: Entry, asked: str) -> Entry:
    """The entry, without the first word of its answer when that does not answer the question.

    Args:
        entry: the entry that is told.
        asked: the citizen's words.
    """
    found = _FIRST.match(entry.answer)
    if found is None or not entry.answer[found.end() :].strip() or answers(found[1], asked, entry.title):
        return entry
    return entry.model_copy(update={"answer": entry.answer[found.end() :]})


def answers(word: str, asked: str, title: str) -> bool:
    """Whether a first word answers a question: a yes or no is asked, of the same verb as in the title.

    >>> answers("要", "健康证去哪办", "在饭店上班要办健康证吗"), answers("要", "去饭店干活要办健康证不", "在饭店上班要办健康证吗")
    (False, True)
    >>> answers("能", "没签合同能要到钱不", "没签劳动合同，能要双倍工资吗"), answers("能", "能不能", "能要双倍工资吗")
    (False, True)
    """
    said, by = plain(asked), _ASKED_BY[word]
    at = re.search(by, said)
    if at is None or _POLAR.search(said) is None or _WHICH.search(said[at.end() :]) is not None:
        return False
    rest = said[at.end() :].rstrip("吗嘛么不没啊呀呢的了")
    if len(rest) < _LEAST:
        return True
    there = re.search(by, plain(title))
    wanted = plain(title)[there.end() :] if there is not None else plain(title)
    return any(rest[n : n + _LEAST] in wanted for n in range(len(rest) - 1))
