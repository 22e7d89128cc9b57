"""Puts the colleague's name into a refusal, so that an agent sees who has the conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.errors import Conflict
from desk.users import Users

_SAY = {
    "already_taken": "这个会话已经由{name}接入了",
    "not_yours": "这个会话现在由{name}接待，不在您手里",
}
"""Code of the refusal → the sentence with the colleague's name."""


class Naming:
    """Puts names into refusals, which know agents by their ids only.

    Args:
        users: the accounts.
    """

    def __init__(self, users: Users) -> None:
        self._users = users

    @asynccontextmanager
    async def who_has_it(self, before: str = "") -> AsyncIterator[None]:
        """In this block, make a refusal say who has the conversation.

        Args:
            before: words before the sentence, such as what was not done.

        Raises:
            Conflict: the refusal, with the name in its message and in ``details.agent``.
        """
        try:
            yield
        except Conflict as error:
            agent_id = error.details.get("agent")
            if error.code not in _SAY or not isinstance(agent_id, str):
                raise
            name = (await self._users.names([agent_id])).get(agent_id, "别的坐席")
            raise Conflict(
                before + _SAY[error.code].format(name=name),
                code=error.code,
                details={"agent": {"id": agent_id, "display_name": name}},
            ) from error
