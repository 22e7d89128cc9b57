"""“我不是投诉，就是想问一下”: the form is left, and what was asked first is answered."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import later
from bot.actions.complaint.about import about_privacy
from bot.actions.policy import answer as policy
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, RESUME, plain
from bot.understanding.asking import ends_filing, own_question
from bot.understanding.wishes import Wish, read_wish
from conversations.event_kinds import Result

_TYPE_ANSWER = re.compile(r"(?:我|俺)?(?:就是|只是|是)咨询(?:的|吧|呀|啊)?")
_AGAIN = re.compile(
    r"(?:那|算了)*(?:我|俺)?(?:还是|接着|继续)(?:要|想|给我|帮我)*(?:登记|填|反映|投诉|提交)(?:一下|刚才的|这个|上|吧|了|我)*|"
    r"(?:我|俺)?(?:又)?(?:后悔|反悔|改主意|改变主意)(?:了|啦)?(?:我?(?:还是)?(?:要|想)?(?:登记|填|反映|投诉)?(?:吧)?)?|"
    r"(?:我|俺)?(?:刚才)?(?:点错|按错|说错|搞错|弄错|取消错)了?(?:我?(?:还是)?(?:要|想)?(?:登记|填|反映|投诉)(?:的|吧)?)?|"
    r"(?:不|别|先别|先不)取消(?:了|啊|吧)?|(?:恢复|找回|撤销取消|接着来|继续|接着填)(?:刚才的?|一下|吧|填)*"
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


async def no_form(turn: Turn) -> None:
    """Words that belong into a form, such as 取消 or 改一下, when there is none: a draft that was left is taken up again
    if they ask for it, else what can be done is said."""
    if isinstance(turn.slot(drafts.KEPT), dict) and takes_up_again(turn.text):
        turn.follow_up("complaint_form")
        return
    if read_wish(turn.text) is Wish.ASKS:
        turn.say(f"{about_privacy()}要反映什么事，直接说就行。", [COMPLAIN, HUMAN])
    else:
        turn.say_response("utter_no_form")
    turn.outcome(Result.TALK)


async def leave(turn: Turn) -> None:
    """End the form, keep what is filled, and answer the question that was there before it, or in this message."""
    kept = drafts.saved(turn.slots)
    first = _first(turn)
    kept.pop("complaint_type", None)  # the citizen says that this type is wrong
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
