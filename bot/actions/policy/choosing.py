"""Reads a choice in words after a list of candidates (您想问的是下面哪一个？).

A citizen may write 第一个, 2, 都不是, 都要, or words of a title.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from bot.actions.policy import answer as policy
from bot.actions.policy import feedback
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import HUMAN, clip, plain
from conversations.event_kinds import Result
from kb_index.entries.render import to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

Choosing = int | Literal["all", "none"] | None
"""What a message chooses: a position in the list (from 0), ``all``, ``none`` of them, or None: no choice."""

_DIGITS = {
    sign: number for number, signs in enumerate(("一1", "二两2", "三3", "四4", "五5"), 1) for sign in signs
}
_PLACE = re.compile(
    r"(?:我?(?:要|想)?(?:问|选|看)的?(?:是|就是)?|就|是)?第?([一二两三四五1-5])(?:个|条|项|号|种)?(?:吧|的)?"
)
_LAST = re.compile(
    r"(?:我?(?:要|想)?(?:问|选|看)的?(?:是|就是)?|就|是)?最后(?:面)?(?:那)?(?:一)?(?:个|条|项)(?:吧)?"
)
_ALL = re.compile(
    r"(?:我)?(?:全都|都|全部|全)(?:想|要|想要)?(?:问|要|看|想知道|看看|了解|了解一下)(?:一下)?(?:吧)?|全部"
)
_NONE = re.compile(
    r"(?:这些|这几个|上面|上面的)?(?:都|全|全都)(?:不是|不对)(?:的|我要问的|我想问的)?|没有(?:一个是|我要问的|我想问的)"
)
_AROUND = re.compile(r"^(?:我?(?:要|想)?(?:问|选|看)的?(?:是|就是)?|就是|是)|(?:那个|那一个|的|吧)+$")
_TITLE_WORDS = 2
"""Fewest characters of a message that names a candidate by words of its title."""
_TITLE_WORDS_IN_FORM = 6
"""The same while a form runs."""
_SHORTLY = 160
"""Longest part of each answer when the citizen wants all candidates, in characters."""


def chosen(text: str, titles: Sequence[str], least: int = _TITLE_WORDS) -> Choosing:
    """What a message chooses from a list of titles.

    Args:
        text: the message.
        titles: the titles in the order shown.
        least: fewest characters of a message that names a candidate by words of its title.

    >>> titles = ["居住证办理", "居住证签注", "身份证补办"]
    >>> [chosen(text, titles) for text in ("第一个", "2", "最后一个", "身份证那个", "都不是", "都要", "居住证")]
    [0, 1, 2, 2, 'none', 'all', None]
    """
    said = plain(text)
    if _NONE.fullmatch(said):
        return "none"
    if _ALL.fullmatch(said):
        return "all"
    if _LAST.fullmatch(said):
        return len(titles) - 1
    place = _PLACE.fullmatch(said)
    if place:
        number = _DIGITS[place[1]] - 1
        return number if number < len(titles) else None
    words = _AROUND.sub("", said)
    named = [number for number, title in enumerate(titles) if words in plain(title)]
    return named[0] if len(words) >= least and len(named) == 1 else None


def offered(turn: Turn) -> list[Entry]:
    """The entries offered for choice right before this message, in the order shown; else empty."""
    for event in turn.previous():
        buttons = (event.get("data") or {}).get("buttons") or [] if event.get("event") == "bot" else []
        # Only a list for choice has the button 都不是; entries beside other replies do not count.
        if not any(button.get("title") == feedback.NONE_OF_THESE for button in buttons):
            continue
        ids = [_entry_id(str(button.get("payload"))) for button in buttons]
        return [entry for entry in (parts().kb.entry(each) for each in ids if each) if entry is not None]
    return []


def choosing_first(action: Action) -> Action:
    """Wraps an action: a choice from a list shown right before is handled first; else the action runs."""

    async def choose_or_act(turn: Turn) -> None:
        if not await _choose(turn):
            await action(turn)

    return choose_or_act


async def choose_within_form(turn: Turn) -> bool:
    """Handle a choice from a list shown right before the form's question; the caller continues the form.

    The message may also be an answer to the form. So it must contain more words of a title than usual, and 3号
    is not a choice, because it may be a day or a house number.
    """
    entries = [] if turn.pressed else offered(turn)
    titles = [entry.title for entry in entries]
    choice = chosen(turn.text, titles, _TITLE_WORDS_IN_FORM) if entries and "号" not in turn.text else None
    if choice is None:
        return False
    about = feedback.rated(turn) or feedback.Rated("", None)
    if choice == "none":
        await feedback.useless_within_form(turn, about)
    else:
        for entry in entries if choice == "all" else [entries[choice]]:
            await policy.tell(turn, entry, buttons=False)
    return True


async def _choose(turn: Turn) -> bool:
    entries = [] if turn.pressed else offered(turn)
    if not entries:
        return False
    choice = chosen(turn.text, [entry.title for entry in entries])
    if choice is None:
        return False
    about = feedback.rated(turn)
    turn.set("misses", 0)
    if choice == "none":
        await feedback.useless(turn, about or feedback.Rated("", None))
    elif choice == "all":
        for entry in entries:
            short = clip(to_text(entry.answer), _SHORTLY)
            said = "\n".join(part for part in (entry.title, short, policy.source_line(entry)) if part)
            turn.say(said, [policy.entry_choice(turn, entry, "看完整回答"), HUMAN])
        turn.outcome(Result.ANSWERED, about="all")
    else:
        await policy.tell(turn, entries[choice], asked=about.turn_id if about else "")
    return True


def _entry_id(payload: str) -> str:
    intent, brace, rest = payload.partition("{")
    return str(json.loads(brace + rest).get("entry") or "") if intent == "/ask_policy" and brace else ""
