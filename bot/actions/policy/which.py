"""Asks the citizen whether a message is a question or a matter to file, when it may be either."""

from __future__ import annotations

from bot.actions.policy import answer as policy
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import FILE_IT, HUMAN
from bot.actions.talk import abroad
from bot.understanding.requests import reproaches
from conversations.event_kinds import Result

_TOLD = 0.4
"""Probability of a matter (0 to 1) from which filing is asked about behind an answer; below it, only a button stands there.

On the written examples this halves the questions that are asked for nothing (.35 to .18 of all pure questions).
"""


async def ask_or_tell(turn: Turn) -> None:
    """Ask which one is meant: entries near enough are buttons, and the message is stored for the form."""
    result = await policy.search(turn.text)
    likely = policy.near_entries(result, turn.text)
    turn.say(
        f"{abroad.beside_answer(turn.text)}您是想让我把这件事登记下来、转给有关部门处理，还是想先了解政策规定？",
        [FILE_IT, *(policy.entry_choice(turn, entry) for entry in likely), HUMAN],
    )
    turn.set("story", turn.text)
    turn.offer("complaint")
    turn.outcome(Result.ASKED_BACK, about="ask_or_tell")


def offer_filing(turn: Turn, story: str) -> None:
    """After an answer: offer to file the matter that led to the question.

    A message that hardly tells of a matter is only given a button, and is not asked.

    Args:
        story: the text with which the form begins.
    """
    turn.set("story", story)
    if not _tells(turn, story):
        buttons = turn.said[-1].get("buttons")
        if isinstance(buttons, list) and FILE_IT.as_dict() not in buttons:
            buttons.insert(max(len(buttons) - 1, 0), FILE_IT.as_dict())
        return
    turn.say(
        "如果您这件事需要有人处理，我可以帮您登记，转给有关部门。要登记吗？",
        [FILE_IT, Choice("不用了", "/deny"), HUMAN],
    )
    turn.offer("complaint")


def _tells(turn: Turn, story: str) -> bool:
    """Whether a message tells of a matter, and does not merely ask; True when nothing is known about it."""
    if turn.decision is None:
        return True
    reasons = turn.decision["reasons"]
    told = float(reasons.get("matter") or 0.0) + float(reasons.get("both") or 0.0)
    return told >= _TOLD or reproaches(story)
