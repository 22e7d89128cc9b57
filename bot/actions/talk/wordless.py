"""Helps citizens who can't find words for their matter: a warm question with examples, in and outside the form."""

from __future__ import annotations

from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN
from bot.understanding.wordless import is_wordless
from conversations.event_kinds import Result

_EXAMPLES = "比如“家里停水两天了”“楼下饭店半夜还在吵”“老板欠我工钱”“想问问低保怎么办”。"
OPENING = f"没关系，不用想怎么说，想到哪儿说到哪儿，我慢慢听。{_EXAMPLES}您那边是出了什么事？"
"""The first question, with examples."""
_AGAIN = "不着急。先说一样就行：是家里、小区、路上的事，还是单位、学校、看病、办手续的事？跟人说更方便的话，可以转人工。"


def opening(turn: Turn) -> str:
    """The question for a citizen without words; a narrower one right after :data:`OPENING`."""
    said = [str(event.get("text") or "") for event in turn.previous() if event.get("event") == "bot"]
    return _AGAIN if any(OPENING in text or _AGAIN in text for text in said) else OPENING


def answered(turn: Turn) -> bool:
    """Help a citizen who says that the words are missing; False for any other message."""
    if turn.pressed or not is_wordless(turn.text):
        return False
    turn.say(opening(turn), [HUMAN, COMPLAIN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK, about="wordless")
    return True
