"""Keeps what a citizen tells of the matter in the message that calls for a human (我电话13800000000，转人工)."""

from __future__ import annotations

from bot.actions.complaint.answers import read_mined
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.understanding.human_wish import beside_call
from bot.understanding.name import introduced_name
from bot.understanding.phone import declared_phone, own_phone
from kb_index.language.text import simplified


def keep(turn: Turn) -> None:
    """Fill empty slots of the form with what the message says beside the call. Nothing is asked, because an agent will.

    Args:
        turn: a message within the form for which :func:`bot.understanding.human_wish.calls_human` holds.
    """
    said = simplified(beside_call(turn.text))
    if not said:
        return
    hotlines = parts().city.hotline_numbers
    found = read_mined(said, turn.slots)
    found.pop("town", None)
    found["contact_phone"] = declared_phone(said, hotlines) or own_phone(said, hotlines) or ""
    found["contact_name"] = introduced_name(said) or ""
    turn.set_all({name: value for name, value in found.items() if value and not turn.slot(name)})
