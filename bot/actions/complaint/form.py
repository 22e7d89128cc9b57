"""The complaint form: what each message means while a complaint is being taken, and what is asked next.

Rasa runs :func:`validate` once per message while ``complaint_form`` is active. It decides everything and asks the
next question itself, so a message costs one call: digressions are answered in place and the question asked again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from bot.actions.complaint import attachments, later, questions, same
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.answers import hint, read_answer, read_mined, read_place, without_phone
from bot.actions.complaint.corrections import field_of, new_value
from bot.actions.complaint.moves import FREE, Move, decide, is_aside
from bot.actions.complaint.opening import BEFORE, NOTED, open_form
from bot.actions.complaint.values import read_type, rest_after_district
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Event, Turn, set_slot
from bot.actions.runtime.wording import CANCEL, HUMAN, PROGRESS, RESUME, SKIP, clip, plain
from bot.actions.talk import mood
from bot.actions.talk.digressions import abilities, only_announced, policy_aside, progress_aside
from bot.actions.talk.handoff import hand_over
from bot.understanding.requests import split
from conversations.scope import DECLINED
from core.errors import NotFound
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
_DESK = "form"
"""Key under which a conversation shows the agents what the running form has."""
_LEAVES_IT = frozenset({Move.CANCEL, Move.SKIP, Move.DENY, Move.BACK})
_KEEP = re.compile(r"^(算了)?(还是)?(就|先)?(不改|不用改|别改|保持原样|原来的?(就行|就好|可以)?|照旧|按原来)")
_ANOTHER = re.compile(
    r"不是(一件|同一|一个|一回)|另外(一件|登记|的)|别的事|新的(事|问题)|两(码|回)事|不一样|重新登记"
)
_SAME = re.compile(r"是?(同一|一)(件|个|回)事?|就是(这|那)(个|件|张)|补充(进去|到|上)|加(进去|上)|一样的")


async def validate(turn: Turn) -> list[Event]:
    """One message within the form, or the one that opens it (no slot is asked for yet)."""
    events = await _step(turn)
    await _show_desk(turn, events)
    return events


async def _step(turn: Turn) -> list[Event]:
    slot = turn.requested
    if slot is None:
        return await _open(turn)
    if attachments.sent(turn):
        return await _attached(turn, slot)
    if turn.pressed and turn.intent == "start_complaint" and turn.entities.get("slot") == "declined":
        return await _not_declined(turn, slot)
    if turn.pressed and turn.intent == "inform":
        return await _chosen(turn, slot)
    if turn.slot("asking") and not turn.pressed:
        return await _asked(turn, slot)
    if not turn.pressed and only_announced(turn.text):
        return await _policy(turn, slot)
    move = decide(turn, slot)
    if slot == same.SLOT:
        return await _same(turn, move)
    if turn.slot("former") is not None and (move in _LEAVES_IT or _KEEP.search(plain(turn.text))):
        return await _keep_former(turn)
    if slot not in FREE and not turn.pressed and (slot == "contact_phone" or move not in _NO_ANSWER):
        value = read_answer(slot, turn.text)
        if value is not None:
            return await _take(turn, slot, value)
    return await _MOVES[move](turn, slot)


async def _open(turn: Turn) -> list[Event]:
    events = await open_form(turn)
    if any(event.get("name") == "requested_slot" and event.get("value") is None for event in events):
        return events
    before = str(turn.slots.pop(BEFORE, ""))
    events = _with_category(turn, [*events, set_slot("tries", 0)])
    return [*events, *await _next(turn, before=before)]


async def _next(turn: Turn, before: str = "", *, look: bool = True) -> list[Event]:
    """Ask for what is missing next; before that, whether this is an open ticket's matter.

    Args:
        look: something was said since the last look that may show it.
    """
    if look:
        found = await same.find(turn)
        if found is not None:
            return same.ask(turn, found, before)
    return questions.ask(turn, drafts.next_missing(turn.slots), before=before)


async def _show_desk(turn: Turn, events: list[Event]) -> None:
    """Let the agents see the form as it fills: whoever takes the conversation over has it before them."""
    after = {**turn.slots, **{e["name"]: e["value"] for e in events if e["event"] == "slot"}}
    shown = drafts.for_agent(after) if after.get("requested_slot") else None
    conversations = parts().conversations
    if (await conversations.recall(turn.conversation_id)).get(_DESK) != (shown or None):
        with suppress(NotFound):  # Rasa was spoken to without the app.
            await conversations.remember(turn.conversation_id, _DESK, shown or None)


async def _attached(turn: Turn, slot: str) -> list[Event]:
    """A photo or a place, at any point: kept, and the question asked again (or answered by it)."""
    filled, said = attachments.take(turn)
    turn.slots.update(filled)
    events = [set_slot(name, value) for name, value in filled.items()]
    if slot in filled or slot == drafts.CONFIRM:
        return [*events, set_slot("tries", 0), *await _next(turn, said, look=slot in filled)]
    if slot == same.SLOT:
        turn.say(f"{said}请先说说跟那张工单是不是同一件事。", [*same.CHOICES])
        return events
    return [*events, *questions.ask(turn, slot, before=said)]


async def _chosen(turn: Turn, slot: str) -> list[Event]:
    """A button with a value."""
    name, value = turn.entities.get("slot", ""), turn.entities.get("value", "")
    if name == "explain":
        return [set_slot("tries", 0), *questions.ask(turn, slot, before=questions.EXPLAINED)]
    if name == "category":
        return await _go_on(turn, {name: value}, look=False)
    if name in drafts.LABELS:
        return await _take(turn, name, read_answer(name, value))
    return _bad_try(turn, slot)


async def _not_declined(turn: Turn, slot: str) -> list[Event]:
    """What was declined as out of scope is not: it is the answer it was meant to be."""
    said = (await parts().conversations.recall(turn.conversation_id)).get(DECLINED)
    if said and slot in FREE:
        return await _take(turn, slot, read_answer(slot, str(said)))
    return [set_slot("tries", 0), *questions.ask(turn, slot, before="好的，我们接着登记。")]


async def _asked(turn: Turn, slot: str) -> list[Event]:
    """The question that was announced before (等等我先问个事)."""
    move = decide(turn, slot)
    done = [set_slot("asking", None)]
    if move in (Move.CANCEL, Move.HUMAN):
        return [*done, *await _MOVES[move](turn, slot)]
    if move in (Move.DENY, Move.AFFIRM, Move.TALK, Move.REPEAT, Move.SKIP, Move.BACK):
        return [*done, *_resume(turn, slot)]
    await policy_aside(turn, certain=True)
    return [*done, *_resume(turn, slot)]


async def _same(turn: Turn, move: Move) -> list[Event]:
    """The answer to "is it the same matter as that ticket"."""
    number = str(turn.slot(same.SLOT))
    said = plain(turn.text)
    if move is Move.DENY or _ANOTHER.search(said):
        refused = [*(turn.slot(same.NOT) or []), number]
        turn.slots.update({same.NOT: refused, same.SLOT: None})
        events = [set_slot(same.NOT, refused), set_slot(same.SLOT, None), set_slot("tries", 0)]
        return [*events, *await _next(turn, "好的，那就另外登记一件。", look=False)]
    if move is Move.AFFIRM or _SAME.search(said):
        turn.say(await same.add(turn), [PROGRESS, HUMAN])
        offered = later.offer(turn)
        return [*drafts.cleared(), *offered, set_slot("requested_slot", None)]
    if move in (Move.CANCEL, Move.HUMAN):
        return await _MOVES[move](turn, same.SLOT)
    turn.say("请问跟那张工单是同一件事吗？是的话我补充进去，不是就另外登记。", [*same.CHOICES])
    return [set_slot("tries", int(turn.slot("tries") or 0) + 1), set_slot("requested_slot", same.SLOT)]


async def _keep_former(turn: Turn) -> list[Event]:
    """A correction that was begun and given up: the line stays as it was."""
    former = turn.slot("former")
    turn.slots.update({former["slot"]: former["value"], "former": None})
    events = [set_slot(former["slot"], former["value"]), set_slot("former", None), set_slot("tries", 0)]
    return [*events, *await _next(turn, "好的，这一项不改。", look=False)]


async def _answer(turn: Turn, slot: str) -> list[Event]:
    if slot == "complaint_type":
        return await _take(turn, slot, read_answer(slot, turn.text))
    kind = read_type(turn.text) if slot == "content" and len(turn.text) <= _BARE_TYPE else None
    if kind is not None:  # "举报" after "请说说是什么事": the kind, not yet the matter
        turn.slots["complaint_type"] = kind
        return [
            set_slot("complaint_type", kind),
            set_slot("tries", 0),
            *questions.ask(turn, slot, before="好的。"),
        ]
    return await _take(turn, slot, read_answer(slot, turn.text))


async def _take(turn: Turn, slot: str, value: str | bool | None) -> list[Event]:
    """Fill a slot and go on; a value that can't be read counts as a bad try."""
    if value is None:
        return _bad_try(turn, slot)
    filled: dict[str, Any] = {slot: value}
    if slot == "content":
        return await _take_story(turn, str(value))
    if slot == "address":
        # "田家庵区国庆路…" after another district was chosen: the address is the later word.
        named = read_place(str(value)).get("district")
        if named and named != turn.slot("district"):
            filled["district"] = named
    if slot == "district" and turn.slot("address") is None:
        rest = "" if turn.pressed else rest_after_district(turn.text)
        filled["address" if len(rest) >= _WHOLE_ADDRESS else "town"] = rest or None
    if slot == "address" and turn.slot("town") and str(turn.slot("town")) not in str(value):
        filled[slot] = f"{turn.slot('town')}{value}"
    if slot == "contact_name" and value != drafts.ANONYMOUS and turn.slot("contact_phone") == "":
        filled["contact_phone"] = None  # only the anonymous may leave it out
    return await _go_on(turn, filled)


async def _take_story(turn: Turn, story: str) -> list[Event]:
    """The matter itself: mined for every other slot, and cut apart when there are two."""
    requests = split(story)
    content = requests[0].text
    mined = read_mined(content, turn.slots)
    filled: dict[str, Any] = {**mined, "content": without_phone(content, mined)}
    before, events = mood.sympathy(turn, content)
    if len(requests) > 1:
        events = [*events, *later.remember(turn, requests[1:])]
        before += later.noted(requests[1:])
    noted = [questions.brief(name, filled[name]) for name in NOTED if filled.get(name)]
    if noted:
        before += f"记下了（{'、'.join(noted)}）。"
    return [*events, *await _go_on(turn, filled, before=before)]


async def _go_on(
    turn: Turn, filled: dict[str, Any], before: str = "", *, look: bool | None = None
) -> list[Event]:
    turn.slots.update(filled)
    events = [set_slot(name, value) for name, value in filled.items()]
    events += [set_slot("tries", 0), set_slot("former", None)]
    if "content" in filled:
        events = _with_category(turn, events)
    look = bool(same.LOOKED_UP_AFTER & set(filled)) if look is None else look
    return [*events, *await _next(turn, before, look=look)]


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
        return await _go_on(turn, {"content": content}, before="好的，这一句也补进去了。")
    return _bad_try(turn, slot)


async def _cancel(turn: Turn, slot: str) -> list[Event]:
    kept = drafts.saved(turn.slots)
    again = RESUME if kept else Choice("重新反映", "/start_complaint")
    turn.say("好的，已经取消，没有提交任何内容。以后想反映随时跟我说。", [again, HUMAN])
    offered = later.offer(turn, again)
    return [
        *drafts.cleared(),
        *offered,
        set_slot(drafts.KEPT, kept or None),
        set_slot("requested_slot", None),
    ]


async def _human(turn: Turn, slot: str) -> list[Event]:
    await hand_over(turn, "citizen_asked")
    kept = drafts.saved(turn.slots)
    return [*drafts.cleared(), set_slot(drafts.KEPT, kept or None), set_slot("requested_slot", None)]


async def _skip(turn: Turn, slot: str) -> list[Event]:
    if slot == "contact_name":
        return await _go_on(turn, {slot: drafts.ANONYMOUS})
    if questions.skippable(turn, slot):
        return await _go_on(turn, {slot: ""})
    if slot == "district":
        return await _go_on(turn, {slot: drafts.WHOLE_CITY})
    if slot == "address" and int(turn.slot("tries") or 0) >= 1:
        return await _go_on(turn, {slot: ""}, before="好的，位置先空着，工作人员可能会再跟您核实。")
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
    return _reopen(turn, former, "好的，回到上一个问题。")


def _reopen(turn: Turn, slot: str, before: str) -> list[Event]:
    """Ask for a slot again; what it said before is shown, and kept should the citizen leave it at that."""
    value = turn.slot(slot)
    kept = None if value is None or value == "" else {"slot": slot, "value": value}
    told = f"（原来是“{clip(drafts.shown(slot, value), 60)}”，不改就说“不改了”）" if kept else ""
    turn.slots[slot] = None
    events = [set_slot(slot, None), set_slot("former", kept), set_slot("tries", 0)]
    if slot == "content":
        turn.slots["category"] = None
        events.append(set_slot("category", None))
    return [*events, *questions.ask(turn, slot, before=before + told)]


async def _repeat(turn: Turn, slot: str) -> list[Event]:
    return [set_slot("tries", 0), *questions.ask(turn, slot)]


async def _correct(turn: Turn, slot: str) -> list[Event]:
    field = field_of(turn.text, turn.entities)
    if field is None:
        if slot == drafts.CONFIRM:
            return [set_slot("tries", 0), *questions.ask_what_to_change(turn)]
        return await _back(turn, slot)
    if field == "category":
        return _other_category(turn, slot)
    if field in ("photos", "location"):
        turn.slots[field] = None
        gone = "照片都去掉了，可以重新发。" if field == "photos" else "定位去掉了，可以重新发。"
        return [set_slot(field, None), set_slot("tries", 0), *questions.ask(turn, slot, before=gone)]
    brought = None if turn.pressed else new_value(turn.text)
    value = read_answer(field, brought) if brought else None
    if value is not None:
        return await _take(turn, field, value)
    return _reopen(turn, field, "好的，请重新说一下。")


def _other_category(turn: Turn, slot: str) -> list[Event]:
    """The suggested category is not right: it is left to the staff."""
    turn.slots["category"] = ""
    dropped = [set_slot("category", ""), set_slot("tries", 0)]
    return [*dropped, *questions.ask(turn, slot, before="好的，事项分类由工作人员来定。")]


async def _affirm(turn: Turn, slot: str) -> list[Event]:
    if slot == drafts.CONFIRM:
        return [set_slot(drafts.CONFIRM, True), set_slot("tries", 0), set_slot("requested_slot", None)]
    if slot == "confidential" and "提交" not in turn.text:  # that is a yes to something else
        return await _go_on(turn, {slot: True})
    return [set_slot("tries", 0), *questions.ask(turn, slot, before="好的。")]


async def _deny(turn: Turn, slot: str) -> list[Event]:
    if slot == drafts.CONFIRM:
        if not turn.pressed and field_of(turn.text, {}) is not None and len(turn.text) > 3:
            return await _correct(turn, slot)
        return [set_slot("tries", 0), *questions.ask_what_to_change(turn)]
    if slot == "confidential":
        return await _go_on(turn, {slot: False})
    if questions.skippable(turn, slot) or slot == "contact_phone":
        return await _skip(turn, slot)
    return _bad_try(turn, slot)


async def _policy(turn: Turn, slot: str) -> list[Event]:
    if only_announced(turn.text):
        turn.say("好的，您先问，问完我们接着填。", [CANCEL, HUMAN])
        return [set_slot("asking", True), set_slot("tries", 0), set_slot("requested_slot", slot)]
    if not await policy_aside(turn, certain=slot not in FREE or is_aside(turn.text)):
        return await _take(turn, slot, read_answer(slot, turn.text))
    return _resume(turn, slot)


async def _abilities(turn: Turn, slot: str) -> list[Event]:
    abilities(turn)
    return _resume(turn, slot)


async def _progress(turn: Turn, slot: str) -> list[Event]:
    await progress_aside(turn)
    return _resume(turn, slot)


async def _abuse(turn: Turn, slot: str) -> list[Event]:
    said, events = mood.harsh(turn)
    return [*events, set_slot("tries", 0), *questions.ask(turn, slot, before=said, human=True)]


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
