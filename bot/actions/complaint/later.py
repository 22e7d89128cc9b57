"""Further requests in one message: remembered during the first request, and offered after it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.actions.complaint import unfinished
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, RESUME, clip, plain
from bot.understanding.requests import Request

SLOT = "later"
"""Slot with the remembered requests, each with ``kind`` (``question``, ``matter`` or ``draft``) and ``text``; a draft also
with ``draft``, its slots; a request that the citizen wants to leave for now also with ``left``."""
OFFER = "later"
"""Value of the slot ``offer`` when the citizen was offered an answer to a remembered question."""
NEXT = Choice("接着登记", "/start_complaint")
"""Files the next matter."""
_DRAFT = "draft"
"""Kind of a remembered complaint that was left unfinished."""
_LOOK_IT_UP = re.compile(
    r"(?:好的?|嗯|行|可以|那|就|要|也|再|都|一起|一并|接着|继续|麻烦|请|帮我?|给我?|替我?|您|你){0,8}(?:查|看|说|讲|回答|答)(?:一?下|一查|查|看|说|讲|吧|呗|啊|呀|的|谢谢|您|你){0,6}"
)
_SHOWN = 40


def remember(turn: Turn, requests: Sequence[Request]) -> None:
    """Store requests for later, in their order, before the complaints that wait unfinished."""
    kept: list[dict[str, Any]] = [{"kind": request.kind, "text": request.text} for request in requests]
    kept += [one for one in turn.slot(SLOT) or [] if one["kind"] == _DRAFT]
    turn.set(SLOT, kept or None)


def shelve(turn: Turn, draft: Mapping[str, Any]) -> None:
    """Store an unfinished complaint for later, because another one is filled first.

    Args:
        draft: its slots.
    """
    slots = {name: value for name, value in draft.items() if name != SLOT}
    shelved = {"kind": _DRAFT, "text": str(draft["content"]), "draft": slots}
    turn.set(SLOT, [*(turn.slot(SLOT) or []), *(draft.get(SLOT) or []), shelved])


def texts(turn: Turn) -> list[str]:
    """The words of the remembered requests."""
    return [str(one["text"]) for one in turn.slot(SLOT) or []]


def wanted(turn: Turn) -> bool:
    """Whether a reply in words wants the answer to the question that was just offered (查吧, 帮我查一下)."""
    said = re.sub(r"[，,。.！!~～\s]", "", plain(turn.text))
    return not turn.pressed and turn.offered == OFFER and _LOOK_IT_UP.fullmatch(said) is not None


def noted(requests: Sequence[Request]) -> str:
    """A sentence that repeats the remembered requests, so that the citizen need not; empty when there are none."""
    if not requests:
        return ""
    named = "、".join(f"“{clip(request.text, _SHOWN)}”" for request in requests)
    return f"您还提到{named}，我也记着，办完这一件就接着办。"


def offer(turn: Turn, *besides: Choice) -> None:
    """Offer the first remembered request that the citizen did not want to leave; do nothing when there is none.

    Args:
        besides: further choices of the turn, needed here because a channel may show only the last message's choices.
    """
    remembered = turn.slot(SLOT) or []
    waiting = [one for one in remembered if not one.get("left")]
    if len(waiting) < len(remembered):
        turn.set(SLOT, waiting or None)
    if not waiting:
        return
    first, rest = waiting[0], waiting[1:]
    if first["kind"] == _DRAFT:
        if RESUME not in besides:  # that button continues what was left just now
            turn.set(SLOT, rest or None)
            unfinished.offer(turn, first["draft"], *besides)
        return
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
        [NEXT, Choice("不用了", "/deny"), *besides, HUMAN],
    )
    turn.set(SLOT, rest or None)
    turn.set("story", text)
    turn.offer("complaint")
