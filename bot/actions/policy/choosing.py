"""Reads a choice in words after a list of candidates (您想问的是下面哪一个？).

A citizen may write 第一个, 2, 1和3, 都不是, 都要, or words of a title; 第二个 also after the first was answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from bot.actions.policy import answer as policy
from bot.actions.policy import feedback
from bot.actions.runtime.context import parts
from bot.actions.runtime.turn import Action, Turn
from bot.actions.runtime.wording import COMPLAIN, FILE_QUESTION, HUMAN, clip, plain
from bot.understanding.assent import points_at_it
from conversations.event_kinds import Result
from kb_index.entries.render import to_text

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

Choosing = tuple[int, ...] | Literal["none", "beyond"] | None
"""What a message chooses from a list.

Positions (from 0), ``none`` of them, a position ``beyond`` the end of the list, or None: no choice.
"""

_SIGNS = {
    sign: number for number, signs in enumerate(("一1", "二两2", "三3", "四4", "五5", "六6", "七7", "八8", "九9"), 1) for sign in signs
} | {"十": 10, "10": 10, "首": 1}  # fmt: skip
_BEFORE = r"(?:(?:那|就|我|俺)*(?:要|想|再)*(?:问|选|看|说|听|了解|知道)?的?(?:一?下)?(?:就是|是)?)"
_ONE = r"(?:第(?:10|[一二三四五六七八九十1-9])(?:个|条|项|号|种)?|(?:10|[1-9])(?:个|条|项|号|种)?|[一二三四五六七八九十首])"
_AFTER = r"(?:问题)?(?:都|也)?(?:要|看看|看|是|想看|想问|想知道)?(?:吧|的|呢|啊|呗)*"
_SEVERAL = re.compile(rf"{_BEFORE}{_ONE}(?:(?:和|跟|、|,|，|与|加|还有|以及|\s)+{_ONE})*{_AFTER}")
_FAR = re.compile(
    r"第(?:(?P<tens>[二三四五六七八九])?十(?P<ones>[一二三四五六七八九])?|(?P<digits>[1-9]\d{1,2}))(?:个|条|项)"
)
"""A position from the tenth on."""
_NAMED = re.compile(r"10|[一二两三四五六七八九十首1-9]")
_FROM_AN_END = re.compile(
    rf"{_BEFORE}(?P<end>前面?|头|后面?|最后面?|末尾?|倒数第?)(?:那)?(?P<count>[一二两三四五1-5])?(?:个|条|项){_AFTER}"
)
_ALL = re.compile(
    r"(?:我|俺|这)?(?:全都|都|全部|全|两个|三个|几个|这几个|每个|所有的?)(?:都)?(?:想|要|想要)?(?:问|要|看|想知道|看看|说说|讲讲|了解|了解一下)(?:一下)?(?:吧)?|全部|都要|全要"
)
_NONE = re.compile(
    r"(?:这些|这几个|上面|上面的|上述)?(?:都|全|全都|一个都|一个也)(?:不是|不对)(?:这些|我要问的|我想问的|的)?|没有(?:一个是|我要问的|我想问的)|(?:都|全)?没有(?:我)?(?:要|想)(?:问|找)的"
)
_AROUND = re.compile(r"^(?:我?(?:要|想)?(?:问|选|看)的?(?:是|就是)?|就是|是)|(?:那个|那一个|的|吧){1,12}$")
_BEYOND = "上面一共 {count} 个，没有您说的那一个。再看看是哪一个，回复序号就行："
_REMEMBERED = 5
"""Number of the citizen's messages after which a list can still be chosen from."""
_TITLE_WORDS = 2
"""Fewest characters of a message that names a candidate by words of its title."""
_TITLE_WORDS_IN_FORM = 6
"""The same while a form runs, in characters."""
_YES_OR_NO = frozenset({"confidential", "complaint_confirm", "same_ticket"})
"""Slots of the form that a yes answers, also after a list."""
_SHORTLY = 160
"""Longest part of each answer when the citizen wants all candidates, in characters."""


def chosen(text: str, titles: Sequence[str], least: int = _TITLE_WORDS) -> Choosing:
    """What a message chooses from a list of titles.

    Args:
        text: the message.
        titles: the titles in the order shown.
        least: fewest characters of a message that names a candidate by words of its title.

    >>> titles = ["居住证办理", "居住证签注", "身份证补办"]
    >>> [chosen(text, titles) for text in ("第一个", "2", "1和3", "最后一个", "前两个", "身份证那个", "都要")]
    [(0,), (1,), (0, 2), (2,), (0, 1), (2,), (0, 1, 2)]
    >>> [chosen(text, titles) for text in ("都不是", "第七个", "居住证")]
    ['none', 'beyond', None]
    """
    said = plain(text)
    if _NONE.fullmatch(said):
        return "none"
    if _ALL.fullmatch(said):
        return tuple(range(len(titles)))
    placed = _positions(said, len(titles))
    if placed:
        return placed if all(0 <= place < len(titles) for place in placed) else "beyond"
    words = _AROUND.sub("", said)
    named = [number for number, title in enumerate(titles) if words in plain(title)]
    return (named[0],) if len(words) >= least and len(named) == 1 else None


def may_choose(text: str) -> bool:
    """Whether a message looks like a choice from a list: 第一个, 1和3, 都要, 都不是."""
    said = plain(text)
    return bool(_ALL.fullmatch(said) or _NONE.fullmatch(said) or _positions(said, 1))


def ordinal(text: str, count: int) -> int | None:
    """The one position (from 0) that a message names in words of order (第二个); None for any other message.

    It may lie beyond the end of the list. A bare number gives None, because the app has matched it with the buttons
    before.

    >>> [ordinal(text, 3) for text in ("第二个", "选第9个", "最后一个", "第二十个", "2", "第二小学", "1和3")]
    [1, 8, 2, 19, None, None, None]
    """
    said = plain(text)
    far = _FAR.fullmatch(said)
    if far is not None:
        tens, ones = (_SIGNS.get(sign or "", 0) for sign in far.group("tens", "ones"))
        return int(far["digits"] or 10 * (tens or 1) + ones) - 1
    placed = _positions(said, count)
    return placed[0] if len(placed) == 1 and _in_order(said) else None


def _in_order(said: str) -> bool:
    return "第" in said or said.startswith(("前", "后", "最后", "倒数"))


def _positions(said: str, count: int) -> tuple[int, ...]:
    """The positions (from 0) that a message names in a list of ``count``; some may lie beyond its end."""
    if _SEVERAL.fullmatch(said):
        found = (_SIGNS[name] - 1 for name in _NAMED.findall(said.replace("一下", "")))
        return tuple(dict.fromkeys(found))
    match = _FROM_AN_END.fullmatch(said)
    if match is None:
        return ()
    number = _SIGNS[match["count"] or "一"]
    if match["end"].startswith("倒数"):
        return (count - number,)
    if match["end"].startswith(("前", "头")):
        return tuple(range(number))
    return tuple(range(count - number, count))


def offered(turn: Turn) -> list[Entry]:
    """The entries offered for choice right before this message, in the order shown; else empty."""
    return _listed(turn.previous())


def offered_before(turn: Turn) -> list[Entry]:
    """The entries of the newest list shown within the citizen's last few messages; empty when there was no list."""
    users = 0
    for at in range(len(turn.events) - 1, -1, -1):
        event = turn.events[at]
        if event.get("event") == "user":
            users += 1
            if users > _REMEMBERED:
                break
        elif event.get("event") == "bot" and (entries := _listed([event])):
            return entries
    return []


def wants_all(text: str) -> bool:
    """Whether a message wants all that was shown: 都要, 两个都看看."""
    return _ALL.fullmatch(plain(text)) is not None


def _ask_which(turn: Turn) -> None:
    """Ask what 都要 means when no list was shown. A story that was offered to be filed stays offered."""
    story = next(
        (e.get("value") for e in turn.previous() if e.get("event") == "slot" and e.get("name") == "story"),
        None,
    )
    turn.say(
        "您说的都要，是要哪几样？说一下名字就行；要登记或者转人工，请点下面的按钮。",
        [FILE_QUESTION if story else COMPLAIN, HUMAN],
    )
    turn.set_all({"story": story, "misses": 0})
    turn.outcome(Result.ASKED_BACK)


def _listed(events: Iterable[Mapping[str, Any]]) -> list[Entry]:
    for event in events:
        buttons = (event.get("data") or {}).get("buttons") or [] if event.get("event") == "bot" else []
        # Only a list for choice has the button 都不是; entries beside other replies do not count.
        if not any(button.get("title") == feedback.NONE_OF_THESE for button in buttons):
            continue
        return _named(buttons)
    return []


def _entries(events: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """The entries offered in events (newest first), also those below other replies (相近的问题也列在下面)."""
    said = [event for event in events if event.get("event") == "bot"]
    return [
        entry for event in reversed(said) for entry in _named((event.get("data") or {}).get("buttons") or [])
    ]


def _named(buttons: Iterable[Mapping[str, Any]]) -> list[Entry]:
    ids = [_entry_id(str(button.get("payload"))) for button in buttons]
    return [entry for entry in (parts().kb.entry(each) for each in ids if each) if entry is not None]


def choosing_first(action: Action) -> Action:
    """Wraps an action: a choice from a list shown before is handled first; else the action runs."""

    async def choose_or_act(turn: Turn) -> None:
        if not await _choose(turn):
            await action(turn)

    return choose_or_act


async def choose_within_form(turn: Turn) -> bool:
    """Handle a choice from a list shown while the form runs; the caller continues the form.

    The message may also be an answer to the form. So it must contain more words of a title than usual, and 3号
    is not a choice, because it may be a day or a house number.
    """
    if turn.pressed or "号" in turn.text:
        return False
    right_before = offered(turn)
    entries = right_before or offered_before(turn)
    choice = chosen(turn.text, [entry.title for entry in entries], _TITLE_WORDS_IN_FORM) if entries else None
    if len(right_before) == 1 and turn.requested not in _YES_OR_NO and points_at_it(turn.text):
        choice = (0,)
    if choice is None or (not right_before and not _explicit(turn.text)):
        return False
    about = feedback.rated(turn) or feedback.Rated("", None)
    if choice == "none":
        await feedback.useless_within_form(turn, about)
    elif choice == "beyond":
        policy.list_entries(turn, entries, _BEYOND.format(count=len(entries)), asked=about.turn_id)
    else:
        for place in choice:
            await policy.tell(turn, entries[place], buttons=False)
    return True


async def _choose(turn: Turn) -> bool:
    if turn.pressed:
        return False
    right_before = offered(turn)
    beside = [] if right_before else _entries(turn.previous())
    entries = right_before or beside or offered_before(turn)
    choice = chosen(turn.text, [entry.title for entry in entries]) if entries else None
    shown = right_before or beside
    if len(shown) == 1 and points_at_it(turn.text):  # 您看看是不是 with one entry
        choice, right_before = (0,), shown
    if choice is None and wants_all(turn.text):
        _ask_which(turn)
        return True
    if choice is None or (not right_before and not _explicit(turn.text)):
        return False
    if beside and choice == "none" and not offered_before(turn):
        return False  # without a list, 都不是 is a verdict on the answer or the "I don't know" before it
    about = feedback.rated(turn)
    asked = about.turn_id if about else ""
    turn.set("misses", 0)
    if choice == "none":
        await feedback.useless(turn, about or feedback.Rated("", None))
    elif choice == "beyond":
        policy.list_entries(turn, entries, _BEYOND.format(count=len(entries)), asked=asked)
    elif len(choice) > 1:
        for place in choice:
            entry = entries[place]
            short = clip(to_text(entry.answer), _SHORTLY)
            said = "\n".join(part for part in (entry.title, short, policy.source_line(entry)) if part)
            turn.say(said, [policy.entry_choice(turn, entry, "看完整回答"), HUMAN])
        turn.outcome(Result.ANSWERED, about="all")
    else:
        await policy.tell(turn, entries[choice[0]], asked=asked)
    return True


def _explicit(text: str) -> bool:
    """Whether a message can only be a choice, also when the list was shown some messages before."""
    said = plain(text)
    return may_choose(text) and (_in_order(said) or len(_positions(said, 1)) != 1)


def _entry_id(payload: str) -> str:
    intent, brace, rest = payload.partition("{")
    return str(json.loads(brace + rest).get("entry") or "") if intent == "/ask_policy" and brace else ""
