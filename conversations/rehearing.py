"""Hears a message within an open danger in other words than its own: without a call that was made, or after a protest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from conversations import aside, calling, misheard
from conversations.danger import Danger
from conversations.danger_state import FACT, harm_done, read_as
from conversations.handoff import Handoff
from conversations.open_danger import OpenDanger, Screened
from conversations.types import Job, Reply
from conversations.waiting import leaves

Look = Callable[[str], Awaitable[Danger | None]]
"""Judges words: the danger that they tell of; None when there is none."""


class Rehearing:
    """Hears messages once more.

    Args:
        open_danger: answers within an open danger.
        handoff: keeps the facts.
        look: see :data:`Look`.
    """

    def __init__(self, open_danger: OpenDanger, handoff: Handoff, look: Look) -> None:
        self._open = open_danger
        self._handoff = handoff
        self._look = look

    async def heard_again(self, conversation_id: str, job: Job, fact: dict[str, Any]) -> Screened | None:
        """The reply to a message within an open danger that is heard in other words than its own; None: in its own.

        Who protests against what the alarm has made of their words is taken back to the danger before. What is told beside a
        call (打过了，她犯困) is heard by itself, so that the call is never taken for blows.
        """
        protest, back = misheard.protested(job.text), misheard.before(fact)
        if protest is not None and back is not None:
            called, rest = calling.apart(protest, read_as(back))
            found = await self._look(rest) if rest else None
            if found is None or not found.clear or found.kind != fact["kind"]:
                changed = back | ({"called": True} if called else {})
                await self._handoff.remember(conversation_id, FACT, changed)
                met = (
                    await self._open.meet(conversation_id, replace(job, text=rest), found, changed)
                    if rest
                    else None
                )
                met = met or await self._open.stay(conversation_id, rest or job.text, changed)
                first, *others = met.replies or [Reply("您接着说，我在听。")]
                return replace(met, replies=[replace(first, text=misheard.sorry(first.text)), *others])
        called, rest = calling.apart(job.text, read_as(fact))
        if not called or not rest or aside.elsewhere(rest) or leaves(rest, None):
            return None
        known = fact | {"called": True}
        await self._handoff.remember(conversation_id, FACT, known)
        found = harm_done(rest, await self._look(rest), known)
        told = replace(job, text=rest)
        met = await self._open.meet(conversation_id, told, found, known)
        if met is None and found is not None and found.clear:
            return await self._open.begin(conversation_id, told, found, rest, known)
        return met
