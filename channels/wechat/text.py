"""Text as the platform's XML can carry it."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def showable(text: str) -> str:
    """Without what XML can't carry: control characters, lone surrogates, noncharacters."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
