"""Gathers the evidence about a message after an answer, and lets the fitted model choose what the message is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.actions.policy.answer import search
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Turn
from bot.actions.talk.asked import kinds_of
from bot.understanding.within.choice import Choice, Evidence, shipped
from bot.understanding.within.judging import behind, probabilities, read
from bot.understanding.within.sentences import headed

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry


async def chosen(turn: Turn, entry: Entry, opening: str = "") -> Choice:
    """What the message of a turn is, when the talk is about an entry.

    Takes two searches more than the message's own, and encodes two or three texts; an entry's sentences are encoded once.

    Args:
        entry: the entry that the talk is about.
        opening: the words with which it was asked for; "" when they are not known.
    """
    text = turn.text
    alone, topical, opened, chances = await asyncio.gather(
        search(text),
        search(behind(entry.topic, text)),
        search(behind(opening or entry.title, text)),
        asyncio.to_thread(lambda: probabilities(read(text, entry.title, headed(entry), opening))),
    )
    base = parts().kb
    foreign = bool(base.unmentioned(text, entry)), bool(base.unmentioned(text, entry, headed=True))
    found = (alone.hits, topical.hits, opened.hits)
    evidence = Evidence(text, entry, list(headed(entry)), chances, *found, kinds_of(turn), foreign)
    return await asyncio.to_thread(shipped().choose, evidence)
