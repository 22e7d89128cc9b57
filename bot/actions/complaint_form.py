"""The complaint form: what each message means while a complaint is being taken, and what is asked next.

Rasa runs :func:`validate` once per message while ``complaint_form`` is active. It decides everything and asks the
next question itself, so a message costs one call: digressions are answered in place and the question asked again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.actions import draft as drafts
from bot.actions import questions
from bot.actions.answers import hint, read_answer
from bot.actions.corrections import field_of, new_value
from bot.actions.digressions import abilities, harsh, policy_aside, progress_aside
from bot.actions.handoff import hand_over
from bot.actions.moves import FREE, Move, decide, is_aside
from bot.actions.opening import open_form
from bot.actions.turn import Choice, Event, Turn, set_slot
from bot.actions.values import read_type, rest_after_district
from bot.actions.wording import CANCEL, HUMAN, SKIP
from tickets import catalog

MAX_TRIES = 3
"""Bad answers to one question before a way around it is offered."""
_ADD_FROM = 6
_WHOLE_ADDRESS = 5
"""Characters from which what follows a district's name is taken as the address; a town alone is kept for it."""
_BARE_TYPE = 4
_NO_ANSWER = frozenset({Move.CANCEL, Move.HUMAN, Move.BACK, Move.CORRECT, Move.POLICY, Move.PROGRESS})
"""Moves whose words may hold a value by chance ("取消投诉", "把区改成大通区") and are still no answer."""
_CATEGORY_FROM = 0.5


async def validate(turn: Turn) -> list[Event]:
    """One message within the form, or the one that opens it (no slot is asked for yet)."""
    slot = turn.requested
    if slot is None:
        return _with_category(turn, open_form(turn))
    if turn.pressed and turn.intent == "inform" and turn.entities.get("slot") in drafts.LABELS:
        return _take(
            turn, turn.entities["slot"], read_answer(turn.entities["slot"], turn.entities.get("value", ""))
        )
    move = decide(turn, slot)
    if slot not in FREE and not turn.pressed and (slot == "contact_phone" or move not in _NO_ANSWER):
        value = read_answer(slot, turn.text)
        if value is not None:
            return _take(turn, slot, value)
    return await _MOVES[move](turn, slot)


async def _answer(turn: Turn, slot: str) -> list[Event]:
    kind = read_type(turn.text) if slot == "content" and len(turn.text) <= _BARE_TYPE else None
    if kind is not None:  # "举报" after "请说说是什么事": the kind, not yet the matter
        turn.slots["complaint_type"] = kind
        return [
            set_slot("complaint_type", kind),
            set_slot("tries", 0),
            *questions.ask(turn, slot, before="好的。"),
        ]
    return _take(turn, slot, read_answer(slot, turn.text))


def _take(turn: Turn, slot: str, value: str | bool | None) -> list[Event]:
    """Fill a slot and go on; a value that can't be read counts as a bad try."""
    if value is None:
        return _bad_try(turn, slot)
    filled: dict[str, str | bool | None] = {slot: value}
    if slot == "district" and turn.slot("address") is None:
        rest = "" if turn.pressed else rest_after_district(turn.text)
        filled["address" if len(rest) >= _WHOLE_ADDRESS else "town"] = rest or None
    if slot == "address" and turn.slot("town") and str(turn.slot("town")) not in str(value):
        filled[slot] = f"{turn.slot('town')}{value}"
    if slot == "contact_name" and value != drafts.ANONYMOUS and turn.slot("contact_phone") == "":
        filled["contact_phone"] = None  # only the anonymous may leave it out
    return _go_on(turn, filled)


def _go_on(turn: Turn, filled: dict[str, str | bool | None], before: str = "") -> list[Event]:
    turn.slots.update(filled)
    events = [set_slot(name, value) for name, value in filled.items()]
    events.append(set_slot("tries", 0))
    if "content" in filled:
        events = _with_category(turn, events)
    return [*events, *questions.ask(turn, drafts.next_missing(turn.slots), before=before)]


def _with_category(turn: Turn, events: list[Event]) -> list[Event]:
    """Suggest a category for new content; the citizen confirms or drops it with the summary."""
    content = turn.slots.get("content")
    if not content or turn.slots.get("category"):
        return events
    found = catalog.suggest(str(content))
    if found is None or found.confidence < _CATEGORY_FROM:
        return events
    turn.slots["category"] = found.category
    return [*events, set_slot("category", found.category)]


def _bad_try(turn: Turn, slot: str) -> list[Event]:
    tries = int(turn.slot("tries") or 0) + 1
    if tries < MAX_TRIES:
        return [set_slot("tries", tries), *questions.ask(turn, slot, before=hint(slot))]
    way = [SKIP] if questions.skippable(turn, slot) else []
    turn.say(
        "实在抱歉，我还是没能认出来。您可以再说一次"
        + ("、跳过这一项，" if way else "，")
        + "也可以转人工，让坐席帮您填。\n"
        + (questions.question(turn, slot) if slot != drafts.CONFIRM else "这份内容要提交吗？"),
        [*way, HUMAN, CANCEL],
    )
    return [set_slot("tries", tries), set_slot("requested_slot", slot)]


async def _unclear(turn: Turn, slot: str) -> list[Event]:
    if (
        slot == drafts.CONFIRM
        and not turn.pressed
        and len(turn.text) >= _ADD_FROM
        and turn.intent != "nonsense"
    ):
        content = f"{turn.slot('content')}\n补充：{turn.text}"
        return _go_on(turn, {"content": content}, before="好的，这一句也补进去了。")
    return _bad_try(turn, slot)


async def _cancel(turn: Turn, slot: str) -> list[Event]:
    turn.say(
        "好的，已经取消，没有提交任何内容。以后想反映随时跟我说。",
        [Choice("重新反映", "/start_complaint"), HUMAN],
    )
    return [*drafts.cleared(), set_slot("requested_slot", None)]


async def _human(turn: Turn, slot: str) -> list[Event]:
    await hand_over(turn, "citizen_asked")
    return [*drafts.cleared(), set_slot("requested_slot", None)]


async def _skip(turn: Turn, slot: str) -> list[Event]:
    if slot == "contact_name":
        return _go_on(turn, {slot: drafts.ANONYMOUS})
    if questions.skippable(turn, slot):
        return _go_on(turn, {slot: ""})
    if slot == "district":
        return _go_on(turn, {slot: drafts.WHOLE_CITY})
    if slot == "address" and int(turn.slot("tries") or 0) >= 1:
        return _go_on(turn, {slot: ""}, before="好的，位置先空着，工作人员可能会再跟您核实。")
    why = {
        "contact_phone": "留了姓名就需要一个能联系上的电话。实在不想留，可以说“改成匿名”。",
        "address": "地址说个大概就行，不然工作人员找不到地方。",
        "content": "要先说说是什么事，才能帮您登记。",
    }.get(slot, "这一项需要您选一下。")
    return [set_slot("tries", int(turn.slot("tries") or 0) + 1), *questions.ask(turn, slot, before=why)]


async def _back(turn: Turn, slot: str) -> list[Event]:
    order = [*drafts.needed(turn.slots), drafts.CONFIRM]
    place = order.index(slot) if slot in order else 0
    if place == 0:
        return [set_slot("tries", 0), *questions.ask(turn, slot, before="这已经是第一个问题了。")]
    former = order[place - 1]
    turn.slots[former] = None
    return [
        set_slot(former, None),
        set_slot("tries", 0),
        *questions.ask(turn, former, before="好的，回到上一个问题。"),
    ]


async def _repeat(turn: Turn, slot: str) -> list[Event]:
    return [set_slot("tries", 0), *questions.ask(turn, slot)]


async def _correct(turn: Turn, slot: str) -> list[Event]:
    field = field_of(turn.text, turn.entities)
    if field is None:
        if slot == drafts.CONFIRM:
            return [set_slot("tries", 0), *questions.ask_what_to_change(turn)]
        return await _back(turn, slot)
    if field == "category":
        turn.slots["category"] = ""
        return [
            set_slot("category", ""),
            set_slot("tries", 0),
            *questions.ask(turn, slot, before="好的，事项分类由工作人员来定。"),
        ]
    brought = None if turn.pressed else new_value(turn.text)
    value = read_answer(field, brought) if brought else None
    if value is not None:
        return _take(turn, field, value)
    turn.slots[field] = None
    emptied = [set_slot(field, None), set_slot("tries", 0)]
    if field == "content":
        turn.slots["category"] = None
        emptied.append(set_slot("category", None))
    return [*emptied, *questions.ask(turn, field, before="好的，请重新说一下。")]


async def _affirm(turn: Turn, slot: str) -> list[Event]:
    if slot == drafts.CONFIRM:
        return [set_slot(drafts.CONFIRM, True), set_slot("tries", 0), set_slot("requested_slot", None)]
    if slot == "confidential":
        return _go_on(turn, {slot: True})
    return [set_slot("tries", 0), *questions.ask(turn, slot, before="好的。")]


async def _deny(turn: Turn, slot: str) -> list[Event]:
    if slot == drafts.CONFIRM:
        if not turn.pressed and field_of(turn.text, {}) is not None and len(turn.text) > 3:
            return await _correct(turn, slot)
        return [set_slot("tries", 0), *questions.ask_what_to_change(turn)]
    if slot == "confidential":
        return _go_on(turn, {slot: False})
    if questions.skippable(turn, slot) or slot == "contact_phone":
        return await _skip(turn, slot)
    return _bad_try(turn, slot)


async def _policy(turn: Turn, slot: str) -> list[Event]:
    if not await policy_aside(turn, certain=slot not in FREE or is_aside(turn.text)):
        return _take(turn, slot, read_answer(slot, turn.text))
    return _resume(turn, slot)


async def _abilities(turn: Turn, slot: str) -> list[Event]:
    abilities(turn)
    return _resume(turn, slot)


async def _progress(turn: Turn, slot: str) -> list[Event]:
    await progress_aside(turn)
    return _resume(turn, slot)


async def _abuse(turn: Turn, slot: str) -> list[Event]:
    harsh(turn)
    return [set_slot("tries", 0), *questions.ask(turn, slot)]


async def _talk(turn: Turn, slot: str) -> list[Event]:
    return [set_slot("tries", 0), *questions.ask(turn, slot, before="在的，我们接着填。")]


def _resume(turn: Turn, slot: str) -> list[Event]:
    return [set_slot("tries", 0), *questions.ask(turn, slot, before="我们接着刚才的登记。")]


_MOVES: dict[Move, Callable[[Turn, str], Awaitable[list[Event]]]] = {
    Move.ANSWER: _answer,
    Move.CANCEL: _cancel,
    Move.HUMAN: _human,
    Move.SKIP: _skip,
    Move.BACK: _back,
    Move.REPEAT: _repeat,
    Move.CORRECT: _correct,
    Move.AFFIRM: _affirm,
    Move.DENY: _deny,
    Move.POLICY: _policy,
    Move.FOLLOW_UP: _policy,
    Move.ABILITIES: _abilities,
    Move.PROGRESS: _progress,
    Move.ABUSE: _abuse,
    Move.TALK: _talk,
    Move.UNCLEAR: _unclear,
}
