"""Going back in the complaint form: to the previous question or a summary line, and undoing that."""

from __future__ import annotations

import re

from bot.actions.complaint import draft as drafts
from bot.actions.complaint import questions, steps
from bot.actions.complaint.answers import read_answer
from bot.actions.complaint.corrections import field_of, new_value
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import clip

_REMOVES = re.compile("去掉|删掉|删了|删除|抹掉|不留|不要留|别留|不要了")
"""Words that want a line taken out (电话不要留，去掉)."""


async def keep_former(turn: Turn) -> None:
    """End a correction that the citizen gave up, and restore the former value."""
    former = turn.slot("former")
    turn.set_all({former["slot"]: former["value"], "former": None, "tries": 0})
    await steps.ask_next(turn, "好的，这一项不改。", look=False)


async def back(turn: Turn, slot: str) -> None:
    """Ask the previous question again."""
    order = [*drafts.needed(turn.slots), drafts.CONFIRM]
    place = order.index(slot) if slot in order else 0
    if place == 0:
        steps.ask_again(turn, slot, "这已经是第一个问题了。")
    else:
        _reopen(turn, order[place - 1], "好的，回到上一个问题。")


def _reopen(turn: Turn, slot: str, before: str) -> None:
    """Ask for a slot again; show its former value, and keep that value in case the citizen changes nothing."""
    value = turn.slot(slot)
    kept = None if value is None or value == "" else {"slot": slot, "value": value}
    told = f"（原来是“{clip(drafts.shown(slot, value), 60)}”，不改就说“不改了”）" if kept else ""
    # The story stays in its slot, because the next message may well be something else than another story.
    turn.set_all({"former": kept} if slot == "content" else {slot: None, "former": kept})
    steps.ask_again(turn, slot, before + told)


def ask_part(turn: Turn, address: str, kind: str) -> None:
    """Ask for the right name in place of one in the address; the rest of the address stays.

    Args:
        address: the address so far; "" when none was told.
        kind: what is wrong (:class:`bot.actions.complaint.place_parts.Part`).
    """
    what = {"镇": "镇、乡或者街道", "路": "路名"}.get(kind, f"{kind}名")
    told = f"（现在是“{clip(address, 60)}”，别的不动；不改就说“不改了”）" if address else ""
    if address:
        turn.set_all({"address": None, "former": {"slot": "address", "value": address, "part": kind}})
    turn.set_all({"tries": 0, "requested_slot": "address"})
    turn.say(f"好的，{what}应该是哪个？{told}", questions.choices(turn, "address"))


async def correct(turn: Turn, slot: str) -> None:
    """Change a field: use the new value in the message, or ask for the value, or ask which field."""
    field = field_of(turn.text, turn.entities)
    if field is None and slot == drafts.CONFIRM:
        ask_what_to_change(turn)
    elif field is None:
        await back(turn, slot)
    elif field == "category":
        turn.set(field, "")  # the suggested category is wrong: the staff will choose one
        steps.ask_again(turn, slot, "好的，事项分类由工作人员来定。")
    elif field in ("photos", "location"):
        turn.set(field, None)
        gone = "照片都去掉了，可以重新发。" if field == "photos" else "定位去掉了，可以重新发。"
        steps.ask_again(turn, slot, gone)
    elif field == "contact_phone" and not turn.pressed and _REMOVES.search(turn.text):
        await steps.take(turn, field, "")
    else:
        brought = None if turn.pressed else new_value(turn.text)
        value = read_answer(field, brought) if brought else None
        if value is not None:
            await steps.take(turn, field, value)
        else:
            _reopen(turn, field, "好的，请重新说一下。")


def ask_what_to_change(turn: Turn) -> None:
    """Ask which field to change when the citizen did not name one."""
    turn.set("tries", 0)
    questions.ask_what_to_change(turn)
