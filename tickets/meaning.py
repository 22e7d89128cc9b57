"""How close two texts are in meaning, by an encoder of sentences; by pairs of characters where none is in use.

``service/app.py`` says with :func:`use` which encoder that is: tickets know none themselves. The two bars and the scale were chosen with
``python -m benchmarks.likeness`` (docs/tickets.md says what they are worth). A text is encoded in about 10 ms of one processor;
so few are compared, and vectors are kept in memory for a while. They are stored nowhere.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts → unit vectors, [texts, dimensions]. Called in a thread."""

ABOUT = 0.75
"""Least cosine (-1 to 1) of an answer and the matter that it is about, when it names no thing of it."""
_APART, _SAME = 0.766, 0.930
"""Cosines (-1 to 1) of two stories that count as 0 and as 1."""
MOST = 8
"""Most stories whose meanings are compared with one; the others, which share fewer pairs, are compared by pairs of characters."""
_READ = 500
"""Characters of a text that are encoded: its beginning tells the matter."""
_KEPT = 4_096
"""Vectors that are kept in memory: 6 MB."""
_FILLER = re.compile(
    r"小区(里|内)?|我(们|家)?|俺(们|家)?|你们|他们|她们|(请|麻烦)?(帮忙|帮我)?(反映|反应|投诉|举报|求助|登记)一?下?|"
    r"(这个|那个|一个|一直|现在|还是|已经|没有|没人|什么|怎么|不管|处理|解决|希望|尽快|相关部门|情况|问题|事情)|"
    r"您好|你好|谢谢|的|了|吗|呢|啊|吧|就|都|也|很|太|在|有|是|和|把|被|给|又|还|没|不"
)


class _Vectors:
    """The vectors of texts, of which the last ones are kept."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            found: dict[str, Any] = {text: self._kept.get(text) for text in texts}
        new = [text for text, vector in found.items() if vector is None]
        if new:
            found |= dict(zip(new, self._encode(new), strict=True))
        with self._lock:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return np.stack([found[text] for text in texts])


_vectors: _Vectors | None = None


def use(encode: Encode | None) -> None:
    """Compare by the meanings that an encoder finds, in this process; None: by pairs of characters again."""
    global _vectors
    _vectors = _Vectors(encode) if encode is not None else None


async def stories(story: str, others: Sequence[str]) -> list[float]:
    """How likely each of some stories tells the same as one story, 0 to 1. It computes in a thread."""
    pairs = [overlap(story, other) for other in others]
    if _vectors is None or not others:
        return pairs
    nearest = sorted(range(len(others)), key=lambda nth: pairs[nth], reverse=True)[:MOST]
    found = await asyncio.to_thread(_cosines, _vectors, story, [others[nth] for nth in nearest])
    for nth, cosine in zip(nearest, found, strict=True):
        pairs[nth] = min(1.0, max(0.0, (cosine - _APART) / (_SAME - _APART)))
    return pairs


async def about(matter: str, answer: str, words: Iterable[str] = ()) -> bool:
    """Whether an answer may be about a matter. It computes in a thread.

    Args:
        matter: what the citizen told.
        answer: what is answered.
        words: what the matter's category goes by; an answer that names one of them is about the matter.

    >>> asyncio.run(about("小区路灯不亮", "您的诉求已经转办。"))
    False
    >>> asyncio.run(about("晚上出门黑灯瞎火的", "照明已经恢复。", ["路灯", "照明"]))
    True
    """
    if overlap(matter, answer) >= _NAMES or any(word in answer for word in words):
        return True
    if _vectors is None:
        return False
    return (await asyncio.to_thread(_cosines, _vectors, matter, [answer]))[0] >= ABOUT


_NAMES = 0.03
"""Least share of pairs of characters of an answer that names the thing it is about."""


def _cosines(vectors: _Vectors, one: str, others: Sequence[str]) -> list[float]:
    found = vectors([text[:_READ] for text in (one, *others)])
    return [float(cosine) for cosine in found[1:] @ found[0]]


def overlap(one: str, other: str) -> float:
    """The share (0 to 1) of the shorter text's pairs of neighbouring characters that the other text also has.

    Filler words are removed first.

    >>> overlap("小区门口的路灯坏了", "路灯坏了三天没人修")
    0.5
    """
    a, b = _pairs(one), _pairs(other)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())
    kept = _FILLER.sub("", plain) or plain
    return {kept[at : at + 2] for at in range(len(kept) - 1)} or {kept}
