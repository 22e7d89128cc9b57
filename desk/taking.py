"""Whether an agent may take one more citizen: none may hold all who wait, nor take the same one again and again.

Who is taken no longer stands in the queue, and nobody else looks after them. So an agent who takes everybody and says 您好
would leave a whole hotline waiting.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.event_kinds import Kind
from conversations.models import Conversation, ConversationEvent
from conversations.types import Mode, Stage
from core.clock import now
from core.database import Alongside
from core.errors import Conflict
from core.locks import one_at_a_time
from desk.models import DeskUser
from desk.presence import Presence
from desk.users import User

TIMES, URGENT_TIMES = 2, 3
"""How many times their capacity an agent may have by taking, of their own accord; the second: when the next one is urgent. Nobody is
passed more than the capacity."""
AGAIN = 5
"""Most times that one agent takes the same conversation within :data:`WITHIN`, where each time the citizen is told; and most times that
it is passed on to colleagues, where the citizen hears nothing."""
WITHIN = timedelta(hours=1)
"""See :data:`AGAIN`."""


class Taking:
    """Bounds what an agent takes.

    Args:
        presence: tells how many conversations an account may have.
    """

    def __init__(self, presence: Presence) -> None:
        self._presence = presence

    def may(self, user: User, conversation_id: str) -> Alongside:
        """Work to be done in the transaction that takes a conversation.

        Conversations in which nobody has written for a while (静默) do not count.

        Raises:
            Conflict: when it runs, code ``full``: the agent has :data:`TIMES` as many as 最多接待, which supervisors set; ``taken_often``: see :data:`AGAIN`.
        """

        async def check(session: AsyncSession) -> None:
            await one_at_a_time(session, f"takes {user.id}")
            row = await session.get_one(DeskUser, user.id)
            urgent = await session.scalar(
                select(Conversation.urgent).where(Conversation.id == conversation_id)
            )
            most = self._presence.capacity(row) * (URGENT_TIMES if urgent else TIMES)
            going_on = (
                Conversation.mode == Mode.HUMAN,
                Conversation.stage == Stage.ACTIVE,
                Conversation.agent_id == user.id,
                Conversation.id != conversation_id,
            )
            has = await session.scalar(select(func.count()).select_from(Conversation).where(*going_on)) or 0
            if has >= most:
                raise Conflict(
                    f"您手里已经有 {has} 个正在谈的会话，先办完几个，或者转给同事再接。要多接，请班长调高“最多接待”。",
                    code="full",
                )
            before = (
                ConversationEvent.conversation_id == conversation_id,
                ConversationEvent.kind == Kind.TAKEN,
                ConversationEvent.agent_id == user.id,
                ConversationEvent.at > now() - WITHIN,
            )
            times = await session.scalar(select(func.count()).select_from(ConversationEvent).where(*before))
            if (times or 0) >= AGAIN:
                raise Conflict(
                    "这个会话您一小时里已经接了好几次，群众每次都会收到消息。请让同事来接。",
                    code="taken_often",
                )

        return check

    def may_pass(self, conversation_id: str) -> Alongside:
        """Work to be done in the transaction that passes a conversation to a colleague.

        Raises:
            Conflict: when it runs, code ``passed_often``: it was passed on :data:`AGAIN` times within :data:`WITHIN`, by whomever.
        """

        async def check(session: AsyncSession) -> None:
            before = (
                ConversationEvent.conversation_id == conversation_id,
                ConversationEvent.kind == Kind.TRANSFERRED,
                ConversationEvent.at > now() - WITHIN,
            )
            times = await session.scalar(select(func.count()).select_from(ConversationEvent).where(*before))
            if (times or 0) >= AGAIN:
                raise Conflict(
                    "这个会话一小时里已经转了好几次。请先回群众一句，或者请班长来接。", code="passed_often"
                )

        return check
