"""Decides which messages of a waiting citizen the assistant answers. The place in the agents' queue is kept."""

from __future__ import annotations

import re

from bot.actions.policy.aspects import only_follows
from bot.actions.policy.choosing import may_choose
from bot.actions.policy.feedback import NONE_OF_THESE
from bot.understanding.contacted import contacted
from bot.understanding.evidence import Reader
from bot.understanding.shorthand import written_out
from bot.understanding.signs import only_time
from conversations.types import Job
from conversations.waiting import asks_how_long

_ANSWERED = ("/ask_policy{", "/follow_up{", "/affirm{", "/deny{")
"""How the payloads of buttons below answers and lists begin."""
_QUESTION_FROM = 0.5
"""Probability of a question (0 to 1) from which a message counts as one."""
_BELOW_ANSWER = ("/follow_up{", "/affirm{")
"""How the payloads of buttons begin that only an answer has below it."""
_OF_PROCEDURE = re.compile(r"办|到账|下来|批|领|发")
"""Words that make 多久 a question about the procedure, and not about the queue."""


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
        if not job.text or (job.attached is not None and not job.beside):
            return False
        if _follows(job) or contacted(job.text) is not None:
            return True
        if asks_how_long(job.text):
            return False
        if any(button.title == NONE_OF_THESE for button in job.offered) and may_choose(job.text):
            return True
        text = written_out(job.text)
        if only_time(text):
            return False
        evidence = await self._reader.read(text)
        known = evidence.result.outcome != "unknown"
        return evidence.topic or evidence.office or (known and evidence.kinds["question"] >= _QUESTION_FROM)


def _follows(job: Job) -> bool:
    """Whether the message follows up on an answer shown right before (还要带啥)."""
    answered = any(button.payload.startswith(_BELOW_ANSWER) for button in job.offered)
    queue = asks_how_long(job.text) and _OF_PROCEDURE.search(job.text) is None
    return answered and not queue and only_follows(written_out(job.text))
