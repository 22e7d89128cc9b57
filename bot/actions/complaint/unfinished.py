"""Asks whether to continue an unfinished complaint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.actions.complaint import draft as drafts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, RESUME, choice, clip
from conversations.event_kinds import Result

OFFER = "draft"
"""Value of the slot ``offer`` when the citizen was asked whether to continue the unfinished complaint."""
DROP = "drop"
"""Value of the button that cancels a complaint without keeping the draft."""
_SHOWN = 30


def in_one_line(draft: Mapping[str, Any]) -> str:
    """What a draft is about, in a few words."""
    return clip(str(draft["content"]).split("\n")[0], _SHOWN)


def offer(turn: Turn, draft: Mapping[str, Any], *besides: Choice) -> None:
    """Say what is unfinished, and ask whether to continue it.

    Args:
        besides: further choices.
    """
    turn.say(
        f"“{in_one_line(draft)}”这件事填到一半，还没有提交。填过的都留着，要接着填吗？",
        [RESUME, choice("不要了", "cancel", slot="draft", value=DROP), *besides, HUMAN],
    )
    turn.set(drafts.KEPT, dict(draft))
    turn.offer(OFFER)
    turn.outcome(Result.ASKED_BACK, about="draft")
