"""Further requests of one message: remembered while the first is taken up, offered when it is done."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, clip
from bot.understanding.requests import Request

SLOT = "later"
OFFER = "later"
"""Value of the slot ``offer`` when a remembered question was offered to be answered."""
_SHOWN = 40


def remember(turn: Turn, requests: Sequence[Request]) -> None:
    """Keep requests for later, in their order."""
    kept = [{"kind": request.kind, "text": request.text} for request in requests]
    turn.set(SLOT, kept or None)


def texts(turn: Turn) -> list[str]:
    """The words of what is remembered."""
    return [str(one["text"]) for one in turn.slot(SLOT) or []]


def noted(requests: Sequence[Request]) -> str:
    """A sentence that nothing of the message was overlooked; empty when there is nothing more."""
    if not requests:
        return ""
    named = "、".join(f"“{clip(request.text, _SHOWN)}”" for request in requests)
    return f"您还提到{named}，我也记着，办完这一件就接着办。"


def offer(turn: Turn, *besides: Choice) -> None:
    """Offer the first of what is remembered; nothing happens when there is none.

    Args:
        besides: further choices; a channel may show those of the last message alone.
    """
    waiting = turn.slot(SLOT) or []
    if not waiting:
        return
    first, rest = waiting[0], waiting[1:]
    text = str(first["text"])
    if first["kind"] == "question":
        turn.say(
            f"您刚才还问了“{clip(text, _SHOWN)}”，现在帮您查吗？",
            [Choice("帮我查", "/affirm"), Choice("不用了", "/deny"), *besides, HUMAN],
        )
        turn.offer(OFFER)
        return
    turn.say(
        f"您刚才还提到“{clip(text, _SHOWN)}”，要接着登记这一件吗？",
        [Choice("接着登记", "/start_complaint"), Choice("不用了", "/deny"), *besides, HUMAN],
    )
    turn.set(SLOT, rest or None)
    turn.set("story", text)
    turn.offer("complaint")
