"""When the model is not sure: look it up, ask once to rephrase, then a human (reason ``low_confidence``)."""

from __future__ import annotations

from bot.actions.complaint import attachments
from bot.actions.policy import answer as policy
from bot.actions.policy import feedback
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS
from bot.actions.talk.handoff import hand_over
from bot.understanding.ticket import find_number

NAME = "action_fallback"
NOT_UNDERSTOOD = ("抱歉我没听明白", "抱歉，我没完全听明白", "抱歉，我还是没听明白")
"""How replies begin that say so."""
_LOOKUP_FROM = 4
"""Characters a message needs to be looked up; shorter ones match anything."""
_STORY_FROM = 8


async def fallback(turn: Turn) -> None:
    """Not understood: a photo, a ticket number, an answer in the knowledge base, a better question, or a human."""
    if attachments.sent(turn):
        await attachments.outside(turn)
        return
    if find_number(turn.text):
        turn.set("misses", 0)
        turn.follow_up("status_form")
        return
    if len(turn.text) >= _LOOKUP_FROM and turn.intent != "nonsense":
        result = await policy.search(turn.text)
        if result.outcome == "answer":
            turn.set("misses", 0)
            await policy.tell_result(turn, result)
            return
        if result.outcome == "ask_back" and _maybe(turn, "ask_policy"):
            turn.set("misses", 0)
            policy.ask_back(turn, result)
            return
        if _likely(turn, "ask_policy"):
            await feedback.keep_unanswered(turn, policy.without_lead_in(turn.text))
    if _misses(turn) >= 1:
        await hand_over(turn, "low_confidence", before="抱歉，我还是没听明白，这就请人工来帮您。")
        turn.set("misses", 0)
        return
    turn.set("misses", 1)
    _rephrase(turn)


def _misses(turn: Turn) -> int:
    """How many messages right before this one were not understood either."""
    return int(turn.slot("misses") or 0) if turn.previous_action == NAME else 0


def _maybe(turn: Turn, intent: str) -> bool:
    return any(name == intent for name, _ in turn.ranking[:4])


def _likely(turn: Turn, intent: str) -> bool:
    return next((name for name, _ in turn.ranking if name != "nlu_fallback"), None) == intent


def _rephrase(turn: Turn) -> None:
    if turn.intent != "nonsense" and len(turn.text) >= _STORY_FROM and _maybe(turn, "complain"):
        # The words are kept: whoever presses the button need not tell it all again.
        turn.say(
            "抱歉，我没完全听明白。您是想反映这个问题，登记成工单吗？如果是咨询政策，请换个说法，比如“公积金怎么提取”。",
            [Choice("反映这个问题", "/start_complaint"), HUMAN],
        )
        turn.set("story", turn.text)
        turn.offer("complaint")
        return
    turn.say(
        "抱歉我没听明白，您可以换个说法，比如“公积金怎么提取”“小区路灯坏了没人修”；也可以点下面的按钮。",
        [COMPLAIN, PROGRESS, HUMAN],
    )
