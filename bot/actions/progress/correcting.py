"""Corrects place, time or accused of the ticket filed or shown last: 地址不对，是龙湖路8号; 时间说错了，是前天晚上."""

from __future__ import annotations

from bot.actions.complaint import draft as drafts
from bot.actions.complaint.agreeing import agree, renumbered
from bot.actions.complaint.answers import read_answer
from bot.actions.complaint.corrections import corrections
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip
from bot.understanding.clauses import clauses, may_be_place
from bot.understanding.name import introduced_name, read_name, titled_name
from core.errors import BadRequest
from core.masking import numbers
from core.simplified import simplified
from tickets.corrected import LABELS
from tickets.types import Ticket

_SHOWN = 40


def read(text: str, ticket: Ticket) -> dict[str, str]:
    """Field → right value of what a message corrects in a ticket; empty when it corrects nothing, or no value can be read.

    Args:
        text: the citizen's words, in simplified characters.
        ticket: the ticket; a part of an address (是5栋不是3栋) is put into its address.
    """
    known = {field: getattr(ticket, field) for field in LABELS}
    fixed = corrections(text, known)
    if not fixed or not set(fixed) <= set(LABELS):
        return {}
    values = {field: read_answer(field, words) for field, words in fixed.items()}
    filled = {field: value for field, value in values.items() if isinstance(value, str) and value}
    if len(filled) < len(fixed):
        return {}
    if "address" in filled:
        filled["address"] = renumbered(ticket.address, filled["address"])
    agreed, _ = agree(known, filled)
    return {field: str(agreed[field]) for field in LABELS if agreed.get(field)}


def read_beside(text: str, ticket: Ticket) -> dict[str, str]:
    """What a message corrects beside the phone number, in one go or clause by clause; empty when not all of it can be read.

    Args:
        text: the message without what it says of the number (:func:`bot.understanding.edits.beside_phone`).
        ticket: the ticket.
    """
    whole = read(simplified(text), ticket)
    if whole:
        return whole
    found: dict[str, str] = {}
    for words in clauses(text):
        fixed = read(simplified(words), ticket)
        if not fixed:
            return {}
        found |= fixed
    return found


async def correct(turn: Turn, ticket: Ticket, values: dict[str, str], key: str | None = None) -> str:
    """Write the right values into the ticket, unless they stand there already; what to tell the citizen.

    Names and numbers of people do not go into these lines, which departments read and searches find.

    Args:
        key: key of the change, where the turn makes another one; None: the turn's own.
    """
    shown = {field: bare for field, value in values.items() if (bare := _for_staff(field, value))}
    if not shown:
        return f"工单 {ticket.number} 没有改：您说的像是姓名或者电话，写在这一项里别人就看到了。"
    new = {field: value for field, value in shown.items() if getattr(ticket, field) != value}
    try:
        if new:
            await parts().tickets.correct(ticket.number, new, key=key or turn.turn_id or None)
    except BadRequest as error:
        return f"{error.message}。"
    lines = [
        f"{drafts.LABELS[field]}改成“{clip(drafts.shown(field, value), _SHOWN)}”"
        for field, value in shown.items()
    ]
    after = "承办单位也能看到。" if ticket.dispatched_at is not None else "办理的工作人员会按这个来。"
    return f"工单 {ticket.number} 的{'，'.join(lines)}了，{after}"


def _for_staff(field: str, value: str) -> str:
    """A value without numbers of people, and without the clauses in which the citizen names himself; "" when nothing is left."""
    bare = value
    for one in reversed(numbers(value)):
        bare = f"{bare[: one.start]}，{bare[one.end :]}"
    said = clauses(bare)
    kept = [one for one in said if not _names(field, one)]
    return bare.strip(" ，,") if len(kept) == len(said) else "，".join(kept)


def _names(field: str, clause: str) -> bool:
    """Whether a clause only names a person; a name alone is somebody complained of, and is no place."""
    if introduced_name(clause) is not None:
        return True
    if field != "address" or may_be_place(clause, parts().city) is True:
        return False
    return titled_name(clause) is not None or read_name(clause) == clause
