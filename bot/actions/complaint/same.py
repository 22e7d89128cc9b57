"""Finds a citizen's open ticket on the same matter, and offers to add to it instead of filing twice.

Only tickets of the same conversation are spoken of or written into. Anybody may know somebody's phone number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.actions.complaint import draft as drafts
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, HUMAN
from conversations.event_kinds import Result
from core.clock import local
from tickets.service import MAX_NOTE
from tickets.types import CITIZEN

if TYPE_CHECKING:
    from tickets.types import Ticket

SLOT = "same_ticket"
"""Slot with the number of the ticket that the citizen is asked about."""
NOT = "not_same"
"""Slot with the numbers of the tickets that are about other matters, as the citizen said."""
CHOICES = (
    Choice("是同一件，补充进去", "/affirm"),
    Choice("不是一件，另外登记", "/deny"),
    CANCEL,
    HUMAN,
)
"""Buttons of the question whether it is the same matter."""
LOOKED_UP_AFTER = frozenset({"content", "district", "address"})
"""Slots after whose change :func:`find` may find another ticket."""
_LIGHT_ON_WORDS = ("咨询", "表扬")


async def find(turn: Turn) -> Ticket | None:
    """The open ticket that this draft seems to be about; None when there is none, or the citizen has denied it."""
    if not turn.slot("content") or turn.slot("complaint_type") in _LIGHT_ON_WORDS:
        return None
    # When the type is not known yet, 投诉 stands in, because the comparison needs a type.
    draft = drafts.to_ticket(
        {**turn.slots, "complaint_type": turn.slot("complaint_type") or "投诉"},
        channel="",
        conversation_id=turn.conversation_id,
    )
    found = await parts().tickets.same_matter(draft)
    return None if found is None or found.number in (turn.slot(NOT) or []) else found


def ask(turn: Turn, ticket: Ticket, before: str = "") -> None:
    """Show the ticket and ask whether it is the same matter."""
    day = local(ticket.created_at)
    head = f"{before}\n" if before else ""
    turn.say(
        f"{head}您 {day.month} 月 {day.day} 日反映过一件很像的事，还在办：\n"
        f"工单 {ticket.number}（{ticket.type.label}，{ticket.state.label}）\n“{ticket.summary}”\n"
        "是同一件事的话，我把您这次说的补充到那张工单里，不用再登记一遍，办理的人能看到。",
        CHOICES,
    )
    turn.set_all({SLOT: ticket.number, "requested_slot": SLOT, "tries": 0})


def ask_again(turn: Turn) -> None:
    """Ask once more whether it is the same matter."""
    turn.say("请问跟那张工单是同一件事吗？是的话我补充进去，不是就另外登记。", CHOICES)
    turn.set("requested_slot", SLOT)


async def add(turn: Turn) -> str | None:
    """Add the citizen's text to the open ticket.

    Returns:
        What to tell the citizen; None when the ticket is not of this conversation, or is not open any more.
    """
    number = str(turn.slot(SLOT))
    ticket = await parts().tickets.get(number)
    if ticket.conversation_id != turn.conversation_id or ticket.state.is_final:
        return None
    slots = turn.slots
    said = [str(slots["content"])]
    said += [
        f"{drafts.LABELS[name]}：{drafts.shown(name, slots[name])}"
        for name in ("address", "location", "happened_at", "subject")
        if slots.get(name)
    ]
    said += [f"{detail.label}：{detail.value}" for detail in drafts.details(slots)]
    await parts().tickets.note(
        number,
        CITIZEN,
        ("群众再次反映：" + "；".join(said))[:MAX_NOTE],
        key=turn.turn_id or None,
        photos=slots.get("photos") or (),
    )
    turn.outcome(Result.TICKET, about=number)
    return f"好的，已经补充到工单 {number}，办理的工作人员能看到，没有重复登记。"
