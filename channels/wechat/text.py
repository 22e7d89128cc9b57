"""Text in the form that the platform's XML can hold."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def showable(text: str) -> str:
    """The text without control characters, lone surrogates and noncharacters, which XML can't hold."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
