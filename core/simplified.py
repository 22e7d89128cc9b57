"""Converts traditional to simplified Chinese characters."""

from __future__ import annotations

from typing import Any


class _Simplified(dict[int, str]):
    """Character table for ``str.translate``; it asks opencc once for each character and caches the result."""

    def __init__(self) -> None:
        super().__init__()
        try:
            import opencc

            self._convert: Any = opencc.OpenCC("t2s").convert
        except Exception:  # opencc is optional: without it traditional text stays unchanged
            self._convert = None

    def __missing__(self, codepoint: int) -> str:
        character = chr(codepoint)
        simple = character
        if self._convert is not None and "\u3400" <= character <= "\u9fff":
            simple = str(self._convert(character))
        self[codepoint] = simple
        return simple


_SIMPLE = _Simplified()


def simplified(text: str) -> str:
    """Converts traditional to simplified characters, if opencc is installed.

    >>> simplified("電梯壞了")
    '电梯坏了'
    """
    return text.translate(_SIMPLE)
