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
from desk.presence import has_left, is_online
from desk.roles import ANSWERING

MOST = 500
"""Most colleagues that are listed: those who were at the desk last."""


async def left_by(session: AsyncSession, user_id: str) -> None:
    """Check that an agent is no longer there for citizens.

    The account is closed, or may not answer citizens any more, or has given no sign of life for a while.

    Args:
        session: the transaction of the change that depends on it.
        user_id: id of the agent.

    Raises:
        Conflict: code ``holder_present``; the agent is still there.
    """
    row = await session.get(DeskUser, user_id)
    if row is not None and not has_left(row):
        raise Conflict(
            f"{row.display_name}还在岗，不能接手。请他转接给您，或者请班长接手", code="holder_present"
        )


class Colleagues:
    """Looks up the accounts that may answer citizens.

    Args:
        database: where the accounts are.
        conversations: tells how many conversations each agent has.
    """

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations

    async def of(self, user_id: str) -> list[dict[str, Any]]:
        """All colleagues who may answer citizens, as JSON: those online first; within them the least busy first.

        Args:
            user_id: the agent who asks.
        """
        async with self._database.read() as session:
            rows = await session.scalars(
                select(DeskUser)
                .where(
                    DeskUser.active.is_(True), DeskUser.role.in_(sorted(ANSWERING)), DeskUser.id != user_id
                )
                .order_by(DeskUser.seen_at.is_(None), DeskUser.seen_at.desc())
                .limit(MOST)
            )
            found = [(row.id, row.display_name, is_online(row.seen_at)) for row in rows]
        busy = await self._conversations.in_hand()
        shown = [
            {"id": id, "display_name": name, "online": online, "in_hand": busy.get(id, 0)}
            for id, name, online in found
        ]
        return sorted(shown, key=lambda one: (not one["online"], one["in_hand"], one["display_name"]))

    async def named(self, word: str) -> set[str]:
        """Ids of the accounts with this word in the username or display name, also of closed ones."""
        columns = (DeskUser.username, DeskUser.display_name)
        fits = or_(*(column.icontains(word, autoescape=True) for column in columns))
        async with self._database.read() as session:
            return set(await session.scalars(select(DeskUser.id).where(fits)))

    async def gone(self) -> set[str]:
        """Ids of the accounts that are no longer there for citizens, as :func:`left_by` tells them."""
        async with self._database.read() as session:
            return {row.id for row in await session.scalars(select(DeskUser)) if has_left(row)}

    async def present(self, user_id: str | None) -> bool:
        """Whether an agent is still there for citizens, so that only a supervisor may take over from them."""
        async with self._database.read() as session:
            row = await session.get(DeskUser, user_id) if user_id else None
            return row is not None and not has_left(row)

    async def ready(self, user_id: str) -> Agent:
        """The agent with this id, when a conversation can be passed to them now.

        Raises:
            BadRequest: code ``not_an_agent``; there is no such account, it is closed, or it may not answer
                citizens.
            Conflict: code ``agent_offline``; the agent is not at the desk.
        """
        async with self._database.read() as session:
            row = await session.get(DeskUser, user_id)
            if row is None or not row.active or row.role not in ANSWERING:
                raise BadRequest("这个账号不能接待群众，请换一位", code="not_an_agent")
            agent, online = Agent(row.id, row.display_name), is_online(row.seen_at)
        if not online:
            raise Conflict(f"{agent.display_name}现在不在线，请换一位，或者转回排队", code="agent_offline")
        return agent
