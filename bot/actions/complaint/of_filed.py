"""What is said of a ticket filed before while the form is open: 我的工单, 催一下, and that the words belong to that ticket.

A form that opened by mistake is closed then, and what it holds is added to the ticket. 撤回工单 means the filed one; what the form holds is kept.
"""

from __future__ import annotations

from bot.actions.complaint import asides, kept, same
from bot.actions.complaint import draft as drafts
from bot.actions.progress import adding, belongs, correcting, just_now, own, solved
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import PROGRESS, clip
from bot.understanding import ticket_talk
from bot.understanding.clauses import clauses
from bot.understanding.ticket import find_number
from bot.understanding.ticket_reader import Heard, Said
from bot.understanding.ticket_talk import asks_whether_filed
from conversations.event_kinds import Result
from core.errors import Conflict, RateLimited
from core.simplified import simplified
from core.text import plain
from tickets.types import Ticket

_SURE = 0.8
"""Probability (0 to 1) from which the form is put aside for the ticket."""
_LEAST = 2
"""Fewest characters of a clause that tells something."""
_PRESSED = {"urge": Heard(Said.URGE, 1.0, 1.0), "add_to_ticket": Heard(Said.SAME, 1.0, 1.0)}
"""What the buttons below a ticket say that is shown while the form is open."""


async def answered(turn: Turn, slot: str) -> bool:
    """Handle a message about a ticket filed here, and continue or close the form; False for any other message."""
    if slot == same.SLOT:
        return False
    if not turn.pressed and find_number(_said(turn)):
        if not await just_now.of_named(turn.narrowed(_said(turn))):
            return False
        asides.resume(turn, slot)
        return True
    if turn.pressed:
        heard = _PRESSED.get(turn.intent)
    elif own.asks(turn.text):
        if not await own.tell(turn):
            return False
        asides.resume(turn, slot)
        return True
    else:
        heard = None if asks_whether_filed(turn.text) else await ticket_talk.heard(_said(turn))
    ticket = None if heard is None else await _meant(turn)
    if heard is None or ticket is None:
        return False
    if await _is_same(_said(turn), heard):
        await _join(turn, ticket)
    elif heard.said is Said.URGE and (heard.sure >= _SURE or turn.intent == "urge"):
        await _urge(turn, slot, ticket)
    elif ticket_talk.withdraws_filed(_said(turn)):
        await _withdraw(turn, ticket)
    elif heard.said is Said.FILED and heard.sure >= _SURE:
        turn.say(parts().tickets.progress_text(ticket))
        asides.resume(turn, slot)
        turn.outcome(Result.TICKET, about=ticket.number)
    else:
        return False
    return True


def _said(turn: Turn) -> str:
    """The whole message. The form reads an answer that corrects itself without the wrong value."""
    said = (str(event.get("text") or "") for event in reversed(turn.events) if event.get("event") == "user")
    return next(said, turn.text).strip()


async def _is_same(text: str, heard: Heard) -> bool:
    """Whether a message, or a clause of it, says that what was said belongs to the ticket."""
    if heard.said is Said.SAME and heard.sure >= ticket_talk.ACT:
        return True
    said = clauses(text)
    parted = [await ticket_talk.heard(one) for one in said] if len(said) > 1 else []
    return any(one is not None and one.said is Said.SAME and one.sure >= ticket_talk.ACT for one in parted)


async def _meant(turn: Turn) -> Ticket | None:
    """The open ticket of this conversation that was spoken of last, or else filed last; None without one."""
    live = [
        one for one in await parts().tickets.of_conversation(turn.conversation_id) if not one.state.is_final
    ]
    seen = str(turn.slot("seen_number") or "")
    return next((one for one in live if one.number == seen), next(iter(live), None))


async def _urge(turn: Turn, slot: str, ticket: Ticket) -> None:
    try:
        await parts().tickets.urge(ticket.number, key=turn.turn_id or None)
        turn.say(f"已经给工单 {ticket.number} 记下催办，办理这件事的工作人员能看到。")
    except (Conflict, RateLimited) as error:
        turn.say(error.message)
    asides.resume(turn, slot)
    turn.outcome(Result.TICKET, about=ticket.number)


async def _withdraw(turn: Turn, ticket: Ticket) -> None:
    """Keep what is filled, and ask whether the filed ticket is to be withdrawn (撤回工单)."""
    saved = drafts.saved(turn.slots)
    drafts.clear(turn)
    turn.set_all({drafts.KEPT: saved if saved.get("content") else None, "requested_slot": None})
    asked = turn.narrowed(_said(turn))
    if not await solved.ask_which(asked):
        await solved.ask_withdraw(asked, ticket.number)
    turn.set("seen_number", ticket.number)


async def _join(turn: Turn, ticket: Ticket) -> None:
    """Close the form, and add what was said in it to the ticket."""
    slots = dict(turn.slots)
    rest = "" if turn.pressed else await _beside(_said(turn))
    fixed = correcting.read_beside(rest, ticket) if rest else {}
    told = [str(slots.get("content") or ""), "" if fixed else rest]
    words = "；".join(dict.fromkeys(one for one in told if one))
    if words:
        await adding.note(turn, ticket, words, "joined")
    changed = await correcting.correct(turn, ticket, fixed) if fixed else ""
    given = await adding.give(turn, ticket.number, slots)
    said = (
        f"好的，不另外登记，“{clip(words, adding.SHOWN)}”补充到工单 {ticket.number} 了。"
        if words
        else "好的，不另外登记。要补充什么，直接说就行。"
    )
    drafts.clear(turn)
    await kept.forget(turn)
    turn.set_all({"requested_slot": None, "seen_number": ticket.number})
    turn.say(
        f"{said}{given}" + (f"\n{changed}" if changed else ""),
        [*([belongs.UNDO] if words else []), PROGRESS, *adding.ways(ticket)],
    )
    if words:
        belongs.offer_undo(turn, ticket.number, words, contact=bool(given))
    turn.outcome(Result.TICKET, about=ticket.number)


async def _beside(text: str) -> str:
    """What a message tells beside that it is the same matter."""
    left = []
    for clause in clauses(simplified(text)):
        heard = await ticket_talk.heard(clause)
        if (heard is None or heard.said is not Said.SAME) and len(plain(clause)) >= _LEAST:
            left.append(clause)
    return "，".join(left)
