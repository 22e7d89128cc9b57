"""A yes to "shall it be kept secret?" that may mean anything: 好的, 确认. It is asked once more, and then kept secret, and said so."""

from __future__ import annotations

import re

from bot.actions.complaint import steps
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import plain

_YES = re.compile(
    r"嗯+|(?:嗯+|好的?|那|就)?(?:是|是的|对|对的|对对对?|要|要的|需要|需要的|必须|必须的|当然|肯定|得要?)(?:吧|啊|呀|了|的){0,2}"
)
"""Words that say yes to this question, and not only that the citizen has read it."""


async def assented(turn: Turn) -> None:
    """Take a yes as the wish for secrecy, ask again after a mere 好的, and take the second of these for the safer answer."""
    if turn.pressed or _YES.fullmatch(plain(turn.text)):
        await steps.go_on(turn, {"confidential": True})
    elif steps.tries_so_far(turn) == 0:
        steps.ask_again(turn, "confidential", "这一项要您说一下要还是不要。")
        turn.set("tries", 1)
    else:
        said = "那先按保密登记：姓名和电话不给承办单位和被反映的一方看。不用保密的话，说一声“不用保密”就行。"
        await steps.go_on(turn, {"confidential": True}, before=said)
