"""Decides which messages of a waiting citizen the assistant answers. The place in the agents' queue is kept."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from bot.actions.policy.aspects import only_follows
from bot.actions.policy.choosing import may_choose
from bot.actions.policy.feedback import NONE_OF_THESE
from bot.actions.progress.own import asks as asks_own
from bot.understanding.contacted import contacted
from bot.understanding.evidence import Reader
from bot.understanding.giving_up import lets_be
from bot.understanding.instead import puts_right
from bot.understanding.shorthand import written_out
from bot.understanding.signs import only_time
from bot.understanding.ticket import find_number
from bot.understanding.ticket_reader import Said
from bot.understanding.ticket_talk import ACT, announced, asks_how_it_stands, asks_whether_filed, heard
from bot.understanding.wording import asks_somehow
from conversations.types import Job
from conversations.waiting import asks_how_long
from core.text import plain

_QUESTION_FROM = 0.5
"""Probability of a question (0 to 1) from which a message counts as one."""
_ASKS_FROM = 0.85
"""The same, from which a message is answered although the knowledge base may have no answer: then this is said."""
_PROGRESS = re.compile(
    r"(?:我|俺|想|要|帮我|给我|请|麻烦|再|去|来){0,5}(?:查|看|问)(?:一下|一查|看|问|下)?(?:我的?|那个?|刚才的?|工单|单子|的|办理){0,5}(?:进度|进展|工单|单子)(?:吧|啊|呀|呢|谢谢){0,3}"
)
"""Asks to see a ticket (查进度)."""
_BELOW_ANSWER = ("/follow_up{", "/affirm{")
"""How the payloads of buttons begin that only an answer has below it."""
_OF_PROCEDURE = re.compile(r"办|到账|下来|批|领|发")
"""Words that make 多久 a question about the procedure, and not about the queue."""


Filed = Callable[[str], Awaitable[Sequence[object]]]
"""Gives the tickets that were filed in a conversation."""


class Meanwhile:
    """Judges the messages of waiting citizens.

    Args:
        reader: gathers the evidence about a message.
        filed: tells whether anything was filed in the conversation.
    """

    def __init__(self, reader: Reader, filed: Filed) -> None:
        self._reader = reader
        self._filed = filed

    async def helps(self, conversation_id: str, job: Job) -> bool:
        """Whether the assistant does what a message wants: a question that the knowledge base may answer, a choice, a correction
        of what was asked, or what is to be done with a ticket. What else is told is for the agent.
        """
        if not job.text or (job.attached is not None and not job.beside):
            return False
        if _follows(job) or contacted(job.text) is not None:
            return True
        if _asks_for_ticket(job.text):
            return True
        if asks_how_long(job.text):
            return False
        if puts_right(job.text) or (_changes(job.text) and await self._filed(conversation_id)):
            return True
        if any(button.title == NONE_OF_THESE for button in job.offered) and may_choose(job.text):
            return True
        text = written_out(job.text)
        if only_time(text):
            return False
        if await self._filed(conversation_id) and await _orders(text):
            return True
        evidence = await self._reader.read(text)
        if evidence.kinds["question"] >= _ASKS_FROM and asks_somehow(text):
            return True
        known = evidence.result.outcome != "unknown"
        return evidence.topic or evidence.office or (known and evidence.kinds["question"] >= _QUESTION_FROM)


def _asks_for_ticket(text: str) -> bool:
    """Whether a message asks in so many words for a ticket and how it stands, or names one."""
    number = find_number(text) is not None
    return (
        number or asks_how_it_stands(text) or asks_own(text) or _PROGRESS.fullmatch(plain(text)) is not None
    )


def _changes(text: str) -> bool:
    """Whether a message says in so many words what is to be done with a ticket: added, corrected or withdrawn."""
    return announced(text) is not None or asks_whether_filed(text) or lets_be(text)


async def _orders(text: str) -> bool:
    """Whether the reader of talk about tickets is sure what is to be done. That nobody comes may be said of the queue."""
    found = await heard(text)
    return found is not None and found.sure >= ACT and found.said not in (Said.WAITS, Said.URGE)


def _follows(job: Job) -> bool:
    """Whether the message follows up on an answer shown right before (还要带啥)."""
    answered = any(button.payload.startswith(_BELOW_ANSWER) for button in job.offered)
    queue = asks_how_long(job.text) and _OF_PROCEDURE.search(job.text) is None
    return answered and not queue and only_follows(written_out(job.text))
