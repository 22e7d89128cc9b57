"""A message the model takes for one policy question, though it brings more: the first is taken up, the rest offered."""

from __future__ import annotations

from bot.actions.complaint import later
from bot.actions.policy import answer as policy
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.turn import Turn
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.requests import split


async def answer_policy(turn: Turn) -> None:
    """Answer a question as :func:`bot.actions.policy.answer.answer_policy` does, and take care of what stands beside it."""
    requests = () if turn.pressed else split(turn.text)
    if len(requests) < 2:
        if await policy.answer_policy(turn) and turn.intent == ASK_WITH_MATTER:
            offer_filing(turn, turn.text)
        return
    if requests[0].kind == "matter":
        # Decided to ask, and the whole of it is known: its parts are one story.
        one_story = all(request.kind == "matter" for request in requests)
        if turn.decision is not None and one_story and policy.is_sure(await policy.search(turn.text)):
            await policy.answer_policy(turn)
            offer_filing(turn, turn.text)
            return
        # A complaint first: the form takes the whole message and cuts it apart itself.
        turn.set("story", turn.text)
        turn.follow_up("complaint_form")
        return
    await policy.answer_policy(turn.narrowed(requests[0].text))
    later.remember(turn, requests[1:])
    later.offer(turn)
