"""Replies that show that the assistant did not understand, or that a matter is about to be filed by its place."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.complaint.questions import ask_words
from conversations.types import Reply

MARKS = ("没听明白", "没完全听明白", "没能认出", "换个说法")


def unsure(replies: Sequence[Reply]) -> bool:
    """Whether danger may have been missed: the turn is judged again with the talk so far.

    >>> unsure([Reply("抱歉我没听明白，您可以换个说法。")])
    True
    """
    marks = (*MARKS, ask_words("district"))
    return any(mark in reply.text for reply in replies for mark in marks)
