"""“我不是投诉，就是想问一下”: the form is left, and what was asked first is answered."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import later
from bot.actions.policy import answer as policy
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import HUMAN, RESUME, plain
from bot.understanding.asking import ends_filing, own_question
from conversations.event_kinds import Result

_TYPE_ANSWER = re.compile(r"(?:我|俺)?(?:就是|只是|是)咨询(?:的|吧|呀|啊)?")
_AGAIN = re.compile(
    r"(?:那|算了)*(?:我|俺)?(?:还是|接着|继续)(?:要|想|给我|帮我)*(?:登记|填|反映|投诉)(?:一下|刚才的|这个|上|吧|了|我)*"
)


def wants_out(text: str, slot: str) -> bool:
    """Whether a message in the form says that nothing is to be filed, that there was only a question.

    >>> wants_out("我不是要投诉，就是想问一下政策", "district"), wants_out("我不是投诉他，是他先骂我", "content")
    (True, False)
    """
    said = _bare(text)
    if slot == "complaint_type" and _TYPE_ANSWER.fullmatch(said):
        return False  # the answer to "which kind is it"
    return ends_filing(text) or own_question(text) is not None


def takes_up_again(text: str) -> bool:
    """Whether a message outside the form wants the complaint that was left.

    >>> takes_up_again("还是登记吧"), takes_up_again("我要投诉")
    (True, False)
    """
    return _AGAIN.fullmatch(_bare(text)) is not None


async def leave(turn: Turn) -> None:
    """End the form, keep what is filled, and answer the question that was there before it, or in this message."""
    kept = drafts.saved(turn.slots)
    first = _first(turn)
    kept.pop("complaint_type", None)  # whatever it was taken for, the citizen says that it is not that
    drafts.clear(turn)
    turn.set_all({drafts.KEPT: kept if kept.get("content") else None, "requested_slot": None})
    own = own_question(turn.text)
    asked = turn.narrowed(own) if own else first
    if asked is None:
        turn.say("好的，不登记。您想问什么？直接打字告诉我就行。", [HUMAN])
        turn.outcome(Result.TALK, about="cancelled")
        return
    if kept.get("content"):
        turn.say(
            "好的，先不登记，填过的我给您留着，想登记了说“还是登记吧”。先回答您的问题：", [RESUME, HUMAN]
        )
    await policy.tell_result(asked, await policy.search(asked.text))
    later.offer(turn)


def _bare(text: str) -> str:
    return re.sub(r"[，,。.！!？?、…]", "", plain(text))


def _first(turn: Turn) -> Turn | None:
    """The turn as if what the form was opened with had just been said; None when nothing was said yet."""
    content = str(turn.slot("content") or "").split("\n补充：")[0]
    if not content:
        return None
    for event in turn.events:
        said = str(event.get("text") or "") if event.get("event") == "user" else ""
        if said and not said.startswith("/") and content in said:
            asked = turn.narrowed(said)
            asked.turn_id = str((event.get("metadata") or {}).get("turn") or turn.turn_id)
            return asked
    return turn.narrowed(content)
