"""Which messages of a citizen who waits for an agent the assistant answers, while the place in the queue is kept."""

from __future__ import annotations

from bot.actions.policy.choosing import may_choose
from bot.actions.policy.feedback import NONE_OF_THESE
from bot.understanding.evidence import Reader
from bot.understanding.shorthand import written_out
from bot.understanding.signs import only_time
from conversations.types import Job
from conversations.waiting import asks_how_long

_ANSWERED = ("/ask_policy{", "/follow_up{", "/affirm{", "/deny{")
"""Begins of the payloads of buttons below answers and lists."""
_QUESTION_FROM = 0.5
"""Probability of a question (0 to 1) from which a message counts as one."""


class Meanwhile:
    """Judges the messages of waiting citizens.

    Args:
        reader: gathers the evidence about a message.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def helps(self, job: Job) -> bool:
        """Whether the message is a question the knowledge base may answer, or chooses from what was offered."""
        if job.chosen is not None:
            return job.chosen.payload.startswith(_ANSWERED)
        if not job.text or job.attached is not None or asks_how_long(job.text):
            return False
        if any(button.title == NONE_OF_THESE for button in job.offered) and may_choose(job.text):
            return True
        text = written_out(job.text)
        if only_time(text):
            return False
        evidence = await self._reader.read(text)
        known = evidence.result.outcome != "unknown"
        return evidence.topic or (known and evidence.kinds["question"] >= _QUESTION_FROM)
