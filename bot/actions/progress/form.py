"""A ticket's progress (查进度), urging (催办) and adding to it (补充): number and query code first, then the deed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.actions.complaint import attachments
from bot.actions.complaint.moves import Move, decide, is_aside
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Event, Turn, set_slot
from bot.actions.runtime.wording import CANCEL, COMPLAIN, HUMAN, SKIP, choice, clip, plain
from bot.actions.talk import mood
from bot.actions.talk.digressions import NOT_FOUND, abilities, policy_aside
from bot.actions.talk.handoff import hand_over
from bot.understanding.ticket import find_code, find_number
from core.errors import Conflict, RateLimited
from tickets.service import MAX_NOTE, RATINGS
from tickets.states import State
from tickets.types import CITIZEN, Ticket

MAX_TRIES = 3
_OWN = ("ticket_number", "query_code", "supplement", "purpose", "rating", "status_tries")
_PURPOSE = {"urge": "urge", "add_to_ticket": "add", "rate": "rate"}
_OPENING = {
    "progress": "好的，我帮您查。",
    "urge": "好的，我帮您催办。",
    "add": "好的，我帮您补充到工单里。",
    "rate": "好的，请您评价。",
}
_ASK = {
    "ticket_number": "请把工单号发给我，比如 HN2026112300001，登记完成时告诉过您。",
    "query_code": "请再告诉我这张工单的查询码，是 6 位数字。",
    "supplement": "找到这张工单了。请说说要补充什么？照片也可以直接发。",
    "rating": "这件事办得怎么样，您满意吗？",
    "reason": "很抱歉。您对哪里不满意？说一说我记下来，也可以跳过。",
}
_LOST = "没有工单号或者查询码的话，可以转人工，坐席核实后帮您查。"
_DONE: list[Event] = [*(set_slot(name, None) for name in _OWN), set_slot("requested_slot", None)]


async def validate(turn: Turn) -> list[Event]:
    """One message within the form, or the one that opens it."""
    slot = turn.requested
    if slot is None:
        return await _open(turn)
    if attachments.sent(turn):
        return await _attached(turn, slot)
    if slot == "rating":
        return await _rated(turn)
    if slot in ("supplement", "reason"):
        move = decide(turn, slot)
        if move is Move.ANSWER:
            return await (_add(turn) if slot == "supplement" else _reason(turn))
        if slot == "reason" and move in (Move.SKIP, Move.DENY):
            return await _rate(turn, "")
    else:
        if find_number(turn.text) or (slot == "query_code" and find_code(turn.text)):
            return await _take(turn)
        if turn.entities.get("slot") == "ticket":
            return await _take(turn)
        move = decide(turn, slot)
    return await _MOVES.get(move, _unclear)(turn, slot)


async def _open(turn: Turn) -> list[Event]:
    wanted = turn.entities.get("value") if turn.entities.get("slot") == "purpose" else None
    purpose = wanted if wanted in _OPENING else _PURPOSE.get(turn.intent, "progress")
    turn.slots["purpose"] = purpose
    if turn.pressed and (turn.intent in _PURPOSE or wanted):
        # The button stands under a ticket just shown: its number and code need not be typed again.
        turn.slots.update(ticket_number=turn.slot("seen_number"), query_code=turn.slot("seen_code"))
    return [set_slot("purpose", purpose), *await _take(turn)]


async def _take(turn: Turn) -> list[Event]:
    """Find the ticket: by number and code, or without a code when it was filed in this very conversation."""
    number = find_number(turn.text) or turn.slot("ticket_number")
    code = find_code(turn.text) or turn.slot("query_code")
    if turn.entities.get("slot") in ("ticket", "photos"):
        number = turn.entities.get("value")
    filled = [set_slot("ticket_number", number), set_slot("query_code", code)]
    turn.slots.update(ticket_number=number, query_code=code)
    filled.append(set_slot("status_tries", turn.slot("status_tries") or 0))
    own = await parts().tickets.of_conversation(turn.conversation_id)
    if not number and own and not turn.requested:
        if len(own) > 1:
            return [*filled, *_which(turn, own)]
        number = own[0].number
    ticket = next((t for t in own if t.number == number), None)
    if ticket is None and (not number or not code):
        missing = "query_code" if number else "ticket_number"
        return [*filled, *_ask(turn, missing, before="" if turn.requested else _opening(turn))]
    try:
        ticket = ticket or await parts().tickets.by_number_and_code(str(number), str(code))
        return _wrong(turn) if ticket is None else await _do(turn, ticket, filled)
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
        return [*_DONE]


def _which(turn: Turn, own: Sequence[Ticket]) -> list[Event]:
    """Several tickets of this conversation: which one?"""
    listed = "\n".join(f"{t.number}（{t.state.label}）{clip(t.summary, 20)}" for t in own)
    turn.say(
        f"您在这里登记过这几件：\n{listed}\n要看哪一张？也可以发别的工单号和查询码。",
        [*(choice(t.number, "ask_progress", slot="ticket", value=t.number) for t in own), CANCEL],
    )
    return [set_slot("requested_slot", "ticket_number")]


async def _do(turn: Turn, ticket: Ticket, filled: list[Event]) -> list[Event]:
    tickets, purpose = parts().tickets, turn.slot("purpose")
    turn.slots["ticket_number"] = ticket.number
    found = [*filled, set_slot("ticket_number", ticket.number), set_slot("query_code", ticket.query_code)]
    if purpose == "urge":
        urged = await tickets.urge(ticket.number, ticket.query_code, key=turn.turn_id or None)
        stands = tickets.progress_text(urged or ticket).removeprefix("您好，")
        turn.say(f"已经记下催办，办理这件事的工作人员能看到。\n{stands}", [HUMAN])
        return [*_DONE]
    if purpose == "add" and turn.entities.get("slot") == "photos":
        return await _add_photos(turn)
    if purpose == "add":
        return [*found, set_slot("status_tries", 0), *_ask(turn, "supplement")]
    if purpose == "rate" and _finished(ticket):
        return [*found, set_slot("status_tries", 0), *_ask(turn, "rating")]
    before = "这张工单还没有办完，办完以后再请您评价。\n" if purpose == "rate" else ""
    turn.say(before + tickets.progress_text(ticket), _after(ticket))
    return [*_DONE, set_slot("seen_number", ticket.number), set_slot("seen_code", ticket.query_code)]


async def _add(turn: Turn) -> list[Event]:
    """Write the citizen's words into the ticket's history; number and code were checked when it was opened."""
    number = str(turn.slot("ticket_number"))
    ticket = await parts().tickets.note(
        number, CITIZEN, turn.text[:MAX_NOTE], key=turn.turn_id or None, photos=turn.slot("photos") or ()
    )
    turn.say(f"已经补充到工单 {ticket.number}，承办的工作人员能看到。", _after(ticket))
    return [*_DONE, set_slot("photos", None)]


async def _add_photos(turn: Turn) -> list[Event]:
    photos = turn.slot("photos") or []
    if not photos:
        return _ask(turn, "supplement")
    turn.text = f"补充照片 {len(photos)} 张"
    return await _add(turn)


async def _attached(turn: Turn, slot: str) -> list[Event]:
    """A photo for the ticket that is being added to; anything else sent here waits for its words."""
    filled, said = attachments.take(turn)
    turn.slots.update(filled)
    events = [set_slot(name, value) for name, value in filled.items()]
    if slot == "supplement" and turn.slot("photos"):
        return await _add_photos(turn)
    return [*events, *_ask(turn, slot, before=said)]


def _finished(ticket: Ticket) -> bool:
    return ticket.state.is_final or ticket.state is State.PENDING_CALLBACK


async def _rated(turn: Turn) -> list[Event]:
    said = turn.entities.get("value") if turn.pressed else plain(turn.text)
    mark = next((mark for mark in sorted(RATINGS, key=len, reverse=True) if said and mark in said), None)
    if mark is None:
        move = decide(turn, "rating")
        return await _MOVES.get(move, _unclear)(turn, "rating")
    turn.slots["rating"] = mark
    if mark == RATINGS[-1]:
        return [set_slot("rating", mark), set_slot("status_tries", 0), *_ask(turn, "reason")]
    return await _rate(turn, "")


async def _reason(turn: Turn) -> list[Event]:
    return await _rate(turn, turn.text)


async def _rate(turn: Turn, note: str) -> list[Event]:
    number, mark = str(turn.slot("ticket_number")), str(turn.slot("rating"))
    await parts().tickets.rate(number, mark, note[: MAX_NOTE - 20], key=turn.turn_id or None)
    thanks = (
        "很抱歉没让您满意，您说的我记下了，工作人员能看到。"
        if mark == RATINGS[-1]
        else "谢谢您的评价，已经记下了。"
    )
    turn.say(thanks, [HUMAN, COMPLAIN])
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
    if slot == "reason":
        return await _reason(turn)
    if not await policy_aside(turn, certain=slot != "supplement" or is_aside(turn.text)):
        return await _add(turn)
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


async def _abilities(turn: Turn, slot: str) -> list[Event]:
    abilities(turn)
    return [set_slot("status_tries", 0), *_ask(turn, slot)]


async def _abuse(turn: Turn, slot: str) -> list[Event]:
    said, events = mood.harsh(turn)
    return [*events, set_slot("status_tries", 0), *_ask(turn, slot, before=said + "\n")]


def _ask(turn: Turn, slot: str, before: str = "") -> list[Event]:
    ways = {
        "ticket_number": [Choice("没有工单号", "/skip")],
        "rating": [choice(mark, "inform", slot="rating", value=mark) for mark in RATINGS],
        "reason": [SKIP],
    }.get(slot, [])
    turn.say(before + _ASK[slot], [*ways, CANCEL])
    return [set_slot("requested_slot", slot)]


def _opening(turn: Turn) -> str:
    return _OPENING[str(turn.slot("purpose"))]


def _after(ticket: Ticket) -> list[Choice]:
    if _finished(ticket):
        return [choice("评价", "ask_progress", slot="purpose", value="rate"), HUMAN, COMPLAIN]
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
