"""Asks the citizen whether a message is a question or a matter to file, when it may be either."""

from __future__ import annotations

from bot.actions.policy import answer as policy
from bot.actions.runtime.turn import Choice, Turn
from bot.actions.runtime.wording import FILE_IT, HUMAN
from bot.actions.talk import abroad
from conversations.event_kinds import Result


async def ask_or_tell(turn: Turn) -> None:
    """Ask which one is meant: the best candidates are buttons, and the message is stored for the form."""
    result = await policy.search(turn.text)
    likely = policy.candidates(result)
    turn.say(
        f"{abroad.beside_answer(turn.text)}您是想让我把这件事登记下来、转给有关部门处理，还是想先了解政策规定？",
        [FILE_IT, *(policy.entry_choice(turn, entry) for entry in likely), HUMAN],
    )
    turn.set("story", turn.text)
    turn.offer("complaint")
    turn.outcome(Result.ASKED_BACK, about="ask_or_tell")


def offer_filing(turn: Turn, story: str) -> None:
    """After an answer: offer to file the matter that led to the question.

    Args:
        story: the text with which the form begins.
    """
    turn.say(
        "如果您这件事需要有人处理，我可以帮您登记，转给有关部门。要登记吗？",
        [FILE_IT, Choice("不用了", "/deny"), HUMAN],
    )
    turn.set("story", story)
    turn.offer("complaint")
