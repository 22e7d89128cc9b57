"""回访 in the conversation: 解决了吗, then 满意度 1 to 5, then why when it is not. Only in the conversation that filed the ticket."""

from __future__ import annotations

from collections.abc import Sequence

from bot.actions.progress import codes
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import COMPLAIN, HUMAN, SKIP, choice
from conversations.event_kinds import Result
from core.errors import Conflict
from tickets.needs import MAX_REASON
from tickets.states import State
from tickets.types import CITIZEN, Ticket

SLOT = "callback"
"""Value of the entity ``slot`` of these buttons. Their ``value`` is number, 是 or 否, and the mark, as far as they are known."""
PURPOSE = "callback"
"""Value of the slot ``purpose`` while the citizen is asked why."""
_YES, _NO = "yes", "no"
_RESULT = {_YES: "solved", _NO: "unsolved"}
"""Word of a button → how a ticket holds it (:attr:`tickets.types.Heard.result`)."""
_LATE = "群众说哪里不满意："
_MARKS = {1: "1 分 很不满意", 2: "2 分 不太满意", 3: "3 分 一般", 4: "4 分 满意", 5: "5 分 非常满意"}


def ways(number: str) -> Sequence[tuple[str, str]]:
    """The buttons (title, payload) below an answer that asks whether the matter is solved."""
    return [(one.title, one.payload) for one in _whether(number)]


def _whether(number: str) -> list[Choice]:
    return [
        choice("解决了", "ask_progress", slot=SLOT, value=f"{number}:{_YES}"),
        choice("没解决", "ask_progress", slot=SLOT, value=f"{number}:{_NO}"),
    ]


async def pressed(turn: Turn) -> bool:
    """Take one of these buttons outside the complaint form; False for any other message."""
    asked = await take(turn)
    if asked is None:
        return False
    # Once only, because Rasa's form reads the first value of the turn. Without a question of its own the form ends; else Rasa
    # would ask for the next slot that is empty.
    turn.set("requested_slot", "reason" if asked == "reason" else None)
    return True


async def take(turn: Turn, *, asks_why: bool = True) -> str | None:
    """Take one of these buttons. What the citizen says is written down at once: who says no more has said it all the same.

    Args:
        asks_why: whether to ask what is wrong; not where a form asks for something else.

    Returns:
        What was asked: ``rating``, ``reason``, or empty; None for any other message.
    """
    if not turn.pressed or turn.entities.get("slot") != SLOT:
        return None
    number, _, said = str(turn.entities.get("value") or "").partition(":")
    whether, _, mark = said.partition(":")
    ticket = await _own(turn, number)
    turn.outcome(Result.TICKET, about=number if ticket else None)
    if ticket is None or whether not in (_YES, _NO):
        turn.say("这张工单不是在这里登记的，没法在这里评价；需要的话可以转人工。", [HUMAN])
    elif ticket.state is not State.PENDING_CALLBACK:
        turn.say(parts().tickets.progress_text(ticket), [HUMAN, COMPLAIN])
    elif not mark.isdecimal() or int(mark) not in _MARKS:
        known = ticket.heard.result == _RESULT[whether]
        if known or await _write(turn, number, whether, None, "") is not None:
            _ask_mark(turn, number, whether)
            return "rating"
    elif (heard := await _write(turn, number, whether, int(mark), "")) is None:
        pass  # it was said why not
    elif heard.state is State.CLOSED:
        _thank(turn, heard)
    elif asks_why:
        known_by = {"ticket_number": number, "query_code": codes.kept(turn, ticket)}
        turn.set_all({**known_by, "purpose": PURPOSE, "rating": f"{whether}:{mark}"})
        what = "还差在哪里" if whether == _NO else "哪里不满意"
        turn.say(f"很抱歉没让您满意，已经记下了。{what}？说一说，我转给办的人。", [SKIP, HUMAN])
        return "reason"
    else:
        turn.say("很抱歉没让您满意，已经记下了，由负责人来审核。先把手上这件说完。")
    return ""


def ask(turn: Turn, ticket: Ticket) -> None:
    """Ask whether the matter of a ticket is solved."""
    turn.say(f"{parts().tickets.progress_text(ticket)}\n这件事解决了吗？", [*_whether(ticket.number), HUMAN])


async def solved(turn: Turn, ticket: Ticket) -> bool:
    """Go on from words by which a matter has come right (修好了谢谢); False when its ticket waits for no callback."""
    if ticket.state is not State.PENDING_CALLBACK:
        return False
    known = ticket.heard.result == _RESULT[_YES]
    if known or await _write(turn, ticket.number, _YES, None, "") is not None:
        _ask_mark(turn, ticket.number, _YES)
    return True


async def unsolved(turn: Turn, ticket: Ticket, why: str) -> None:
    """Go on from words by which a matter is not solved; with what is wrong, it is redone at once, else a mark is asked for."""
    known = ticket.heard.result == _RESULT[_NO]
    if why:
        heard = await _write(turn, ticket.number, _NO, None, why[:MAX_REASON])
        if heard is not None:
            _thank(turn, heard)
    elif known or await _write(turn, ticket.number, _NO, None, "") is not None:
        _ask_mark(turn, ticket.number, _NO)


async def explained(turn: Turn, why: str) -> None:
    """Complete what was written down with the reason of a dissatisfied citizen; empty when none was given."""
    whether, _, mark = str(turn.slot("rating")).partition(":")
    number = str(turn.slot("ticket_number"))
    if why:
        ticket = await _write(turn, number, whether, int(mark), why[:MAX_REASON])
    else:
        ticket = await parts().tickets.get(number)
    if ticket is not None:
        _thank(turn, ticket)


def left(turn: Turn) -> None:
    """Answer a citizen who does not want to say why: what was said before stays."""
    turn.say("好的。您的评价已经记下了，由负责人来审核。还有别的事随时说。", [COMPLAIN, HUMAN])


def _ask_mark(turn: Turn, number: str, whether: str) -> None:
    before = "太好了！" if whether == _YES else "记下了，还没有解决。"
    # In the order of the marks, because a citizen may also type the mark, which chooses the button with this number.
    turn.say(
        f"{before}这次办得怎么样，您打几分？",
        [
            choice(title, "ask_progress", slot=SLOT, value=f"{number}:{whether}:{mark}")
            for mark, title in _MARKS.items()
        ],
    )


async def _write(turn: Turn, number: str, whether: str, mark: int | None, why: str) -> Ticket | None:
    """Write down what the citizen said; None when that can't be any more, which is then said.

    A reason that comes too late to be taken as one is kept with the ticket as a note.
    """
    given = {"solved": whether == _YES, "satisfied": mark, "why": why}
    try:
        return await parts().tickets.by_citizen(number, "callback", given, turn.turn_id or None)
    except Conflict as error:
        if not why:
            turn.say(error.message, [HUMAN])
            return None
    await parts().tickets.note(number, CITIZEN, f"{_LATE}{why}", key=turn.turn_id or None)
    turn.say("您说的已经记到这张工单上，工作人员能看到。", [HUMAN])
    return None


def _thank(turn: Turn, ticket: Ticket) -> None:
    if ticket.state is State.CLOSED:
        turn.say("谢谢您的评价！这张工单办结归档了，以后有事随时说。", [COMPLAIN])
    elif ticket.disputed:
        turn.say("记下了。这件事由负责人来审核，有结果会在这里告诉您。", [HUMAN])
    else:
        office = ticket.department or "承办单位"
        turn.say(f"记下了，已经退给{office}重新办理，负责人会盯着办。有进展会在这里告诉您。", [HUMAN])


async def _own(turn: Turn, number: str) -> Ticket | None:
    found = await parts().tickets.of_conversation(turn.conversation_id, 50)
    return next((ticket for ticket in found if ticket.number == number), None)
