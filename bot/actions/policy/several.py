"""Handles messages with several requests that the decision takes for one question.

The first request is handled, and the others are offered. No form opens for a message that says it is no complaint, or
that is much more likely a question. What looks like a matter is then a part of the question's story.
"""

from __future__ import annotations

import re

from bot.actions.complaint import later
from bot.actions.policy import answer as policy
from bot.actions.policy.which import offer_filing
from bot.actions.runtime.turn import Turn
from bot.understanding.asking import only_asks, own_question
from bot.understanding.decide import ASK_WITH_MATTER
from bot.understanding.requests import is_question, split

_ASKS_BESIDE = re.compile(r"问|咨询|请教|打听")
"""Words that introduce a separate question in a message about a matter."""
_SENTENCE = re.compile(r"[?？。；;\n]+")
_MOST = 3
"""Most questions of one message that are answered one after the other."""
_ONLY_A_QUESTION = 0.8
"""Probability of a mere question (0 to 1) from which a message opens no form."""


async def answer_policy(turn: Turn) -> None:
    """Like :func:`bot.actions.policy.answer.answer_policy`, but also handle further requests."""
    own = None if turn.pressed else own_question(turn.text)
    if own is not None and only_asks(turn.text):
        await policy.answer_policy(turn.narrowed(own))
        return
    if not turn.pressed and await _answer_each(turn):
        return
    requests = () if turn.pressed else split(turn.text)
    if len(requests) < 2:
        if await policy.answer_policy(turn) and turn.intent == ASK_WITH_MATTER:
            offer_filing(turn, turn.text)
        return
    if requests[0].kind == "matter":
        # All parts are one story if the whole message has a known answer or is a question. But a question that is
        # announced beside a matter (另外问一下) must not be lost.
        only_tells = all(request.kind == "matter" for request in requests)
        known = turn.decision is not None and only_tells and policy.is_sure(await policy.search(turn.text))
        if known or (_is_question(turn) and (only_tells or _ASKS_BESIDE.search(turn.text) is None)):
            if await policy.answer_policy(turn):
                offer_filing(turn, turn.text)
            return
        # The complaint comes first: the form takes the whole message and splits it itself.
        turn.set("story", turn.text)
        turn.follow_up("complaint_form")
        return
    await policy.answer_policy(turn.narrowed(requests[0].text))
    later.remember(turn, requests[1:])
    later.offer(turn)


async def _answer_each(turn: Turn) -> bool:
    """Answer two or three plain questions in one message, if each has an answer of its own; False otherwise."""
    questions = [part.strip() for part in _SENTENCE.split(turn.text) if part.strip()]
    if not 2 <= len(questions) <= _MOST or not all(is_question(question) for question in questions):
        return False
    results = [await policy.search(question) for question in questions]
    known = {result.hits[0].entry.id for result in results if policy.is_sure(result)}
    if len(known) < len(questions):
        return False
    for question, result in zip(questions, results, strict=True):
        await policy.tell_result(turn.narrowed(question), result)
    return True


def _is_question(turn: Turn) -> bool:
    """Whether the decision found a question and nothing to file."""
    reasons = turn.decision["reasons"] if turn.decision is not None else {}
    return float(reasons.get("question") or 0.0) >= _ONLY_A_QUESTION
