"""What the citizen's answer to offered buttons means, in every channel the same way.

Rasa reads a message that begins with ``/`` as a command, so a payload is passed on only when this very
conversation was offered it; whatever else a citizen types is text, slash or no slash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from conversations.types import Button

_COMMAND = re.compile(r"^[/\s]+")


def choose(text: str, pressed: str | None, offered: Sequence[Button]) -> Button | None:
    """The offered button a message chooses: pressed, named by its title, or by its number from 1.

    Args:
        text: what the citizen typed, or the title that came with a press.
        pressed: the payload the channel says was pressed; never trusted, only compared.
        offered: the choices open now.

    >>> choose("２", None, [Button("是", "/affirm"), Button("不是", "/deny")])
    Button(title='不是', payload='/deny')
    """
    if pressed is not None:
        for button in offered:
            if button.payload == pressed:
                return button
    said = _plain(text)
    for number, button in enumerate(offered, start=1):
        if said in (_plain(button.title), str(number)):
            return button
    return None


def as_text(text: str) -> str:
    """The citizen's words in a form Rasa can't take for a command.

    >>> as_text("/restart")
    'restart'
    """
    # Rasa strips every kind of white space before it looks for the slash, so all of it goes.
    return _COMMAND.sub("", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().rstrip("。.、,，!！)） ").lower()
