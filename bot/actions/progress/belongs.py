"""What is said right after a filing: words that tell more of its matter are added to the ticket, with a way to take that back.

Words that may belong to it are asked about. A matter of its own, a question and other talk are left to others.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from bot.actions.complaint.same import NOT
from bot.actions.complaint.told_before import NO_PART
from bot.actions.progress import adding
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, choice, clip, plain
from bot.understanding import belonging
from bot.understanding.belonging import Matter
from bot.understanding.pointed import pleads_for
from bot.understanding.ticket_reader import shipped
from core.city import City
from core.clock import now
from kb_index.language.pretrained import shipped_encoder
from kb_index.language.text import simplified
from tickets.types import CITIZEN, Ticket

ASKED_WHAT = "ticket_talk"
"""Value of the slot ``offer`` after the citizen was asked what to do about words about the ticket; ``story`` has them."""
ADDED = "added:"
"""Begins the slot ``offer`` after words were added to a ticket; its number follows, and ``story`` has the words. Behind ``@`` stands
the turn that also gave the ticket the citizen's name or phone number."""
TOLD = "told"
"""What the button tells that adds the words it was asked about, also when something else was said in between."""
UNDO = Choice("不是这件事，登记成新的", "/start_complaint")
"""The button that takes back that words were added to a ticket."""
_ANEW = Choice("新登记一件", "/start_complaint")
_FRESH = timedelta(hours=2)
"""Time after which a filing is over."""
_TURNS = 6
"""Most messages of the citizen since the ticket was last spoken of."""
_LEAST = 3
"""Fewest characters that tell something."""
_ASKS = 0.6
"""Probability (0 to 1) of a question from which a message asks, and tells nothing of the ticket."""
_TAKES_BACK = re.compile(
    r"(?:登记|报|立|记)(?:成|个|一?[件张])?新的|(?:另外|另|单独|重新|新)(?:再)?(?:登记|报|立|记|反映)|(?:另|别)(?:外)?(?:一|的)?(?:[件回码])?事|两[码回件]事|"
    r"不是(?:[这那同]?一?[件回码个]|[这那]张?)(?:事|单子|工单|的)|(?:别|不要|不用)(?:给我)?(?:补|加|写|记)(?:进|到|在)"
)
"""Words that take back what was added."""
_NO = frozenset({"不是", "不是的", "不对", "错了", "不是这个"})
"""Words that take back, by themselves; 不用了 means no further addition."""
_LONGEST_NO = 16
"""Most characters of a message that takes back what was added."""


async def answer(turn: Turn, ticket: Ticket, *, surely: bool = False) -> bool:
    """Add a message to the ticket just filed if it tells more of its matter, or ask whether it does; False for any other.

    Args:
        surely: whether nothing is to be asked.
    """
    if _pleads(turn, ticket):
        await add(turn, ticket, turn.text)
        return True
    if not _may_belong(turn, ticket):
        return False
    likely = await asyncio.to_thread(_judge, turn.text, ticket, parts().city)
    if likely < (belonging.SURE if surely else belonging.MAY):
        return False
    if likely < belonging.SURE:
        ask(turn, ticket)
        return True
    await add(turn, ticket, turn.text)
    return True


async def add(turn: Turn, ticket: Ticket, words: str) -> None:
    """Add words to a ticket that nothing announced, with a way to take that back."""
    if adding.filed_here(turn, ticket) and not ticket.state.is_final:
        await adding.add(turn, ticket, words, UNDO)
        offer_undo(turn, ticket.number, words)
    else:
        await adding.add(turn, ticket, words)


def offer_undo(turn: Turn, number: str, words: str, *, contact: bool = False) -> None:
    """Remember what was added to a ticket, so that it can be taken back (:data:`UNDO`).

    Args:
        contact: whether name or phone number were given to it, too (:func:`adding.give`).
    """
    turn.set("story", words)
    turn.offer(f"{ADDED}{number}" + (f"@{turn.turn_id}" if contact and turn.turn_id else ""))


async def add_last(turn: Turn, ticket: Ticket) -> bool:
    """Add what was said before, and was not yet added to the ticket; False when there is nothing."""
    words = "" if (turn.offered or "").startswith(ADDED) else _kept(turn)
    if words:
        await add(turn, ticket, words)
    return bool(words)


def _pleads(turn: Turn, ticket: Ticket) -> bool:
    """Whether a message pleads for something to be done at once about what the ticket just filed names."""
    return _just_filed(turn, ticket) and pleads_for(simplified(turn.text), simplified(ticket.content))


def _just_filed(turn: Turn, ticket: Ticket) -> bool:
    filed_here = adding.filed_here(turn, ticket) and not ticket.state.is_final
    fresh = filed_here and now() - ticket.created_at <= _FRESH
    return fresh and not turn.requested and _spoken_of(turn)


def _may_belong(turn: Turn, ticket: Ticket) -> bool:
    if not _just_filed(turn, ticket):
        return False
    if not _LEAST <= len(plain(turn.text)) <= belonging.LONGEST or turn.intent in NO_PART:
        return False
    kinds = (turn.decision or {}).get("reasons") or {}
    return float(kinds.get("question") or 0) + float(kinds.get("both") or 0) < _ASKS


def _spoken_of(turn: Turn) -> bool:
    """Whether the ticket was filed, shown or spoken of a few messages ago."""
    users = 0
    for event in reversed(turn.events):
        if event.get("event") == "user":
            users += 1
            if users > _TURNS:
                return False
        elif event.get("event") == "slot" and event.get("name") == "seen_number" and event.get("value"):
            return True
    return False


def _judge(text: str, ticket: Ticket, city: City) -> float:
    encoder = shipped_encoder()
    states = tuple(encoder.states([simplified(one).strip()])[0] for one in (text, ticket.content))
    fields = (ticket.address, ticket.happened_at, ticket.subject)
    matter = Matter(ticket.content, fields, ticket.district)
    return belonging.shipped().probability(
        belonging.evidence(text, matter, (states[0], states[1]), shipped(), city)
    )


def takes_back(turn: Turn) -> bool:
    """Whether a message takes back that words were added to a ticket, and wants them filed as a matter of their own."""
    if turn.offered != ASKED_WHAT and not (turn.offered or "").startswith(ADDED):
        return False
    if turn.pressed:
        return turn.intent == "start_complaint"
    return _says_no(turn.text)


async def undo(turn: Turn) -> str:
    """The words of which it was asked, or which were added; then the history says that they are about something else."""
    words = _kept(turn)
    if turn.offered == ASKED_WHAT:
        return words
    number, _, gave = str(turn.offered).removeprefix(ADDED).partition("@")
    key = f"{turn.turn_id}:undo" if turn.turn_id else None
    if gave:
        await parts().tickets.take_back_contact(number, f"{gave}:", f"{key}:contact" if key else None)
    said = f"群众更正：“{clip(words, adding.SHOWN)}”说的是另一件事，不属于这张工单。"
    await parts().tickets.note(number, CITIZEN, said, key=key)
    return words


async def anew(turn: Turn) -> None:
    """Open the complaint form with the words that were added to a ticket by mistake."""
    part(turn)
    turn.set_all({"story": await undo(turn), "misses": 0})
    turn.follow_up("complaint_form")


def part(turn: Turn) -> None:
    """Remember that the ticket spoken of is about another matter, so that it is not asked whether it is the same."""
    turn.set(NOT, [*(turn.slot(NOT) or []), str(turn.slot("seen_number") or "")])


def taken_back_before(turn: Turn) -> bool:
    """Whether a message only says once more that words are no part of a ticket, while the form asks about them."""
    if turn.pressed or not _says_no(turn.text):
        return False
    said = [str(one.get("text") or "") for one in turn.events if one.get("event") == "user"][:-1]
    undone = said and (_says_no(said[-1]) or said[-1].startswith(UNDO.payload))
    return bool(undone) and str(turn.slot("seen_number") or "") in (turn.slot(NOT) or [])


def _says_no(text: str) -> bool:
    said = plain(text)
    return len(said) <= _LONGEST_NO and (said in _NO or _TAKES_BACK.search(said) is not None)


def _kept(turn: Turn) -> str:
    """The words that were kept right before this message; "" without any."""
    found = (
        str(event["value"])
        for event in turn.previous()
        if event.get("event") == "slot" and event.get("name") == "story" and event.get("value")
    )
    return next(found, "")


def offered_before(turn: Turn) -> str:
    """The words of which it was asked a few messages ago whether they are to be added, and that were not added yet; "" without any."""
    users, added, words = 0, False, ""
    for event in reversed(turn.events):
        if event.get("event") == "user":
            users += 1
            added, words = False, ""
            if users > _TURNS:
                return ""
        elif event.get("event") != "slot":
            continue
        elif event.get("name") == "story" and event.get("value"):
            words = str(event["value"])
        elif event.get("name") == "offer" and event.get("value"):
            if str(event["value"]).startswith(ADDED):
                return ""
            if event["value"] == ASKED_WHAT:
                added = True
        if added and words:
            return words
    return ""


def ask(turn: Turn, ticket: Ticket) -> None:
    """Tell how the ticket stands, and ask what to do about words such as 没人理 or 来看了没修就走了. They are kept."""
    stands = parts().tickets.progress_text(ticket).removeprefix("您好，")
    if ticket.state.is_final:
        turn.say(f"您说的是这张工单吧？{stands}\n没有解决，可以新登记一件，也可以转人工。", [_ANEW, HUMAN])
    else:
        turn.say(
            f"您说的是这张工单吧？{stands}\n要我把“{clip(turn.text, adding.SHOWN)}”补充进去，还是催办？是另外一件事，就新登记一件。",
            [
                choice("补充进去", "add_to_ticket", slot=TOLD, value="before"),
                Choice("催办", "/urge"),
                _ANEW,
                HUMAN,
            ],
        )
    turn.set("story", turn.text)
    turn.offer(ASKED_WHAT)
