"""What a citizen added to a ticket after it was filed (补充, 催办), as the citizen reads it in 我的工单 and in the progress."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import clip
from core.clock import local
from core.masking import hide
from tickets.types import CITIZEN, Ticket, TicketEvent

_MOST = 3
"""Most supplements that are shown, the newest."""
_BEGINNING = 40
"""Most characters of a supplement that are shown."""
_FOR_STAFF = re.compile(
    r"^(?:群众[\u4e00-\u9fff]{2,8}|同一条消息里群众还说)：(?:(?:已经解决|办结后仍未解决)。原话：)?"
)
"""How a note begins that tells the staff what the words are."""
_NOTED, _URGED = "noted", ("urge", "urged")
"""Actions in a ticket's history."""


async def shown(ticket: Ticket) -> list[str]:
    """Lines with the last supplements and the last urging of a ticket; empty when nothing was added."""
    notes, urged = await _added(ticket)
    told = [
        f"{local(one.at):%m月%d日} 补充：{clip(hide(_FOR_STAFF.sub('', one.note)), _BEGINNING)}"
        for one in notes[-_MOST:]
    ]
    if len(notes) > _MOST:
        told.insert(0, f"后来补充过 {len(notes)} 次，最近的是：")
    if urged:
        times = f" {len(urged)} 次，最近一次" if len(urged) > 1 else ""
        told.append(f"催办{times}：{local(urged[-1].at):%m月%d日 %H:%M}")
    return told


async def counted(ticket: Ticket) -> str:
    """How often something was added, for a line of a list (，后来补充 2 次、催办 1 次); "" when nothing was."""
    notes, urged = await _added(ticket)
    told = [f"补充 {len(notes)} 次"] if notes else []
    told += [f"催办 {len(urged)} 次"] if urged else []
    return f"，后来{'、'.join(told)}" if told else ""


async def _added(ticket: Ticket) -> tuple[Sequence[TicketEvent], Sequence[TicketEvent]]:
    """The citizen's supplements and urgings, oldest first. Corrections stand in the ticket's own lines."""
    own = [one for one in await parts().tickets.events(ticket.number) if one.actor == CITIZEN.name]
    return [one for one in own if one.action == _NOTED and one.note], [
        one for one in own if one.action in _URGED
    ]
