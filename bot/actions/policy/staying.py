"""Keeps a message with the entry that was just answered or offered, when another action took it for something else.

Read alone, what a citizen adds after an answer (我妹也想请，她不是打工的; 单子上印着概不退费; 我每年都发微信催他的) looks like a
complaint, a farewell, or words about a ticket. The model that was fitted to whole talks (:mod:`bot.understanding.within.choice`)
tells it from a matter that is to be filed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.actions.policy import untold
from bot.actions.policy.answer import ANSWERING, INVITED, search
from bot.actions.policy.choosing import offered
from bot.actions.policy.follow_up import GUESSED, LISTENS, about, say
from bot.actions.policy.going_on import chosen
from bot.actions.policy.subject import subject_of
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import HUMAN
from bot.actions.talk.asked import earlier, kinds_of
from bot.understanding.elliptic import may_ask
from bot.understanding.filing_wish import filing_wish
from bot.understanding.ticket import find_number
from bot.understanding.wording import wishes_filing
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from bot.understanding.within.choice import Choice
    from kb_index.entries.entry import Entry

_TO_US = re.compile(
    r"[帮给替]我|[帮给替]俺|你们|恁们|登记|投诉|反映|举报|派人|来[个]?人|来看|快来|管管|赶紧|记下|记上|工单|查询码"
)
"""Words to the hotline, of what it is to do."""
_TALKS = re.compile("[好嗯哦噢唉哎行中对知晓明谢算先再回那这真才都了吧啊哈呀嘛呢服急气苦难怕]")
"""A character that nearly every remark has, and keys struck at random mostly have not."""
_MATTER = 0.5
"""Probability of a matter (0 to 1) from which what asks nothing is no mere remark."""


async def stays(turn: Turn) -> bool:
    """Answer a message that goes on from what was just answered or offered; False for any other, and for a wish to file."""
    found = await _read(turn)
    if found is None:
        return False
    entry, choice, known = found
    asks = may_ask(turn.text, kinds_of(turn))
    if choice.kind not in ("says", "other", "none"):
        return False
    if choice.kind != "says" and turn.intent == "complain" and not asks:
        return (
            False  # the entry tells nothing of it, and it sounds like a matter (工地半夜施工，吵得孩子睡不着)
        )
    told = choice.kind == "says" and (asks or choice.sure)
    if turn.offered in (INVITED, "complaint") and not told:
        return False  # it may tell more of what is to be filed (不知道是哪家公司的)
    if choice.kind == "none":
        await untold.say(turn, entry, choice.others)
    else:
        await say(turn, entry, choice, known)
    turn.set("misses", 0)
    return True


async def listens(turn: Turn) -> bool:
    """Take a remark after an answer (嗯，回头跟大姑商量下) for what it is; False for what asks, reports or goes on."""
    if may_ask(turn.text, kinds_of(turn)) or _TALKS.search(turn.text) is None:
        return False
    found = await _read(turn)
    kinds = kinds_of(turn) or {}
    if (
        found is None
        or found[1].kind != "quiet"
        or float(kinds.get("matter") or 0) + float(kinds.get("both") or 0) >= _MATTER
    ):
        return False
    turn.say(LISTENS, [HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TALK)
    return True


def staying_first(action: Action) -> Action:
    """Wraps an action: :func:`stays` comes first; else the action runs."""

    async def stay_or_act(turn: Turn) -> None:
        if not await stays(turn):
            await action(turn)

    return stay_or_act


async def _read(turn: Turn) -> tuple[Entry, Choice, Mapping[str, object]] | None:
    """The entry that a message may be about, what the message is, and the facts of the talk; None when it can't go on from an answer."""
    if turn.pressed or turn.previous_action not in ANSWERING:
        return None
    if filing_wish(turn.text) is not None or wishes_filing(turn.text) or find_number(turn.text):
        return None
    if _TO_US.search(turn.text) and not may_ask(turn.text, kinds_of(turn)):
        return None
    if parts().city.asks_elsewhere(turn.text) is not None:
        return None
    known = await parts().conversations.recall(turn.conversation_id)
    listed = offered(turn)
    if listed:
        own = "，".join(earlier(turn)[:1])
        hits = (await search(own)).hits if own else ()
        likely = any(hit.entry.id == listed[0].id and hit.probability >= GUESSED for hit in hits)
        return (listed[0], await chosen(turn, listed[0], own), {}) if likely else None
    entry = subject_of(known, turn.text)
    return None if entry is None else (*await about(turn, entry, known), known)
