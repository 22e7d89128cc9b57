"""A ticket's progress (查进度), urging (催办) and adding to it (补充): number and query code first, then the deed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.actions.context import parts
from bot.actions.digressions import NOT_FOUND, abilities, harsh, policy_aside
from bot.actions.handoff import hand_over
from bot.actions.moves import Move, decide, is_aside
from bot.actions.statuses import find_code, find_number
from bot.actions.turn import Choice, Event, Turn, set_slot
from bot.actions.wording import CANCEL, COMPLAIN, HUMAN
from core.errors import Conflict, RateLimited
from tickets.types import CITIZEN, Ticket

MAX_TRIES = 3
_OWN = ("ticket_number", "query_code", "supplement", "purpose", "status_tries")
_PURPOSE = {"urge": "urge", "add_to_ticket": "add"}
_ASK = {
    "ticket_number": "请把工单号发给我，比如 HN2026112300001，登记完成时告诉过您。",
    "query_code": "请再告诉我这张工单的查询码，是 6 位数字。",
    "supplement": "找到这张工单了。请说说要补充什么？",
}
_LOST = "没有工单号或者查询码的话，可以转人工，坐席核实后帮您查。"
_DONE: list[Event] = [*(set_slot(name, None) for name in _OWN), set_slot("requested_slot", None)]


async def validate(turn: Turn) -> list[Event]:
    """One message within the form, or the one that opens it."""
    slot = turn.requested
    if slot is None:
        purpose = _PURPOSE.get(turn.intent, "progress")
        turn.slots["purpose"] = purpose
        if turn.pressed and turn.intent in _PURPOSE:
            # The button stands under a ticket just shown: its number and code need not be typed again.
            turn.slots.update(ticket_number=turn.slot("seen_number"), query_code=turn.slot("seen_code"))
        return [set_slot("purpose", purpose), *await _take(turn)]
    if slot == "supplement":
        move = decide(turn, slot)
        if move is Move.ANSWER:
            return await _add(turn)
    else:
        if find_number(turn.text) or (slot == "query_code" and find_code(turn.text)):
            return await _take(turn)
        move = decide(turn, slot)
    return await _MOVES.get(move, _unclear)(turn, slot)


async def _take(turn: Turn) -> list[Event]:
    """Take number and code from the message; with both, look the ticket up."""
    number = find_number(turn.text) or turn.slot("ticket_number")
    code = find_code(turn.text) or turn.slot("query_code")
    filled = [set_slot("ticket_number", number), set_slot("query_code", code)]
    turn.slots.update(ticket_number=number, query_code=code)
    filled.append(set_slot("status_tries", turn.slot("status_tries") or 0))
    if not number or not code:
        missing = "query_code" if number else "ticket_number"
        return [*filled, *_ask(turn, missing, before="" if turn.requested else _opening(turn))]
    try:
        return await _do(turn, str(number), str(code), filled)
    except RateLimited as error:
        turn.say(error.message, [HUMAN])
        return [*_DONE]
    except Conflict as error:
        turn.say(error.message, [HUMAN])
        return [*_DONE]


async def _do(turn: Turn, number: str, code: str, filled: list[Event]) -> list[Event]:
    tickets = parts().tickets
    if turn.slot("purpose") == "urge":
        urged = await tickets.urge(number, code, key=turn.turn_id or None)
        if urged is None:
            return _wrong(turn)
        stands = tickets.progress_text(urged).removeprefix("您好，")
        turn.say(f"已经记下催办，办理这件事的工作人员能看到。\n{stands}", [HUMAN])
        return [*_DONE]
    ticket = await tickets.by_number_and_code(number, code)
    if ticket is None:
        return _wrong(turn)
    if turn.slot("purpose") == "add":
        return [*filled, set_slot("status_tries", 0), *_ask(turn, "supplement")]
    turn.say(tickets.progress_text(ticket), _after(ticket))
    return [*_DONE, set_slot("seen_number", number), set_slot("seen_code", code)]


async def _add(turn: Turn) -> list[Event]:
    """Write the citizen's words into the ticket's history; number and code were checked when it was opened."""
    number = str(turn.slot("ticket_number"))
    ticket = await parts().tickets.note(number, CITIZEN, turn.text, key=turn.turn_id or None)
    turn.say(f"已经补充到工单 {ticket.number}，承办的工作人员能看到。", _after(ticket))
    return [*_DONE]


def _wrong(turn: Turn) -> list[Event]:
    """Not found, without a hint which of the two is wrong; both are asked for again."""
    tries = int(turn.slot("status_tries") or 0) + 1
    if tries >= MAX_TRIES:
        turn.say("还是没有查到。建议转人工，坐席核实后帮您查。", [HUMAN, COMPLAIN])
        return [*_DONE, set_slot("offer", "human")]
    turn.say(f"{NOT_FOUND}\n请把工单号和查询码再发一次。", [CANCEL, HUMAN])
    return [
        set_slot("ticket_number", None),
        set_slot("query_code", None),
        set_slot("status_tries", tries),
        set_slot("requested_slot", "ticket_number"),
    ]


async def _unclear(turn: Turn, slot: str) -> list[Event]:
    tries = int(turn.slot("status_tries") or 0) + 1
    if tries >= MAX_TRIES:
        turn.say("抱歉，我没能认出来。" + _LOST, [HUMAN, CANCEL])
        return [set_slot("status_tries", tries), set_slot("requested_slot", slot)]
    return [set_slot("status_tries", tries), *_ask(turn, slot, before="抱歉，没能认出来。")]


async def _lost(turn: Turn, slot: str) -> list[Event]:
    turn.say("没关系。" + _LOST, [HUMAN, CANCEL])
    return [set_slot("status_tries", 0), set_slot("requested_slot", slot)]


async def _cancel(turn: Turn, slot: str) -> list[Event]:
    turn.say("好的，不查了。还有别的事随时说。", [COMPLAIN, HUMAN])
    return [*_DONE]


async def _human(turn: Turn, slot: str) -> list[Event]:
    await hand_over(turn, "citizen_asked")
    return [*_DONE]


async def _back(turn: Turn, slot: str) -> list[Event]:
    cleared = [set_slot("ticket_number", None), set_slot("query_code", None)]
    return [*cleared, set_slot("status_tries", 0), *_ask(turn, "ticket_number", before="好的，重新来。")]


async def _repeat(turn: Turn, slot: str) -> list[Event]:
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


async def _policy(turn: Turn, slot: str) -> list[Event]:
    if not await policy_aside(turn, certain=slot != "supplement" or is_aside(turn.text)):
        return await _add(turn)
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


async def _abilities(turn: Turn, slot: str) -> list[Event]:
    abilities(turn)
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


async def _abuse(turn: Turn, slot: str) -> list[Event]:
    harsh(turn)
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


def _ask(turn: Turn, slot: str, before: str = "") -> list[Event]:
    turn.say(
        before + _ASK[slot], [Choice("没有工单号", "/skip"), CANCEL] if slot == "ticket_number" else [CANCEL]
    )
    return [set_slot("requested_slot", slot)]


def _opening(turn: Turn) -> str:
    return {"urge": "好的，我帮您催办。", "add": "好的，我帮您补充到工单里。"}.get(
        str(turn.slot("purpose")), "好的，我帮您查。"
    )


def _after(ticket: Ticket) -> list[Choice]:
    if ticket.state.is_final:
        return [HUMAN, COMPLAIN]
    return [Choice("催办", "/urge"), Choice("补充情况", "/add_to_ticket"), HUMAN]


_MOVES: dict[Move, Callable[[Turn, str], Awaitable[list[Event]]]] = {
    Move.CANCEL: _cancel,
    Move.DENY: _lost,
    Move.SKIP: _lost,
    Move.HUMAN: _human,
    Move.BACK: _back,
    Move.CORRECT: _back,
    Move.REPEAT: _repeat,
    Move.PROGRESS: _repeat,
    Move.AFFIRM: _repeat,
    Move.TALK: _repeat,
    Move.POLICY: _policy,
    Move.FOLLOW_UP: _policy,
    Move.ABILITIES: _abilities,
    Move.ABUSE: _abuse,
}
