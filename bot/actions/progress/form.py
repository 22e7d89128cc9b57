"""The form for a ticket: 查进度 (progress), 催办 (urge), 补充 (add), 评价 (rate).

It first asks for the ticket number and the query code, then does what the citizen wants.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.actions.complaint import attachments, kept, later, promised
from bot.actions.complaint.leaving import takes_up_again
from bot.actions.complaint.moves import Move, decide, is_aside
from bot.actions.policy.choosing import choose_within_form
from bot.actions.policy.staying import stays
from bot.actions.progress import (
    added,
    adding,
    anew,
    belongs,
    callback,
    codes,
    how_long,
    just_now,
    marks,
    only_asked,
    unsolved,
    withdraw_wish,
)
from bot.actions.progress import own as mine
from bot.actions.progress.adding import ways
from bot.actions.progress.belongs import ASKED_WHAT
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, COMPLAIN, HUMAN, PROGRESS, SKIP, choice, plain
from bot.actions.talk import mood, rating
from bot.actions.talk.digressions import NOT_FOUND, abilities, policy_aside
from bot.actions.talk.handoff import hand_over
from bot.understanding.human_wish import calls_human
from bot.understanding.ticket import find_code, find_number, lacks_number
from bot.understanding.ticket_talk import asks_how_it_stands
from bot.understanding.write_down import write_down
from conversations.event_kinds import Result
from core.errors import Conflict, RateLimited
from tickets.service import MAX_NOTE, RATINGS
from tickets.types import CITIZEN, Ticket

MAX_TRIES = 3
"""Largest number of unusable answers in a row before the form offers another way."""
_OWN = ("ticket_number", "query_code", "supplement", "purpose", "rating", "status_tries")
_PURPOSE = {"urge": "urge", "add_to_ticket": "add", "rate": "rate"}
_OPENING = {
    "progress": "好的，我帮您查。",
    "urge": "好的，我帮您催办。",
    "add": "好的，我帮您补充到工单里。",
    "rate": "好的，请您评价。",
}
_ASK = {
    "ticket_number": "请把工单号发给我，比如 {example}，登记完成时告诉过您。",
    "query_code": "请再告诉我这张工单的查询码，是 8 位字母和数字（早先的是 6 位数字）。",
    "supplement": "找到这张工单了。请说说要补充什么？照片也可以直接发。",
    "rating": "这件事办得怎么样，您满意吗？",
    "reason": "很抱歉。您对哪里不满意？说一说我记下来，也可以跳过。",
}
_WAITS_FOR_TICKET = ("ticket_number", "query_code", "supplement")
_LOST = "没有工单号或者查询码的话，可以转人工，坐席核实后帮您查。"


async def validate(turn: Turn) -> None:
    """Handle one message within the form, or the message that opens it."""
    slot = turn.requested
    turn.outcome(Result.TICKET, about=turn.slot("ticket_number"))  # a later step may set another outcome
    if await callback.pressed(turn):
        return
    if await withdraw_wish.take(turn):
        _end(turn)
        return
    if slot is None and later.wanted(turn):  # 帮我查一下 means the question that was offered, and no ticket
        _end(turn)
        turn.follow_up("action_affirm")
    elif slot is None:
        await _open(turn)
    elif not turn.pressed and calls_human(turn.text):
        await _human(turn, slot)
    elif attachments.sent(turn) and attachments.keep_beside(turn):
        turn.set("requested_slot", slot)  # the words answer what was asked
    elif attachments.sent(turn):
        await _attached(turn, slot)
    elif (
        (slot in _WAITS_FOR_TICKET and await just_now.answer(turn, asks_number=True))
        or (slot == "ticket_number" and await _takes_up(turn))
        or (slot == "ticket_number" and anew.offered(turn))
    ):
        _end(turn)
    elif await choose_within_form(turn):
        _ask_again(turn, slot)
    elif slot == "rating":
        await _rated(turn)
    elif slot in ("supplement", "reason"):
        await _worded(turn, slot)
    elif _names_ticket(turn, slot):
        await _take(turn)
    else:
        await _move(turn, slot, decide(turn, slot))


async def _takes_up(turn: Turn) -> bool:
    """Offer the unfinished complaint, if the citizen asks for it instead of giving a number; False otherwise."""
    if turn.pressed or not (takes_up_again(turn.text) or kept.asks(turn.text)):
        return False
    draft = await kept.left(turn)
    if draft is not None:
        kept.offer(turn, draft)
    return draft is not None


async def _move(turn: Turn, slot: str, move: Move) -> None:
    lacks = slot in ("ticket_number", "query_code") and not turn.pressed and lacks_number(turn.text)
    await (_lost if lacks else _MOVES.get(move, _unclear))(turn, slot)


async def _worded(turn: Turn, slot: str) -> None:
    """Take a free-text answer: what to add to the ticket, or why the citizen is dissatisfied."""
    asks = slot == "supplement" and not turn.pressed and asks_how_it_stands(turn.text)
    move = Move.PROGRESS if asks else decide(turn, slot)
    if move is Move.ANSWER:
        await (_add(turn) if slot == "supplement" else _rate(turn, turn.text))
    elif slot == "reason" and move in (Move.SKIP, Move.DENY):
        await _rate(turn, "")
    else:
        await _move(turn, slot, move)


def _names_ticket(turn: Turn, slot: str) -> bool:
    code = slot == "query_code" and find_code(turn.text) is not None
    return code or find_number(turn.text) is not None or turn.entities.get("slot") == "ticket"


def _end(turn: Turn) -> None:
    """End the form and empty its slots."""
    turn.set_all(dict.fromkeys([*_OWN, "requested_slot"]))


async def _open(turn: Turn) -> None:
    if (
        await stays(turn)
        or await how_long.answer(turn)
        or await only_asked.answer(turn)
        or await rating.answer(turn)
        or await rating.without_ticket(turn)
        or await promised.offers(turn)
        or await just_now.answer(turn, asks_number=True)
    ):
        _end(turn)
        return
    draft = None if turn.pressed or find_number(turn.text) else await kept.left(turn)
    if draft is not None and (kept.asks(turn.text) or not await _own(turn)):
        kept.offer(turn, draft, Choice("查别的工单", PROGRESS.payload))
        _end(turn)
        return
    wanted = turn.entities.get("value") if turn.entities.get("slot") == "purpose" else None
    purpose = wanted if wanted in _OPENING else _PURPOSE.get(turn.intent, "progress")
    turn.set("purpose", purpose)
    if (turn.pressed and (turn.intent in _PURPOSE or wanted)) or turn.offered == ASKED_WHAT:
        # The button belongs to a ticket that was just shown, so number and code are taken from there.
        turn.set_all({"ticket_number": turn.slot("seen_number"), "query_code": turn.slot("seen_code")})
    await _take(turn)


async def _own(turn: Turn) -> Sequence[Ticket]:
    return await parts().tickets.of_conversation(turn.conversation_id)


async def _take(turn: Turn) -> None:
    """Find the ticket by number and code; a ticket filed in this conversation needs no code."""
    number = find_number(turn.text) or turn.slot("ticket_number")
    code = find_code(turn.text) or turn.slot("query_code")
    if turn.entities.get("slot") in ("ticket", "photos"):
        number = turn.entities.get("value")
    turn.set_all({"ticket_number": number, "query_code": code, "status_tries": _tries(turn)})
    own = await parts().tickets.of_conversation(turn.conversation_id)
    if not number and own and not turn.requested:
        if len(own) > 1:
            mine.which(turn, own)
            return
        number = own[0].number
    ticket = next((t for t in own if t.number == number), None)
    if ticket is None and (not number or not code):
        missing = "query_code" if number else "ticket_number"
        _ask(turn, missing, before="" if turn.requested else _opening(turn))
        return
    try:
        ticket = ticket or await codes.opened(turn, str(number), str(code))
        if ticket is None:
            _wrong(turn)
        else:
            await _do(turn, ticket)
    except (RateLimited, Conflict) as error:
        turn.say(error.message, [HUMAN])
        _end(turn)


async def _do(turn: Turn, ticket: Ticket) -> None:
    """Do what the citizen wants with the found ticket."""
    if turn.offered == unsolved.WHICH and await unsolved.chosen(turn, ticket):
        _end(turn)
        return
    tickets, purpose = parts().tickets, turn.slot("purpose")
    turn.set_all({"ticket_number": ticket.number, "query_code": codes.kept(turn, ticket)})
    said = str(turn.slot("story") or "") if turn.offered == ASKED_WHAT else ""
    if said:
        turn.set("story", None)
    orders = turn.entities.get("slot") == belongs.TOLD or (not turn.pressed and write_down(turn.text))
    if purpose == "add" and not said and orders:
        said = belongs.offered_before(turn)
    if purpose == "urge":
        await adding.urge(turn, ticket, said)
        _end(turn)
    elif purpose == "add" and turn.entities.get("slot") == "photos" and turn.slot("photos"):
        await _add_photos(turn, turn.slot("photos"))
    elif purpose == "add" and said:
        await adding.add(turn, ticket, said)
        _end(turn)
    elif purpose == "add":
        _ask_again(turn, "supplement")
    elif purpose == "rate" and marks.calls_back(turn, ticket):
        callback.ask(turn, ticket)
        _end(turn)
    elif purpose == "rate" and marks.finished(ticket):
        _ask_again(turn, "rating")
    else:
        before = "这张工单还没有办完，办完以后再请您评价办得怎么样。\n" if purpose == "rate" else ""
        own = await added.shown(ticket) if ticket.conversation_id == turn.conversation_id else []
        turn.say("\n".join([before + tickets.progress_text(ticket), *own]), _after(ticket))
        _end(turn)
        just_now.remember(turn, ticket)
        if purpose == "rate":
            rating.ask(turn)


async def _add(turn: Turn) -> None:
    """Add the citizen's words and the photos sent before to the ticket."""
    await _note(turn, turn.text, turn.slot("photos") or ())


async def _add_photos(turn: Turn, photos: Sequence[str]) -> None:
    await _note(turn, f"补充照片 {len(photos)} 张", photos)


async def _note(turn: Turn, words: str, photos: Sequence[str]) -> None:
    """Write a note to the ticket's history; number and code were checked when the ticket was found.

    Args:
        words: the citizen's words; they are cut to the largest length of a note.
        photos: ids of the photos that belong to the words.
    """
    number = str(turn.slot("ticket_number"))
    ticket = await parts().tickets.note(
        number, CITIZEN, words[:MAX_NOTE], key=turn.turn_id or None, photos=photos
    )
    risen = await adding.raised(turn, ticket, words)
    turn.say(f"已经补充到工单 {ticket.number}，承办的工作人员能看到。{risen}", _after(ticket))
    _end(turn)
    turn.set("photos", None)


async def _attached(turn: Turn, slot: str) -> None:
    """Take a photo for a ticket that is being added to; for other attachments, ask for words."""
    filled, said = attachments.read(turn)
    photos = filled.get("photos") or turn.slot("photos")
    if slot == "supplement" and photos:
        await _add_photos(turn, photos)
    else:
        turn.set_all({**filled, "status_tries": _tries(turn)})  # a photo that came twice fills nothing
        _ask(turn, slot, before=said)


async def _rated(turn: Turn) -> None:
    said = turn.entities.get("value") if turn.pressed else plain(turn.text)
    mark = next((mark for mark in sorted(RATINGS, key=len, reverse=True) if said and mark in said), None)
    if mark is None:
        await _move(turn, "rating", decide(turn, "rating"))
        return
    turn.set("rating", mark)
    if mark == RATINGS[-1]:
        _ask_again(turn, "reason")
    else:
        await _rate(turn, "")


async def _rate(turn: Turn, note: str) -> None:
    await marks.take(turn, note)
    _end(turn)


def _tries(turn: Turn) -> int:
    """Number of unusable answers in a row."""
    return int(turn.slot("status_tries") or 0)


def _wrong(turn: Turn) -> None:
    """Say that the ticket was not found, but not whether number or code is wrong, and ask for both again."""
    tries = _tries(turn) + 1
    if tries >= MAX_TRIES:
        turn.say("还是没有查到。建议转人工，坐席核实后帮您查。", [HUMAN, COMPLAIN])
        _end(turn)
        turn.offer("human")
        return
    turn.say(f"{NOT_FOUND}\n请把工单号和查询码再发一次。", [CANCEL, HUMAN])
    turn.set_all({"ticket_number": None, "query_code": None})
    turn.set_all({"status_tries": tries, "requested_slot": "ticket_number"})


async def _unclear(turn: Turn, slot: str) -> None:
    tries = _tries(turn) + 1
    turn.set("status_tries", tries)
    if tries >= MAX_TRIES:
        turn.say("抱歉，我没能认出来。" + _LOST, [HUMAN, CANCEL])
        turn.set("requested_slot", slot)
    else:
        _ask(turn, slot, before="抱歉，没能认出来。")


async def _lost(turn: Turn, slot: str) -> None:
    turn.say("没关系。" + _LOST, [HUMAN, CANCEL])
    turn.set_all({"status_tries": 0, "requested_slot": slot})


async def _cancel(turn: Turn, slot: str) -> None:
    if slot == "reason" and turn.slot("purpose") == callback.PURPOSE:
        callback.left(turn)
    else:
        turn.say("好的，不查了。还有别的事随时说。", [COMPLAIN, HUMAN])
    _end(turn)


async def _human(turn: Turn, slot: str) -> None:
    await hand_over(turn, "citizen_asked")
    _end(turn)


async def _back(turn: Turn, slot: str) -> None:
    turn.set_all({"ticket_number": None, "query_code": None})
    _ask_again(turn, "ticket_number", "好的，重新来。")


async def _progress(turn: Turn, slot: str) -> None:
    """Tell how the ticket stands to whoever asks that instead of adding to it; else ask again for the ticket."""
    if slot != "supplement":
        _ask_again(turn, slot)
        return
    turn.set("purpose", "progress")
    await _take(turn)


async def _repeat(turn: Turn, slot: str) -> None:
    _ask_again(turn, slot)


async def _policy(turn: Turn, slot: str) -> None:
    if slot == "reason" and not turn.pressed:
        await _rate(turn, turn.text)
    elif await policy_aside(turn, certain=slot != "supplement" or is_aside(turn.text)):
        _ask_again(turn, slot)
    else:
        await _add(turn)


async def _how_long(turn: Turn, slot: str) -> None:
    turn.say(how_long.general())
    _ask_again(turn, slot)


async def _abilities(turn: Turn, slot: str) -> None:
    abilities(turn)
    _ask_again(turn, slot)


async def _abuse(turn: Turn, slot: str) -> None:
    _ask_again(turn, slot, mood.harsh(turn) + "\n")


def _ask(turn: Turn, slot: str, before: str = "") -> None:
    ways = {
        "ticket_number": [Choice("没有工单号", "/skip")],
        "rating": [choice(mark, "inform", slot="rating", value=mark) for mark in RATINGS],
        "reason": [SKIP],
    }.get(slot, [])
    turn.say(before + _ASK[slot].format(example=parts().city.example_number), [*ways, CANCEL])
    turn.set("requested_slot", slot)


def _ask_again(turn: Turn, slot: str, before: str = "") -> None:
    """Ask for a slot and reset the count of unusable answers."""
    turn.set("status_tries", 0)
    _ask(turn, slot, before)


def _opening(turn: Turn) -> str:
    return _OPENING[str(turn.slot("purpose"))]


def _after(ticket: Ticket) -> list[Choice]:
    if marks.finished(ticket):
        return [choice("评价", "ask_progress", slot="purpose", value="rate"), HUMAN, COMPLAIN]
    return ways(ticket)


_MOVES: dict[Move, Callable[[Turn, str], Awaitable[None]]] = {
    Move.CANCEL: _cancel,
    Move.DENY: _lost,
    Move.SKIP: _lost,
    Move.HUMAN: _human,
    Move.BACK: _back,
    Move.CORRECT: _back,
    Move.REPEAT: _repeat,
    Move.PROGRESS: _progress,
    Move.AFFIRM: _repeat,
    Move.TALK: _repeat,
    Move.POLICY: _policy,
    Move.FOLLOW_UP: _policy,
    Move.HOW_LONG: _how_long,
    Move.ABILITIES: _abilities,
    Move.ABUSE: _abuse,
}
