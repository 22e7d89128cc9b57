"""Tells that a withdrawn ticket does not come back (能不能恢复), and offers a new one with the same content."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, RESUME, clip
from conversations.event_kinds import Result
from core.masking import hide
from core.text import plain
from tickets.corrected import AFTER_FILING, IN_FORM
from tickets.states import State
from tickets.types import Ticket

_RESTORES = re.compile(
    r"恢复|找回(?:来)?|重新(?:打开|启动|激活|办|弄)|(?:撤|取消)(?:回|销)?(?:错|的)了?|(?:不|别|不想|不要)(?:撤|撤回|撤销)了|还(?:能|可以)(?:办|弄)(?:回来|吗|么|不)|反悔|后悔"
)
_OTHERS = re.compile(r"供[水电气]|[水电气网]|交通|通车|原状|身体|健康|户口|驾照|名誉|征信|账号")
"""What else is restored."""
_LONGEST = 24
"""Most characters of such a message."""
_SAME = ("category", "district", "address", "subject")
"""What the new ticket takes over beside type and content; when it happened is asked anew."""
_SHOWN = 30


def asks(text: str) -> bool:
    """Whether a message asks to have what was withdrawn back.

    >>> [asks(said) for said in ("又开始吵了，能不能恢复", "我不撤了", "什么时候恢复供水", "恢复原状")]
    [True, True, False, False]
    """
    said = plain(text)
    return len(said) <= _LONGEST and _RESTORES.search(said) is not None and _OTHERS.search(said) is None


async def answer(turn: Turn) -> bool:
    """Offer a new ticket to whoever wants the one withdrawn last back; False for any other message, and without one."""
    if turn.pressed or turn.requested or not asks(turn.text):
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id, 1)
    if not own or own[0].state is not State.WITHDRAWN:
        return False
    ticket = own[0]
    turn.set(drafts.KEPT, _draft(ticket))
    told = clip(hide(ticket.content.split("\n")[0]), _SHOWN)
    turn.say(
        f"撤回的工单不能恢复。要接着反映，我照原来的内容（{told}）给您另开一张，"
        "称呼和电话再说一遍就行。要开吗？",
        [Choice("照原来的另开一张", RESUME.payload), Choice("不用了", "/deny"), HUMAN],
    )
    turn.set("misses", 0)
    turn.outcome(Result.TICKET, about=ticket.number)
    return True


def _draft(ticket: Ticket) -> dict[str, str]:
    values = {
        "complaint_type": ticket.type.label,
        "content": ticket.content.replace(AFTER_FILING, IN_FORM),
        **{name: getattr(ticket, name) for name in _SAME},
    }
    return {name: value for name, value in values.items() if value}
