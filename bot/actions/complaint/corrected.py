"""Adds a line to the story when the citizen corrects what it tells, so that the department does not go to the wrong place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.actions.complaint.rough import bare
from bot.actions.runtime.context import parts
from bot.actions.runtime.wording import plain
from bot.understanding.place import bare_address
from tickets.corrected import IN_FORM, LABELS, with_line

_UNDERSTOOD = re.compile(r"（\d{4}年[^）]*）$")
"""How a time was understood, behind the citizen's words."""


def content(slots: Mapping[str, Any], filled: Mapping[str, Any]) -> str | None:
    """The story with a line for each corrected field whose old value it tells; None when nothing of it is corrected.

    The citizen's own words stay. A value that only became more exact corrects nothing.

    Args:
        slots: the slots before.
        filled: slot → the new value.
    """
    before = told = str(filled.get("content") or slots.get("content") or "")
    if not before:
        return None
    former = slots.get("former") or {}
    for field in LABELS:
        new = str(filled.get(field) or "")
        old = str(slots.get(field) or (former.get("value") if former.get("slot") == field else "") or "")
        if new and old and _contradicts(before, _words(old), _words(new)):
            told = with_line(told, field, new, IN_FORM)
    return told if told != before else None


def _contradicts(story: str, old: str, new: str) -> bool:
    """Whether a story tells the old value, or a line below it does, and the new one is another."""
    return bool(old) and old != new and old not in new and old in plain(story)


def _words(value: str) -> str:
    """A value as the citizen said it."""
    return plain(bare_address(bare(_UNDERSTOOD.sub("", value)), parts().city))
