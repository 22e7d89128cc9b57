"""Short answers that depend on what was said before: yes, no, say it again, harsh words."""

from __future__ import annotations

from bot.actions import feedback, policy
from bot.actions.context import parts
from bot.actions.filing import FILED, tell_filed
from bot.actions.handoff import hand_over
from bot.actions.turn import Choice, Event, Turn, follow_up_with, offering
from bot.actions.wording import COMPLAIN, HUMAN, PROGRESS

_ANSWERS = ("action_answer_policy", "action_follow_up", "action_fallback")
_HELP = "还有什么可以帮您？可以问政策、反映问题，也可以查工单进度。"


async def affirm(turn: Turn) -> list[Event]:
    """Yes to what was offered right before, or 有用; a confirmation repeated after a crash shows its ticket again."""
    about = feedback.rated(turn)
    if about is not None and turn.pressed:
        return await feedback.useful(turn, about)
    filed = (await parts().conversations.recall(turn.conversation_id)).get(FILED)
    if isinstance(filed, dict) and turn.turn_id and filed.get("turn") == turn.turn_id:
        tell_filed(turn, await parts().tickets.get(str(filed["number"])))
        return []
    offer = turn.offer or ""
    if offer == "human":
        await hand_over(turn, "citizen_asked")
        return []
    if offer == "complaint":
        return [follow_up_with("complaint_form")]
    entry = parts().kb.entry(offer.removeprefix("entry:")) if offer.startswith("entry:") else None
    if entry is not None:
        await policy.tell(turn, entry, asked=about.turn_id if about else "")
        return []
    turn.say("好的。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])
    return []


async def deny(turn: Turn) -> list[Event]:
    """No: after an answer it was the wrong one (没用), else nothing is wanted."""
    about = feedback.rejected(turn)
    if about is not None:
        return await feedback.useless(turn, about)
    if turn.previous_action in _ANSWERS:
        turn.say(
            "好的。您可以换个说法再问一次，说得具体一点；也可以转人工，或者留言登记。",
            [HUMAN, Choice("留言登记", "/start_complaint")],
        )
        return []
    turn.say("好的。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])
    return []


async def repeat(turn: Turn) -> list[Event]:
    """Say the last messages again, buttons and cards included."""
    said = [event for event in turn.previous() if event.get("event") == "bot"]
    for event in reversed(said):
        data = event.get("data") or {}
        choices = [Choice(str(b["title"]), str(b["payload"])) for b in data.get("buttons") or []]
        card = (data.get("custom") or {}).get("card")
        if event.get("text"):
            turn.say(str(event["text"]), choices, card)
    if not said:
        turn.say("我刚才还没说什么呢。" + _HELP, [COMPLAIN, PROGRESS, HUMAN])
    return []


async def calm(turn: Turn) -> list[Event]:
    """Harsh words: one calm sentence and a human, no argument."""
    turn.say(
        "听得出您很着急，我没能帮上忙，很抱歉。要不要给您转人工，让坐席直接跟您沟通？", [HUMAN, COMPLAIN]
    )
    return [offering("human")]
