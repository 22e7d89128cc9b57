"""Further requests in one message: remembered during the first request, and offered after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.actions.complaint import unfinished
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, RESUME, clip
from bot.understanding.requests import Request

SLOT = "later"
"""Slot with the remembered requests, each with ``kind`` (``question``, ``matter`` or ``draft``) and ``text``; a draft also
with ``draft``, its slots."""
OFFER = "later"
"""Value of the slot ``offer`` when the citizen was offered an answer to a remembered question."""
_DRAFT = "draft"
"""Kind of a remembered complaint that was left unfinished."""
_SHOWN = 40


_CARRIED = "carried"
"""Key under which a conversation stores what the next matter takes over from the one just filed."""
_PLACE = ("district", "address", "town", "location")
_CONTACT = ("contact_name", "contact_phone", "confidential")


async def carry(turn: Turn, slots: Mapping[str, Any]) -> None:
    """Store place and contact of the matter just filed for the one offered next; do nothing when no matter waits.

    Args:
        slots: the slots as they were filed.
    """
    waiting = turn.slot(SLOT) or []
    if not waiting or waiting[0]["kind"] != "matter":
        return
    kept = {name: slots[name] for name in (*_PLACE, *_CONTACT) if slots.get(name) is not None}
    await parts().conversations.remember(
        turn.conversation_id, _CARRIED, {"story": str(waiting[0]["text"]), **kept}
    )


async def carried(turn: Turn, story: str, mined: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The slots that a matter takes over from the one filed before it, and what to tell the citizen about that.

    Args:
        story: the words of the matter.
        mined: slot → value read from these words. When they name another place, no place is taken over.
    """
    kept = dict((await parts().conversations.recall(turn.conversation_id)).get(_CARRIED) or {})
    if kept.pop("story", None) != story:
        return {}, ""
    await parts().conversations.remember(turn.conversation_id, _CARRIED, None)
    if mined.get("address") or mined.get("district", kept.get("district")) != kept.get("district"):
        kept = {name: value for name, value in kept.items() if name not in _PLACE}
    kept = {name: value for name, value in kept.items() if name not in mined}
    place = "地点、" if kept.get("address") or kept.get("location") else ""
    return kept, f"{place}称呼和电话按刚才那件的填了，不一样的您说一声。" if kept else ""


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


def noted(requests: Sequence[Request]) -> str:
    """A sentence that repeats the remembered requests, so that the citizen need not; empty when there are none."""
    if not requests:
        return ""
    named = "、".join(f"“{clip(request.text, _SHOWN)}”" for request in requests)
    return f"您还提到{named}，我也记着，办完这一件就接着办。"


def offer(turn: Turn, *besides: Choice) -> None:
    """Offer the first remembered request; do nothing when none is left.

    Args:
        besides: further choices of the turn, needed here because a channel may show only the last message's choices.
    """
    waiting = turn.slot(SLOT) or []
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
        [Choice("接着登记", "/start_complaint"), Choice("不用了", "/deny"), *besides, HUMAN],
    )
    turn.set(SLOT, rest or None)
    turn.set("story", text)
    turn.offer("complaint")
