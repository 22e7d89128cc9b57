"""是否保密: reads whether the citizen's identity must be kept from the department."""

from __future__ import annotations

import re

from core.text import plain

_OPEN = re.compile(r"不(用|要|需要|必)?保密|公开|无所谓|随便|都行|都可以|没关系|不用|不需要|不必")
_SECRET = re.compile(r"保密|匿名|别(让|告诉)|不要(让|告诉)|不想(让|被)|要$|^需要")


def read_confidential(text: str) -> bool | None:
    """Reads 是否保密 from an answer: True for confidential; None when the answer is unclear.

    >>> read_confidential("不用保密"), read_confidential("别让他们知道是我"), read_confidential("嗯")
    (False, True, None)
    """
    said = plain(text)
    if _OPEN.search(said):
        return False
    return True if _SECRET.search(said) else None
