"""Takes messages after the summary that neither confirm nor correct it: a missing value, or more about the matter."""

from __future__ import annotations

from typing import Any

from bot.actions.complaint import asked_beside, changing, contact, steps
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.heard import Heard
from bot.actions.complaint.hearing import hear
from bot.actions.runtime.turn import Turn
from bot.understanding.name import ANONYMOUS
from bot.understanding.ordered import without_orders
from bot.understanding.remarks import is_to_us
from bot.understanding.told_anew import names_field

_ADD_FROM = 6
"""Fewest characters of a message that tells more about the matter."""
_PUT = "contact_phone"


async def take(turn: Turn) -> bool:
    """Fill empty slots from the message, or add it to the content; False when it holds nothing for the ticket.

    A name is never added to the content. It replaces 匿名 only after the citizen has agreed.
    """
    if names_field(turn.text):  # 改一下涉及对象, whatever its intent: never a part of the story
        await changing.correct(turn, drafts.CONFIRM)
        return True
    own = contact.own_name(turn.text)
    if own is not None and turn.slot("contact_name") == ANONYMOUS:
        contact.ask_named(turn, drafts.CONFIRM, own)
        return True
    heard = _hear(turn)
    if heard.values or heard.wishes:
        await _fill(turn, heard)
        return True
    if own is not None or len(turn.text) < _ADD_FROM or turn.intent == "nonsense" or is_to_us(turn.text):
        return False
    words = without_orders(turn.text)
    if not words:
        return False
    content = f"{turn.slot('content')}\n补充：{words}"
    await steps.go_on(turn, {"content": content}, before="好的，这一句也补进去了。")
    return True


async def _fill(turn: Turn, heard: Heard) -> None:
    """Do the wishes, fill the values, add words about the matter to the content; ask about a name after 匿名."""
    wished, said = contact.wished(turn, drafts.CONFIRM, heard.wishes, "，".join(heard.wished))
    filled = heard.with_wished(wished)
    hidden = turn.slot("contact_name") == ANONYMOUS and not contact.AFTER_ALL & set(heard.wishes)
    named = filled.pop("contact_name", None) if hidden and "contact_name" in heard.values else None
    if heard.matter:
        told = filled.get("content") or turn.slot("content")
        filled["content"] = f"{told}\n补充：{heard.matter}"
    said += await asked_beside.answer(turn, drafts.CONFIRM, heard.rest)
    if filled or named is None:
        await steps.go_on(
            turn,
            filled,
            before=steps.noted({name: value for name, value in filled.items() if name in heard.values})
            + said,
            look=False,
        )
    if named is not None:
        contact.ask_named(turn, drafts.CONFIRM, named)


def _hear(turn: Turn) -> Heard:
    """The message, read for every field that was left empty, and for a new phone number."""
    empty: dict[str, Any] = {
        name: None if value == "" or name == _PUT else value for name, value in turn.slots.items()
    }
    return hear(turn.text, drafts.CONFIRM, empty)
