"""重新登记一件: a citizen without a number may file the matter once more."""

from __future__ import annotations

import re

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import FILE_IT, HUMAN, PROGRESS, plain

_ANEW = re.compile(
    r"(?:那|算了|就|你们?|您|给我|帮我|我|再|请|麻烦){0,12}(?:重新|从新|再|另外)(?:给我|帮我)?(?:登记?|报|投诉|反映|提交)(?:一?[下个次件遍])?(?:吧|了|呗)?"
)


def offered(turn: Turn) -> bool:
    """Offer to file what was just said, if a citizen without a number wants to file the matter once more; else False."""
    if turn.pressed or not _ANEW.search(plain(turn.text)):
        return False
    turn.say("好的，那重新登记一件？我一步步问您，查不到的旧单子不影响。", [FILE_IT, PROGRESS, HUMAN])
    turn.set("story", None if _ANEW.fullmatch(plain(turn.text)) else turn.text)
    turn.offer("complaint")
    return True
