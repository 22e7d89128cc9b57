"""Tells who handles the ticket filed here (你们派谁来, 派单给哪个部门), as far as that is known."""

from __future__ import annotations

import re

from bot.actions.policy.subject import subject_of
from bot.actions.policy.whole import asks_department
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Choice, Turn
from bot.actions.runtime.wording import HUMAN, PROGRESS
from conversations.event_kinds import Result
from core.text import plain

_NOT_YET = (
    "工单 {number} 还没有转出去：热线的工作人员核对以后，按事情的性质交给主管的部门或者属地去办。"
    "转给哪一家、派谁来，我现在说不准；转出去以后，说“查进度”就能看到是哪个单位。"
)
"""Source: the entry 谁处理我反映的事 of the base, 《问办使用说明》, and the ticket's states in docs/tickets.md."""
_NO_HANDLING = r"(?:来|去|先|给)?(?:垫|出[钱的]|赔|付|掏|还钱|交钱|签字|陪|照顾|写|说|看见)"
"""What somebody else is to do (让谁垫医药费), and no office."""
_WHOM = rf"(?:(?:谁|哪个?(?:单位|部门|人|局)|哪家|什么(?:单位|部门|人))(?!{_NO_HANDLING}))"
_ASKS = re.compile(
    rf"(?:派|让|叫|由)(?:单|的)?(?:给|到|的是)?{_WHOM}|(?:工单|单子|这个?事|这件事|这事)[^，,。]{{0,8}}(?:给|归|由|转|交|派)(?:到|给)?{_WHOM}|"
    rf"^(?:你们|那|是|现在|到底|请问){{0,3}}{_WHOM}(?:来|在|负责)?(?:给我)?(?:修|处理|弄|管|办|解决|清|查)[啊呀呢的]{{0,2}}$"
)
_LONGEST = 20
"""Most characters of such a question."""


def first(action: Action) -> Action:
    """Wraps an action: who handles the ticket filed here is told first; else the action runs."""

    async def run(turn: Turn) -> None:
        if not await answered(turn):
            await action(turn)

    return run


async def answered(turn: Turn) -> bool:
    """Answer the question for the ticket of this conversation; False without one, and when an entry is what the talk is about."""
    if turn.pressed or turn.requested or not asks(turn.text):
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id, 1)
    if not own or own[0].state.is_final:
        return False
    known = await parts().conversations.recall(turn.conversation_id)
    if subject_of(known) is not None:
        return False
    ticket = own[0]
    told = parts().tickets.progress_text(ticket).removeprefix("您好，")
    said = told if ticket.department else _NOT_YET.format(number=ticket.number)
    turn.say(said, [PROGRESS, Choice("催办", "/urge"), HUMAN])
    turn.set("misses", 0)
    turn.outcome(Result.TICKET, about=ticket.number)
    return True


def asks(text: str) -> bool:
    """Whether a message asks who handles a matter.

    >>> [asks(said) for said in ("你们派谁来修", "派单给哪个部门", "这个路灯的工单给哪个单位办", "这事归谁管", "谁处理")]
    [True, True, True, True, True]
    >>> [asks(said) for said in ("孩子归谁", "谁家的狗", "单位给谁交社保", "护理费先让谁垫啊")]
    [False, False, False, False]
    """
    said = plain(text)
    return len(said) <= _LONGEST and (asks_department(said) or _ASKS.search(said) is not None)
