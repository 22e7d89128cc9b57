"""Finds the button that a citizen's message chooses, in the same way for all channels.

Rasa reads a message that begins with ``/`` as a command. So a payload goes to Rasa only when this
conversation was offered it. Anything else that a citizen types is plain text, even when it begins with a
slash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from conversations.types import Button

_COMMAND = re.compile(r"^[/\s]+")


def choose(text: str, pressed: str | None, offered: Sequence[Button]) -> Button | None:
    """The offered button that a message chooses: by its payload, by its title, or by its number from 1.

    Args:
        text: what the citizen typed, or the title of the pressed button.
        pressed: the payload of the pressed button as sent by the channel. It is only compared, never trusted.
        offered: the buttons that the citizen can choose from now.
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
    """The citizen's words without a leading slash, so that Rasa can't read them as a command.

    >>> as_text("/restart")
    'restart'
    """
    # Rasa strips all white space before it looks for the slash. So white space is removed, too.
    return _COMMAND.sub("", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().rstrip("。.、,，!！)） ").lower()
