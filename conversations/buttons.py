"""Finds the button that a citizen's message chooses, in the same way for all channels.

Rasa reads a message that begins with ``/`` as a command. So a payload goes to Rasa only when this
conversation was offered it. Anything else that a citizen types is plain text, even when it begins with a
slash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from conversations.types import Button, Reply

_COMMAND = re.compile(r"^[/\s]+")


MOST = 10
"""Most choices of one turn, unless its last message alone has more."""
_FILES = "/start_complaint"
RATE_TALK = tuple(
    Button(title, f'/rate{{"slot":"talk","value":"{title}"}}') for title in ("满意", "一般", "不满意")
)
"""The buttons with which a citizen rates the whole talk, when it has ended."""


def once(replies: Sequence[Reply], first: str = "") -> list[Reply]:
    """The replies of one turn with each choice once, so that a numbered list of them has nothing twice.

    A button that files something is offered by one reply only, and so is a human: the last that offers it, or the one with the
    payload ``first``. When more than :data:`MOST` are left, buttons of earlier replies go, the last ones first.

    >>> step = Reply("a", (Button("把这件事登记下来", "/start_complaint{1}"), Button("不是紧急情况", "/danger_no")))
    >>> asked = Reply("b", (Button("是的", "/affirm"), Button("登记这件事", "/start_complaint"), Button("转人工", "/request_human")))
    >>> [[b.title for b in one.buttons] for one in once([step, asked], "/start_complaint{1}")]
    [['把这件事登记下来', '不是紧急情况'], ['是的', '转人工']]
    """
    offered = [[*reply.buttons] for reply in replies]
    keeps: dict[str, int] = {}
    for number, buttons in enumerate(offered):
        for button in buttons:
            keeps[_offers(button)] = number
    for number, buttons in enumerate(offered):
        if any(button.payload == first for button in buttons):
            keeps[_FILES] = number
    left = [[one for one in buttons if keeps[_offers(one)] == n] for n, buttons in enumerate(offered)]
    for earlier in reversed(left[:-1]):
        while earlier and sum(map(len, left)) > MOST and len(left[-1]) < MOST:
            earlier.pop()
    return [replace(reply, buttons=tuple(own)) for reply, own in zip(replies, left, strict=True)]


def _offers(button: Button) -> str:
    """What a button offers, so that two that offer the same are known."""
    return _FILES if button.payload.startswith(_FILES) else button.payload


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
