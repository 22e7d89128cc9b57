"""Replies to talk about a ticket (登记成功没, 查询码是啥) when none was filed or shown in this conversation."""

from __future__ import annotations

from bot.actions.complaint import kept, offered
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, PROGRESS
from bot.actions.talk import mood
from bot.understanding.plea import is_plea
from conversations.event_kinds import Result


async def hears_cry(turn: Turn) -> bool:
    """Answer 到底有没有人管 where no ticket is known: it names neither a ticket nor a matter. False for any other message."""
    if turn.pressed or not is_plea(turn.text) or turn.slot("seen_number") or await kept.left(turn):
        return False
    if await parts().tickets.of_conversation(turn.conversation_id, 1):
        return False
    turn.say(mood.harsh(turn), [HUMAN, COMPLAIN])
    turn.outcome(Result.TALK)
    return True


async def tell(turn: Turn, *, asks_if_filed: bool) -> bool:
    """Say that nothing is filed here, and how to look up a ticket filed elsewhere; offer what is unfinished.

    Args:
        asks_if_filed: whether the message asks whether something was filed, or for its number. Otherwise it is
            impatient (怎么还没人来), which may also be about what the citizen just told.

    Returns:
        False when the message is about what the citizen just told.
    """
    draft = await kept.left(turn)
    if draft is not None:
        kept.offer(turn, draft)
        return True
    example = parts().city.example_number
    if asks_if_filed:
        turn.say(
            "这次聊天里还没有登记过任何事。以前登记过的，把工单号和查询码一起发给我就能查，"
            f"比如“{example} 482913”；号找不到了可以转人工查。想现在登记，说说是什么事就行。",
            [PROGRESS, COMPLAIN, HUMAN],
        )
    elif offered.told(turn) is None and turn.offered is None:
        turn.say(
            "您说的是哪件事？登记过的，把工单号和查询码发给我，我帮您查、帮您催；还没登记的，说说是什么事、在哪里，我来登记。",
            [PROGRESS, COMPLAIN, HUMAN],
        )
    else:
        return False
    turn.set("misses", 0)
    turn.outcome(Result.TICKET)
    return True
