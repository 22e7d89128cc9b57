"""Answers questions in the middle of a form; the caller then continues the form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.actions.policy import answer as policy
from bot.actions.policy import declined, feedback, offices, topics, within
from bot.actions.policy.aspects import only_follows
from bot.actions.policy.follow_up import leans_or_follows
from bot.actions.policy.going_on import chosen
from bot.actions.policy.subject import subject_of
from bot.actions.progress import codes
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain
from bot.actions.talk import abroad, exposure, reached
from bot.understanding.asking import without_lead_in
from bot.understanding.ticket import find_code, find_number
from conversations.event_kinds import Result
from core.errors import RateLimited

if TYPE_CHECKING:
    from bot.understanding.within.choice import Choice
    from kb_index.entries.entry import Entry
    from kb_index.search.searcher import SearchResult

_ANNOUNCED = re.compile(
    r"(等等|等一下|等会|等下|稍等|慢着|先别急|对了|那个)?[，,]?(我|俺)?(先|还|再)?(想|要)?(问|咨询|打听|请教)"
    r"(一下|下|个|一个|点|你|您|你们)*(别的|其他的?)?(事情?|事儿|问题|东西)?(再(说|填))?(啊|呀|吧|哈)?"
)
_SAID_FROM = 0.5
"""Probability (0 to 1) from which the only candidate is given as the answer, which the citizen can reject."""
_FIRMLY = 0.5
"""Probability (0 to 1) from which the sentences of the entry given last are said to a question that names something itself."""
NO_ANSWER = "这个问题我没有把握，填完可以另外登记。"
"""First sentence of "I don't know" within a form."""
NOT_FOUND = "没有查到。请核对工单号和查询码，两个都要对才能查。"
"""Said when no ticket has this number and this query code."""


async def policy_aside(turn: Turn, *, certain: bool) -> bool:
    """Answer a question from the knowledge base.

    Args:
        certain: whether the message is certainly a question. If not, it counts as one only when the answer is
            sure.

    Returns:
        Whether the message was a question and got a reply ("I don't know" included).
    """
    if turn.pressed:
        entry = parts().kb.entry(turn.entities.get("entry", ""))
        if entry is None:
            turn.say(policy.GONE)
        else:
            await policy.tell(turn, entry, buttons=False)
        return True
    if exposure.answered(turn, within_form=True) or reached.within_form(turn):
        return True
    if certain and await offices.answered(turn, within_form=True) is not None:
        return True
    known = await parts().conversations.recall(turn.conversation_id)
    entry = subject_of(known, turn.text)
    follows = turn.intent == "follow_up" or (certain and leans_or_follows(turn.text))
    choice = None
    if entry is not None and (certain or follows):
        choice = await chosen(turn, entry, str(known.get(policy.OPENING) or ""))
    result = await policy.search(turn.text)
    same = entry is not None and bool(result.hits) and result.hits[0].entry.id == entry.id
    if entry is not None and choice is not None and _from_last(turn, choice, follows or same):
        told = within.said(entry, turn.text, choice)
        turn.say(told.text)
        turn.outcome(Result.ANSWERED, entry=entry.id, probability=round(told.probability, 3))
        return True
    if certain and await declined.answered(turn, known):
        return True
    if certain and entry is not None and only_follows(turn.text):
        await feedback.keep_unanswered(turn, f"{entry.title}——{turn.text}")
        turn.say(f"“{entry.title.rstrip('？?')}”的资料里没有写您问的这一点。")
        turn.outcome(Result.UNKNOWN, entry=entry.id)
        return True
    return await _from_base(turn, result, certain=certain, last=entry if same else None)


def _from_last(turn: Turn, choice: Choice, follows: bool) -> bool:
    """Whether what the entry given last says is the answer, and not what the search found."""
    return follows and choice.kind == "says" and (only_follows(turn.text) or choice.says >= _FIRMLY)


async def _from_base(turn: Turn, result: SearchResult, *, certain: bool, last: Entry | None) -> bool:
    """Answer from the knowledge base; returns whether the message was a question and got a reply.

    Args:
        last: the first entry found, if it is the one given last, which says nothing to this.
    """
    there = parts().city.asks_elsewhere(turn.text)
    near = await topics.named(turn)
    if not near and policy.is_sure(result) and (there is None or policy.holds(result.hits[0].entry, there)):
        if there is not None:
            turn.say(abroad.beside_rule(there))
        await policy.tell(turn, result.hits[0].entry, buttons=False, probability=result.hits[0].probability)
        return True
    if not certain:
        return False
    if there is not None:
        turn.say(abroad.of_rule(there))
        turn.outcome(Result.UNKNOWN, probability=policy.likeliest(result), about="elsewhere")
        return True
    if not near and result.outcome == "ask_back":
        near = tuple(each for each in policy.candidates(result) if each is not last)
        if (
            len(near) == 1 and policy.likeliest(result) >= _SAID_FROM and near[0] is result.hits[0].entry
        ):  # one candidate is said at once, for a yes would answer the form
            first = result.hits[0]
            await policy.tell(turn, first.entry, buttons=False, probability=first.probability, doubt=True)
            return True
    if near:
        policy.list_entries(turn, near, "您想问的可能是下面这些，要看哪一个，回复序号就行：")
        return True
    await feedback.keep_unanswered(turn, without_lead_in(turn.text))
    nearest = [each for each in policy.near_entries(result, turn.text) if each is not last]
    if nearest and last is None:
        policy.list_entries(turn, nearest, f"{NO_ANSWER}相近的问题有下面这些，是的话回复序号：")
    else:
        turn.say(NO_ANSWER)
    turn.outcome(Result.UNKNOWN, probability=policy.likeliest(result))
    return True


def abilities(turn: Turn) -> None:
    """Tell the citizen what the assistant can do."""
    turn.say_response("utter_what_can_you_do")
    turn.outcome(Result.TALK)


async def progress_aside(turn: Turn) -> None:
    """Tell a ticket's progress if the message contains number and code; else explain how to ask for it."""
    turn.outcome(Result.TICKET)
    number, code = find_number(turn.text), find_code(turn.text)
    if number is None or code is None:
        turn.say(
            f"查进度要工单号和查询码，您把两个号一起发给我就能查，比如“{parts().city.example_number} AC3D9KXQ”。"
        )
        return
    try:
        ticket = await codes.opened(turn, number, code)
    except RateLimited as error:
        turn.say(error.message)
        return
    turn.say(parts().tickets.progress_text(ticket) if ticket else NOT_FOUND)


def only_announced(text: str) -> bool:
    """Whether a message only announces a question.

    >>> only_announced("等等我先问个事"), only_announced("等等我先问下身份证怎么补办")
    (True, False)
    """
    return _ANNOUNCED.fullmatch(plain(text)) is not None
