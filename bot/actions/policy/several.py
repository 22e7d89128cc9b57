"""Messages with several requests that the model takes for one policy question.

The first request is handled, the others are offered.
"""

from __future__ import annotations

from bot.actions.complaint import later
from bot.actions.policy import answer as policy
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.turn import Turn
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.requests import split


async def answer_policy(turn: Turn) -> None:
    """Like :func:`bot.actions.policy.answer.answer_policy`, but also handle further requests."""
    requests = () if turn.pressed else split(turn.text)
    if len(requests) < 2:
        if await policy.answer_policy(turn) and turn.intent == ASK_WITH_MATTER:
            offer_filing(turn, turn.text)
        return
    if requests[0].kind == "matter":
        # The message is a question and the whole of it has a known answer: its parts are one story.
        one_story = all(request.kind == "matter" for request in requests)
        if turn.decision is not None and one_story and policy.is_sure(await policy.search(turn.text)):
            await policy.answer_policy(turn)
            offer_filing(turn, turn.text)
            return
        # The complaint comes first: the form takes the whole message and splits it itself.
        turn.set("story", turn.text)
        turn.follow_up("complaint_form")
        return
    await policy.answer_policy(turn.narrowed(requests[0].text))
    later.remember(turn, requests[1:])
    later.offer(turn)
