"""One step of the complaint form: fill a slot and the slots that follow from it, then ask the next question."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.actions.complaint import corrected, guesses, hazard, later, questions, rough, same
from bot.actions.complaint import draft as drafts
from bot.actions.complaint.agreeing import agree, renumbered
from bot.actions.complaint.answers import hint, read_mined, without_own
from bot.actions.complaint.parted import parted
from bot.actions.complaint.values import rest_after_district
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import CANCEL, HUMAN, SKIP
from bot.actions.talk import abroad, mood
from bot.understanding.category import suggest
from bot.understanding.denied import without_denied
from bot.understanding.filing_wish import without_wish
from bot.understanding.object_named import put_aside, without_aside
from bot.understanding.plea import without_plea
from kb_index.language.text import simplified

NOTED = ("district", "address", "happened_at", "subject", "contact_phone")
"""Slots whose values are repeated to the citizen when they were not asked for."""
MAX_TRIES = 3
"""Number of unreadable answers to one question after which an alternative is offered."""
_WHOLE_ADDRESS = 5
"""Fewest characters after a district's name that are taken as an address; fewer are taken as a town."""
_LEAST_FIRST = 6
"""Fewest characters of the story told first from which a category is suggested without the additions."""
_CATEGORY_FROM = 0.5
"""Confidence (0 to 1) from which a category is suggested."""


async def ask_next(turn: Turn, before: str = "", *, look: bool = True) -> None:
    """Ask for the next missing slot; but first ask about an open ticket that may be about the same matter.

    Args:
        before: text before the question, in the same message.
        look: whether to look for such a ticket.
    """
    if look:
        found = await same.find(turn)
        if found is not None:
            same.ask(turn, found, before)
            return
    questions.ask(turn, drafts.next_missing(turn.slots), before=before)


def ask_again(
    turn: Turn, slot: str, before: str = "", *, human: bool = False, first: Sequence[Choice] = ()
) -> None:
    """Ask for a slot as if for the first time: earlier unreadable answers no longer count.

    Args:
        before: text before the question, in the same message.
        human: whether to put a button for a human before the question's own buttons.
        first: further buttons before them.
    """
    turn.set("tries", 0)
    questions.ask(turn, slot, before=before, human=human, first=first)


async def take(turn: Turn, slot: str, value: str | bool | None, before: str = "") -> None:
    """Fill a slot and go on. The value None counts as an unreadable answer.

    Args:
        before: text before the next question, in the same message.
    """
    if value is None:
        await bad_try(turn, slot)
        return
    if slot == "content":
        await _take_story(turn, str(value), before)
        return
    filled: dict[str, Any] = {slot: value}
    if slot == "address":
        filled[slot] = renumbered(rough.bare(_former(turn, slot)), str(value))
    if slot == "district" and turn.slot("address") is None:
        rest = "" if turn.pressed else rest_after_district(turn.text, parts().city)
        filled["address" if len(rest) >= _WHOLE_ADDRESS else "town"] = rest or None
    await go_on(turn, filled, before=before)


def _former(turn: Turn, slot: str) -> str:
    """A slot's value; its former value while the slot is asked for again; "" when it has none."""
    former = turn.slot("former") or {}
    return str(turn.slot(slot) or (former.get("value") if former.get("slot") == slot else "") or "")


async def _take_story(turn: Turn, story: str, said: str = "") -> None:
    """Take the story: read the other slots from it, and split it when it tells more than one matter.

    What was told before and was too little to file stays in front of it.
    """
    requests = parted(story)
    content = without_wish(requests[0].text if len(requests) > 1 else as_said(turn, story))
    told = str(turn.slot("content") or "")
    aside = put_aside(simplified(story))
    if aside and aside in str(turn.slot("subject") or ""):
        turn.set("subject", None)  # 算了物业的事不说了
    whole = f"{told}，{content}" if told and told not in content else content
    mined = read_mined(simplified(whole), turn.slots)
    filled: dict[str, Any] = {**mined, "content": without_own(whole, mined)}
    before = said + mood.sympathy(turn, content) + hazard.advice(content)
    if len(requests) > 1:
        later.remember(turn, requests[1:])
        before += later.noted(requests[1:])
    before += noted(filled)
    if not (filled.get("district") or turn.slot("district")):
        before += abroad.of_story(content)
    await go_on(turn, filled, before=before)


def as_said(turn: Turn, text: str) -> str:
    """The last message in the citizen's own characters, if ``text`` is all of it in simplified ones; else ``text``."""
    said = next(
        (str(e.get("text") or "") for e in reversed(turn.events) if e.get("event") == "user"), ""
    ).strip()
    return said if said and simplified(said) == text else text


def noted(filled: Mapping[str, Any], *, but: str = "") -> str:
    """A sentence that repeats what was read, so that the citizen sees a mistake at once; "" when nothing was read.

    Args:
        filled: slot → value.
        but: a slot that is not repeated, because it was asked for.
    """
    names = [name for name in (*NOTED, "contact_name") if name != but and filled.get(name)]
    if "district" in names and str(filled["district"]) in str(filled.get("address")):
        names.remove("district")
    return f"记下了（{'、'.join(questions.brief(name, filled[name]) for name in names)}）。" if names else ""


async def go_on(turn: Turn, filled: dict[str, Any], before: str = "", *, look: bool | None = None) -> None:
    """Fill slots and ask for the next missing one.

    Args:
        filled: slot → value.
        before: text before the question, in the same message.
        look: whether to look for an open ticket about the same matter; None: look when a filled slot may show one.
    """
    if filled.get("address"):
        filled["address"] = rough.joined(str(turn.slot("address") or ""), str(filled["address"]))
    agreed, changed = agree(turn.slots, filled)
    before += changed
    told = corrected.content(turn.slots, agreed)
    if told is not None:
        agreed["content"] = told
    former = turn.slot("former")
    if isinstance(former, dict) and (former["slot"] in agreed or turn.slot(former["slot"]) is not None):
        former = None
    turn.set_all({**agreed, "tries": 0, "former": former})
    if "content" in filled:
        await suggest_category(turn)
        before += guesses.fill(turn)
    await ask_next(turn, before, look=bool(same.LOOKED_UP_AFTER & set(filled)) if look is None else look)


async def suggest_category(turn: Turn) -> None:
    """Suggest a category for new content; the citizen accepts or refuses it in the summary.

    This runs in a thread, because a long letter takes a third of a second and other conversations must not wait.
    """
    content = turn.slots.get("content")
    if not content or turn.slots.get("category"):
        return
    found = await asyncio.to_thread(suggest, matter_of(str(content)))
    if found is not None and found.confidence >= _CATEGORY_FROM:
        turn.set("category", found.category)


def matter_of(content: str) -> str:
    """The words that decide the category: the story told first, without what the citizen says it is not about."""
    first = drafts.told_first(content)
    return without_denied(without_aside(without_plea(first if len(first) >= _LEAST_FIRST else content)))


def tries_so_far(turn: Turn) -> int:
    """Number of unreadable answers to the current question so far."""
    return int(turn.slot("tries") or 0)


async def left_open(turn: Turn, slot: str, before: str = "") -> bool:
    """Go on without the district when it was asked for in two ways and not answered; False for any other slot, and before.

    Args:
        before: text before the next question, in the same message.
    """
    if turn.pressed or slot != "district" or not questions.put_anew(turn, slot):
        return False
    await go_on(turn, {slot: drafts.WHOLE_CITY}, before=f"{before}县区先空着，工作人员会再跟您核实。")
    return True


async def bad_try(turn: Turn, slot: str) -> None:
    """Ask again with a hint after an unreadable answer; after :data:`MAX_TRIES` of them offer an alternative."""
    if await left_open(turn, slot):
        return
    tries = tries_so_far(turn) + 1
    turn.set("tries", tries)
    if tries < MAX_TRIES:
        theirs = abroad.of_answer(turn.text) if slot == "district" and not turn.pressed else ""
        questions.ask(turn, slot, before=theirs or hint(slot))
        return
    way = [SKIP] if questions.skippable(turn, slot) else []
    turn.say(
        "实在抱歉，我还是没能认出来。您可以再说一次"
        + ("、跳过这一项，" if way else "，")
        + "也可以转人工，坐席能看到您已经填的。\n"
        + (questions.question(turn, slot) if slot != drafts.CONFIRM else "这份内容要提交吗？"),
        _once([*(questions.choices(turn, slot) if slot != drafts.CONFIRM else []), *way, HUMAN, CANCEL]),
    )
    turn.set("requested_slot", slot)


def _once(choices: Sequence[Choice]) -> list[Choice]:
    """Choices in their order, the ways out last, each once."""
    ways = (SKIP, HUMAN, CANCEL)
    return [*(one for one in choices if one not in ways), *(one for one in ways if one in choices)]
