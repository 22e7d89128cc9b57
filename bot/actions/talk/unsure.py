"""Recognises replies after which danger is judged again.

In these replies the assistant did not understand the message, or asks for the district of a complaint.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.complaint.questions import ask_words
from bot.actions.policy import unknown
from bot.actions.talk.fallback import MAYBE_MISREAD
from conversations.types import Reply

MARKS = ("没听明白", "没完全听明白", "没能认出", *unknown.MARKS, MAYBE_MISREAD)
"""Words of the replies that say that a message was not understood, or has no answer."""


def unsure(replies: Sequence[Reply]) -> bool:
    """Whether danger may have been missed, so that the turn must be judged again with the talk so far.

    >>> unsure([Reply("抱歉，我没听明白。")])
    True
    """
    marks = (*MARKS, ask_words("district"))
    return any(mark in reply.text for reply in replies for mark in marks)
