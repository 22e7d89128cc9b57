"""Says that the entry a talk is about does not tell what was asked: each time in other words, and with other ways on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.actions.policy import feedback, unknown
from bot.actions.policy.answer import entry_choice
from bot.actions.runtime.turn import Turn
from bot.actions.runtime.wording import FILE_QUESTION, HUMAN, choice, clip
from bot.understanding.within.choice import akin
from conversations.event_kinds import Result

if TYPE_CHECKING:
    from kb_index.entries.entry import Entry

_FIRST = "“{title}”的资料里没有写{asked}。"
_AGAIN = (
    "这一点资料里也没写到，光靠它给不了您准话。您点“登记这个问题”，我把这几问一起交给{department}，查清楚了答复您；急的话转人工问。",
    "这个我也答不上来，不耽误您：急就转人工；不急就登记下来，由{department}的工作人员给您准话。",
)
"""The same, when the reply before said it, too."""
_MARKS = ("的资料里没有写", "这一点资料里也没写到", "这个我也答不上来")
_NEAR = 0.1
"""Probability (0 to 1) from which an entry of the same topic or with the same tag is offered beside it."""
_ANY = 0.35
"""The same for any other entry."""
_MOST = 2
"""Most entries that are offered."""
_STORY = 400
"""Longest kept questions, in characters."""


def related(entry: Entry, others: Sequence[tuple[Entry, float]]) -> list[Entry]:
    """The entries that may be offered beside the answer that an entry does not tell something.

    Args:
        others: entries with the probability that each tells it, best first.
    """
    near = [
        other
        for other, chance in others
        if other.id != entry.id and chance >= (_NEAR if any(akin(entry, other)[:2]) else _ANY)
    ]
    return near[:_MOST]


async def say(
    turn: Turn, entry: Entry, others: Sequence[tuple[Entry, float]] = (), section: str | None = None
) -> None:
    """Say that an entry does not tell it, and offer to file the question, a human, and what is near.

    Args:
        entry: the entry that the talk is about.
        others: other entries with the probability that each tells it, best first.
        section: the section whose button was pressed.
    """
    title = entry.title.rstrip("？?")
    asked = str(section) if turn.pressed else turn.text
    await feedback.keep_unanswered(turn, f"{entry.title}——{asked}")
    near = related(entry, others)
    buttons = [entry_choice(turn, other) for other in near]
    before = 0 if turn.pressed else times(turn)
    if before:
        said = _AGAIN[min(before, len(_AGAIN)) - 1].format(department=entry.department)
    else:
        said = _FIRST.format(title=title, asked=f"“{section}”" if section else "您问的这一点")
        said += unknown.ways_on(turn)
        buttons = [
            choice(name, "follow_up", section=name) for name in entry.sections if name != section
        ] + buttons
    turn.say(said + (unknown.NEAR if near else ""), [FILE_QUESTION, HUMAN, *buttons])
    story = str(turn.slot("story") or "")
    goes_on = before and story.startswith(f"{title}：")
    turn.set("story", clip(f"{story}；{turn.text}", _STORY) if goes_on else f"{title}：{asked}")
    turn.offer("complaint")
    turn.outcome(Result.UNKNOWN, entry=entry.id, about=section)


def times(turn: Turn) -> int:
    """How many of the last replies in a row said that the entry does not tell something."""
    found, users, said = 0, 0, False
    for event in reversed(turn.events):
        if event.get("event") == "user":
            users += 1
            if users > 1 and not said:
                break
            found, said = found + said, False
        elif event.get("event") == "bot" and users:
            said = said or any(mark in str(event.get("text") or "") for mark in _MARKS)
    return found
