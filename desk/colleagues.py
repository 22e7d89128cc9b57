"""The agents to whom a conversation can be passed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.service import Conversations
from conversations.types import Agent
from core.database import Database
from core.errors import BadRequest, Conflict
from desk.models import DeskUser
from desk.presence import Presence, State
from desk.roles import ANSWERING

MOST = 500
"""Most colleagues that are listed: those who were at the desk last."""
_NOT_READY = {
    "offline": "{name}现在不在线",
    "away": "{name}暂时离开了",
    "busy": "{name}现在忙，不接新会话",
    "full": "{name}手上已有 {busy} 个会话，不能再接",
}
"""Why no conversation can be passed to an agent → how it is said."""


class Colleagues:
    """Looks up the accounts that may answer citizens.

    Args:
        database: where the accounts are.
        conversations: tells how many conversations each agent has.
        presence: tells who is there.
    """

    def __init__(self, database: Database, conversations: Conversations, presence: Presence) -> None:
        self._database = database
        self._conversations = conversations
        self._presence = presence

    async def left_by(self, session: AsyncSession, user_id: str) -> None:
        """Check that an agent is not there for citizens (:meth:`desk.presence.Presence.has_left`).

        Args:
            session: the transaction of the change that depends on it.
            user_id: id of the agent.

        Raises:
            Conflict: code ``holder_present``; the agent is still there.
        """
        row = await session.get(DeskUser, user_id)
        if row is not None and not self._presence.has_left(row):
            raise Conflict(
                f"{row.display_name}还在岗，不能接手。请他转接给您，或者请班长接手", code="holder_present"
            )

    async def of(self, user_id: str) -> list[dict[str, Any]]:
        """All colleagues who may answer citizens, as JSON: those online first; within them the least busy first.

        Args:
            user_id: the agent who asks.
        """
        busy = await self._conversations.in_hand()
        async with self._database.read() as session:
            rows = await session.scalars(
                select(DeskUser)
                .where(
                    DeskUser.active.is_(True), DeskUser.role.in_(sorted(ANSWERING)), DeskUser.id != user_id
                )
                .order_by(DeskUser.seen_at.is_(None), DeskUser.seen_at.desc())
                .limit(MOST)
            )
            shown = [
                {
                    "id": row.id,
                    "display_name": row.display_name,
                    "state": str(state := self._presence.of(row, busy.get(row.id, 0))),
                    "online": state is State.ONLINE,
                    "in_hand": busy.get(row.id, 0),
                    "capacity": self._presence.capacity(row),
                }
                for row in rows
            ]
        order = list(State)
        return sorted(
            shown, key=lambda one: (order.index(State(one["state"])), one["in_hand"], one["display_name"])
        )

    async def named(self, word: str) -> set[str]:
        """Ids of the accounts with this word in the username or display name, also of closed ones."""
        columns = (DeskUser.username, DeskUser.display_name)
        fits = or_(*(column.icontains(word, autoescape=True) for column in columns))
        async with self._database.read() as session:
            return set(await session.scalars(select(DeskUser.id).where(fits)))

    async def gone(self) -> set[str]:
        """Ids of the accounts that are not there for citizens, as :meth:`left_by` tells them."""
        async with self._database.read() as session:
            rows = await session.scalars(select(DeskUser))
            return {row.id for row in rows if self._presence.has_left(row)}

    async def present(self, user_id: str | None) -> bool:
        """Whether an agent is still there for citizens, so that only a supervisor may take over from them."""
        async with self._database.read() as session:
            row = await session.get(DeskUser, user_id) if user_id else None
            return row is not None and not self._presence.has_left(row)

    async def ready(self, user_id: str) -> Agent:
        """The agent with this id, when a conversation can be passed to them now.

        Raises:
            BadRequest: code ``not_an_agent``; there is no such account, it is closed, or it may not answer
                citizens.
            Conflict: code ``agent_offline``: the agent is not at the desk; ``agent_away``, ``agent_busy``: they have
                chosen so, or nobody is at the page; ``agent_full``: they have as many conversations as they may.
        """
        busy = (await self._conversations.in_hand()).get(user_id, 0)
        async with self._database.read() as session:
            row = await session.get(DeskUser, user_id)
            if row is None or not row.active or row.role not in ANSWERING:
                raise BadRequest("这个账号不能接待群众，请换一位", code="not_an_agent")
            agent, state = Agent(row.id, row.display_name), self._presence.of(row, busy)
            full = busy >= self._presence.capacity(row)
        if state is State.ONLINE:
            return agent
        code = "full" if full and state is State.BUSY else str(state)
        why = _NOT_READY[code].format(name=agent.display_name, busy=busy)
        raise Conflict(f"{why}，请换一位，或者转回排队", code=f"agent_{code}")
