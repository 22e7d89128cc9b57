"""没解决 in plain words: while the callback is open it counts like the button, and of a closed ticket it is written down there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.actions.policy import feedback
from bot.actions.progress import callback, solved
from bot.actions.progress.own import lines
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import HUMAN, choice, clip, plain
from bot.understanding.place import place
from bot.understanding.requests import subject_words
from bot.understanding.unsolved import denies, is_no, why_unsolved
from conversations.event_kinds import Result
from core.clock import local
from tickets.service import MAX_NOTE
from tickets.states import State
from tickets.types import CITIZEN, Ticket

WHICH = "unsolved_which"
"""Value of the slot ``offer`` after it was asked which of several closed tickets is not settled; ``story`` has the words."""
_NOT_SETTLED = "群众反馈：办结后仍未解决。原话："
_AGAIN = Choice("再登记一张", "/start_complaint")
_SHOWN = 30
_NO_SUBJECT = re.compile("[没不还又人来去给天都也就]")
"""Characters of pairs that name no matter (没人, 还是)."""
_LOOKED = 12
"""Messages among which the question is looked for."""
_TURNS = 2
"""Most messages of the citizen between the question and words that answer it."""


async def answer(turn: Turn) -> bool:
    """Take such words as the answer to the callback, or as said of a closed ticket when no other is open here; else False.

    Just after an answer of the knowledge base they judge that answer, and within a form they answer its question. Right after the
    question whether it is solved, any words that deny it are its answer, and the reason at the same time.
    """
    why = why_unsolved(turn.text)
    if turn.pressed or turn.requested or (why is None and not _may_deny(turn.text)):
        return False
    own = await parts().tickets.of_conversation(turn.conversation_id)
    # Who gave a reason before has been heard: a supervisor decides about it.
    if own and all(ticket.state.is_final for ticket in own):
        return await _closed(turn, own, why)
    waiting = [
        ticket
        for ticket in own
        if ticket.state is State.PENDING_CALLBACK and not (ticket.disputed and ticket.heard.why)
    ]
    if not waiting:
        return False
    ticket, since = await _asked(turn, waiting)
    if since != 0 and feedback.rated(turn) is not None:
        return False
    if why is None and ticket is not None:
        why = _denied(turn.text, ticket, since)
    if why is None:
        return False
    ticket = ticket or solved.meant(turn.text, waiting)
    turn.outcome(Result.TICKET, about=ticket.number)
    await callback.unsolved(turn, ticket, why)
    turn.set("misses", 0)
    return True


async def _closed(turn: Turn, own: Sequence[Ticket], why: str | None) -> bool:
    """Take such words as said of a ticket that is closed already; False where they may tell another matter."""
    closed = [ticket for ticket in own if ticket.state is State.CLOSED]
    if not closed or feedback.rated(turn) is not None:
        return False
    named = [ticket for ticket in closed if _names(turn.text, ticket)]
    if why is None:  # a no to some other question, or a matter of its own
        named = [
            ticket
            for ticket in named
            if denies(turn.text, _told(ticket)) and not _elsewhere(turn.text, ticket)
        ]
        if not named:
            return False
    if len(named or closed) == 1:
        await _still_open(turn, (named or closed)[0], turn.text)
    else:
        turn.say(
            f"您说的是哪一件还没解决？\n{lines(named or closed)}",
            [
                *(choice(t.number, "ask_progress", slot="ticket", value=t.number) for t in named or closed),
                HUMAN,
            ],
        )
        turn.set("story", turn.text)
        turn.offer(WHICH)
        turn.outcome(Result.TICKET)
    turn.set("misses", 0)
    return True


async def chosen(turn: Turn, ticket: Ticket) -> bool:
    """Go on with the ticket that was chosen of several closed ones; False when it is not closed, or was filed elsewhere.

    Number and code open the progress of a ticket, not what was told in it.
    """
    if ticket.state is not State.CLOSED or ticket.conversation_id != turn.conversation_id:
        return False
    await _still_open(turn, ticket, str(turn.slot("story") or "没有解决"))
    return True


async def _still_open(turn: Turn, ticket: Ticket, said: str) -> None:
    """Write down that the matter of a closed ticket is not settled, and offer to file it again with all that was told.

    No move leads from a closed ticket back (:data:`tickets.lifecycle.TRANSITIONS`).
    """
    number = ticket.number
    await parts().tickets.note(number, CITIZEN, f"{_NOT_SETTLED}{said}"[:MAX_NOTE], key=turn.turn_id or None)
    day = f"{local(ticket.closed_at):%m月%d日}" if ticket.closed_at else ""
    turn.say(
        f"您说的是工单 {number}（{clip(ticket.summary, _SHOWN)}）吧？它{day}已经办结了，“{clip(said, _SHOWN)}”给您记上去了，工作人员能看到。"
        "要接着办，可以把这件事再登记一张，原来说的都带上；也可以转人工。",
        [_AGAIN, HUMAN],
    )
    place = ticket.address if ticket.district in ticket.address else f"{ticket.district}{ticket.address}"
    where = f"\n补充：地点是{place}" if place else ""
    turn.set("story", f"{ticket.content}{where}\n补充：工单{number}办结后，{said}")
    turn.offer("complaint")
    turn.outcome(Result.TICKET, about=number)


def _names(text: str, ticket: Ticket) -> bool:
    """Whether words share something with the matter of a ticket."""
    told = plain(_told(ticket))
    return any(pair in told for pair in subject_words(plain(text)) if not _NO_SUBJECT.search(pair))


def _told(ticket: Ticket) -> str:
    return f"{ticket.content}，{ticket.category}，{ticket.address}，{ticket.public_reply}"


def _may_deny(text: str) -> bool:
    """Whether the words could deny it, whatever the matter was; so that most messages are not looked up in vain."""
    return is_no(text) or denies(text, text)


async def _asked(turn: Turn, waiting: Sequence[Ticket]) -> tuple[Ticket | None, int | None]:
    """About which ticket it was asked lately whether it is solved, and how long before this message.

    Returns:
        The ticket, and how many messages lie between: 0 when the question is the last thing that was said. (None, None) when
        nothing was asked lately.
    """
    between, later = 0, False
    for message in reversed(await parts().conversations.history(turn.conversation_id, limit=_LOOKED)):
        if message.direction == "out":
            pressed = {button.payload for button in message.buttons}
            for ticket in waiting:
                if pressed.issuperset(payload for _, payload in callback.ways(ticket.number)):
                    return ticket, max(between, later)
            later = True
        elif later:
            between += 1
            if between > _TURNS:
                break
    return None, None


def _denied(text: str, ticket: Ticket, since: int | None) -> str | None:
    """Why a matter is not solved, in words that deny it soon after the question; None when they do not."""
    if is_no(text):
        return "" if since == 0 else None
    return text.strip() if denies(text, _told(ticket)) and not _elsewhere(text, ticket) else None


def _elsewhere(text: str, ticket: Ticket) -> bool:
    """Whether the words name another place than that of the ticket: then they begin another story."""
    told = _told(ticket)
    named = place(text, parts().city)
    if named.district and named.district != ticket.district and named.district[:2] not in told:
        return True
    address = named.address
    return bool(address) and not any(address[i : i + 2] in told for i in range(len(address) - 1))
