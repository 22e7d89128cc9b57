"""Candidates asked back (您想问的是下面哪一个？), chosen in words: 第一个, 2, 都不是, 都要, or words of one title."""

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
"""What a message chooses: a place in the list counted from 0, all, none of them, or nothing."""

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
"""Characters a message needs to name a candidate by words of its title."""
_TITLE_WORDS_IN_FORM = 6
_SHORTLY = 160
"""Characters of each answer when all are wanted."""


def chosen(text: str, titles: Sequence[str], least: int = _TITLE_WORDS) -> Choosing:
    """What a message chooses from a list of titles.

    Args:
        least: characters needed to name one by words of its title.

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
    """The entries asked back right before this message, in the order shown; empty when none were."""
    for event in turn.previous():
        buttons = (event.get("data") or {}).get("buttons") or [] if event.get("event") == "bot" else []
        # 都不是 marks a list to choose from; entries that merely stand beside another reply are none.
        if not any(button.get("title") == feedback.NONE_OF_THESE for button in buttons):
            continue
        ids = [_entry_id(str(button.get("payload"))) for button in buttons]
        return [entry for entry in (parts().kb.entry(each) for each in ids if each) if entry is not None]
    return []


def choosing_first(action: Action) -> Action:
    """The action, run only when the message chooses nothing from a list shown right before."""

    async def choose_or_act(turn: Turn) -> None:
        if not await _choose(turn):
            await action(turn)

    return choose_or_act


async def choose_within_form(turn: Turn) -> bool:
    """Take a choice from a list shown right before the form's question; the caller goes on with the form.

    Words of a title must be many there, and 3号 is a day or a house: the message may as well answer the form.
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
